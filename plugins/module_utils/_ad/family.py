# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What one module manages: one kind of object, or several that an option tells apart. For internal use by this
collection only."""

from __future__ import annotations

import dataclasses
import typing as t

from .._engine.errors import InvalidInput
from . import dn

if t.TYPE_CHECKING:
    from .._engine.spec import ResourceSpec
    from .object_kind import ObjectKind


@dataclasses.dataclass(frozen=True)
class Family:
    """One module's objects.

    name    kind of an entry of a desired state
    plural  where its objects stand in a desired state
    spec    all options that any of the kinds has
    kinds   value of O(type) -> kind; the only one has the key C("")
    """

    name: str
    plural: str
    spec: ResourceSpec
    kinds: dict[str, ObjectKind]

    def choose(self, params: dict[str, t.Any]) -> ObjectKind:
        """The kind that these options mean. Raises InvalidInput for an option that it does not have."""
        called = params.get("type") or ""
        kind = self.kinds[called if called in self.kinds else ""]
        known = {field.name for field in kind.spec.fields}
        alien = [
            field.name
            for field in self.spec.fields
            if params.get(field.name) not in (None, "") and field.name not in known
        ]
        if alien:
            raise InvalidInput(
                f"manage {kind.spec.kind}",
                obj=kind.spec.name_of(params),
                why=f"a {kind.spec.kind} of the type '{called}' has no {' and no '.join(alien)}",
                todo="Leave the option out, or choose another 'type'",
            )
        kind.check(params)
        return kind

    def label(self, params: dict[str, t.Any]) -> str:
        """What to call an object in a desired state: its identity, its DN, or its name where it is found by that."""
        name, path = params.get("name") or "", params.get("path")
        if params.get("identity") or not path or not dn.is_dn(path):
            return params.get("identity") or name
        return dn.child(self.choose(params).rdn, name, path)


def of_one(kind: ObjectKind, name: str, plural: str) -> Family:
    """A family with one kind."""
    return Family(name, plural, kind.spec, {"": kind})
