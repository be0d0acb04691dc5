# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What leans on an object that is about to go, in words. For internal use by this collection only."""

from __future__ import annotations

import typing as t

from .._engine.errors import Forbidden

if t.TYPE_CHECKING:
    from .rest import RestBackend
    from .store import Object

_SHOWN = 10  # a message that lists hundreds is not read


def counted(objects: list[Object], noun: str) -> str:
    """How many there are, in words."""
    return f"{len(objects)} {noun}{'' if len(objects) == 1 else 's'}"


def named(backend: RestBackend, kind: str, objects: list[Object]) -> str:
    """Whole names of some objects, in order; of many only the first."""
    store = backend.stores.store(kind)

    def label(found: Object) -> str:
        options = store.options(found)
        return str(found.get("name")) if options is None else store.label(options)

    labels = sorted(label(found) for found in objects)
    more = f" and {len(labels) - _SHOWN} more" if len(labels) > _SHOWN else ""
    return ", ".join(labels[:_SHOWN]) + more


def refuse(backend: RestBackend, kind: str, name: str, why: str, todo: str) -> t.NoReturn:
    """The error for a removal that would take something else with it."""
    raise Forbidden(f"delete {kind}", obj=name, server=backend.server, why=why, todo=todo)
