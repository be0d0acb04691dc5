# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Self-relative security descriptors (MS-DTYP 2.4.6). For internal use by this collection only.

An attribute such as msDS-GroupMSAMembership holds a whole descriptor: whoever its DACL grants the right to read a
property may retrieve the password (MS-ADTS 3.1.1.4.4.39). Entries that we do not manage are carried over unread.
"""

from __future__ import annotations

import dataclasses
import struct
import typing as t

from .values import sid_from_bytes, sid_length, sid_to_bytes

BUILTIN_ADMINISTRATORS = "S-1-5-32-544"
# All standard and directory rights: what Set-ADServiceAccount grants.
FULL_CONTROL = 0x000F01FF
READ_PROPERTY = 0x00000010
_GENERIC_READ = 0x80000000
_GENERIC_ALL = 0x10000000

_ALLOW, _DENY = 0x00, 0x01
_DACL_PRESENT = 0x0004
_SELF_RELATIVE = 0x8000
_ACL_REVISION_DS = 4
_HEADER = struct.Struct("<BBHIIII")
_ACL_HEADER = struct.Struct("<BBHHH")
_ACE_HEADER = struct.Struct("<BBH")


@dataclasses.dataclass(frozen=True)
class Ace:
    """One entry. mask and sid are known for plain allow and deny entries only; raw is always the whole entry."""

    raw: bytes
    kind: int
    flags: int = 0
    mask: int = 0
    sid: str | None = None

    @property
    def grants_read(self) -> bool:
        """Whether the entry lets its principal read properties of the protected thing."""
        rights = READ_PROPERTY | _GENERIC_READ | _GENERIC_ALL
        return self.kind == _ALLOW and self.sid is not None and bool(self.mask & rights)


@dataclasses.dataclass(frozen=True)
class SecurityDescriptor:
    """owner and group are SIDs as text; sacl is carried over as raw bytes; dacl None means that there is none."""

    owner: str | None = None
    group: str | None = None
    sacl: bytes = b""
    dacl: tuple[Ace, ...] | None = ()
    control: int = 0
    revision: int = _ACL_REVISION_DS

    @property
    def readers(self) -> list[str]:
        """Principals that an allow entry grants reading, in order, each once."""
        return list(dict.fromkeys(ace.sid for ace in self.dacl or () if ace.grants_read and ace.sid))

    def with_readers(self, sids: t.Iterable[str]) -> SecurityDescriptor:
        """Exactly these readers: their entries stay, others go, missing ones are appended. Deny entries and kinds that
        are not understood stay in place."""
        wanted = list(dict.fromkeys(sids))
        kept = tuple(ace for ace in self.dacl or () if not ace.grants_read or ace.sid in wanted)
        held = {ace.sid for ace in kept if ace.grants_read}
        new = tuple(allow(sid, FULL_CONTROL) for sid in wanted if sid not in held)
        return dataclasses.replace(self, dacl=kept + new)

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
    return _plain(_ALLOW, sid, mask, flags)


def deny(sid: str, mask: int, flags: int = 0) -> Ace:
    """An entry that refuses."""
    return _plain(_DENY, sid, mask, flags)


def for_readers(sids: t.Iterable[str]) -> SecurityDescriptor:
    """A new descriptor, owned by the domain's administrators as the Windows tools make it."""
    return SecurityDescriptor(owner=BUILTIN_ADMINISTRATORS).with_readers(sids)


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
        entry = acl[position : position + length]
        if length < _ACE_HEADER.size or len(entry) != length:
            raise ValueError("an access control entry reaches beyond its list")
        aces.append(_parse_ace(entry, kind, flags))
        position += length
    return revision, tuple(aces)


def _parse_ace(entry: bytes, kind: int, flags: int) -> Ace:
    if kind not in (_ALLOW, _DENY):
        return Ace(entry, kind, flags)
    (mask,) = struct.unpack_from("<I", entry, _ACE_HEADER.size)
    return Ace(entry, kind, flags, mask, _sid_at(entry, _ACE_HEADER.size + 4))


def _plain(kind: int, sid: str, mask: int, flags: int) -> Ace:
    binary = sid_to_bytes(sid)
    raw = _ACE_HEADER.pack(kind, flags, _ACE_HEADER.size + 4 + len(binary)) + struct.pack("<I", mask) + binary
    return Ace(raw, kind, flags, mask, sid)


def _acl(aces: tuple[Ace, ...], revision: int) -> bytes:
    body = b"".join(ace.raw for ace in aces)
    return _ACL_HEADER.pack(revision, 0, _ACL_HEADER.size + len(body), len(aces), 0) + body
