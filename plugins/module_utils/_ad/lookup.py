# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From what a user calls an object to the object. For internal use by this collection only.

An identity is a distinguished name, a GUID, a SID, a user principal name or a sAMAccountName; its form tells which.
Many are looked up at once, with filters of many terms, so that a thousand objects cost a handful of operations.
"""

from __future__ import annotations

import dataclasses
import typing as t

from .._engine.errors import Ambiguous
from . import dn, filters, values
from .directory import Entry

if t.TYPE_CHECKING:
    from .directory import Directory

Key = tuple[str, str]

# What every object is known by.
IDENTIFIERS = ["objectClass", "objectGUID", "objectSid", "sAMAccountName", "userPrincipalName"]
_BY_DN = "distinguishedName"


def find(directory: Directory, identity: str, attributes: list[str]) -> Entry | None:
    """The one object that the identity means; None if the domain holds none."""
    return Finder(directory).find(identity, attributes)


def key_of(identity: str) -> Key:
    """Attribute and value, in one spelling, that an identity stands for."""
    if dn.is_dn(identity):
        return (_BY_DN, dn.canonical(identity))
    if values.is_guid(identity):
        return ("objectGUID", values.guid_from_bytes(values.guid_to_bytes(identity)))
    if values.is_sid(identity):
        return ("objectSid", identity.upper())
    if "@" in identity:
        return ("userPrincipalName", identity.lower())
    return ("sAMAccountName", identity.lower())


def is_fixed(identity: str) -> bool:
    """Whether the directory itself hands out such identities, so that no object can be created with it."""
    return values.is_guid(identity) or values.is_sid(identity)


@dataclasses.dataclass(frozen=True)
class _Known:
    """What was found: entries with these attributes, in lower case."""

    attributes: frozenset[str]
    entries: list[Entry]

    def covers(self, attributes: frozenset[str]) -> bool:
        """Whether nothing has to be asked for these: what is not there has none."""
        return not self.entries or attributes <= self.attributes


class Finder:
    """Looks objects up and remembers them, until it is told that they have changed."""

    def __init__(self, directory: Directory) -> None:
        self.directory = directory
        self._known: dict[Key, _Known] = {}
        self._facts: dict[t.Any, t.Any] = {}

    def once(self, question: t.Any, answer: t.Callable[[], t.Any]) -> t.Any:
        """What was found out about the directory as a whole; asked for the first time only."""
        if question not in self._facts:
            self._facts[question] = answer()
        return self._facts[question]

    def find(self, identity: str, attributes: list[str]) -> Entry | None:
        """The one object that the identity means; None if the domain holds none.

        Raises Ambiguous if there are more, Forbidden if it is there and cannot be read.
        """
        return self._one(key_of(identity), identity, attributes)

    def find_by(self, attribute: str, value: str, attributes: list[str]) -> Entry | None:
        """The one object with this value in an attribute whose values are compared without case."""
        return self._one((attribute, value.lower()), value, attributes)

    def knows(self, identity: str, attributes: list[str]) -> bool:
        """Whether the object was found already, with these attributes."""
        known = self._known.get(key_of(identity))
        return known is not None and bool(known.entries) and _lower(attributes) <= known.attributes

    def prefetch(self, identities: t.Iterable[str], attributes: list[str]) -> None:
        """Look many up at once; C(find) then asks no more, but for what was not found by its distinguished name: that
        may be there and not readable."""
        self._fetch([key_of(identity) for identity in identities], attributes)

    def presume_absent(self, names: t.Iterable[str], attributes: list[str]) -> None:
        """Take what was looked up by its distinguished name and not found for absent, if it could be seen: its
        container is there to read, or is one of these names itself. For what is going to be created only: if it is
        there and hidden, the directory refuses to create it."""
        missing = sorted({dn.canonical(name) for name in names if not self.knows(name, attributes)}, key=len)
        inside = [name for name in missing if dn.within(name, self.directory.base) and dn.parent(name)]
        self._fetch([(_BY_DN, dn.canonical(dn.parent(name))) for name in inside], attributes)
        for name in inside:
            container = self._known.get((_BY_DN, dn.canonical(dn.parent(name))))
            if container is not None and (container.entries or dn.canonical(dn.parent(name)) in inside):
                self._known.setdefault((_BY_DN, name), _Known(_lower(_with_identifiers(attributes)), []))

    def prefetch_by(self, attribute: str, wanted: t.Iterable[str], attributes: list[str]) -> None:
        """The same for values of one attribute."""
        self._fetch([(attribute, value.lower()) for value in wanted], attributes)

    def forget(self, entry: Entry) -> None:
        """Remember an object no more."""
        for key in keys_of(entry):
            self._known.pop(key, None)

    def forget_all(self) -> None:
        """Remember no object any more: an object has another name now, and so has all that is in it."""
        self._known.clear()

    def read_anew(self, identity: str, attributes: list[str]) -> Entry | None:
        """C(find) for an object that was just written."""
        self._known.pop(key_of(identity), None)
        return self.find(identity, attributes)

    def _one(self, key: Key, called: str, attributes: list[str]) -> Entry | None:
        known = self._known.get(key)
        if known is None or not known.covers(_lower(attributes)):
            asked = self._asked([key], attributes)
            found = self._ask(key, called, asked)
            self._keep(found, _lower(asked), [])
            # a directory may take for the same what we would not
            if not any(key in keys_of(entry) for entry in found):
                self._known[key] = _Known(_lower(asked), found)
            known = self._known[key]
        if len(known.entries) > 1:
            raise self._ambiguous(called, known.entries)
        return known.entries[0] if known.entries else None

    def _ask(self, key: Key, called: str, attributes: list[str]) -> list[Entry]:
        if key[0] == _BY_DN:
            # put together anew: not every server takes all spellings of a name
            entry = self.directory.get(dn.text(dn.parse(called)), attributes, **_descriptors(attributes))
            return [] if entry is None else [entry]
        return self.directory.search(_condition(key), attributes, **_descriptors(attributes))

    def _fetch(self, keys: list[Key], attributes: list[str]) -> None:
        wanted = _lower(attributes)
        missing = [
            key
            for key in dict.fromkeys(keys)
            if (key[0] != _BY_DN or dn.within(key[1], self.directory.base))
            and not (key in self._known and self._known[key].covers(wanted))
        ]
        asked = self._asked(missing, attributes)
        for some in filters.portions(missing):
            found = self.directory.search(filters.any_of(*map(_condition, some)), asked, **_descriptors(asked))
            # A directory may take two spellings for the same that we take for two. Then each has to be asked for alone.
            claimed = set(some)
            certain = all(claimed.intersection(keys_of(entry)) for entry in found)
            self._keep(found, _lower(asked), [key for key in some if certain and key[0] != _BY_DN])

    def _asked(self, keys: list[Key], attributes: list[str]) -> list[str]:
        """What to read: also what was read of these objects before, so that nothing that is known gets lost."""
        before = {name for key in keys if key in self._known for name in self._known[key].attributes}
        asked = _with_identifiers(attributes)
        return [*asked, *sorted(before - _lower(asked))]

    def _keep(self, found: list[Entry], attributes: frozenset[str], certain: list[Key]) -> None:
        """Remember what was found by all that it answers to.

        certain  keys for which there is nothing else: those that nothing was found for stand for no object
        """
        by_key: dict[Key, list[Entry]] = {}
        for entry in found:
            for key in keys_of(entry):
                by_key.setdefault(key, []).append(entry)
        for key, entries in by_key.items():
            before = self._known.get(key)
            if before is None or before.attributes <= attributes or len(entries) != 1:
                self._known[key] = _Known(attributes, entries)
            elif len(before.entries) == 1 and before.entries[0].all("objectGUID") == entries[0].all("objectGUID"):
                self._known[key] = _Known(before.attributes | attributes, [_merged(before, entries[0], attributes)])
            else:
                self._known[key] = _Known(attributes, entries)
        for key in certain:
            if key not in by_key:
                self._known[key] = _Known(attributes, [])

    def _ambiguous(self, called: str, entries: list[Entry]) -> Ambiguous:
        names = ", ".join(sorted(entry.dn for entry in entries))
        return Ambiguous(
            "find the object",
            obj=called,
            server=self.directory.server,
            why=f"{len(entries)} objects answer to it: {names}",
            todo="Give the distinguished name or the GUID of the one that is meant",
        )


def _condition(key: Key) -> filters.Filter:
    attribute, value = key
    if attribute == "objectGUID":
        return filters.equals(attribute, values.guid_to_bytes(value))
    if attribute == "objectSid":
        return filters.equals(attribute, values.sid_to_bytes(value))
    return filters.equals(attribute, value)


def keys_of(entry: Entry) -> list[Key]:
    """All that an object answers to."""
    keys = [(_BY_DN, dn.canonical(entry.dn))]
    guid, sid = entry.first("objectGUID"), entry.first("objectSid")
    if guid:
        keys.append(("objectGUID", values.guid_from_bytes(guid)))
    if sid:
        keys.append(("objectSid", values.sid_from_bytes(sid)))
    for attribute in ("userPrincipalName", "sAMAccountName"):
        text = entry.text(attribute)
        if text:
            keys.append((attribute, text.lower()))
    return keys


def _descriptors(attributes: t.Iterable[str]) -> dict[str, bool]:
    """A descriptor is read without its SACL, which would take a privilege."""
    return {"descriptors": True} if "ntsecuritydescriptor" in _lower(attributes) else {}


def _merged(before: _Known, entry: Entry, attributes: frozenset[str]) -> Entry:
    """What was read before, and over it what was read now."""
    old = before.entries[0]
    values_by_name = {name: old.all(name) for name in before.attributes if old.all(name)}
    values_by_name.update({name: entry.all(name) for name in attributes})
    return Entry(entry.dn, {name: found for name, found in values_by_name.items() if found})


def _with_identifiers(attributes: list[str]) -> list[str]:
    return list(dict.fromkeys([*IDENTIFIERS, *attributes]))


def _lower(attributes: t.Iterable[str]) -> frozenset[str]:
    return frozenset(name.lower() for name in attributes)
