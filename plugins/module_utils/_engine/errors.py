# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Typed errors of the collection. For internal use by this collection only.

Every error answers four questions in one line: what failed, on which object and server, why, and what to do.
"""

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    from .plan import Plan


class EngineError(Exception):
    """Base of all errors that a module reports.

    what    what was being done, as a verb phrase: "create work queue"
    obj     the object's name as the user wrote it
    server  the server that answered or did not answer
    why     the reason, one sentence without a full stop
    todo    what the reader can do about it, one sentence without a full stop
    sake    the object that it was done for, when that is another one: "work pool 'windows'"
    partly  whether something was written before
    """

    sake = ""
    partly = False

    def __init__(self, what: str, *, obj: str = "", server: str = "", why: str = "", todo: str = "") -> None:
        self.what, self.obj, self.server, self.why, self.todo = what, obj, server, why, todo
        super().__init__(self.one_line())

    def one_line(self) -> str:
        """The whole error as one line, ready for C(msg)."""
        text = f"Cannot {self.what}"
        if self.obj:
            text += f" '{self.obj}'"
        if self.server:
            text += f" on {self.server}"
        if self.sake:
            text += f" for {self.sake}"
        if self.why:
            text += f": {self.why.rstrip('.')}"
        text += "."
        if self.todo:
            text += f" {self.todo.rstrip('.')}."
        return " ".join(text.split())

    def facts(self) -> dict[str, t.Any]:
        """Further keys of a failed result."""
        return {"changed": True} if self.partly else {}

    def as_result(self) -> dict[str, str]:
        """The same facts as data, for C(error) in a failed result."""
        return {
            "kind": type(self).__name__,
            "object": self.obj or self.sake,
            "server": self.server,
            "reason": self.why,
            "remedy": self.todo,
        }


class ConnectionFailed(EngineError):
    """No answer: name, address, port, TLS or time-out."""


class AuthFailed(EngineError):
    """The server does not accept who we say we are."""


class Forbidden(EngineError):
    """The server knows us and refuses this action."""


class NotFound(EngineError):
    """Something that must exist does not."""


class Ambiguous(EngineError):
    """More than one object answers to the name."""


class Conflict(EngineError):
    """Another object is in the way."""


class ImmutableChange(EngineError):
    """A property that is fixed at creation would have to change."""


class InvalidInput(EngineError):
    """The value itself is wrong; no server could accept it."""


class ServerError(EngineError):
    """The server answered, but with a fault of its own or of a proxy in front of it."""


class ServerBusy(ServerError):
    """The server asked for patience longer than we had; nothing is wrong with the request."""


class NotConverged(EngineError):
    """The write was accepted, yet reading it back gives something else.

    plan    what was written
    fields  options whose properties still differ, or the action that had no effect
    """

    def __init__(self, plan: Plan, fields: list[str], what: str, **facts: str) -> None:
        super().__init__(what, **facts)
        self.plan, self.fields = plan, fields

    def facts(self) -> dict[str, t.Any]:
        """That something was written all the same, and what of it did not last."""
        diff = {"before": self.plan.before, "after": self.plan.after}
        return {"changed": True, "diff": diff, "not_converged": self.fields}


class NotAttempted(EngineError):
    """Something else failed first, and this needs it."""


class TooMuch(EngineError):
    """More would be removed than the task allows."""


class CheckModeWriteRefused(EngineError):
    """A defect of this collection: a write reached the transport in check mode."""


class UnexpectedError(EngineError):
    """A defect of this collection or of a library that it uses: an exception that nothing here expects."""
