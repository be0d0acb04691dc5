# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The argument validation of Ansible.Basic (C#), in Python: the same rules, the same messages."""

from __future__ import annotations

import json
from typing import Any

from .powershell_spec import Opaque

TRUE = {"y", "yes", "on", "1", "true", "t", "1.0"}
FALSE = {"n", "no", "off", "0", "false", "f", "0.0"}


class ArgumentError(Exception):
    """The message the module fails with."""


def as_list(value: Any) -> list:
    if value is None:
        return []
    return list(value) if isinstance(value, list) else [value]


def _string(value: Any) -> str:
    if isinstance(value, (dict, list)):
        raise ValueError
    return str(value)


def _json(value: Any) -> str:
    return json.dumps(value) if isinstance(value, (dict, list)) else str(value)


def _boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    word = str(value).lower()
    if word in TRUE:
        return True
    if word in FALSE:
        return False
    raise ValueError


def _dictionary(value: Any) -> dict:
    if isinstance(value, dict):
        return value
    if not isinstance(value, str):
        raise ValueError
    if value.startswith("{"):
        return json.loads(value)
    pairs = [part.split("=", 1) for part in value.replace(",", " ").split()]
    if not pairs or any(len(pair) != 2 for pair in pairs):
        raise ValueError
    return dict(pairs)


def _list(value: Any) -> list:
    if isinstance(value, list):
        return value
    if isinstance(value, str):
        return [item.strip() for item in value.split(",")]
    return [value]


CONVERTERS = {
    "str": _string,
    "path": _string,
    "sid": _string,
    "json": _json,
    "bool": _boolean,
    "int": int,
    "float": float,
    "dict": _dictionary,
    "list": _list,
}


def convert(name: str, kind: Any, value: Any) -> Any:
    """``value`` as ``kind``. Types computed in PowerShell cannot be judged here and pass."""
    if isinstance(kind, Opaque) or kind == "raw":
        return value
    try:
        return CONVERTERS[kind or "str"](value)
    except (ValueError, TypeError):
        shown = type(value).__name__
        raise ArgumentError(
            f"argument for {name} is of type {shown} and we were unable to convert to {kind or 'str'}"
        ) from None


def _by_name(options: dict[str, dict]) -> dict[str, str]:
    names = {}
    for name, option in options.items():
        for spelled in [name, *map(str, as_list(option.get("aliases")))]:
            names[spelled.lower()] = name
    return names


def _given(options: dict[str, dict], args: dict, module: str, where: str) -> dict:
    names, given, unsupported = _by_name(options), {}, []
    for name, value in args.items():
        known = names.get(name.lower())
        if known is None:
            unsupported.append(name)
        else:
            given[known] = value
    if unsupported:
        supported = ", ".join(sorted(options, key=str.lower))
        raise ArgumentError(
            f"Unsupported parameters for ({module}) module: "
            f"{', '.join(sorted(unsupported))}{where}. Supported parameters include: {supported}"
        )
    return given


def _choose(name: str, option: dict, value: Any, where: str) -> Any:
    """The value spelled as the choice: PowerShell compares without case."""
    choices = option.get("choices")
    if not choices or isinstance(choices, Opaque):
        return value
    allowed = {str(choice).lower(): choice for choice in as_list(choices)}
    for item in as_list(value):
        if str(item).lower() not in allowed:
            listed = ", ".join(map(str, as_list(choices)))
            raise ArgumentError(f"value of {name} must be one of: {listed}. Got no match for: {item}{where}")
    if isinstance(value, list):
        return [allowed[str(item).lower()] for item in value]
    return allowed[str(value).lower()]


def _one(name: str, option: dict, value: Any, module: str, where: str) -> Any:
    value = convert(name + where, option.get("type"), value)
    element = option.get("elements")
    if option.get("type") == "list" and element and not isinstance(element, Opaque):
        value = [convert(name + where, element, item) for item in value]
    value = _choose(name, option, value, where)
    if isinstance(option.get("options"), dict):
        inner = f" found in {name}"
        if option.get("type") == "list":
            return [validate(option, item, module, inner) for item in value]
        return validate(option, value, module, inner)
    return value


def validate(spec: dict, args: dict, module: str = "module", where: str = "") -> dict:
    """The arguments as the module sees them: converted, defaults filled in. Raises :class:`ArgumentError`."""
    options = {name: option if isinstance(option, dict) else {} for name, option in (spec.get("options") or {}).items()}
    values = _given(options, args, module, where)
    missing = []
    for name, option in options.items():
        if values.get(name) is None:
            values[name] = option.get("default")
            if values[name] is None and option.get("required"):
                missing.append(name)
            continue
        values[name] = _one(name, option, values[name], module, where)
    if missing:
        raise ArgumentError(f"missing required arguments{where}: {', '.join(sorted(missing))}")
    _relations(spec, values, where)
    return values


def _groups(spec: dict, name: str) -> list[list]:
    return [group for group in as_list(spec.get(name)) if isinstance(group, list)]


def _relations(spec: dict, values: dict, where: str) -> None:
    def has(name: str) -> bool:
        return values.get(name) is not None

    for group in _groups(spec, "mutually_exclusive"):
        if sum(map(has, group)) > 1:
            raise ArgumentError(f"parameters are mutually exclusive: {', '.join(group)}{where}")
    for group in _groups(spec, "required_together"):
        if any(map(has, group)) and not all(map(has, group)):
            raise ArgumentError(f"parameters are required together: {', '.join(group)}{where}")
    for group in _groups(spec, "required_one_of"):
        if not any(map(has, group)):
            raise ArgumentError(f"one of the following is required: {', '.join(group)}{where}")
    for rule in _groups(spec, "required_if"):
        _required_if(rule, values, where)
    for name, needed in (spec.get("required_by") or {}).items():
        absent = [other for other in as_list(needed) if not has(other)]
        if has(name) and absent:
            raise ArgumentError(f"missing parameter(s) required by '{name}'{where}: {', '.join(absent)}")


def _required_if(rule: list, values: dict, where: str) -> None:
    if len(rule) < 3 or str(values.get(rule[0])).lower() != str(rule[1]).lower():
        return
    needed = as_list(rule[2])
    absent = [name for name in needed if values.get(name) is None]
    any_is_enough = len(rule) > 3 and rule[3] is True
    if absent and not (any_is_enough and len(absent) < len(needed)):
        how = "any" if any_is_enough else "all"
        raise ArgumentError(
            f"{rule[0]} is {rule[1]} but {how} of the following are missing: {', '.join(absent)}{where}"
        )
