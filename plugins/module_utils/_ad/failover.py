# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One domain controller for a task, and another one while nothing was written. For internal use by this collection
only.

What one domain controller was told takes time to reach the next. So after the first write a task ends with an error
instead of going on elsewhere, where it would read old values. A refused logon is not tried elsewhere either: every try
counts towards a lockout.
"""

from __future__ import annotations

import contextlib
import typing as t

from .._engine.errors import ConnectionFailed, EngineError, ServerBusy
from . import directory as directories
from .connection import WHAT, ConnectionOptions, Endpoint
from .discovery import Locator
from .forest import Whereabouts

if t.TYPE_CHECKING:
    from .directory import Directory

T = t.TypeVar("T")

# What another server may do better.
ELSEWHERE = (ConnectionFailed, ServerBusy)
_MOST_NAMED = 5


class CutOff(ConnectionFailed):
    """The connection was lost after something had been written, or in the middle of it."""

    def facts(self) -> dict[str, t.Any]:
        """That the directory may not be as it was."""
        return {"changed": True}


class _Failures:
    """What kept the servers that were tried from being used."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._found: list[tuple[str, EngineError]] = []

    def add(self, server: str, error: EngineError) -> None:
        self._found.append((server, error))

    def error(self) -> EngineError:
        """One error for all; the only one as it is."""
        if len(self._found) == 1:
            return self._found[0][1]
        todos = {error.todo for _server, error in self._found}
        return ConnectionFailed(
            self._what,
            why="none of the servers can be used: "
            + "; ".join(f"{server}: {error.why}" for server, error in self._found),
            todo=todos.pop() if len(todos) == 1 else "Remove the reason for one of them, or name another server",
        )


def with_directory(options: ConnectionOptions, read_only: bool, work: t.Callable[[Directory], T]) -> T:
    """Result of the work on the first domain controller that carries it through.

    The work begins from the start each time, so it must not keep anything from a try before.
    """
    locator, failures = Locator(options), _Failures(WHAT)
    for endpoint in _endpoints(locator, locator.controllers(), failures):
        found: Directory | None = None
        try:
            with _opened(endpoint, locator, read_only) as found:
                return work(found)
        except ELSEWHERE as error:
            if found is not None and found.written:
                raise _cut_off(error, found) from error
            failures.add(endpoint.server, error)
    raise failures.error()


@contextlib.contextmanager
def _opened(endpoint: Endpoint, locator: Locator, read_only: bool) -> t.Iterator[Directory]:
    """A connection; the global catalog, if it comes to that, is closed together with it."""
    with contextlib.ExitStack() as stack:

        def open_catalog(where: Whereabouts) -> Directory:
            failures = _Failures("connect to a global catalog")
            found = [] if where.here else locator.catalogs(where.forest, where.domains)
            for one in [endpoint] if where.here else _endpoints(locator, found, failures):
                catalog = one.catalog()
                try:
                    return stack.enter_context(directories.open_directory(catalog, read_only=True))
                except ELSEWHERE as error:
                    failures.add(catalog.server, error)
            raise failures.error()

        yield stack.enter_context(directories.open_directory(endpoint, read_only=read_only, open_catalog=open_catalog))


def _endpoints(locator: Locator, hosts: list[str], failures: _Failures) -> t.Iterator[Endpoint]:
    """Where to connect to, found out when its turn comes. A name without an address is one more server that failed."""
    for host in hosts:
        try:
            yield from locator.endpoints(host)
        except ConnectionFailed as error:
            failures.add(host, error)


def _cut_off(error: EngineError, found: Directory) -> EngineError:
    """The error together with what it leaves behind. A write that was refused leaves nothing."""
    if not found.writes and found.unanswered is None:
        return error
    parts = [error.why]
    if found.unanswered is not None:
        parts.append(f"whether '{found.unanswered}' was changed is not known")
    if found.writes:
        more = len(found.writes) - _MOST_NAMED
        named = ", ".join(found.writes[-_MOST_NAMED:])
        parts.append(f"before that this task {named}" + (f" and {more} more" if more > 0 else ""))
    return CutOff(
        error.what,
        obj=error.obj,
        server=error.server,
        why="; ".join(parts),
        todo="Run again: what was written is found and kept, and the rest is done",
    )
