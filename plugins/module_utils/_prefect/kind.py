# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a kind of object is made of and where it lives. For internal use by this collection only."""

from __future__ import annotations

import dataclasses
import typing as t

from .._engine.spec import BY_ID
from .connection import Place

if t.TYPE_CHECKING:
    from .._engine.spec import ResourceSpec
    from .connection import Connection
    from .store import Store


@dataclasses.dataclass(frozen=True)
class Routes:
    """Where one kind of object lives; C({name}) stands for an identity option, C({id}) for the identifier.

    one     path that reads one object by its identity; empty if there is none
    all     path that creates
    filter  path of the POST route that gives all of them in pages
    change  path that changes and removes one object; C(one) when empty
    method  how it is changed
    """

    one: str = ""
    all: str = ""
    filter: str = ""
    change: str = ""
    method: str = "PATCH"

    @property
    def written(self) -> str:
        """Path that changes and removes one object."""
        return self.change or self.one


@dataclasses.dataclass(frozen=True)
class Kind:
    """One kind of object.

    spec       what it is made of
    plural     its key in a desired state: C(work_pools)
    routes     where it lives
    place      where in Prefect Cloud
    reference  its property by which other objects refer to it
    store      the class that reads and writes it; the general one when it is None
    needs      further kinds that its objects lean on without naming them in a field
    bulk       whether a desired state may hold it
    follows    kinds that are written first although no field names them
    outlives   whether its objects are removed last, even after what they lean on
    read_from  kinds whose objects carry those of this one
    """

    spec: ResourceSpec
    plural: str
    routes: Routes = Routes()
    place: Place = Place.WORKSPACE
    reference: str = "id"
    store: type[Store] | None = None
    needs: tuple[str, ...] = ()
    bulk: bool = True
    follows: tuple[str, ...] = ()
    outlives: bool = False
    read_from: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The kind in words, as fields refer to it."""
        return self.spec.kind

    @property
    def words(self) -> str:
        """Its objects together, in words."""
        return self.plural.replace("_", " ")

    @property
    def cloud_only(self) -> bool:
        """Whether a self-hosted server has no such objects."""
        return self.place is not Place.WORKSPACE or "cloud" in self.needs

    @property
    def listed(self) -> bool:
        """Whether all of its objects can be read at once."""
        return self.bulk or bool(self.routes.filter)

    def exists_on(self, connection: Connection) -> bool:
        """Whether the place that an address names has such objects: a workspace, or an account of Prefect Cloud."""
        if not connection.is_cloud:
            return not self.cloud_only
        return (self.place is Place.WORKSPACE) is bool(connection.workspace_id)

    @property
    def place_in_cloud(self) -> Place:
        """A place that only Prefect Cloud has, for a kind that only Prefect Cloud has."""
        return Place.ACCOUNT if self.place is Place.WORKSPACE else self.place

    def references(self) -> set[str]:
        """Kinds that its objects name."""
        named = {field.reference for field in self.spec.fields if field.reference}
        inner = {kind for field in self.spec.fields if field.names for kind in field.names.kinds}
        return {name.removesuffix(BY_ID) for name in named | inner | set(self.needs)} - {"cloud"}
