# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Self-relative security descriptors (MS-DTYP 2.4.6). For internal use by this collection only.

Every object has one in nTSecurityDescriptor, and attributes such as msDS-GroupMSAMembership hold a whole one as their
value: whoever its DACL grants the right to read a property may retrieve the password (MS-ADTS 3.1.1.4.4.39), and
whoever that of msDS-AllowedToActOnBehalfOfOtherIdentity grants an extended right may act for others (MS-SFU 3.2.5.2.3).
Entries of kinds that we do not know are carried over unread, and those that we do know byte by byte.
"""

from __future__ import annotations

import dataclasses
import struct
import typing as t

from .values import guid_from_bytes, guid_to_bytes, sid_from_bytes, sid_length, sid_to_bytes

BUILTIN_ADMINISTRATORS = "S-1-5-32-544"
_EVERYONE = "S-1-1-0"

# Bits of an access mask on a directory object (MS-ADTS 5.1.3.2). Windows stores generic bits in entries that are only
# inherited, and maps them to the others where they count.
CREATE_CHILD = 0x00000001
DELETE_CHILD = 0x00000002
LIST_CONTENTS = 0x00000004
VALIDATED_WRITE = 0x00000008  # RIGHT_DS_WRITE_PROPERTY_EXTENDED, "self"
READ_PROPERTY = 0x00000010
WRITE_PROPERTY = 0x00000020
DELETE_TREE = 0x00000040
LIST_OBJECT = 0x00000080
CONTROL_ACCESS = 0x00000100  # extended rights
DELETE = 0x00010000
READ_CONTROL = 0x00020000
WRITE_DAC = 0x00040000
WRITE_OWNER = 0x00080000
SYNCHRONIZE = 0x00100000
ACCESS_SYSTEM_SECURITY = 0x01000000
GENERIC_ALL = 0x10000000
GENERIC_EXECUTE = 0x20000000
GENERIC_WRITE = 0x40000000
GENERIC_READ = 0x80000000
# All standard and directory rights: what Set-ADServiceAccount grants.
FULL_CONTROL = 0x000F01FF

# Flags of an entry (MS-DTYP 2.4.4.1).
OBJECT_INHERIT = 0x01
CONTAINER_INHERIT = 0x02
NO_PROPAGATE_INHERIT = 0x04
INHERIT_ONLY = 0x08
INHERITED = 0x10

# Kinds of entries (MS-DTYP 2.4.4.1) of which a DACL is made.
ALLOW, DENY = 0x00, 0x01
ALLOW_OBJECT, DENY_OBJECT = 0x05, 0x06
ALLOW_CALLBACK, DENY_CALLBACK = 0x09, 0x0A
ALLOW_CALLBACK_OBJECT, DENY_CALLBACK_OBJECT = 0x0B, 0x0C
_ALLOWING = frozenset({ALLOW, ALLOW_OBJECT, ALLOW_CALLBACK, ALLOW_CALLBACK_OBJECT})
_DENYING = frozenset({DENY, DENY_OBJECT, DENY_CALLBACK, DENY_CALLBACK_OBJECT})
_WITH_OBJECT = frozenset({ALLOW_OBJECT, DENY_OBJECT, ALLOW_CALLBACK_OBJECT, DENY_CALLBACK_OBJECT})
_WITH_CONDITION = frozenset({ALLOW_CALLBACK, DENY_CALLBACK, ALLOW_CALLBACK_OBJECT, DENY_CALLBACK_OBJECT})
_OBJECT_TYPE_PRESENT, _INHERITED_OBJECT_TYPE_PRESENT = 0x1, 0x2

_DACL_PRESENT = 0x0004
_SELF_RELATIVE = 0x8000
_ACL_REVISION_DS = 4
_HEADER = struct.Struct("<BBHIIII")
_ACL_HEADER = struct.Struct("<BBHHH")
_ACE_HEADER = struct.Struct("<BBH")
_NUMBER = struct.Struct("<I")
_GUID = struct.Struct("16s")
_LARGEST_ACL = 0xFFFF


@dataclasses.dataclass(frozen=True)
class Ace:
    """One entry (MS-DTYP 2.4.4).

    raw                    the whole entry; what is written back
    kind                   one of the constants above, or another number, of which then only raw and flags are known
    flags                  inheritance
    mask                   the rights
    sid                    whom it is about; None for an unknown kind
    object_type            GUID of the attribute, property set, extended right, validated write or child class that the
                           rights are limited to; None: to nothing
    inherited_object_type  GUID of the class of objects that inherit the entry; None: all
    condition              application data of a callback kind, which holds a conditional expression; the entry counts
                           only where the condition is met. None for the other kinds
    """

    raw: bytes
    kind: int
    flags: int = 0
    mask: int = 0
    sid: str | None = None
    object_type: str | None = None
    inherited_object_type: str | None = None
    condition: bytes | None = None

    @property
    def allows(self) -> bool:
        """Whether the entry grants something, to whomever and under whatever condition."""
        return self.kind in _ALLOWING

    @property
    def denies(self) -> bool:
        """Whether the entry refuses something."""
        return self.kind in _DENYING

    @property
    def inherited(self) -> bool:
        """Whether the entry comes from a container above."""
        return bool(self.flags & INHERITED)

    @property
    def inherit_only(self) -> bool:
        """Whether the entry says nothing about the object itself, only about those below."""
        return bool(self.flags & INHERIT_ONLY)

    def grants(self, right: int) -> bool:
        """Whether the entry plainly lets its principal do it. Generic bits count for nothing in a value: who checks it
        does not map them."""
        return self.kind == ALLOW and self.sid is not None and not self.inherit_only and bool(self.mask & right)

    def may_grant(self, right: int) -> bool:
        """Whether the entry grants it in part or under a condition: servers differ in what they make of that."""
        known = self.kind in _ALLOWING - {ALLOW}
        return known and not self.inherit_only and bool(self.mask & (right | GENERIC_ALL | GENERIC_READ))


@dataclasses.dataclass(frozen=True)
class SecurityDescriptor:
    """owner and group are SIDs as text; sacl is carried over as raw bytes; dacl None means that there is none."""

    owner: str | None = None
    group: str | None = None
    sacl: bytes = b""
    dacl: tuple[Ace, ...] | None = ()
    control: int = 0
    revision: int = _ACL_REVISION_DS

    def holders(self, right: int) -> list[str]:
        """Principals that plain entries grant a right, in order, each once. Without a DACL it is everybody."""
        if self.dacl is None:
            return [_EVERYONE]
        return list(dict.fromkeys(ace.sid for ace in self.dacl if ace.grants(right) and ace.sid))

    def with_holders(self, sids: t.Iterable[str], right: int) -> SecurityDescriptor:
        """Exactly these principals: their entries stay, others go, missing ones are appended. Deny entries and kinds
        that are not understood stay in place."""
        wanted = list(dict.fromkeys(sids))
        kept = tuple(ace for ace in self.dacl or () if not ace.grants(right) or ace.sid in wanted)
        held = {ace.sid for ace in kept if ace.grants(right)}
        new = tuple(allow(sid, FULL_CONTROL) for sid in wanted if sid not in held)
        return dataclasses.replace(self, dacl=kept + new)

    def unclear(self, right: int) -> list[Ace]:
        """Entries that may grant a right and that holders do not tell of."""
        return [ace for ace in self.dacl or () if ace.may_grant(right)]

    def to_bytes(self) -> bytes:
        """Wire form: header, owner, group, SACL, DACL."""
        body, offsets = b"", []
        dacl = None if self.dacl is None else _acl(self.dacl, self.revision)
        owner, group = (sid_to_bytes(sid) if sid else b"" for sid in (self.owner, self.group))
        for piece in (owner, group, self.sacl, dacl or b""):
            offsets.append(_HEADER.size + len(body) if piece else 0)
            body += piece
        control = (self.control & ~_DACL_PRESENT) | _SELF_RELATIVE | (0 if dacl is None else _DACL_PRESENT)
        return _HEADER.pack(1, 0, control, *offsets) + body


def allow(sid: str, mask: int, flags: int = 0) -> Ace:
    """An entry that grants."""
    return entry(ALLOW, sid, mask, flags)


def deny(sid: str, mask: int, flags: int = 0) -> Ace:
    """An entry that refuses."""
    return entry(DENY, sid, mask, flags)


def entry(
    kind: int,
    sid: str,
    mask: int,
    flags: int = 0,
    *,
    object_type: str | None = None,
    inherited_object_type: str | None = None,
    condition: bytes = b"",
) -> Ace:
    """An entry of any known kind; its length becomes a multiple of four, as MS-DTYP 2.4.4.1 wants it."""
    body = _NUMBER.pack(mask)
    if kind in _WITH_OBJECT:
        types = [guid_to_bytes(guid) if guid else b"" for guid in (object_type, inherited_object_type)]
        bits = (_OBJECT_TYPE_PRESENT if types[0] else 0) | (_INHERITED_OBJECT_TYPE_PRESENT if types[1] else 0)
        body += _NUMBER.pack(bits) + b"".join(types)
    body += sid_to_bytes(sid) + (condition if kind in _WITH_CONDITION else b"")
    body += bytes(-len(body) % 4)
    return _parse_ace(_ACE_HEADER.pack(kind, flags, _ACE_HEADER.size + len(body)) + body, kind, flags)


def for_readers(sids: t.Iterable[str]) -> SecurityDescriptor:
    """A new descriptor with which these may do everything, owned by the domain's administrators as the Windows tools
    make it."""
    return SecurityDescriptor(owner=BUILTIN_ADMINISTRATORS).with_holders(sids, READ_PROPERTY)


def parse(raw: bytes) -> SecurityDescriptor:
    """Take a self-relative descriptor apart. ValueError if it is damaged."""
    try:
        return _parse(raw)
    except (struct.error, IndexError) as error:
        raise ValueError(f"security descriptor of {len(raw)} bytes is cut short") from error


def _parse(raw: bytes) -> SecurityDescriptor:
    revision, _sbz1, control, owner, group, sacl, dacl = _HEADER.unpack_from(raw)
    if revision != 1 or not control & _SELF_RELATIVE:
        raise ValueError(f"not a self-relative security descriptor (revision {revision}, control {control:#06x})")
    aces: tuple[Ace, ...] | None = None
    acl_revision = _ACL_REVISION_DS
    if control & _DACL_PRESENT and dacl:
        acl_revision, aces = _parse_acl(raw, dacl)
    return SecurityDescriptor(
        owner=_sid_at(raw, owner) if owner else None,
        group=_sid_at(raw, group) if group else None,
        sacl=_acl_bytes(raw, sacl) if sacl else b"",
        dacl=aces,
        control=control,
        revision=acl_revision,
    )


def _sid_at(raw: bytes, offset: int) -> str:
    return sid_from_bytes(raw[offset : offset + sid_length(raw[offset:])])


def _acl_bytes(raw: bytes, offset: int) -> bytes:
    size = _ACL_HEADER.unpack_from(raw, offset)[2]
    if size < _ACL_HEADER.size or offset + size > len(raw):
        raise ValueError("an access control list reaches beyond its security descriptor")
    return raw[offset : offset + size]


def _parse_acl(raw: bytes, offset: int) -> tuple[int, tuple[Ace, ...]]:
    acl = _acl_bytes(raw, offset)
    revision, _sbz1, _size, count, _sbz2 = _ACL_HEADER.unpack_from(acl)
    aces, position = [], _ACL_HEADER.size
    for _number in range(count):
        kind, flags, length = _ACE_HEADER.unpack_from(acl, position)
        raw_entry = acl[position : position + length]
        if length < _ACE_HEADER.size or len(raw_entry) != length:
            raise ValueError("an access control entry reaches beyond its list")
        aces.append(_parse_ace(raw_entry, kind, flags))
        position += length
    return revision, tuple(aces)


def _parse_ace(raw: bytes, kind: int, flags: int) -> Ace:
    if kind not in _ALLOWING | _DENYING:
        return Ace(raw, kind, flags)
    position = _ACE_HEADER.size
    (mask,) = _NUMBER.unpack_from(raw, position)
    position += _NUMBER.size
    types: list[str | None] = [None, None]
    if kind in _WITH_OBJECT:
        (present,) = _NUMBER.unpack_from(raw, position)
        position += _NUMBER.size
        for number, bit in enumerate((_OBJECT_TYPE_PRESENT, _INHERITED_OBJECT_TYPE_PRESENT)):
            if present & bit:
                types[number] = guid_from_bytes(*_GUID.unpack_from(raw, position))
                position += _GUID.size
    sid = _sid_at(raw, position)
    condition = raw[position + len(sid_to_bytes(sid)) :] if kind in _WITH_CONDITION else None
    return Ace(raw, kind, flags, mask, sid, *types, condition)


def _acl(aces: tuple[Ace, ...], revision: int) -> bytes:
    body = b"".join(ace.raw for ace in aces)
    size = _ACL_HEADER.size + len(body)
    if size > _LARGEST_ACL:
        raise ValueError(
            f"an access control list of {len(aces)} entries is longer than the {_LARGEST_ACL} bytes it may be"
        )
    return _ACL_HEADER.pack(revision, 0, size, len(aces), 0) + body
