# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A record's text as every sink can take it: printable, and no longer than the sink allows."""

from __future__ import annotations

import re
import typing as t

# Everything without a picture but tab and line feed: NUL ends a string of Windows, an escape repaints a terminal, half
# a surrogate pair is no UTF-8.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def printable(text: str) -> str:
    """Control characters and broken surrogates as C(\\x1b), C(\\udc80); lines end with line feed."""
    if _UNPRINTABLE.search(text) is None:
        return text
    return _UNPRINTABLE.sub(_escaped, text.replace("\r\n", "\n").replace("\r", "\n"))


def _escaped(match: re.Match[str]) -> str:
    code = ord(match.group())
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def utf16_units(text: str) -> int:
    """Length as Windows counts it."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def cut(text: str, limit: int, measure: t.Callable[[str], int] = len, missing: int = 0) -> str:
    """The beginning of C(text), with a note how much is missing, so that C(measure) is no more than C(limit).

    C(missing): how many characters C(text) has lost already.
    """
    if not missing and measure(text) <= limit:
        return text
    whole = len(text) + missing
    room = limit - measure(_note(whole, whole))
    fits, too_long = 0, len(text) + 1
    while too_long - fits > 1:
        middle = (fits + too_long) // 2
        if measure(text[:middle]) <= room:
            fits = middle
        else:
            too_long = middle
    return text[:fits] + _note(fits, whole)


def _note(shown: int, whole: int) -> str:
    return f" ... [cut: {shown} of {whole} characters]"
