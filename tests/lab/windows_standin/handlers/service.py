# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""win_service: Wine's service control manager, plus what it lacks as simulated state."""

from __future__ import annotations

from typing import Any

from ..agent_client import AgentError
from ..errors import ModuleFailure, NotModelled, NotResolved
from ..services import EXTRAS, StartRefused

SYSTEM = "S-1-5-18"
REAL = (
    "description",
    "display_name",
    "error_control",
    "load_order_group",
    "path",
    "pre_shutdown_timeout_ms",
    "service_type",
    "start_mode",
)
SIMULATED = (
    "failure_actions",
    "failure_actions_on_non_crash_failure",
    "failure_command",
    "failure_reboot_msg",
    "failure_reset_period_sec",
    "required_privileges",
    "sid_info",
)
SHOWN = REAL + SIMULATED + ("dependencies", "name", "state", "desktop_interact")


def account_name(call, account: str) -> str:
    """As Windows shows it: ``LocalSystem`` is ``NT AUTHORITY\\SYSTEM``."""
    try:
        return call.host.accounts.name(call.host.accounts.sid(account))
    except NotResolved:
        return account


def state_word(state: str) -> str:
    return "started" if state == "running" else state


def snapshot(call, service: dict | None) -> Any:
    if service is None:
        return ""
    shown = {name: service[name] for name in SHOWN}
    return {
        **shown,
        "state": state_word(service["state"]),
        "username": account_name(call, service["account"]),
        "password": "REDACTED",
    }


def run(call) -> dict:
    args = call.args
    name = args["name"]
    service = call.host.services.query(name)
    before = snapshot(call, service)
    if args["state"] == "absent":
        return _absent(call, service, before)
    if service is None and not _asks_for_changes(args):
        return {"changed": False, "exists": False, "diff": {"before": before, "after": before}}
    changed = service is None
    update_password = args["update_password"] == "always" or service is None
    if service is None:
        if args["path"] is None:
            raise ModuleFailure(
                f"Service '{name}' is not installed, need to set 'path' to create a new service", exists=False
            )
        if not call.check:
            service = _create(call, name)
    if service is None:
        after = {
            **{option: args.get(option) for option in SHOWN},
            "name": name,
            "state": args["state"],
            "username": None,
        }
    else:
        changed |= _account(call, service, update_password)
        changed |= _settings(call, service)
        changed |= _state(call, service)
        service = (call.host.services.query(service["name"]) or service) if not call.check else service
        after = {**snapshot(call, service), **(_wanted(call) if call.check else {})}
    return _result(call, service, changed, before, after)


def _asks_for_changes(args: dict) -> bool:
    ignored = ("name", "force_dependent_services", "update_password", "dependency_action", "desktop_interact")
    asked = any(value is not None for option, value in args.items() if option not in ignored)
    return asked or args["dependency_action"] != "set" or args["desktop_interact"]


def _create(call, name: str) -> dict:
    try:
        call.host.services.create(name, call.expand(call.args["path"]), None)
    except AgentError as error:
        raise ModuleFailure(
            f"Unhandled exception while executing module: Service '{name} ({name})' cannot be "
            f"created due to the following error: {error.message}"
        ) from None
    created = call.host.services.query(name)
    if created is None:
        raise ModuleFailure(
            f"Unhandled exception while executing module: Service '{name}' was created but is not there"
        )
    return created


def _resolve(call, account: str) -> str:
    try:
        return call.host.accounts.sid(account)
    except NotResolved:
        raise ModuleFailure(
            'Unhandled exception while executing module: Exception calling "Translate" with "1" '
            'argument(s): "Some or all identity '
            f'references could not be translated.": {account}'
        ) from None


def _account(call, service: dict, update_password: bool) -> bool:
    args, services = call.args, call.host.services
    changed, username, password = False, args["username"], args["password"]
    if username:
        wanted = _resolve(call, username)
        if wanted != _resolve(call, service["account"]):
            changed = update_password = True
            spelled = "LocalSystem" if wanted == SYSTEM else call.host.accounts.name(wanted)
            if not call.check:
                services.configure(service["name"], account=spelled)
                services.set_extras(service["name"], password_accepted=None)
            service["account"] = spelled
    if update_password and password:
        changed = True
        if not call.check:
            accepted = services.judge_password(service["account"], password)
            services.set_extras(service["name"], password_accepted=accepted)
    return changed


def _wanted(call) -> dict:
    """What check mode predicts."""
    args = call.args
    shown = {name: args[name] for name in REAL + SIMULATED if args.get(name) is not None}
    if args.get("state"):
        shown["state"] = args["state"]
    return shown


def _dependencies(args: dict, current: list[str]) -> list[str]:
    given, action = args["dependencies"], args["dependency_action"]
    if given is None:
        return current
    low = {item.lower() for item in given}
    if action == "remove":
        return [item for item in current if item.lower() not in low]
    kept = [item for item in current if item.lower() in low] if action == "set" else list(current)
    have = {item.lower() for item in kept}
    return kept + [item for item in given if item.lower() not in have]


def _real_changes(call, service: dict) -> dict:
    changes = {}
    for option in REAL:
        value = call.args[option]
        if option == "path" and value is not None:
            value = call.expand(value)
        if value is None or (value == "" and option not in ("description", "load_order_group")):
            continue
        if value != (service[option] or ""):
            changes[option] = value
    return changes


def _simulated_changes(call, service: dict) -> dict:
    changes = {}
    for option in SIMULATED:
        value = call.args[option]
        if value is not None and (value or None) != (service[option] or None):
            changes[option] = value if value != "" else EXTRAS[option]
    dependencies = _dependencies(call.args, service["dependencies"])
    if sorted(map(str.lower, dependencies)) != sorted(map(str.lower, service["dependencies"])):
        changes["dependencies"] = dependencies
    return changes


def _settings(call, service: dict) -> bool:
    services, name = call.host.services, service["name"]
    if call.args["desktop_interact"]:
        raise NotModelled("win_service desktop_interact")
    real, simulated = _real_changes(call, service), _simulated_changes(call, service)
    changed = bool(real or simulated)
    if call.check or not changed:
        return changed
    if real:
        try:
            services.configure(name, **real)
        except AgentError as error:
            reason = f"Unhandled exception while executing module: failed to change service {name}: {error}"
            raise ModuleFailure(reason) from None
    if "start_mode" in real:
        simulated["delayed"] = real["start_mode"] == "delayed"
    if simulated:
        services.set_extras(name, **simulated)
    return True


def _state(call, service: dict) -> bool:
    wanted, state, name = call.args["state"], service["state"], service["name"]
    actions = {"started": ("running", _start), "stopped": ("stopped", _stop), "paused": ("paused", _pause)}
    if wanted is None:
        return False
    if wanted == "restarted":
        if not call.check:
            _stop(call, service)
            _start(call, {**service, "state": "stopped"})
        return True
    reached, action = actions[wanted]
    if state == reached:
        return False
    if wanted == "paused" and "pause_continue" not in service["controls_accepted"]:
        raise ModuleFailure(f"failed to pause service {name}: The service does not support pausing")
    if not call.check:
        action(call, service)
    return True


def _start(call, service: dict) -> None:
    name, shown = service["name"], service["display_name"]
    try:
        if service["state"] == "paused":
            call.host.services.pause(name, resume=True)
        else:
            call.host.services.start(name)
    except StartRefused as error:
        raise ModuleFailure(
            f"Unhandled exception while executing module: Service '{shown} ({name})' cannot be "
            f"started due to the following error: "
            f"Cannot start service {name} on computer '.'. (error {error.number}: {error.reason})",
            exists=True,
        ) from None


def _stop(call, service: dict) -> None:
    name = service["name"]
    try:
        call.host.services.stop(name)
    except (StartRefused, AgentError) as error:
        raise ModuleFailure(
            f"Unhandled exception while executing module: Service '{service['display_name']} "
            f"({name})' cannot be stopped due to the "
            f"following error: Cannot stop service {name} on computer '.'. ({error})"
        ) from None


def _pause(call, service: dict) -> None:
    call.host.services.pause(service["name"])


def _absent(call, service: dict | None, before: Any) -> dict:
    if service is not None and not call.check:
        _stop(call, service)
        call.host.services.delete(service["name"])
    return {"changed": service is not None, "exists": False, "diff": {"before": before, "after": ""}}


def _result(call, service: dict | None, changed: bool, before: Any, after: dict) -> dict:
    result = {"changed": changed, "exists": True, "diff": {"before": before, "after": after}}
    for name in ("dependencies", "description", "desktop_interact", "display_name", "name", "path", "start_mode"):
        result[name] = after.get(name)
    username = after.get("username")
    if service is None and call.args["username"]:
        # In check mode the real module looks the account up as well, and fails when it does not exist.
        username = call.host.accounts.name(_resolve(call, call.args["username"]))
    result["username"] = "LocalSystem" if username == "NT AUTHORITY\\SYSTEM" else username
    state = (after.get("state") or "").replace("_", "")
    result["state"] = "running" if state in ("started", "restarted") else state
    result["depended_by"] = []
    result["can_pause_and_continue"] = None if service is None else "pause_continue" in service["controls_accepted"]
    return result
