# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One Windows host: everything that the transports hand in ends here."""

from __future__ import annotations

import json
import logging
import time
from typing import Any

from . import exec_scripts, jobs, journal, member_server, raw_scripts
from .accounts import Accounts
from .agent_client import AgentClient, AgentError
from .become import BecomeFailed, become
from .configuration import Configuration
from .directory import DomainDirectory
from .errors import DirectoryUnavailable, HostDown, NotModelled, NotResolved
from .execution import Output
from .logon import Logon, Sessions, logon_of
from .model.acls import AccessLists
from .model.groups import LocalGroups
from .model.machine import Machine, machine
from .model.rights import Rights
from .model.store import Store
from .modules import run_module
from .payload import Invocation
from .power import Power
from .powershell_spec import read_spec
from .services import Services
from .upload import Upload

log = logging.getLogger(__name__)
NOT_MODELLED = 99


class Host:
    """State, accounts and services of one host; ``execute`` is called from many threads."""

    def __init__(self, configuration: Configuration) -> None:
        self.configuration = configuration
        self.store = Store(configuration.state_dir / "model")
        self.directory = DomainDirectory(configuration)
        self.accounts = Accounts(
            configuration, self.directory, lambda: [entry["name"] for entry in self.services.names()]
        )
        self.rights = Rights(self.store)
        self.access_lists = AccessLists(self.store)
        self.groups = LocalGroups(self.store, self.accounts.machine_sid)
        self.journal = journal.Journal(configuration.journal)
        self.spool = configuration.prefix / "drive_c/standin/spool"
        self.power = Power(self)

    def attach(self, agent: AgentClient) -> None:
        """Wine has been (re)started: everything that talks to it is new."""
        self.agent = agent
        self.services = Services(agent, self.store, self.accounts, self.rights, self.groups, self.directory)
        self.sessions = Sessions(agent, self.configuration)
        member_server.plant(agent)

    @property
    def machine(self) -> Machine:
        """What the host reports of itself now."""
        return machine(self.store, self.configuration.windows)

    def is_down(self) -> bool:
        return self.power.is_down

    def account_name(self, principal: str) -> str:
        return logon_of(principal, self.configuration).account

    def may_enter(self, user: str) -> bool:
        """WinRM lets in members of the local Administrators only."""
        admins = {logon_of(name, self.configuration).account.lower() for name in self.configuration.local_admins}
        if user.lower() in admins:
            return True
        try:
            return self.accounts.sid(user) in self.groups.members("Administrators")
        except (NotResolved, DirectoryUnavailable, HostDown, AgentError) as error:
            log.warning("%s may not enter: %s", user, type(error).__name__)
            return False

    def execute(self, invocation: Invocation, upload: Upload | None, transport: str, user: str) -> Output:
        began = time.monotonic()
        output, note = self._guarded(invocation, upload, user)
        options = read_spec(invocation.source).options if invocation.kind == "module" else None
        self.journal.call(invocation, options, transport, user, output.code, time.monotonic() - began, note)
        return output

    def _guarded(self, invocation: Invocation, upload: Upload | None, user: str) -> tuple[Output, str]:
        try:
            if not self.power.wait_up(120):
                raise HostDown("the machine did not come up")
            return self._dispatch(invocation, upload, user), "done"
        except NotModelled as error:
            what = invocation.name or "free PowerShell"
            return Output(
                stderr=f"stand-in: not modelled: {error}".encode(), code=NOT_MODELLED
            ), f"not modelled: {what}"
        except HostDown as error:
            return Output(stderr=f"stand-in: {error}".encode(), code=1), "the machine is down"
        except BecomeFailed as error:
            return Output(stdout=json.dumps({"failed": True, "msg": str(error)}).encode(), code=1), "become failed"
        except AgentError as error:
            return Output(stderr=str(error).encode(), code=1), "failed"
        finally:
            if upload is not None:
                upload.discard()

    def _dispatch(self, invocation: Invocation, upload: Upload | None, user: str) -> Output:
        logon = logon_of(user, self.configuration)
        self.sessions.enter(logon)
        if invocation.become:
            logon = become(self, invocation.become)
            self.sessions.enter(logon)
        if invocation.kind == "exec_script":
            return exec_scripts.run(self, invocation, upload, logon)
        if invocation.kind == "script":
            return raw_scripts.run(self, invocation, logon)
        if invocation.kind == "module":
            return self._module(invocation, logon)
        raise NotModelled(f"{invocation.kind} {invocation.name}".strip())

    def _module(self, invocation: Invocation, logon: Logon) -> Output:
        environment = self.sessions.environment(logon, invocation.environment)
        if invocation.asynchronous:
            return _json(jobs.start(self, invocation, logon, environment))
        result = run_module(self, invocation, logon, environment)
        return _json(result)


def _json(result: dict[str, Any]) -> Output:
    return Output(stdout=json.dumps(result).encode(), code=1 if result.get("failed") else 0)
