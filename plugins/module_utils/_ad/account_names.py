# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Account names that no domain controller takes, or that nobody could log on with. For internal use by this collection
only.

The characters are those of MS-SAMR 3.1.1.8.4; a name with an at sign would be taken for a user principal name.
"""

from __future__ import annotations

from .._engine.errors import InvalidInput

FORBIDDEN = '"/\\[]:;|=,+*?<>@'


def problem(name: str) -> str:
    """What is wrong with an account name besides its length."""
    bad = sorted({letter for letter in name if letter in FORBIDDEN or not letter.isprintable()})
    if bad:
        shown = " ".join(letter if letter.isprintable() else f"U+{ord(letter):04X}" for letter in bad)
        return f"the account name holds {shown}; none of {' '.join(FORBIDDEN)} may be in one"
    return "the account name ends in a dot" if name.endswith(".") else ""


def expect_valid(kind: str, name: str, todo: str) -> None:
    """Raise InvalidInput for such a name."""
    why = problem(name)
    if why:
        raise InvalidInput(f"manage {kind}", obj=name, why=why, todo=todo)
