# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The strings of an event: the text that people read first, then its fields, each C(name=value)."""

from __future__ import annotations

import re
import typing as t

from prefect_host.records.text import cut, printable, utf16_units

# Windows takes 31,839 UTF-16 units per string. We stay below it with all strings of an event together.
LONGEST = 30_000
LONGEST_FIELD = 500
# The Event Viewer takes %1 within an event's text for another place to fill in.
_PLACE = re.compile(r"%(?=\d)")


def strings(text: str, fields: t.Mapping[str, object], longest_text: int = LONGEST, missing: int = 0) -> list[str]:
    """C(fields) that are None or empty are left out, a list is joined with commas. C(missing) as for C(cut)."""
    told = [f"{name}={_value(value)}" for name, value in fields.items() if value not in (None, "", [], ())]
    room = min(LONGEST - sum(utf16_units(one) for one in told), longest_text)
    # The viewer shows a line feed alone as nothing.
    shown = _PLACE.sub("% ", printable(text)).replace("\n", "\r\n")
    return [cut(shown, room, utf16_units, missing), *told]


def _value(value: object) -> str:
    text = ",".join(str(one) for one in value) if isinstance(value, list | tuple) else str(value)
    return cut(printable(text).replace("\n", " "), LONGEST_FIELD, utf16_units)
