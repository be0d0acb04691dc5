# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the engine asks of a server. For internal use by this collection only."""

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    from .plan import Plan


class Predicted(str):
    """Stands for the identifier of an object that this run would create; exists in check mode only."""


class Backend(t.Protocol):
    """One kind of object on one server, over one session.

    server     what to call the server in an error
    read_only  true in check mode; C(write) then has to refuse
    """

    server: str
    read_only: bool

    def read(self, identity: dict[str, t.Any]) -> dict[str, t.Any] | None:
        """Properties by their name on the server. None means proven absent; not knowing is an error."""

    def resolve(self, kind: str, name: str) -> t.Any:
        """Identifier of the object that a reference names, or None if it is proven absent."""

    def write(self, plan: Plan, identity: dict[str, t.Any], current: dict[str, t.Any] | None) -> None:
        """Create, update or delete, as the plan says."""
