# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""win_environment: variables in the registry of Wine."""

from __future__ import annotations

from ..errors import ModuleFailure


def _state(state: str | None, value: str | None) -> str:
    return state or ("present" if value else "absent")


def run(call) -> dict:
    args = call.args
    level, state = args["level"], args["state"]
    wanted = args["variables"] if args["variables"] is not None else {args["name"]: args["value"]}
    current = {} if level == "process" else call.agent("machine.variables", level=level)
    known = {name.upper(): (name, value) for name, value in current.items()}
    result: dict = {"changed": False, "values": {}, "env_values": {}}
    diff: dict = {"before": {level: {}}, "after": {level: {}}}
    for name, given in wanted.items():
        value = None if given is None or state == "absent" else str(given)
        if state == "absent" and given:
            call.warn(f"When removing environment variable '{name}' it should not have a value '{given}' set")
        elif state == "present" and not value:
            raise ModuleFailure(
                "When state=present, value must be defined and not an empty string, if you wish to "
                "remove the envvar, set state=absent"
            )
        spelled, before = known.get(name.upper(), (name, None))
        target = _state(state, value)
        changed = before != value if target == "present" else before is not None
        if changed and not call.check and level != "process":
            call.agent("machine.set_variable", level=level, name=spelled, value=value if target == "present" else None)
        entry = {"changed": changed, "before": before, "after": value}
        result["values"][name] = result["env_values"][name] = entry
        result.update(changed=result["changed"] or changed, before_value=before, value=value)
        if before:
            diff["before"][level][name] = before
        if value:
            diff["after"][level][name] = value
    return {**result, "diff": diff}
