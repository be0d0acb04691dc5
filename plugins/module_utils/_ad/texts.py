# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Texts that no directory takes for what they are. For internal use by this collection only.

A directory may read a text up to its first NUL only. Samba does: C(svc), a NUL and more finds, changes and removes
C(svc). No name has such a character, so it is refused before anything is asked.
"""

from __future__ import annotations

import typing as t

from .._engine.errors import InvalidInput

_NUL = "\x00"


def expect_whole(params: dict[str, t.Any]) -> None:
    """Raises InvalidInput if a text in the options would be cut short; names the option, since it may be a secret."""
    for option, value in params.items():
        if _has_nul(value):
            raise InvalidInput(
                "use the options",
                why=f"a text in '{option}' holds a NUL character, at which a directory would cut it short",
                todo="Take the character out; it often comes from a file in UTF-16 that was read as another encoding",
            )


def _has_nul(value: t.Any) -> bool:
    if isinstance(value, dict):
        return any(_has_nul(part) for pair in value.items() for part in pair)
    if isinstance(value, (list, tuple)):
        return any(map(_has_nul, value))
    return isinstance(value, str) and _NUL in value
