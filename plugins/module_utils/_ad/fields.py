# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fields that all kinds of directory objects share. For internal use by this collection only."""

from __future__ import annotations

from .._engine.spec import Field
from . import dn
from .properties import Text


def _without_case(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


def _canonical_dn(value: object) -> object:
    return dn.canonical(value) if isinstance(value, str) else value


IDENTITY = Field("identity", identity=True)
NAME = Field("name", identity=True, movable=True, required_on_create=True, normalize=_without_case)
PATH = Field("path", identity=True, movable=True, reference="container", normalize=_canonical_dn)
DESCRIPTION = Field("description", clears="")
MANAGED_BY = Field("managed_by", clears="", reference="directory object", normalize=_canonical_dn)

COMMON_PROPERTIES = (Text("description", "description"), Text("managed_by", "managedBy"))

without_case = _without_case
canonical_dn = _canonical_dn
