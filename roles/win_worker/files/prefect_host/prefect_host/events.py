# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the service's own events go: the shape of C(records.host_events.HostEvents)."""

from __future__ import annotations

import typing as t


class Events(t.Protocol):
    """Never raises."""

    def write(self, event_id: int, text: str, **fields: object) -> None:
        """One event: readable text, and fields for who filters."""
