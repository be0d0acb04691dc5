# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Times as the API writes them: RFC 3339 in UTC with microseconds."""

from __future__ import annotations

import datetime


def now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)


def text(moment: datetime.datetime | None) -> str | None:
    """A time without a zone counts as UTC."""
    if moment is None:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)
    return aware.astimezone(datetime.UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def stamp() -> str:
    return now().isoformat(timespec="microseconds").replace("+00:00", "Z")


def parse(value: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(value)


def after(seconds: float) -> str:
    """The time in so many seconds."""
    return str(text(now() + datetime.timedelta(seconds=seconds)))


def is_past(value: str | None) -> bool:
    """Whether a time has come; None never does."""
    return value is not None and parse(value) <= now()
