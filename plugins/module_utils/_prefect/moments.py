# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Points in time and spans of time in options. For internal use by this collection only."""

from __future__ import annotations

import datetime
import re
import time
import typing as t

_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_SPAN = re.compile(r"^\s*(\d+)\s*([smhdw]?)\s*$")


def span_problem(text: str) -> str:
    """What is wrong with a span of time, if anything."""
    if _SPAN.match(str(text)):
        return ""
    return f"'{text}' is no span of time; give seconds, or a number and a unit as in 12h, 30d or 4w"


def seconds_of(text: t.Any) -> t.Any:
    """A span of time in whole seconds; anything else as it is."""
    found = _SPAN.match(str(text)) if text is not None else None
    return int(found[1]) * _UNITS[found[2]] if found else text


def moment_problem(text: str) -> str:
    """What is wrong with a point in time, if anything."""
    try:
        return "" if datetime.datetime.fromisoformat(text).tzinfo else f"'{text}' has no offset from UTC"
    except ValueError:
        return f"'{text}' is no point in time; give it like 2027-01-31T08:00:00+01:00"


def moment(text: t.Any) -> t.Any:
    """A point in time in one form, whatever its offset is; anything else as it is."""
    try:
        return datetime.datetime.fromisoformat(text).astimezone(datetime.UTC).isoformat()
    except (TypeError, ValueError):
        return text


def age_of(text: t.Any, now: float | None) -> float:
    """Seconds since a point in time, negative before it; 0 for what is none.

    now  the server's clock, in seconds since 1970; our own clock when the server does not tell
    """
    try:
        then = datetime.datetime.fromisoformat(text).timestamp()
    except (TypeError, ValueError):
        return 0.0
    return (time.time() if now is None else now) - then


def in_seconds(seconds: float, now: float | None) -> str:
    """The point in time so many seconds from now."""
    then = (time.time() if now is None else now) + seconds
    return datetime.datetime.fromtimestamp(then, datetime.UTC).isoformat()


def in_words(seconds: float) -> str:
    """A span of time for people: C(45 days), C(3 hours), C(20 seconds)."""
    for unit, size in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= size:
            count = int(seconds // size)
            return f"{count} {unit}{'' if count == 1 else 's'}"
    return f"{max(0, int(seconds))} seconds"
