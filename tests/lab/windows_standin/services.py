# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Services: Wine's service control manager does the work; what it lacks is added here.

Simulated: whether the account may log on as a service (Wine runs everything as one user and checks nothing), failure
actions (recovery.py carries them out), dependencies, privileges, the service SID. They are state on disk.
"""

from __future__ import annotations

import logging
import time
from typing import Any

from .accounts import SERVICE_ACCOUNTS, Accounts
from .agent_client import AgentClient, AgentError
from .directory import DomainDirectory
from .errors import DirectoryUnavailable, ModuleFailure, NotResolved
from .model.groups import LocalGroups
from .model.rights import Rights
from .model.store import Store
from .model.system_services import SystemServices

log = logging.getLogger(__name__)
LOGON_FAILURE = 1069
EXTRAS: dict[str, Any] = {
    "dependencies": [],
    "failure_actions": [],
    "failure_actions_on_non_crash_failure": False,
    "failure_command": None,
    "failure_reboot_msg": None,
    "failure_reset_period_sec": 0,
    "required_privileges": [],
    "sid_info": "none",
    "password_accepted": None,
    "runs_as": None,
    "desktop_interact": False,
}
ALWAYS_THERE = {
    "tcpip",
    "afd",
    "netbt",
    "rpcss",
    "eventlog",
    "netlogon",
    "lanmanworkstation",
    "dnscache",
    "nsi",
    "http",
    "winrm",
    "w32time",
}


class StartRefused(Exception):
    """Windows would not start it: ``number`` is Windows' error."""

    def __init__(self, number: int, reason: str) -> None:
        super().__init__(reason)
        self.number, self.reason = number, reason


class Services:
    def __init__(
        self,
        agent: AgentClient,
        store: Store,
        accounts: Accounts,
        rights: Rights,
        groups: LocalGroups,
        directory: DomainDirectory,
    ) -> None:
        self._agent, self._store, self._accounts = agent, store, accounts
        self._rights, self._groups, self._directory = rights, groups, directory
        self._system = SystemServices(store)

    def names(self) -> list[dict]:
        return self._agent.call("scm.names")

    def query(self, name: str) -> dict | None:
        """Everything known of a service, by name or display name; None when there is none."""
        real = self._system.query(name) or self._agent.call("scm.query", name=name)
        if real is None:
            return None
        return {**real, **self.extras(real["name"])}

    def extras(self, name: str) -> dict:
        return {**EXTRAS, **self._store.read("services", {}).get(name.lower(), {})}

    def set_extras(self, name: str, **values: Any) -> None:
        self._store.update("services", {}, lambda services: services.setdefault(name.lower(), {}).update(values))

    def with_failure_actions(self) -> list[str]:
        """Names of the services that say what is to happen when they fail."""
        return [name for name, values in self._store.read("services", {}).items() if values.get("failure_actions")]

    def create(self, name: str, path: str, display_name: str | None) -> None:
        self._agent.call("scm.create", name=name, path=path, display_name=display_name)
        self._store.update("services", {}, lambda services: services.pop(name.lower(), None))

    def configure(self, name: str, **values: Any) -> None:
        if self._system.query(name):
            self._system.change(name, **values)
            return
        self._agent.call("scm.configure", name=name, **values)

    def delete(self, name: str) -> None:
        self._agent.call("scm.delete", name=name)
        self._store.update("services", {}, lambda services: services.pop(name.lower(), None))

    def stop(self, name: str) -> None:
        if self._system.query(name):
            self._system.change(name, state="stopped")
            return
        state = self._agent.call("scm.stop", name=name)["state"]
        if state != "stopped":
            raise StartRefused(1053, f"the service is {state}")

    def pause(self, name: str, resume: bool = False) -> None:
        self._agent.call("scm.control", name=name, what="continue" if resume else "pause")

    def start(self, name: str) -> None:
        """Start and wait until it runs. Raises :class:`StartRefused`."""
        service = self.query(name)
        if service is None:
            raise StartRefused(1060, f"there is no service {name}")
        if service["start_mode"] == "disabled":
            raise StartRefused(1058, "the service is disabled")
        self.check_logon(service)
        for dependency in service["dependencies"]:
            self._start_dependency(service, dependency)
        if self._system.query(name):
            self._system.change(name, state="running")
            return
        try:
            after = self._agent.call("scm.start", name=service["name"])
        except AgentError as error:
            raise StartRefused(error.winerror or 1053, error.message) from None
        if after["state"] not in ("running", "paused"):
            raise StartRefused(
                after["exit_code"] or 1053, f"the service is {after['state']} (exit code {after['exit_code']})"
            )
        self.set_extras(service["name"], runs_as=service["account"])

    def _start_dependency(self, _service: dict, dependency: str) -> None:
        known = self.query(dependency)
        if known is None:
            if dependency.lower() in ALWAYS_THERE:
                return
            raise StartRefused(1075, f"the dependency service {dependency} does not exist")
        if known["state"] != "running":
            try:
                self.start(known["name"])
            except StartRefused as error:
                raise StartRefused(
                    1068, f"the dependency service {dependency} failed to start: {error.reason}"
                ) from None

    def check_logon(self, service: dict) -> None:
        """May the account log on as a service? Simulated, by the model's rights and the real controller's answer."""
        account = service["account"]
        if account.upper().startswith("NT SERVICE\\"):
            return
        try:
            sid = self._accounts.sid(account)
            if sid in SERVICE_ACCOUNTS:
                return
            self._check_account(service, account, sid)
        except NotResolved:
            raise StartRefused(LOGON_FAILURE, self._refusal(account, "no such account")) from None
        except DirectoryUnavailable as error:
            raise StartRefused(
                LOGON_FAILURE, self._refusal(account, f"the domain controller cannot be asked: {error}")
            ) from None

    @staticmethod
    def _refusal(account: str, reason: str) -> str:
        return f"the service did not start due to a logon failure of account {account}: {reason}"

    def _check_account(self, service: dict, account: str, sid: str) -> None:
        domain = self._directory.by_sid(sid) if self._directory.is_joined else None
        held = {sid, "S-1-1-0", "S-1-5-6", "S-1-5-11"} | set(self._directory.token_groups(domain.dn) if domain else [])
        for group in ("Administrators", "Users"):
            if held & set(self._groups.members(group)):
                held.add({"Administrators": "S-1-5-32-544", "Users": "S-1-5-32-545"}[group])
        if held & set(self._rights.holders("SeDenyServiceLogonRight") or []):
            raise StartRefused(LOGON_FAILURE, self._refusal(account, "it is denied the right to log on as a service"))
        if not held & set(self._rights.holders("SeServiceLogonRight") or []):
            raise StartRefused(LOGON_FAILURE, self._refusal(account, "it has not the right to log on as a service"))
        if domain is not None and not domain.enabled:
            raise StartRefused(LOGON_FAILURE, self._refusal(account, "the account is disabled"))
        if domain is not None and domain.kind == "gmsa":
            if not self._directory.can_read_managed_password(domain):
                raise StartRefused(
                    LOGON_FAILURE, self._refusal(account, "this host may not retrieve its managed password")
                )
        elif not service["password_accepted"]:
            raise StartRefused(LOGON_FAILURE, self._refusal(account, "the user name or password is incorrect"))

    def judge_password(self, account: str, password: str) -> bool:
        """Whether a password is right; the verdict is kept with the service, the password is not."""
        try:
            known = self._accounts.domain_account(account)
            return bool(known and self._directory.password_is_right(known.name, password))
        except DirectoryUnavailable as error:
            raise ModuleFailure(f"the domain controller cannot be asked: {error}") from None

    def start_automatic(self, names: list[str]) -> None:
        """After a boot: make them automatic again and start them, each under the same checks as by hand."""
        for name in names:
            delayed = self.extras(name).get("delayed")
            try:
                self._agent.call("scm.configure", name=name, start_mode="delayed" if delayed else "auto")
            except AgentError as error:
                log.warning("service %s: %s", name, error)
        for name in names:
            try:
                self.start(name)
            except (StartRefused, AgentError) as error:
                log.warning("service %s was not started at boot: %s", name, error)

    def stop_all(self, names: list[str], patience: float) -> None:
        """Before a shutdown: ask each to stop, all at once, and give them ``patience`` seconds together."""
        for name in names:
            try:
                self._agent.call("scm.stop", name=name, timeout=0)
            except AgentError as error:
                log.warning("service %s: %s", name, error)
        end = time.monotonic() + patience
        waiting = set(names)
        while waiting and time.monotonic() < end:
            running = {entry["name"] for entry in self.names() if entry["state"] != "stopped"}
            waiting &= running
            if waiting:
                time.sleep(0.2)
