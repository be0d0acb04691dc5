# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A desired state as a document: kinds by their plural, each a list of objects with the options of its module.

For internal use by this collection only.
"""

from __future__ import annotations

import functools
import typing as t

from .._engine import document as engine
from .._engine.estate import Entry
from .catalogue import KINDS

if t.TYPE_CHECKING:
    from .kind import Kind
    from .stores import Stores


def hide_secrets(document: t.Any, hide: engine.Hide) -> None:
    """Tell every text that stands where a secret belongs, whatever else is wrong with the document."""
    engine.hide_secrets(document, {kind.plural: kind.spec for kind in KINDS}, hide)


def entries_of(document: dict[str, t.Any], stores: Stores) -> list[Entry]:
    """The objects of a document, in the order in which their kinds need each other.

    Raises InvalidInput for what is no such document.
    """
    sections = [
        engine.Section(
            kind.plural,
            kind.name,
            kind.spec,
            functools.partial(_entry, stores, kind),
            functools.partial(_expect_cloud, stores, kind),
        )
        for kind in KINDS
        if kind.bulk
    ]
    return engine.entries_of(document, sections, "resources", stores.server)


def _expect_cloud(stores: Stores, kind: Kind) -> None:
    if kind.cloud_only:
        stores.client.connection.base(kind.place_in_cloud, kind.words)


def _entry(stores: Stores, kind: Kind, params: dict[str, t.Any]) -> Entry:
    return Entry(kind.name, stores.store(kind.name).label(kind.spec.identity(params)), kind.spec, params)
