# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Passwords of user accounts: set when the account is created, and later by age only. For internal use by this
collection only.

A directory never gives a password away, so that nobody can say whether it "differs"; its age can be read.
"""

from __future__ import annotations

import datetime
import typing as t

from .._engine.errors import InvalidInput
from .._engine.spec import Field
from .fields import empty

if t.TYPE_CHECKING:
    from .._engine.plan import Plan
    from .backend import DirectoryBackend

UPDATE_PASSWORD = ("on_create", "when_older")


def renewal_is_due(params: dict[str, t.Any], current: dict[str, t.Any] | None, now: datetime.datetime) -> bool:
    """Whether the password of an account that is there is set again: when it is older than it may be, or was never set
    or has to be changed at the next logon. An age that cannot be read is an error before this is asked.

    now  the domain controller's time, since it is that which dated the password
    """
    if params.get("update_password") != "when_older" or not current:
        return False
    last = current.get("password_last_set")
    if last is None:
        return True
    return now - datetime.datetime.fromisoformat(last) > datetime.timedelta(days=params["password_max_age"])


def expect_password(backend: DirectoryBackend, plan: Plan, params: dict[str, t.Any], instead: str) -> None:
    """Raise InvalidInput for a new account that shall be enabled and has no password.

    instead  what else to do, as a command
    """
    if plan.action == "create" and params.get("account_password") is None and params.get("enabled") is not False:
        raise InvalidInput(
            f"create {backend.kind.spec.kind}",
            obj=backend.kind.spec.name_of(params),
            server=backend.server,
            why="a user account needs a password to be enabled",
            todo=f"Give 'account_password', or {instead}",
        )


def _no_days(days: int) -> str:
    return "" if days >= 1 else "it is below 1 day"


PASSWORD_FIELDS = (
    Field("account_password", write_only=True, secret=True, problem=empty),
    Field("update_password", choices=UPDATE_PASSWORD, control=True),
    Field("password_max_age", type="int", control=True, problem=_no_days),
)
REQUIRED_IF = (("update_password", "when_older", ("account_password", "password_max_age")),)
