# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A directory in memory that stands in for a domain controller behind the AD modules."""

from __future__ import annotations

import datetime
import re
import typing as t
import uuid
from unittest import mock

from ansible_collections.flowops.prefect.plugins.module_utils._ad import dn, filters, module, values
from ansible_collections.flowops.prefect.plugins.module_utils._ad import security_descriptor as sd
from ansible_collections.flowops.prefect.plugins.module_utils._ad.directory import Entry, Modification, Swap
from ansible_collections.flowops.prefect.plugins.module_utils._engine.errors import (
    CheckModeWriteRefused,
    Conflict,
    NotFound,
)
from ansible_collections.flowops.prefect.tests.unit.support import memory_filters
from ansible_collections.flowops.prefect.tests.unit.support.module_runner import Ran, run_module

BASE = "DC=lab,DC=test"
CONFIGURATION = f"CN=Configuration,{BASE}"
NOW = datetime.datetime(2026, 11, 26, 12, tzinfo=datetime.UTC)
_CONTAINERS = (
    BASE,
    CONFIGURATION,
    *(f"CN={name},{BASE}" for name in ("Users", "Computers", "Managed Service Accounts")),
)
_WITH_SID = {b"group", b"user"}
_BY_SID = ("<SID=", ">")
_EVERYONE = "S-1-1-0"
_SCHEMA = f"CN=Schema,{CONFIGURATION}"
_DESCRIPTOR = "nTSecurityDescriptor"


class MemoryDirectory:
    """Objects by their DN; one domain, which is the forest. Account names are unique; what groups an object is in is
    stored, and not worked out of their members. Whoever asks may read everything but what is hidden.

    operations  number of what was asked and written
    writes      what was written
    """

    server = "dc1.lab.test:636"
    base = BASE
    configuration = CONFIGURATION
    domains = (BASE,)
    now = NOW
    unanswered = None

    def __init__(self, *containers: str) -> None:
        self.read_only = False
        self.operations = 0
        self.writes: list[str] = []
        self.objects: dict[str, tuple[str, dict[str, list[bytes]]]] = {}
        self._hidden: dict[str, tuple[str, ...]] = {}
        self._numbers = iter(range(1, 1000))
        for container in (*_CONTAINERS, *containers):
            self.put(container, objectClass=["top", "container"])

    def put(self, name: str, **attributes: list[str]) -> str:
        """Make an object as another administrator would; its SID."""
        self._store(name, {key: [text.encode() for text in texts] for key, texts in attributes.items()})
        sid = self.objects[dn.canonical(name)][1].get("objectSid")
        return values.sid_from_bytes(sid[0]) if sid else ""

    def set(self, name: str, attribute: str, *held: str) -> None:
        """Give an attribute other values, as another administrator would."""
        self.objects[dn.canonical(name)][1][attribute] = [text.encode() for text in held]

    def texts(self, name: str, attribute: str) -> list[str]:
        """What an object holds."""
        return [value.decode() for value in self.objects[dn.canonical(name)][1].get(attribute, [])]

    def hide(self, name: str, *attributes: str) -> None:
        """Take the right to read these attributes of an object away; of its descriptor, the one to read permissions."""
        self._hidden[dn.canonical(name)] = attributes

    def get(self, name: str, attributes: list[str], *, descriptors: bool = False) -> Entry | None:
        self.operations += 1
        if not name:
            return Entry("", {"tokenGroups": [values.sid_to_bytes(_EVERYONE)]})
        found = self.objects.get(dn.canonical(name))
        return self._shown(*found, attributes, descriptors) if found else None

    def search(
        self,
        condition: filters.Filter,
        attributes: list[str],
        *,
        base: str = BASE,
        scope: str = "SUBTREE",
        descriptors: bool = False,
    ) -> list[Entry]:
        self.operations += 1
        if base == _SCHEMA:
            return [_attribute(name) for name in re.findall(r"=([A-Za-z-]+)\)", condition)]
        meets = memory_filters.parse(condition)
        entries = [self._shown(*found, attributes, descriptors) for found in self.objects.values()]
        return [entry for entry in entries if _is_there(entry.dn, base, scope) and meets(entry)]

    def forest_search(self, condition: filters.Filter, attributes: list[str]) -> list[Entry]:
        return self.search(condition, attributes)

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
            if isinstance(change, Swap):
                removed = [self._named(value) for value in change.removed]
                kept = [value for value in attributes.get(key, []) if value not in removed]
                attributes[key] = [*kept, *map(self._named, change.added)]
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

    def _shown(self, name: str, attributes: dict[str, list[bytes]], asked: list[str], descriptors: bool) -> Entry:
        """What may be read of an object. The descriptor comes only if it is asked for in the way that takes no
        privilege."""
        hidden = self._hidden.get(dn.canonical(name), ())
        shown = {key: held for key, held in attributes.items() if key not in hidden}
        if descriptors and _DESCRIPTOR in asked and _DESCRIPTOR not in hidden:
            denied = tuple(
                sd.entry(sd.DENY_OBJECT, _EVERYONE, sd.READ_PROPERTY, object_type=_number(key)) for key in hidden
            )
            everything = sd.allow(_EVERYONE, sd.READ_PROPERTY)
            shown[_DESCRIPTOR] = [sd.SecurityDescriptor(dacl=(*denied, everything)).to_bytes()]
        return Entry(name, shown)

    def _allow(self, what: str, name: str) -> None:
        if self.read_only:
            raise CheckModeWriteRefused(what, obj=name, server=self.server)
        self.operations += 1
        self.writes.append(f"{what} '{name}'")

    def _store(self, name: str, attributes: dict[str, list[bytes]]) -> None:
        number = next(self._numbers)
        stored = {"objectGUID": [values.guid_to_bytes(str(uuid.UUID(int=number)))], **attributes}
        if _WITH_SID & set(attributes["objectClass"]):
            stored["objectSid"] = [values.sid_to_bytes(f"S-1-5-21-1-2-3-{1000 + number}")]
        self.objects[dn.canonical(name)] = (name, stored)

    def _named(self, value: bytes) -> bytes:
        """A member that was named by its SID, as the directory keeps it; what stands for it is made if need be."""
        text = value.decode(errors="replace")
        if not text.startswith(_BY_SID[0]):
            return value
        sid = text.removeprefix(_BY_SID[0]).removesuffix(_BY_SID[1])
        name = f"CN={sid},CN=ForeignSecurityPrincipals,{BASE}"
        if dn.canonical(name) not in self.objects:
            self._store(
                name, {"objectClass": [b"top", b"foreignSecurityPrincipal"], "objectSid": [values.sid_to_bytes(sid)]}
            )
        return name.encode()


def _number(attribute: str) -> str:
    """GUID of an attribute in the schema."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, attribute))


def _attribute(name: str) -> Entry:
    """An attribute as the schema describes it."""
    described = {"lDAPDisplayName": [name.encode()], "schemaIDGUID": [values.guid_to_bytes(_number(name))]}
    return Entry(f"CN={name},{_SCHEMA}", described)


def _is_there(name: str, base: str, scope: str) -> bool:
    """Whether a search from there gets to it; one of the domain does not get into another partition."""
    if scope == "LEVEL":
        return dn.canonical(dn.parent(name)) == dn.canonical(base)
    return dn.within(name, base) and dn.within(base, CONFIGURATION) == dn.within(name, CONFIGURATION)


def run_on(
    directory: MemoryDirectory, main: t.Callable[[], None], *, check_mode: bool = False, **options: t.Any
) -> Ran:
    """Run a module against the directory."""

    def with_session(_module: t.Any, work: t.Callable[[MemoryDirectory], t.Any]) -> t.Any:
        directory.read_only = check_mode
        return work(directory)

    with mock.patch.object(module, "with_session", with_session):
        return run_module(main, check_mode=check_mode, server="dc1.lab.test", **options)
