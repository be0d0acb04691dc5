# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""community.windows.win_scheduled_task, on simulated tasks: they are registered and read back, they never run."""

from __future__ import annotations

from typing import Any
from xml.sax.saxutils import escape

from ..errors import ModuleFailure, NotResolved

SETTINGS = (
    "author",
    "date",
    "description",
    "source",
    "version",
    "allow_demand_start",
    "allow_hard_terminate",
    "compatibility",
    "delete_expired_task_after",
    "disallow_start_if_on_batteries",
    "enabled",
    "execution_time_limit",
    "hidden",
    "multiple_instances",
    "priority",
    "restart_count",
    "restart_interval",
    "run_only_if_idle",
    "run_only_if_network_available",
    "start_when_available",
    "stop_if_going_on_batteries",
    "wake_to_run",
    "logon_type",
    "run_level",
    "display_name",
)
TRIGGERS = (
    "boot",
    "daily",
    "event",
    "idle",
    "logon",
    "monthlydow",
    "monthly",
    "registration",
    "time",
    "weekly",
    "session_state_change",
)
SERVICE_ACCOUNTS = ("S-1-5-18", "S-1-5-19", "S-1-5-20")
FORBIDDEN = set('/:*?"<>|\\')


def _check(call) -> None:
    args = call.args
    bad = sorted(FORBIDDEN & set(args["name"]))
    if bad:
        raise ModuleFailure(
            f"Invalid task name '{args['name']}'. The following characters are not valid: {' '.join(bad)}"
        )
    if args.get("username") and args.get("group"):
        raise ModuleFailure("username and group can not be set at the same time")
    if args.get("logon_type") == "group" and not args.get("group"):
        raise ModuleFailure("group must be set when logon_type=group")
    for action in args.get("actions") or []:
        if not isinstance(action, dict) or "path" not in action:
            raise ModuleFailure("action entry must contain the key 'path'")
    for trigger in args.get("triggers") or []:
        if not isinstance(trigger, dict) or str(trigger.get("type", "")).lower() not in TRIGGERS:
            listed = "', '".join(TRIGGERS)
            raise ModuleFailure(f"a trigger entry must contain a key 'type' with a value of '{listed}'")


def _account(call, name: str) -> str:
    try:
        sid = call.host.accounts.sid(name)
    except NotResolved:
        raise ModuleFailure(
            f"account_name {name} is not a valid account, cannot get SID: Some or all identity "
            f"references could not be translated."
        ) from None
    if call.args.get("logon_type") == "service_account" and sid not in SERVICE_ACCOUNTS:
        raise ModuleFailure("username must be SYSTEM, LOCAL SERVICE or NETWORK SERVICE when logon_type=service_account")
    return call.host.accounts.name(sid)


def _wanted(call) -> dict[str, Any]:
    args = call.args
    wanted = {name: args[name] for name in SETTINGS if args.get(name) is not None}
    for name in ("actions", "triggers"):
        if args.get(name) is not None:
            wanted[name] = args[name]
    for name in ("username", "group"):
        if args.get(name):
            wanted[name] = _account(call, args[name])
    return wanted


def run(call) -> dict:
    args, store = call.args, call.host.store
    _check(call)
    folder = "\\" + (args.get("path") or "\\").strip("\\")
    key = (folder.rstrip("\\") + "\\" + args["name"]).lower()
    tasks = store.read("scheduled_tasks", {})
    current = tasks.get(key)
    if (args.get("state") or "present") == "absent":
        if current is not None and not call.check:
            store.update("scheduled_tasks", {}, lambda known: known.pop(key))
        return {
            "changed": current is not None,
            "diff": {"prepared": f"-[Task]\n-{key}\n" if current is not None else ""},
        }
    wanted = _wanted(call)
    if current is None and not wanted.get("actions"):
        raise ModuleFailure(
            "cannot create a task with no actions, set at least one action with a path to an executable"
        )
    after = {**(current or {}), **wanted}
    changes = [name for name in wanted if (current or {}).get(name) != wanted[name]]
    replaces_password = bool(args.get("password")) and args.get("update_password") is not False
    changed = current is None or bool(changes) or replaces_password
    if changed and not call.check:
        store.update("scheduled_tasks", {}, lambda known: known.__setitem__(key, after))
    lines = "".join(f"-{name}={(current or {}).get(name)}\n+{name}={wanted[name]}\n" for name in changes)
    return {"changed": changed, "diff": {"prepared": lines}}


def _action(action: dict) -> str:
    parts = (("Command", action.get("path")), ("Arguments", action.get("arguments")))
    return f"<Exec>{''.join(f'<{name}>{escape(str(text))}</{name}>' for name, text in parts if text)}</Exec>"


def as_xml(call) -> str:
    """What C(schtasks /query /xml ONE) prints, as far as it says which task runs as whom; accounts are SIDs there."""
    lines = ['<?xml version="1.0" encoding="UTF-16"?>', "<Tasks>"]
    for key, task in sorted(call.host.store.read("scheduled_tasks", {}).items()):
        who = task.get("username") or task.get("group") or "SYSTEM"
        kind = "GroupId" if task.get("group") else "UserId"
        principal = f"<{kind}>{call.host.accounts.sid(who)}</{kind}>"
        lines += [
            f"<!-- {key} -->",
            '<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">',
            f"<RegistrationInfo><URI>{escape(key)}</URI></RegistrationInfo>",
            f'<Principals><Principal id="Author">{principal}</Principal></Principals>',
            f'<Actions Context="Author">{"".join(map(_action, task.get("actions") or []))}</Actions>',
            "</Task>",
        ]
    return "\r\n".join([*lines, "</Tasks>", ""])
