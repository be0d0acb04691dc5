# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a server says is wrong with a request, without what was sent. For internal use by this collection only.

Where a value can have several shapes, such as the sorts of a schedule or of an action, the server complains about each
of them. Only what it says about the shape that comes nearest tells what is wrong.
"""

from __future__ import annotations

import re
import typing as t

Complaint = dict[str, t.Any]
Place = tuple[t.Any, ...]

# A class of the server in the place of a complaint, with a check of its own around it or without.
_SHAPE = re.compile(r"^(?:function-[a-z]+\[|(?=[a-zA-Z]*[a-z])(?:[A-Z][a-z]*){2,}(?:-Input)?$)")
_OTHER_SORT = "literal_error"


def fitting(complaints: t.Iterable[t.Any]) -> list[Complaint]:
    """The complaints that help."""
    found = [item for item in complaints if isinstance(item, dict)]
    by_shape: dict[Place, dict[str, list[Complaint]]] = {}
    for item in found:
        for before, shape in _shapes(item):
            by_shape.setdefault(before, {}).setdefault(shape, []).append(item)
    nearest = {before: min(shapes, key=lambda shape: _distance(shapes[shape])) for before, shapes in by_shape.items()}
    kept = [item for item in found if all(nearest[before] == shape for before, shape in _shapes(item))]
    return [_with_choices(item, by_shape) for item in kept]


def in_words(item: Complaint) -> str:
    """Place and message of one complaint."""
    first, *others = [str(part) for part in item.get("loc") or ()] or [""]
    parts = others if first in ("", "body") else [first, *others]
    place = ".".join(part for part in parts if not _SHAPE.match(part))
    return f"{place}: {item.get('msg', '')}" if place else str(item.get("msg", ""))


def _shapes(item: Complaint) -> list[tuple[Place, str]]:
    """Names of shapes in the place of a complaint, each with the place up to it."""
    place = tuple(item.get("loc") or ())
    return [(place[:at], part) for at, part in enumerate(place) if isinstance(part, str) and _SHAPE.match(part)]


def _distance(complaints: list[Complaint]) -> tuple[bool, int]:
    """How far a value is from a shape; one of another C(type) is farthest."""
    return (any(item.get("type") == _OTHER_SORT for item in complaints), len(complaints))


def _with_choices(item: Complaint, by_shape: dict[Place, dict[str, list[Complaint]]]) -> Complaint:
    """A complaint about a type that no shape has, with the types of all of them."""
    shapes = _shapes(item)
    if item.get("type") != _OTHER_SORT or not shapes:
        return item
    others = [other for found in by_shape[shapes[-1][0]].values() for other in found if other["type"] == _OTHER_SORT]
    expected = dict.fromkeys(str((other.get("ctx") or {}).get("expected", "")) for other in others)
    return {**item, "msg": f"Input should be one of {', '.join(filter(None, expected))}"}
