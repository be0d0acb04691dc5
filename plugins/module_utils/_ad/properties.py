# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How options and attributes correspond. For internal use by this collection only."""

from __future__ import annotations

import dataclasses
import re
import typing as t

from .._engine.errors import Forbidden
from . import security_descriptor, values
from .directory import Entry, Modification, Swap

if t.TYPE_CHECKING:
    from .._engine.plan import Change


# Other signs that end a line for some programs belong to the line.
_LINE_END = re.compile("\r\n|\r|\n")


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

    def is_asked(self, params: dict[str, t.Any]) -> bool:
        """Whether a run with these options, one of the keys among them, looks at what an object holds."""

    def problem(self, entry: Entry) -> str:
        """What of the attributes the options cannot express, so that a comparison would be wrong or a write lose it;
        nothing if all is well."""


class _Plain:
    """What most properties say."""

    def is_asked(self, _params: dict[str, t.Any]) -> bool:
        return True

    def problem(self, _entry: Entry) -> str:
        return ""


@dataclasses.dataclass(frozen=True)
class Text(_Plain):
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
        self, changes: dict[str, Change], _target: dict[str, t.Any], entry: Entry | None
    ) -> dict[str, Modification]:
        value = changes[self.key].value
        if value not in (None, ""):
            return {self.attribute: [str(value).encode()]}
        # what is there is taken out by name: Samba fails to replace a dNSHostName by nothing
        return {self.attribute: [] if entry is None else Swap(entry.all(self.attribute), [])}

    def problem(self, entry: Entry) -> str:
        found = entry.all(self.attribute)
        return f"its '{self.attribute}' has {len(found)} values, and this option is one text" if len(found) > 1 else ""


@dataclasses.dataclass(frozen=True)
class ComputerName(Text):
    """The account name of a computer, which ends in a dollar sign whether it was given with one or not."""

    def encode(
        self, changes: dict[str, Change], _target: dict[str, t.Any], _entry: Entry | None
    ) -> dict[str, Modification]:
        return {self.attribute: [f"{changes[self.key].value.rstrip('$')}$".encode()]}


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

    def problem(self, _entry: Entry) -> str:
        return ""

    def encode(
        self, changes: dict[str, Change], _target: dict[str, t.Any], entry: Entry | None
    ) -> dict[str, Modification]:
        change = changes[self.key]
        if entry is None:
            return {self.attribute: _encoded(change.value)}
        return {self.attribute: Swap(_encoded(change.removed), _encoded(change.added))}


@dataclasses.dataclass(frozen=True)
class GroupType(_Plain):
    """Scope and category share one number."""

    keys: tuple[str, ...] = ("scope", "category")
    attributes: tuple[str, ...] = ("groupType",)

    def decode(self, entry: Entry) -> dict[str, t.Any]:
        number = entry.number("groupType")
        return {"scope": values.group_scope(number), "category": values.group_category(number)}

    def encode(
        self, _changes: dict[str, Change], target: dict[str, t.Any], entry: Entry | None
    ) -> dict[str, Modification]:
        if entry is not None:
            _readable_number(entry, "groupType")
        return {"groupType": [str(values.group_type(target["scope"], target["category"])).encode()]}


@dataclasses.dataclass(frozen=True)
class AccountControl(_Plain):
    """Bits of userAccountControl; those that belong to no option stay (MS-ADTS 2.2.16).

    flags  option -> bit; a bit with a minus sign means the opposite of its option
    base   bits of a new object, which say what kind of account it is
    """

    flags: dict[str, int]
    base: int
    attributes: tuple[str, ...] = ("userAccountControl",)

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(self.flags)

    def decode(self, entry: Entry) -> dict[str, t.Any]:
        if not entry.all("userAccountControl"):
            return dict.fromkeys(self.flags)
        bits = entry.number("userAccountControl")
        return {key: bool(bits & abs(bit)) is (bit > 0) for key, bit in self.flags.items()}

    def encode(
        self, _changes: dict[str, Change], target: dict[str, t.Any], entry: Entry | None
    ) -> dict[str, Modification]:
        bits = self.base if entry is None else _readable_number(entry, "userAccountControl")
        for key, bit in self.flags.items():
            if target.get(key) is not None:
                bits = bits | abs(bit) if target[key] is (bit > 0) else bits & ~abs(bit)
        return {"userAccountControl": [str(bits).encode()]}


@dataclasses.dataclass(frozen=True)
class InfoLines(_Plain):
    """Facts that have no attribute of their own, as lines such as C(Ticket: CHG-4711) of the notes (C(info)); all other
    lines stay.

    labels  option -> what stands before the colon
    """

    labels: dict[str, str]
    attributes: tuple[str, ...] = ("info",)

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(self.labels)

    def decode(self, entry: Entry) -> dict[str, t.Any]:
        lines = _lines(entry)
        return {
            key: next(filter(None, (_after(label, line) for line in lines)), None) for key, label in self.labels.items()
        }

    def encode(
        self, changes: dict[str, Change], _target: dict[str, t.Any], entry: Entry | None
    ) -> dict[str, Modification]:
        lines = _lines(entry)
        for key, label in self.labels.items():
            if key in changes:
                kept = [line for line in lines if _after(label, line) is None]
                value = changes[key].value
                lines = kept if value in (None, "") else [f"{label}: {value}", *kept]
        return {"info": ["\r\n".join(lines).encode()] if lines else []}


@dataclasses.dataclass(frozen=True)
class Password(Text):
    """A password, which can be set and never read (MS-ADTS 3.1.1.3.1.5)."""

    attribute: str = "unicodePwd"

    @property
    def attributes(self) -> tuple[str, ...]:
        return ("pwdLastSet",)

    def is_asked(self, params: dict[str, t.Any]) -> bool:
        return params.get("update_password") == "when_older"

    def problem(self, entry: Entry) -> str:
        return "" if entry.all("pwdLastSet") else "it does not say when its password was set ('pwdLastSet')"

    def decode(self, entry: Entry) -> dict[str, t.Any]:
        ticks = entry.number("pwdLastSet")
        return {"password_last_set": values.moment(ticks).isoformat(timespec="seconds") if ticks else None}

    def encode(
        self, changes: dict[str, Change], _target: dict[str, t.Any], _entry: Entry | None
    ) -> dict[str, Modification]:
        return {"unicodePwd": [values.password(changes[self.key].value)]}


@dataclasses.dataclass(frozen=True)
class CommaList(Text):
    """Names without order in one text, with commas between them."""

    def decode(self, entry: Entry) -> dict[str, t.Any]:
        return {self.key: [name for name in (entry.text(self.attribute) or "").split(",") if name]}

    def encode(
        self, changes: dict[str, Change], _target: dict[str, t.Any], _entry: Entry | None
    ) -> dict[str, Modification]:
        names = changes[self.key].value or []
        return {self.attribute: [",".join(names).encode()] if names else []}


@dataclasses.dataclass(frozen=True)
class EncryptionTypes(_Plain):
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
class Holders:
    """SIDs that a security descriptor kept in an attribute grants something; its owner and other entries stay.

    right  bit of the access mask that counts; of several kinds of entries plain ones alone
    """

    key: str
    attribute: str
    right: int

    @property
    def keys(self) -> tuple[str, ...]:
        return (self.key,)

    @property
    def attributes(self) -> tuple[str, ...]:
        return (self.attribute,)

    def is_asked(self, _params: dict[str, t.Any]) -> bool:
        return True

    def problem(self, entry: Entry) -> str:
        raw = entry.first(self.attribute)
        unclear = [] if raw is None else security_descriptor.parse(raw).unclear(self.right)
        named = ", ".join(dict.fromkeys(ace.sid or "nobody" for ace in unclear))
        return f"its '{self.attribute}' has entries with a condition or for a part only, for {named}" if unclear else ""

    def decode(self, entry: Entry) -> dict[str, t.Any]:
        raw = entry.first(self.attribute)
        return {self.key: [] if raw is None else security_descriptor.parse(raw).holders(self.right)}

    def encode(
        self, changes: dict[str, Change], _target: dict[str, t.Any], entry: Entry | None
    ) -> dict[str, Modification]:
        sids = changes[self.key].value
        raw = None if entry is None else entry.first(self.attribute)
        if raw is None:
            return {self.attribute: [security_descriptor.for_readers(sids).to_bytes()] if sids else []}
        return {self.attribute: [security_descriptor.parse(raw).with_holders(sids, self.right).to_bytes()]}


def _readable_number(entry: Entry, attribute: str) -> int:
    """A number that every such object has. Where it cannot be read, what we do not manage of it would be lost."""
    if not entry.all(attribute):
        raise Forbidden(
            "change the object",
            obj=entry.dn,
            why=f"the account that is used may not read its '{attribute}', and what else it holds has to stay",
            todo=f"Grant it the right to read '{attribute}'",
        )
    return entry.number(attribute)


def _lines(entry: Entry | None) -> list[str]:
    """Lines of the notes."""
    text = entry.text("info") if entry is not None else None
    return _LINE_END.split(text) if text else []


def _after(label: str, line: str) -> str | None:
    """What stands in the line behind the label; None if it is another line."""
    before, colon, value = line.partition(":")
    return value.strip() if colon and before.strip().lower() == label.lower() else None


def _encoded(texts: t.Iterable[str]) -> list[bytes]:
    return [text.encode() for text in texts]
