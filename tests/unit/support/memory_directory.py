# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A directory in memory that stands in for a domain controller behind the AD modules."""

from __future__ import annotations

import contextlib
import re
import typing as t
import uuid
from unittest import mock

from ansible_collections.flowops.prefect.plugins.module_utils._ad import dn, filters, module, values
from ansible_collections.flowops.prefect.plugins.module_utils._ad.directory import Entry, Modification, Swap
from ansible_collections.flowops.prefect.plugins.module_utils._engine.errors import (
    CheckModeWriteRefused,
    Conflict,
    NotFound,
)
from ansible_collections.flowops.prefect.tests.unit.support.module_runner import Ran, run_module

BASE = "DC=lab,DC=test"
_EQUALITY = re.compile(r"\((?P<name>[A-Za-z-]+)=(?P<value>[^()]*)\)")
_ESCAPED = re.compile(rb"\\([0-9a-f]{2})")
_WITH_SID = {b"group", b"user"}


class MemoryDirectory:
    """Objects by their DN. Account names are unique; searches know one equality only, as look-ups make them."""

    server = "dc1.lab.test:636"
    base = BASE

    def __init__(self, *containers: str) -> None:
        self.read_only = False
        self.objects: dict[str, tuple[str, dict[str, list[bytes]]]] = {}
        self._numbers = iter(range(1, 1000))
        for container in (BASE, f"CN=Users,{BASE}", f"CN=Managed Service Accounts,{BASE}", *containers):
            self.put(container, objectClass=["top", "container"])

    def put(self, name: str, **attributes: list[str]) -> str:
        """Make an object as another administrator would; its SID."""
        self._store(name, {key: [text.encode() for text in texts] for key, texts in attributes.items()})
        sid = self.objects[dn.canonical(name)][1].get("objectSid")
        return values.sid_from_bytes(sid[0]) if sid else ""

    def texts(self, name: str, attribute: str) -> list[str]:
        """What an object holds."""
        return [value.decode() for value in self.objects[dn.canonical(name)][1].get(attribute, [])]

    def get(self, name: str, _attributes: list[str]) -> Entry | None:
        found = self.objects.get(dn.canonical(name))
        return Entry(*found) if found else None

    def search(self, condition: filters.Filter, _attributes: list[str]) -> list[Entry]:
        match = _EQUALITY.fullmatch(condition)
        assert match, condition
        wanted = _ESCAPED.sub(lambda pair: bytes([int(pair[1], 16)]), match["value"].encode()).lower()
        entries = [Entry(*found) for found in self.objects.values()]
        return [entry for entry in entries if wanted in [value.lower() for value in entry.all(match["name"])]]

    def add(self, name: str, attributes: dict[str, list[bytes]]) -> None:
        self._allow("create the object", name)
        if dn.canonical(dn.parent(name)) not in self.objects:
            raise NotFound("create the object", obj=name, server=self.server)
        for account in attributes.get("sAMAccountName", []):
            if self.search(filters.equals("sAMAccountName", account), []):
                raise Conflict("create the object", obj=name, server=self.server)
        self._store(name, attributes)

    def modify(self, name: str, changes: dict[str, Modification]) -> None:
        self._allow("change the object", name)
        attributes = self.objects[dn.canonical(name)][1]
        for key, change in changes.items():
            held = attributes.get(key, [])
            if isinstance(change, Swap):
                attributes[key] = [*(value for value in held if value not in change.removed), *change.added]
            else:
                attributes[key] = list(change)

    def move(self, name: str, leaf: str, parent: str | None) -> None:
        self._allow("rename or move the object", name)
        old, attributes = self.objects.pop(dn.canonical(name))
        new = f"{leaf},{parent or dn.parent(old)}"
        self.objects[dn.canonical(new)] = (new, attributes)

    def delete(self, name: str) -> None:
        self._allow("delete the object", name)
        del self.objects[dn.canonical(name)]

    def _allow(self, what: str, name: str) -> None:
        if self.read_only:
            raise CheckModeWriteRefused(what, obj=name, server=self.server)

    def _store(self, name: str, attributes: dict[str, list[bytes]]) -> None:
        number = next(self._numbers)
        stored = {"objectGUID": [values.guid_to_bytes(str(uuid.UUID(int=number)))], **attributes}
        if _WITH_SID & set(attributes["objectClass"]):
            stored["objectSid"] = [values.sid_to_bytes(f"S-1-5-21-1-2-3-{1000 + number}")]
        self.objects[dn.canonical(name)] = (name, stored)


def run_on(
    directory: MemoryDirectory, main: t.Callable[[], None], *, check_mode: bool = False, **options: t.Any
) -> Ran:
    """Run a module against the directory."""

    @contextlib.contextmanager
    def session(_module: t.Any) -> t.Iterator[MemoryDirectory]:
        directory.read_only = check_mode
        yield directory

    with mock.patch.object(module, "session", session):
        return run_module(main, check_mode=check_mode, server="dc1.lab.test", **options)
