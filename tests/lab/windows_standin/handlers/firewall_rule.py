# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""community.windows.win_firewall_rule, on simulated rules. Nothing is filtered."""

from __future__ import annotations

from typing import Any

from ..errors import ModuleFailure

DEFAULTS = {
    "description": None,
    "direction": "in",
    "action": "allow",
    "program": None,
    "group": None,
    "service": None,
    "enabled": True,
    "profiles": ["domain", "private", "public"],
    "localip": "*",
    "remoteip": "*",
    "localport": None,
    "remoteport": None,
    "protocol": "any",
    "interfacetypes": ["all"],
    "edge": "no",
    "security": "notrequired",
    "icmp_type_code": None,
}
PROPERTY = {
    "description": "Description",
    "direction": "Direction",
    "action": "Action",
    "program": "ApplicationName",
    "group": "Grouping",
    "service": "ServiceName",
    "enabled": "Enabled",
    "profiles": "Profiles",
    "localip": "LocalAddresses",
    "remoteip": "RemoteAddresses",
    "localport": "LocalPorts",
    "remoteport": "RemotePorts",
    "protocol": "Protocol",
    "interfacetypes": "InterfaceTypes",
    "edge": "EdgeTraversalOptions",
    "security": "SecureFlags",
    "icmp_type_code": "IcmpTypesAndCodes",
}


def _wanted(call) -> dict[str, Any]:
    values = {}
    for option, default in DEFAULTS.items():
        value = call.args.get(option)
        if value is None:
            continue
        if option == "program" and value != "any":
            value = call.expand(value)
        if isinstance(value, str) and value.lower() == "any":
            value = default
        if isinstance(value, list):
            value = sorted(str(item).lower() for item in value)
            value = default if value == ["any"] else value
        values[option] = value
    return values


def _same(option: str, old: Any, new: Any) -> bool:
    if isinstance(old, list) or isinstance(new, list):
        return sorted(old or []) == sorted(new or [])
    if option in ("localip", "remoteip"):
        return sorted(str(old).lower().split(",")) == sorted(str(new).lower().split(","))
    return str(old).lower() == str(new).lower()


def _lines(sign: str, name: str, rule: dict) -> str:
    shown = {word: "" if rule[option] is None else rule[option] for option, word in PROPERTY.items()}
    return f"{sign}[{name}]\n" + "".join(f"{sign}{word}='{value}'\n" for word, value in shown.items())


def run(call) -> dict:
    args, store = call.args, call.host.store
    name, group = args.get("name"), args.get("group")
    if not name and not group:
        raise ModuleFailure("Either name or group must be specified")
    rules: dict[str, dict] = store.read("firewall_rules", {})
    chosen = [
        key for key, rule in rules.items() if (key.lower() == str(name).lower() if name else rule["group"] == group)
    ]
    state = args.get("state") or "present"
    result = {"changed": False, "diff": {"prepared": ""}}
    if state == "absent":
        result["diff"]["prepared"] = "".join(_lines("-", key, rules.pop(key)) for key in chosen)
        result["changed"] = bool(chosen)
        removed = "', '".join(chosen)
        result["msg"] = (
            f"Firewall rule(s) '{removed}' removed." if chosen else f"Firewall rule '{name or group}' does not exist."
        )
    elif not chosen and name:
        rules[name] = {**DEFAULTS, **_wanted(call)}
        result.update(
            changed=True, msg=f"Firewall rule '{name}' created.", diff={"prepared": _lines("+", name, rules[name])}
        )
    else:
        _change(call, rules, chosen, result)
    if result["changed"] and not call.check:
        store.write("firewall_rules", rules)
    return result


def _change(call, rules: dict, chosen: list[str], result: dict) -> None:
    wanted, changed = _wanted(call), []
    for key, rule in [(key, rules[key]) for key in chosen]:
        result["diff"]["prepared"] += f"[{key}]\n"
        for option, value in wanted.items():
            if not _same(option, rule[option], value):
                result["diff"]["prepared"] += f"-{PROPERTY[option]}='{rule[option]}'\n+{PROPERTY[option]}='{value}'\n"
                rule[option] = value
                changed.append(key)
    unchanged = [key for key in chosen if key not in changed]
    result["changed"] = bool(changed)
    result["msg"] = (
        f"Firewall rule(s) changed '{', '.join(dict.fromkeys(changed))}' - unchanged '{', '.join(unchanged)}'"
    )
