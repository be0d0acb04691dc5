# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Account names that no domain controller takes, or that nobody could log on with. For internal use by this collection
only.

The characters are those of MS-SAMR 3.1.1.8.4; a name with an at sign would be taken for a user principal name.
"""

from __future__ import annotations

from .._engine.errors import InvalidInput

# Longer names are accepted by the directory, but Windows then cannot log the account on: the NetBIOS form of a computer
# or a managed account, with its dollar sign, has room for 16 characters, and the name of a user for 20.
LONGEST_USER, LONGEST_COMPUTER = 20, 15
FORBIDDEN = '"/\\[]:;|=,+*?<>@'


def problem(name: str) -> str:
    """What is wrong with an account name besides its length."""
    bad = sorted({letter for letter in name if letter in FORBIDDEN or not letter.isprintable()})
    if bad:
        shown = " ".join(letter if letter.isprintable() else f"U+{ord(letter):04X}" for letter in bad)
        return f"the account name holds {shown}; none of {' '.join(FORBIDDEN)} may be in one"
    return "the account name ends in a dot" if name.endswith(".") else ""


def expect_valid(kind: str, name: str, longest: int, todo: str) -> None:
    """Raise InvalidInput for such a name.

    kind     of the account, in words
    longest  letters that Windows takes, without a dollar sign at the end
    """
    why = problem(name)
    if len(name) > longest:
        why = f"the account name has {len(name)} characters; a {kind} has at most {longest}"
    if why:
        raise InvalidInput(f"manage {kind}", obj=name, why=why, todo=todo)
