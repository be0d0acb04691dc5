# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts that an authentication policy lets accounts log on from. For internal use by this collection only.

The attribute holds a security descriptor that the domain controller checks with the token of the host, which is the
account that armours the logon (MS-KILE 3.3.5.6): one entry for Everyone that grants control access if a condition is
met. What this collection writes is C(Member_of_any {SID(..)}), C(@USER.ad://ext/AuthenticationSilo == ".."), or one of
both. Whatever else stands there is shown and never written over.
"""

from __future__ import annotations

import dataclasses
import typing as t

from .._engine.errors import Conflict
from .._engine.spec import Field, LookUp, Names
from . import conditional_ace as conditions
from . import security_descriptor as sd
from .properties import Text

if t.TYPE_CHECKING:
    from .._engine.plan import Change, Plan
    from .directory import Entry, Modification

# Claim with the name of the enforced silo that an account is assigned to and a member of (MS-ADTS, GetAuthSiloClaim).
SILO_CLAIM = "ad://ext/AuthenticationSilo"
EVERYONE = "S-1-1-0"
LOCAL_SYSTEM = "S-1-5-18"
UNMANAGED = "unmanaged"
_FLAGS = sd.OBJECT_INHERIT | sd.CONTAINER_INHERIT
_LETTERS = {
    sd.ALLOW: "A",
    sd.DENY: "D",
    sd.ALLOW_OBJECT: "OA",
    sd.DENY_OBJECT: "OD",
    sd.ALLOW_CALLBACK: "XA",
    sd.DENY_CALLBACK: "XD",
    sd.ALLOW_CALLBACK_OBJECT: "ZA",
}


@dataclasses.dataclass(frozen=True)
class Hosts:
    """groups are SIDs of which a host has one in its token; silo is the name of the silo that it is in. One of the two
    is enough."""

    groups: tuple[str, ...] = ()
    silo: str | None = None

    @property
    def condition(self) -> conditions.Node:
        """As a conditional expression; ValueError if there is nothing to meet."""
        terms = [conditions.member_of_any(self.groups)] if self.groups else []
        if self.silo:
            terms.append(conditions.user_claim_is(SILO_CLAIM, self.silo))
        if not terms:
            raise ValueError("no host is allowed by a condition without terms")
        return conditions.either(*terms)


def descriptor_for(hosts: Hosts, before: bytes | None = None) -> bytes:
    """The attribute's value. Owner and group of the value before stay; without one they are LocalSystem, as
    Microsoft's tools write it."""
    old = sd.SecurityDescriptor(owner=LOCAL_SYSTEM, group=LOCAL_SYSTEM) if before is None else sd.parse(before)
    condition = conditions.encode(hosts.condition)
    entry = sd.entry(sd.ALLOW_CALLBACK, EVERYONE, sd.CONTROL_ACCESS, _FLAGS, condition=condition)
    return dataclasses.replace(old, dacl=(entry,)).to_bytes()


def hosts_of(raw: bytes) -> Hosts:
    """The inverse of C(descriptor_for()); ValueError for what it would not write in this or in another form."""
    groups: dict[str, None] = {}
    silos: dict[str, str] = {}
    dacl = sd.parse(raw).dacl
    for ace in dacl or ():
        if ace.kind != sd.ALLOW_CALLBACK or ace.sid != EVERYONE or ace.inherit_only or not ace.mask & sd.CONTROL_ACCESS:
            raise ValueError("it has an entry that is no condition for everyone")
        for term in conditions.alternatives(conditions.parse(ace.condition or b"")):
            silo = _silo(term)
            groups.update(dict.fromkeys(_groups(term)))
            silos.update({silo.lower(): silo} if silo else {})
    if not groups and not silos:
        raise ValueError("it has no entry")
    if len(silos) > 1:
        raise ValueError("it names more than one silo")
    return Hosts(tuple(groups), next(iter(silos.values()), None))


def silos_of(raw: bytes) -> set[str]:
    """Names, in lower case, of all silos that the descriptor's conditions mention, also in those that C(hosts_of())
    does not understand. A condition that cannot be taken apart mentions none."""
    found = set()
    for ace in _entries(raw):
        try:
            tree = conditions.parse(ace.condition or b"")
        except ValueError:
            continue
        found |= {silo.lower() for silo in map(_silo, conditions.nodes(tree)) if silo}
    return found


def shown(raw: bytes) -> str:
    """The DACL much as SDDL writes it (MS-DTYP 2.5.1), for human eyes."""
    try:
        dacl = sd.parse(raw).dacl
    except ValueError as error:
        return str(error)
    return "no access control list" if dacl is None else "D:" + "".join(map(_shown, dacl))


@dataclasses.dataclass(frozen=True)
class AllowedFrom(Text):
    """C(groups) and C(silo), or C(unmanaged) with what else is there."""

    def decode(self, entry: Entry) -> dict[str, t.Any]:
        raw = entry.first(self.attribute)
        if raw is None:
            return {self.key: None}
        try:
            hosts = hosts_of(raw)
        except ValueError:
            return {self.key: {UNMANAGED: shown(raw)}}
        return {self.key: _spoken(list(hosts.groups), hosts.silo)}

    def encode(
        self, changes: dict[str, Change], _target: dict[str, t.Any], entry: Entry | None
    ) -> dict[str, Modification]:
        value = changes[self.key].value
        if value is None:
            return {self.attribute: []}
        hosts = Hosts(tuple(value.get("groups") or ()), value.get("silo"))
        return {self.attribute: [descriptor_for(hosts, entry and entry.first(self.attribute))]}


def field(name: str) -> Field:
    """The option."""
    return Field(
        name,
        type="dict",
        options={"groups": {"type": "list", "elements": "str"}, "silo": {"type": "str"}},
        clears={},
        names=Names(encode=_encoded, decode=lambda value, _look_up: value, kinds=("principal",)),
        problem=_problem,
        normalize=_canonical,
    )


def refuse_unmanaged(
    kind: str, name: str, server: str, plan: Plan, current: dict[str, t.Any] | None, fields: t.Iterable[str]
) -> None:
    """Raise Conflict where a plan would write over a condition that somebody else made."""
    for key in fields:
        held = (current or {}).get(key) or {}
        if key in plan.changes and UNMANAGED in held:
            raise Conflict(
                f"set '{key}' of {kind}",
                obj=name,
                server=server,
                why=f"it holds a condition that this module does not manage: {held[UNMANAGED]}",
                todo=f"Leave '{key}' out to keep the condition, or remove it with the tool that made it",
            )


def _groups(term: conditions.Node) -> list[str]:
    """SIDs of a term about groups; ValueError for any other term than that and one about a silo."""
    if _silo(term):
        return []
    operand = term.operands[0] if term.code in (conditions.MEMBER_OF, conditions.MEMBER_OF_ANY) else None
    if operand is not None:
        elements = operand.operands if operand.code == conditions.COMPOSITE else (operand,)
        # All of several groups is another thing than one of them.
        enough = term.code == conditions.MEMBER_OF_ANY or len(elements) == 1
        if enough and elements and all(element.code == conditions.SID for element in elements):
            return [element.sid for element in elements]
    raise ValueError("it has a term that is neither about groups nor about a silo")


def _silo(term: conditions.Node) -> str | None:
    """Name of the silo that a term is about."""
    if term.code != conditions.EQUALS:
        return None
    left, right = term.operands
    named = left.code == conditions.USER_ATTRIBUTE and left.text.lower() == SILO_CLAIM.lower()
    return right.text if named and right.code == conditions.UNICODE else None


def _entries(raw: bytes) -> tuple[sd.Ace, ...]:
    try:
        return sd.parse(raw).dacl or ()
    except ValueError:
        return ()


def _shown(ace: sd.Ace) -> str:
    flags, mask = f"{ace.flags:#x}" if ace.flags else "", f"{ace.mask:#x}"
    parts = [
        _LETTERS.get(ace.kind, f"{ace.kind:#x}"),
        flags,
        mask,
        ace.object_type or "",
        ace.inherited_object_type or "",
    ]
    parts.append(ace.sid or "")
    if ace.condition is not None:
        try:
            parts.append(conditions.text(conditions.parse(ace.condition)))
        except ValueError:
            parts.append(f"#{ace.condition.hex()}")
    return f"({';'.join(parts)})"


def _encoded(value: dict[str, t.Any], look_up: LookUp) -> dict[str, t.Any]:
    """Groups by their SIDs."""
    return _spoken([look_up("principal", name) for name in value.get("groups") or ()], value.get("silo"))


def _spoken(groups: list[str], silo: str | None) -> dict[str, t.Any]:
    """The option's value, without what says nothing."""
    return {**({"groups": groups} if groups else {}), **({"silo": silo} if silo else {})}


def _problem(value: dict[str, t.Any]) -> str:
    blank = any(not name.strip() for name in value.get("groups") or ())
    return "an element of 'groups' is empty" if blank else ""


def _canonical(value: t.Any) -> t.Any:
    """Order and case do not count; an empty list says the same as none."""
    if not isinstance(value, dict) or UNMANAGED in value:
        return value
    groups = sorted({str(sid).lower() for sid in value.get("groups") or ()})
    return {"groups": groups, "silo": str(value.get("silo") or "").lower()}
