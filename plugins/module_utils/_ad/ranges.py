# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Long attributes, which Windows hands out 1,500 values at a time (MS-ADTS 3.1.1.3.1.3.3). For internal use by this
collection only.

Ranges are places in a list. When a value goes between two reads, the others move up and the next range begins one too
late. So an attribute whose object changed meanwhile is read once more from its beginning.
"""

from __future__ import annotations

import re
import typing as t

_RANGE = re.compile(r"(?P<name>[^;]+);range=(?P<low>\d+)-(?P<high>\d+|\*)", re.IGNORECASE)
_VERSION = "uSNChanged"
_ATTEMPTS = 4

# Attributes to ask the object for -> what came, by the labels that the server used.
Read: t.TypeAlias = t.Callable[[list[str]], dict[str, list[bytes]]]


class Incomplete(Exception):
    """The attribute cannot be had as a whole; says why."""


def name_in(label: str) -> str | None:
    """Attribute of which the label announces a part only."""
    match = _RANGE.fullmatch(label)
    return match["name"] if match else None


def whole(read: Read, name: str) -> list[bytes]:
    """All values of an attribute. Raises Incomplete if a piece is missing, or if it changes faster than it is read."""
    for _attempt in range(_ATTEMPTS):
        values, versions = _pieces(read, name)
        if len(versions) == 1 and len(set(values)) == len(values):
            return values
    raise Incomplete(f"'{name}' changed each time it was read")


def _pieces(read: Read, name: str) -> tuple[list[bytes], set[bytes]]:
    """Values as they came, and the versions that the object had."""
    values: list[bytes] = []
    versions: set[bytes] = set()
    high = ""
    while high != "*":
        answer = read([f"{name};range={len(values)}-*", _VERSION])
        found = [
            (match, chunk)
            for label, chunk in answer.items()
            if (match := _RANGE.fullmatch(label)) and match["name"].lower() == name.lower()
        ]
        if len(found) != 1 or int(found[0][0]["low"]) != len(values) or not found[0][1]:
            raise Incomplete(f"after {len(values)} values of '{name}' the server did not hand out the rest")
        match, chunk = found[0]
        values += chunk
        high = match["high"]
        versions.add(next(iter(_folded(answer).get(_VERSION.lower()) or []), b""))
    return values, versions


def _folded(answer: dict[str, list[bytes]]) -> dict[str, list[bytes]]:
    return {label.lower(): chunk for label, chunk in answer.items()}
