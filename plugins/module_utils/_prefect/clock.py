# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Times by the server's clock, so that it does no harm if ours is off. For internal use by this collection only."""

from __future__ import annotations

import datetime
import time
import typing as t

from .._engine.errors import InvalidInput
from .moments import moment_problem, seconds_of, span_problem

if t.TYPE_CHECKING:
    from .client import Client

_LIKE = "2026-01-31T08:00:00+01:00"


def point(option: str, text: str, server: str) -> str:
    """A point in time as the API takes it; InvalidInput if it is none or has no offset from UTC."""
    return _utc(_checked(option, text, server, f"Give it like {_LIKE}"))


def past(option: str, text: str, server: str, now: t.Callable[[], float]) -> str:
    """The same; a text like C(90m) or C(7d) stands for so long ago.

    now  seconds since 1970
    """
    if span_problem(text):
        return _utc(_checked(option, text, server, f"Give it like {_LIKE}, or like 90m, 24h or 7d for so long ago"))
    return _utc(datetime.datetime.fromtimestamp(max(0.0, now() - seconds_of(text)), datetime.UTC))


def clock(client: Client, ask: t.Callable[[], object]) -> t.Callable[[], float]:
    """The server's clock, in seconds since 1970; ours if the server does not tell the time.

    ask  a read that makes the server answer, if it has not answered anything yet
    """

    def now() -> float:
        if client.server_time is None:
            ask()
        return time.time() if client.server_time is None else client.server_time

    return now


def age(client: Client, text: str | None) -> int | None:
    """Whole seconds since a point in time; None if one of the two is not known."""
    if client.server_time is None or not text:
        return None
    return max(0, round(client.server_time - datetime.datetime.fromisoformat(text).timestamp()))


def stamp(seconds: float) -> str:
    """A point in time, in seconds since 1970, as a short part of a name."""
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC).strftime("%Y%m%d-%H%M%S")


def _checked(option: str, text: str, server: str, todo: str) -> datetime.datetime:
    problem = moment_problem(text)
    if problem:
        raise InvalidInput(f"use the option '{option}'", server=server, why=problem.partition(";")[0], todo=todo)
    return datetime.datetime.fromisoformat(text)


def _utc(found: datetime.datetime) -> str:
    return found.astimezone(datetime.UTC).isoformat().replace("+00:00", "Z")
