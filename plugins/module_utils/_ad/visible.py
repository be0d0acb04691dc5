# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Nothing is decided about what cannot be seen. For internal use by this collection only.

An attribute that the account of the task may not read looks empty. Compared with an option it would differ from every
wanted value, or be the same as none, and a write would lose what it really holds. So where an option is about an
attribute that is missing, the object's descriptor has to say that it could be read.
"""

from __future__ import annotations

import typing as t

from .._engine.errors import Conflict, Forbidden
from . import readable, schema, values

if t.TYPE_CHECKING:
    from .directory import Entry
    from .lookup import Finder
    from .object_kind import ObjectKind
    from .properties import Property


def expect_manageable(
    finder: Finder, kind: ObjectKind, params: dict[str, t.Any], entry: Entry | None, *, partly: bool
) -> None:
    """Raise Forbidden if what an option is about may be hidden, Conflict if it holds what the option cannot express.

    partly  whether the object was written before
    """
    if entry is None or params.get("state") == "absent":
        return
    asked = [item for item in kind.properties if _is_asked(item, params)]
    try:
        expect_readable(finder, kind, entry, [name for item in asked for name in item.attributes])
    except Forbidden as error:
        error.partly = partly
        raise
    for item in asked:
        problem = item.problem(entry)
        if problem:
            raise Conflict(
                f"manage {kind.spec.kind}",
                obj=entry.dn,
                server=finder.directory.server,
                why=problem,
                todo=f"Leave {_listed(_options(item, params))} out, or change the attribute by other means first",
            )


def expect_readable(finder: Finder, kind: ObjectKind, entry: Entry, names: t.Iterable[str]) -> None:
    """Raise Forbidden if one of the attributes is missing and may be hidden."""
    lost = hidden(finder, kind.attributes, entry, names)
    if not lost:
        return
    listed = _listed(lost)
    blind = not entry.all(readable.DESCRIPTOR)
    raise Forbidden(
        f"manage {kind.spec.kind}",
        obj=entry.dn,
        server=finder.directory.server,
        why=f"the account that is used may not read {listed}"
        + (" or the object's permissions" if blind else "")
        + ", so what is there cannot be told from nothing, and would be lost",
        todo=f"Grant it the right to read {listed}" + (", and the right 'read permissions'" if blind else ""),
    )


def hidden(finder: Finder, known: t.Sequence[str], entry: Entry, names: t.Iterable[str]) -> list[str]:
    """Those of the attributes that are missing and may be there all the same.

    known  attributes of which rights are found out, the same for many objects
    """
    missing = [name for name in dict.fromkeys(names) if not entry.all(name)]
    return reader(finder, known).hidden(entry, missing) if missing else []


def reader(finder: Finder, names: t.Sequence[str]) -> readable.Reader:
    """The account that is used and what its rights may be about; asked once for all objects of a kind."""
    directory = finder.directory

    def token() -> tuple[str, ...]:
        root = directory.get("", ["tokenGroups"])
        return tuple(values.sid_from_bytes(raw) for raw in root.all("tokenGroups")) if root else ()

    def asked() -> readable.Reader:
        return readable.Reader(finder.once("token", token), schema.attributes(directory, names))

    return finder.once(("reader", *names), asked)


def _is_asked(item: Property, params: dict[str, t.Any]) -> bool:
    return bool(_options(item, params)) and item.is_asked(params)


def _options(item: Property, params: dict[str, t.Any]) -> list[str]:
    return [key for key in item.keys if params.get(key) is not None]


def _listed(names: t.Iterable[str]) -> str:
    return " and ".join(f"'{name}'" for name in names)
