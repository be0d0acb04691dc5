# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Access control lists, owners and inheritance of files and registry keys, simulated: Wine keeps none of them."""

from __future__ import annotations

import ntpath
from dataclasses import asdict, dataclass

from .store import Store

CONTAINER, OBJECT = 1, 2
NO_PROPAGATE, INHERIT_ONLY = 1, 2
ADMINISTRATORS, SYSTEM, USERS, CREATOR_OWNER = "S-1-5-32-544", "S-1-5-18", "S-1-5-32-545", "S-1-3-0"
SYNCHRONIZE = 0x100000
FILE_RIGHTS = {
    "readdata": 1,
    "listdirectory": 1,
    "writedata": 2,
    "createfiles": 2,
    "appenddata": 4,
    "createdirectories": 4,
    "readextendedattributes": 8,
    "writeextendedattributes": 16,
    "executefile": 32,
    "traverse": 32,
    "deletesubdirectoriesandfiles": 64,
    "readattributes": 128,
    "writeattributes": 256,
    "write": 0x116,
    "delete": 0x10000,
    "readpermissions": 0x20000,
    "read": 0x20089,
    "readandexecute": 0x200A9,
    "modify": 0x301BF,
    "changepermissions": 0x40000,
    "takeownership": 0x80000,
    "synchronize": SYNCHRONIZE,
    "fullcontrol": 0x1F01FF,
}
REGISTRY_RIGHTS = {
    "queryvalues": 1,
    "setvalue": 2,
    "createsubkey": 4,
    "enumeratesubkeys": 8,
    "notify": 16,
    "createlink": 32,
    "delete": 0x10000,
    "readpermissions": 0x20000,
    "writekey": 0x20006,
    "readkey": 0x20019,
    "executekey": 0x20019,
    "changepermissions": 0x40000,
    "takeownership": 0x80000,
    "fullcontrol": 0xF003F,
}


@dataclass(frozen=True)
class Entry:
    """One access rule. ``inheritance`` and ``propagation`` are .NET's flags; ``inherited`` is computed, not stored."""

    sid: str
    allow: bool
    mask: int
    inheritance: int = 0
    propagation: int = 0
    inherited: bool = False

    def same_scope(self, other: Entry) -> bool:
        scope = ("sid", "allow", "inheritance", "propagation", "inherited")
        return all(getattr(self, name) == getattr(other, name) for name in scope)


BOTH = CONTAINER | OBJECT
FILE_ROOT = [
    Entry(SYSTEM, True, 0x1F01FF, BOTH),
    Entry(ADMINISTRATORS, True, 0x1F01FF, BOTH),
    Entry(USERS, True, 0x1200A9, BOTH),
    Entry(USERS, True, 0x4, CONTAINER),
    Entry(USERS, True, 0x2, CONTAINER, INHERIT_ONLY),
    Entry(CREATOR_OWNER, True, 0x10000000, BOTH, INHERIT_ONLY),
]
REGISTRY_ROOT = [
    Entry(ADMINISTRATORS, True, 0xF003F, CONTAINER),
    Entry(SYSTEM, True, 0xF003F, CONTAINER),
    Entry(USERS, True, 0x20019, CONTAINER),
    Entry(CREATOR_OWNER, True, 0x10000000, CONTAINER, INHERIT_ONLY),
]


def parse_flags(text: str, names: dict[str, int], what: str) -> int:
    """``"Read, Write"`` as a number; ValueError names the word that is not known."""
    value = 0
    for word in str(text).split(","):
        key = word.strip().lower()
        if key.isdigit():
            value |= int(key)
        elif key in names:
            value |= names[key]
        else:
            raise ValueError(
                f'Cannot convert value "{text}" to type "{what}": unable to match the identifier name {word.strip()}'
            )
    return value


def is_registry(path: str) -> bool:
    return ntpath.splitdrive(path)[0] == "" and ":" in path.split("\\", 1)[0]


def _key(path: str) -> str:
    return path.rstrip("\\").lower()


def _parent(path: str) -> str | None:
    head, _slash, tail = path.rstrip("\\").rpartition("\\")
    return head if tail and head else None


class AccessLists:
    """Only what was changed is stored; everything else follows from the parents, up to Server 2016's defaults."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def _all(self) -> dict:
        return self._store.read("access_lists", {})

    def rules(self, path: str, is_folder: bool = True) -> list[Entry]:
        """All rules, explicit ones first. A file's explicit rules carry no inheritance flags."""
        return self._rules(self._all(), path, is_folder)

    def _rules(self, stored: dict, path: str, is_folder: bool) -> list[Entry]:
        own = stored.get(_key(path), {})
        explicit = [Entry(**entry) for entry in own.get("entries", [])]
        if own.get("protected"):
            return explicit
        parent = _parent(path)
        if parent is None:
            return explicit or (REGISTRY_ROOT if is_registry(path) else FILE_ROOT)
        return explicit + self._inherited(self._rules(stored, parent, True), is_folder)

    @staticmethod
    def _inherited(rules: list[Entry], is_folder: bool) -> list[Entry]:
        result = []
        for rule in rules:
            flag = CONTAINER if is_folder else OBJECT
            passes_through = is_folder and rule.inheritance & OBJECT and not rule.inheritance & CONTAINER
            if not rule.inheritance & flag and not passes_through:
                continue
            inheritance = rule.inheritance if is_folder and not rule.propagation & NO_PROPAGATE else 0
            propagation = INHERIT_ONLY if passes_through else 0
            if rule.sid == CREATOR_OWNER and is_folder:
                propagation = INHERIT_ONLY
            elif rule.sid == CREATOR_OWNER:
                continue
            result.append(Entry(rule.sid, rule.allow, rule.mask, inheritance, propagation, True))
        return result

    def _change(self, path: str, change) -> None:
        def apply(stored: dict) -> None:
            own = stored.setdefault(_key(path), {"entries": [], "protected": False})
            change(own)
            if not own["entries"] and not own["protected"] and not own.get("owner"):
                del stored[_key(path)]

        self._store.update("access_lists", {}, apply)

    def add(self, path: str, entry: Entry) -> None:
        """As .NET's AddAccessRule: rights of a rule with the same account, type and flags are joined."""

        def change(own: dict) -> None:
            if _parent(path) is None and not own["entries"]:
                own["entries"] = [asdict(rule) for rule in self.rules(path)]
            entries = [Entry(**item) for item in own["entries"]]
            for position, known in enumerate(entries):
                if known.same_scope(entry):
                    entries[position] = Entry(
                        known.sid, known.allow, known.mask | entry.mask, known.inheritance, known.propagation
                    )
                    break
            else:
                entries.insert(0 if not entry.allow else len(entries), entry)
            own["entries"] = [asdict(item) for item in entries]

        self._change(path, change)

    def remove(self, path: str, entry: Entry) -> None:
        def change(own: dict) -> None:
            entries = []
            for known in (Entry(**item) for item in own["entries"]):
                mask = known.mask & ~entry.mask if known.same_scope(entry) else known.mask
                if mask & ~SYNCHRONIZE:
                    entries.append(Entry(known.sid, known.allow, mask, known.inheritance, known.propagation))
            own["entries"] = [asdict(item) for item in entries]

        self._change(path, change)

    def is_protected(self, path: str) -> bool:
        """True when inheritance is cut."""
        return bool(self._all().get(_key(path), {}).get("protected"))

    def protect(self, path: str, is_folder: bool, keep_inherited: bool) -> None:
        kept = [
            asdict(Entry(**{**asdict(rule), "inherited": False}))
            for rule in self.rules(path, is_folder)
            if rule.inherited
        ]

        def change(own: dict) -> None:
            own["protected"] = True
            own["entries"] = own["entries"] + (kept if keep_inherited else [])

        self._change(path, change)

    def unprotect(self, path: str, is_folder: bool, drop_duplicates: bool) -> None:
        self._change(path, lambda own: own.update(protected=False))
        if not drop_duplicates:
            return
        inherited = [
            Entry(**{**asdict(rule), "inherited": False}) for rule in self.rules(path, is_folder) if rule.inherited
        ]

        def change(own: dict) -> None:
            own["entries"] = [item for item in own["entries"] if Entry(**item) not in inherited]

        self._change(path, change)

    def owner(self, path: str) -> str:
        return self._all().get(_key(path), {}).get("owner") or ADMINISTRATORS

    def set_owner(self, path: str, sid: str) -> None:
        self._change(path, lambda own: own.update(owner=sid))

    def forget(self, path: str) -> None:
        """The object is gone, and so is everything below it."""
        key = _key(path)

        def change(stored: dict) -> None:
            for name in [name for name in stored if name == key or name.startswith(key + "\\")]:
                del stored[name]

        if any(name == key or name.startswith(key + "\\") for name in self._all()):
            self._store.update("access_lists", {}, change)
