# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who asks for a flow run. For internal use by this collection only."""

from __future__ import annotations

import getpass
import os
import typing as t

# Of AWX and the automation controller: the user who launched the job, else the schedule that did.
_PEOPLE = ("awx_user_name", "tower_user_name")
_SCHEDULES = ("awx_schedule_name", "tower_schedule_name")


def launched_by(variables: t.Mapping[str, t.Any]) -> str:
    """The person or schedule that launched the job, by the variables that AWX hands to it; empty outside of AWX."""
    person = next((str(variables[name]) for name in _PEOPLE if variables.get(name)), "")
    schedule = next((str(variables[name]) for name in _SCHEDULES if variables.get(name)), "")
    return person or (f"schedule {schedule}" if schedule else "")


def login_name() -> str:
    """The login name, behind sudo the one of the person; empty if the account has none, as in some containers."""
    if os.environ.get("SUDO_USER"):
        return os.environ["SUDO_USER"]
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return f"uid-{os.getuid()}"
