# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How options and attributes correspond. For internal use by this collection only."""

from __future__ import annotations

import dataclasses
import typing as t

from . import security_descriptor, values
from .directory import Entry, Modification, Swap

if t.TYPE_CHECKING:
    from .._engine.plan import Change


class Property(t.Protocol):
    """One or more options that share attributes.

    keys        names in the engine's dictionaries
    attributes  what has to be read
    """

    @property
    def keys(self) -> tuple[str, ...]: ...

    @property
    def attributes(self) -> tuple[str, ...]: ...

    def decode(self, entry: Entry) -> dict[str, t.Any]:
        """Values by key; None or an empty list for an attribute that is not there."""

    def encode(
        self, changes: dict[str, Change], target: dict[str, t.Any], entry: Entry | None
    ) -> dict[str, Modification]:
        """What to write. target holds all properties as they shall be; entry is None when the object is created."""


@dataclasses.dataclass(frozen=True)
class Text:
    """A text, or the name of another object."""

    key: str
    attribute: str

    @property
    def keys(self) -> tuple[str, ...]:
        return (self.key,)

    @property
    def attributes(self) -> tuple[str, ...]:
        return (self.attribute,)

    def decode(self, entry: Entry) -> dict[str, t.Any]:
        return {self.key: entry.text(self.attribute)}

    def encode(
        self, changes: dict[str, Change], _target: dict[str, t.Any], _entry: Entry | None
    ) -> dict[str, Modification]:
        value = changes[self.key].value
        return {self.attribute: [] if value in (None, "") else [str(value).encode()]}


@dataclasses.dataclass(frozen=True)
class Number(Text):
    """A whole number."""

    def decode(self, entry: Entry) -> dict[str, t.Any]:
        value = entry.first(self.attribute)
        return {self.key: None if value is None else int(value)}


@dataclasses.dataclass(frozen=True)
class Texts(Text):
    """Values without order. Single ones are swapped, so that a long attribute is never sent as a whole and values that
    somebody else adds at the same moment survive."""

    def decode(self, entry: Entry) -> dict[str, t.Any]:
        return {self.key: entry.texts(self.attribute)}

    def encode(
        self, changes: dict[str, Change], _target: dict[str, t.Any], entry: Entry | None
    ) -> dict[str, Modification]:
        change = changes[self.key]
        if entry is None:
            return {self.attribute: _encoded(change.value)}
        return {self.attribute: Swap(_encoded(change.removed), _encoded(change.added))}


@dataclasses.dataclass(frozen=True)
class GroupType:
    """Scope and category share one number."""

    keys: tuple[str, ...] = ("scope", "category")
    attributes: tuple[str, ...] = ("groupType",)

    def decode(self, entry: Entry) -> dict[str, t.Any]:
        number = entry.number("groupType")
        return {"scope": values.group_scope(number), "category": values.group_category(number)}

    def encode(
        self, _changes: dict[str, Change], target: dict[str, t.Any], _entry: Entry | None
    ) -> dict[str, Modification]:
        return {"groupType": [str(values.group_type(target["scope"], target["category"])).encode()]}


@dataclasses.dataclass(frozen=True)
class Enabled:
    """One bit of userAccountControl; the others stay. A new object becomes a managed service account."""

    keys: tuple[str, ...] = ("enabled",)
    attributes: tuple[str, ...] = ("userAccountControl",)

    def decode(self, entry: Entry) -> dict[str, t.Any]:
        return {"enabled": not entry.number("userAccountControl") & values.ACCOUNT_DISABLED}

    def encode(
        self, _changes: dict[str, Change], target: dict[str, t.Any], entry: Entry | None
    ) -> dict[str, Modification]:
        bits = values.WORKSTATION_TRUST_ACCOUNT if entry is None else entry.number("userAccountControl")
        bits = bits & ~values.ACCOUNT_DISABLED if target["enabled"] else bits | values.ACCOUNT_DISABLED
        return {"userAccountControl": [str(bits).encode()]}


@dataclasses.dataclass(frozen=True)
class EncryptionTypes:
    """Names of Kerberos encryption types, stored as bits; bits that are none of them stay."""

    keys: tuple[str, ...] = ("kerberos_encryption_types",)
    attributes: tuple[str, ...] = ("msDS-SupportedEncryptionTypes",)

    def decode(self, entry: Entry) -> dict[str, t.Any]:
        return {self.keys[0]: values.encryption_names(entry.number(self.attributes[0]))}

    def encode(
        self, _changes: dict[str, Change], target: dict[str, t.Any], entry: Entry | None
    ) -> dict[str, Modification]:
        mask = 0 if entry is None else entry.number(self.attributes[0])
        return {self.attributes[0]: [str(values.encryption_types(target[self.keys[0]], mask)).encode()]}


@dataclasses.dataclass(frozen=True)
class Readers:
    """SIDs that a security descriptor kept in an attribute lets read; its owner and other entries stay."""

    key: str
    attribute: str

    @property
    def keys(self) -> tuple[str, ...]:
        return (self.key,)

    @property
    def attributes(self) -> tuple[str, ...]:
        return (self.attribute,)

    def decode(self, entry: Entry) -> dict[str, t.Any]:
        raw = entry.first(self.attribute)
        return {self.key: [] if raw is None else security_descriptor.parse(raw).readers}

    def encode(
        self, changes: dict[str, Change], _target: dict[str, t.Any], entry: Entry | None
    ) -> dict[str, Modification]:
        sids = changes[self.key].value
        raw = None if entry is None else entry.first(self.attribute)
        if raw is None:
            return {self.attribute: [security_descriptor.for_readers(sids).to_bytes()] if sids else []}
        return {self.attribute: [security_descriptor.parse(raw).with_readers(sids).to_bytes()]}


def _encoded(texts: t.Iterable[str]) -> list[bytes]:
    return [text.encode() for text in texts]
