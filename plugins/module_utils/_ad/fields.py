# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fields that all kinds of directory objects share. For internal use by this collection only."""

from __future__ import annotations

from .._engine.spec import Field
from . import dn
from .properties import Text


def without_case(value: object) -> object:
    """A text whose case does not count, in the form in which it is compared."""
    return value.lower() if isinstance(value, str) else value


def canonical_dn(value: object) -> object:
    """A distinguished name in the form in which it is compared."""
    return dn.canonical(value) if isinstance(value, str) else value


def empty(value: str) -> str:
    """The problem of a text that has to say something."""
    return "" if value.strip() else "it is empty"


def empty_element(verbs: dict[str, list[str] | None]) -> str:
    """The problem of a membership in which an element says nothing."""
    bad = sorted(verb for verb, values in verbs.items() if any(empty(value) for value in values or ()))
    return f"an element of '{bad[0]}' is empty" if bad else ""


IDENTITY = Field("identity", identity=True)
NAME = Field("name", identity=True, movable=True, required_on_create=True, problem=empty, normalize=without_case)
PATH = Field("path", identity=True, movable=True, reference="container", normalize=canonical_dn)
DESCRIPTION = Field("description", clears="")
MANAGED_BY = Field("managed_by", clears="", reference="directory object", normalize=canonical_dn)

COMMON_PROPERTIES = (Text("description", "description"), Text("managed_by", "managedBy"))
