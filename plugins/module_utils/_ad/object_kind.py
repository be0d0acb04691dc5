# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a kind of directory object is made of. For internal use by this collection only."""

from __future__ import annotations

import dataclasses
import typing as t

from . import dn, lookup
from .readable import DESCRIPTOR

if t.TYPE_CHECKING:
    from .._engine.spec import ResourceSpec
    from .directory import Directory, Entry
    from .properties import Property


@dataclasses.dataclass(frozen=True)
class ObjectKind:
    """What sets one kind of object apart.

    object_classes  for creation, the most special one last
    rdn             type of the first part of its DN: C(CN) or C(OU)
    default_path    container of new objects, relative to the partition
    properties      everything but name and place
    also            attributes that are read besides
    partition       C(domain) or C(configuration)
    classes         the most special class that an object of this kind may have; the last of object_classes if empty
    account_name    options -> sAMAccountName; None for a kind that has none
    new             attributes that a new object gets besides its properties: options and domain name -> values
    unique          property -> attribute whose values can belong to one object of the forest only
    references      kind of reference -> what finds the DN that a name stands for
    check           raises InvalidInput for options that no server could accept
    part            a view of some properties of an object that another kind manages; it is never created or removed
    instead         class of an object in the way, in lower case -> what to do about it
    """

    spec: ResourceSpec
    object_classes: tuple[str, ...]
    rdn: str
    default_path: str
    properties: tuple[Property, ...]
    also: tuple[str, ...] = ()
    partition: str = "domain"
    classes: tuple[str, ...] = ()
    account_name: t.Callable[[dict[str, t.Any]], str | None] | None = None
    new: t.Callable[[dict[str, t.Any], str], dict[str, list[bytes]]] = lambda _params, _domain: {}
    unique: dict[str, str] = dataclasses.field(default_factory=dict)
    references: dict[str, t.Callable[[Directory, str], str | None]] = dataclasses.field(default_factory=dict)
    check: t.Callable[[dict[str, t.Any]], None] = lambda _params: None
    part: bool = False
    instead: dict[str, str] = dataclasses.field(default_factory=dict)

    @property
    def dollar(self) -> bool:
        """Whether account names of this kind end in a dollar sign."""
        return self.account_name is not None and (self.account_name({"name": "x"}) or "").endswith("$")

    @property
    def attributes(self) -> list[str]:
        """Everything that a read needs."""
        names = [name for item in self.properties for name in item.attributes]
        return list(dict.fromkeys([*lookup.IDENTIFIERS, *names, *self.also, DESCRIPTOR]))

    def decode(self, entry: Entry) -> dict[str, t.Any]:
        """All properties of an object."""
        found: dict[str, t.Any] = {} if self.part else {"name": dn.leaf(entry.dn), "path": dn.parent(entry.dn)}
        for item in self.properties:
            found.update(item.decode(entry))
        return found

    def accepts(self, classes: list[str]) -> bool:
        """Whether an object of these classes, the most special one last, is of this kind."""
        wanted = self.classes or self.object_classes[-1:]
        return bool(classes) and classes[-1].lower() in {name.lower() for name in wanted}
