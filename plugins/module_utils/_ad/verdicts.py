# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Words for verdicts about accounts. For internal use by this collection only."""

from __future__ import annotations

import typing as t

from . import well_known
from .rules import CRITICAL, INFO, WARNING, Facts, Words

_MOST = 5
_EVERYBODY = tuple(well_known.name_of(sid) for sid in well_known.IMPLICIT)
# Services that are domain controllers, so that whoever acts as an administrator before them has the domain.
_DIRECTORY_SERVICES = ("ldap", "gc", "krbtgt", "drsuapi", "e3514235-4b06-11d1-ab04-00c04fc2dcd2")
_KINDS = {
    "user": ", a user account,",
    "foreign": ", of another forest,",
    "unknown": ", which nobody knows any more,",
}
_RIGHTS = {
    "full_control": "full control",
    "owner": "it owns it, and so may change permissions",
    "write_dacl": "change permissions",
    "write_owner": "take ownership",
    "write_all_properties": "write all properties",
    "all_extended_rights": "all extended rights, resetting the password among them",
    "reset_password": "reset the password",
}


def counted(number: int, thing: str) -> str:
    """C(2 warnings); empty for none."""
    return "" if number == 0 else f"{number} {thing}{'' if number == 1 else 's'}"


def quoted(names: t.Iterable[str]) -> str:
    """Names in a sentence; of very many the first."""
    return listed([f"'{name}'" for name in names])


def listed(texts: t.Sequence[str]) -> str:
    """The same without quotation marks."""
    shown = list(texts[:_MOST])
    if len(texts) > _MOST:
        shown.append(f"{len(texts) - _MOST} more")
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}" if shown else ""


def membership(group: Facts) -> Words:
    """A group, and the way to it."""
    way = ""
    if group["by_primary_group"]:
        way += " by its primary group"
    if group["through"]:
        way += " through " + " and ".join(f"'{name}'" for name in group["through"])
    first, *others = (*group["through"], group["name"])
    who, where = (f"'{first}'", others[0]) if first in _EVERYBODY else ("it", first)
    return {**group, "way": way, "step": f"{who} out of '{where}'"}


def own_groups(facts: Facts) -> list[str]:
    """Groups that the account itself was put into."""
    return [group["name"] for group in facts["groups"] if not group["through"] and not group["by_primary_group"]]


def is_left_over(facts: Facts) -> bool:
    """Whether the account is marked as protected, and nothing in sight protects it."""
    protected = any(well_known.is_protected(sid or "") for sid in (facts["sid"], *(g["sid"] for g in facts["groups"])))
    return facts["admin_count"] and not protected


def history(principal: Facts) -> Words:
    """Somebody whose rights the account has as well."""
    bad = well_known.privilege(principal["sid"], principal["name"])
    return {**principal, "severity": bad.severity if bad and bad.severity != INFO else WARNING}


def unconstrained(facts: Facts) -> Words:
    """Domain controllers are trusted by design."""
    controller = any(
        group["by_primary_group"] and (group["sid"] or "").endswith(("-516", "-521")) for group in facts["groups"]
    )
    if controller:
        return {"because": ", as every domain controller does", "severity": INFO}
    return {"because": ""}


def of_directory(services: list[str]) -> list[str]:
    """Those of the SPNs that are services of domain controllers."""
    return [name for name in services if name.partition("/")[0].lower() in _DIRECTORY_SERVICES]


def actor(principal: Facts) -> Words:
    """Somebody who may act as others before the account. Computers and groups are what it is made for."""
    severity = INFO
    if principal["broad"]:
        severity = CRITICAL
    elif principal["kind"] in _KINDS:
        severity = WARNING
    return {**principal, "what": _what(principal), "severity": severity}


def reader(principal: Facts) -> Words | None:
    """Somebody who may read the password and is neither a host nor a group of hosts; None for these."""
    name = f"'{principal['name']}'"
    if principal["broad"]:
        return {"who": f"{name}, which is practically everybody", "severity": CRITICAL}
    if principal["people"]:
        return {"who": f"{name}, in which are people: {quoted(principal['people'])}"}
    if principal["kind"] == "group" and principal["people"] is None:
        return {"who": f"{name}, a group of another domain whose members are not known here", "severity": INFO}
    if principal["kind"] in ("computer", "group"):
        return None
    return {"who": f"{name}{_what(principal).rstrip(',') or ', which is no host'}"}


def changers(principals: list[Facts]) -> t.Iterator[Words]:
    """Whoever may change the account and is not meant to, each once."""
    found: dict[str, list[Facts]] = {}
    for principal in principals:
        if not principal["expected"]:
            found.setdefault(principal["sid"], []).append(principal)
    for entries in found.values():
        rights = dict.fromkeys(right for entry in entries for right in entry["rights"])
        inherited = all(entry["inherited"] for entry in entries)
        origin = "inherited" if inherited else "from its own permissions"
        if all(entry["conditional"] for entry in entries):
            origin += ", under a condition"
        yield {
            **entries[0],
            "what": _what(entries[0]),
            "rights": listed([_right(right) for right in rights]),
            "origin": origin,
            "where": " on the container that it comes from" if inherited else "",
            "severity": CRITICAL if entries[0]["broad"] else WARNING,
        }


def local(place: Facts) -> Words:
    """A host on which the account is a local administrator."""
    through = place["through"]
    return {**place, "way": f" through '{through}'" if through else "", "who": f"'{through}'" if through else "it"}


def _what(principal: Facts) -> str:
    if principal["broad"]:
        return ", which is practically everybody,"
    return _KINDS.get(principal["kind"], "")


def _right(right: str) -> str:
    return f"write {right.partition(':')[2]}" if right.startswith("write:") else _RIGHTS[right]
