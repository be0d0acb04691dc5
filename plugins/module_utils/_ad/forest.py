# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Searches in all domains of a forest. For internal use by this collection only.

The own domain is searched on the domain controller of the task, which knows what was just written; other domains in the
global catalog. A global catalog that cannot be reached is an error: "no other account has this SPN" has to be known.
"""

from __future__ import annotations

import re
import typing as t

from .._engine.errors import ServerError
from . import dn, filters

if t.TYPE_CHECKING:
    from .directory import Directory, Entry

# FLAG_CR_NTDS_NC and FLAG_CR_NTDS_DOMAIN: a partition that is a domain of this forest (MS-ADTS 2.2.10).
_IS_DOMAIN = 0x1 | 0x2
_WHAT = "search the forest"

_ASKED = re.compile(r"\(([A-Za-z][A-Za-z0-9-]*)[:=]")
# What every global catalog holds (MS-ADA1 to MS-ADA3); others are looked up in the schema.
_ALWAYS_HELD = frozenset(
    {
        *("objectclass", "objectcategory", "objectguid", "objectsid", "sidhistory", "distinguishedname", "cn", "name"),
        *("samaccountname", "userprincipalname", "serviceprincipalname", "dnshostname", "useraccountcontrol"),
        *("grouptype", "primarygroupid", "member", "description", "displayname", "givenname", "sn", "mail"),
    }
)


class Whereabouts(t.NamedTuple):
    """Where a global catalog of the forest is to be found.

    forest   DNS name of the forest
    domains  DNS names of its domains; a global catalog is in one of them
    here     whether the server of the task is one itself
    """

    forest: str
    domains: tuple[str, ...]
    here: bool


OpenCatalog: t.TypeAlias = "t.Callable[[Whereabouts], Directory]"


class Forest:
    """The forest of one directory connection; its domains are read once and its catalog is opened once."""

    def __init__(self, directory: Directory, open_catalog: OpenCatalog | None) -> None:
        self._directory = directory
        self._open_catalog = open_catalog
        self._domains: list[str] | None = None
        self._catalog: Directory | None = None
        self._held = set(_ALWAYS_HELD)

    def search(self, condition: filters.Filter, attributes: list[str]) -> list[Entry]:
        """What meets the condition, the own domain first."""
        found = self._directory.search(condition, attributes)
        return found if len(self.domains()) == 1 else [*found, *self._elsewhere(condition, attributes)]

    def domains(self) -> list[str]:
        """DNs of all domains."""
        if self._domains is None:
            directory = self._directory
            references = directory.search(
                filters.all_of(filters.equals("objectClass", "crossRef"), filters.bits_set("systemFlags", _IS_DOMAIN)),
                ["nCName"],
                base=f"CN=Partitions,{directory.configuration}",
                scope="LEVEL",
            )
            self._domains = [name for entry in references for name in entry.texts("nCName")]
            if not self._domains:
                raise ServerError(
                    _WHAT,
                    server=directory.server,
                    why="the server shows no domain of the forest, not even its own",
                    todo=f"Let the account that is used read the objects in CN=Partitions,{directory.configuration}",
                )
        return self._domains

    def _elsewhere(self, condition: filters.Filter, attributes: list[str]) -> list[Entry]:
        """Objects of the other domains, from the global catalog."""
        self._expect_held({name.lower() for name in _ASKED.findall(condition)})
        catalog = self._opened()
        before = catalog.operations
        entries = catalog.search(condition, attributes, base="")
        self._directory.operations += catalog.operations - before
        own, configuration = dn.domain_of(self._directory.base).lower(), self._directory.configuration
        return [
            entry
            for entry in entries
            if dn.domain_of(entry.dn).lower() != own and not dn.within(entry.dn, configuration)
        ]

    def _opened(self) -> Directory:
        if self._catalog is None:
            directory = self._directory
            if self._open_catalog is None:
                raise ServerError(
                    _WHAT,
                    server=directory.server,
                    why="it has more than one domain, and this connection has no global catalog",
                    todo="Report this as a defect",
                )
            self._catalog = self._open_catalog(
                Whereabouts(
                    forest=dn.domain_of(directory.root_text("rootDomainNamingContext")),
                    domains=tuple(dn.domain_of(domain) for domain in self.domains()),
                    here=directory.root_text("isGlobalCatalogReady").upper() == "TRUE",
                )
            )
        return self._catalog

    def _expect_held(self, names: set[str]) -> None:
        """An error if the global catalog lacks an attribute: it would find nothing by it, and not say so."""
        unsure = sorted(names - self._held)
        if not unsure:
            return
        wanted = filters.any_of(*(filters.equals("lDAPDisplayName", name) for name in unsure))
        held = self._directory.search(
            filters.all_of(wanted, filters.equals("isMemberOfPartialAttributeSet", "TRUE")),
            ["lDAPDisplayName"],
            base=f"CN=Schema,{self._directory.configuration}",
            scope="LEVEL",
        )
        self._held |= {name.lower() for entry in held for name in entry.texts("lDAPDisplayName")}
        missing = ", ".join(f"'{name}'" for name in unsure if name not in self._held)
        if missing:
            raise ServerError(
                _WHAT,
                server=self._directory.server,
                why=f"the global catalog does not hold {missing}, so objects of other domains cannot be found by it",
                todo="Ask a domain controller of each domain, or search by another attribute",
            )
