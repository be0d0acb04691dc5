# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of other objects inside nested values. For internal use by this collection only.

Where the API takes an identifier, a name may stand: C(deployment_id: etl/nightly), C(block_document_id: secret/token).
In a pattern of an event's resource it stands between angle brackets, which no name can hold:
C(prefect.deployment.<etl/nightly>).
"""

from __future__ import annotations

import re
import typing as t

from .._engine.spec import LookUp, Names
from .stores import is_identifier

# By what stands after "prefect." in an event's resource; see https://docs.prefect.io/v3/concepts/events
_RESOURCES = {
    "flow": "flow",
    "deployment": "deployment",
    "work-pool": "work pool id",
    "work-queue": "work queue id",
    "automation": "automation",
    "block-document": "block document",
    "concurrency-limit": "concurrency limit",
}
_NAMED = re.compile(r"^prefect\.([a-z-]+)\.<(.+)>$", re.DOTALL)
_IDENTIFIED = re.compile(r"^prefect\.([a-z-]+)\.([0-9a-fA-F-]{36})$")
_RESOLVED = re.compile(r"^prefect\.([a-z-]+)\.(.+)$", re.DOTALL)

Leaf = t.Callable[[str, t.Any], t.Any]


def identifiers(
    keys: dict[str, str], *, inside: str = "", resources: bool = False, opaque: t.Iterable[str] = ()
) -> Names:
    """Names under these keys, at any depth.

    keys       key that holds an identifier, or a list of them -> kind of the object
    inside     key of the dictionaries in which they count; everywhere when empty
    resources  whether texts like C(prefect.deployment.<etl/nightly>) stand for identifiers as well
    opaque     keys under which everything is the user's own and nothing is a name
    """
    closed = frozenset(opaque)

    def walk(value: t.Any, leaf: Leaf) -> t.Any:
        return _walk(value, leaf, closed, inside)

    def encode(value: t.Any, look_up: LookUp) -> t.Any:
        def leaf(key: str, text: t.Any) -> t.Any:
            if key in keys and isinstance(text, str) and not is_identifier(text):
                return look_up(keys[key], text)
            found = _resource(_NAMED, text) if resources else None
            return f"prefect.{found[0]}.{look_up(_RESOURCES[found[0]], found[1])}" if found else text

        return walk(value, leaf)

    def decode(value: t.Any, name_of: LookUp) -> t.Any:
        def leaf(key: str, text: t.Any) -> t.Any:
            if key in keys and is_identifier(text):
                return name_of(keys[key], text) or text
            found = _resource(_IDENTIFIED, text) if resources else None
            name = name_of(_RESOURCES[found[0]], found[1]) if found else None
            return f"prefect.{found[0]}.<{name}>" if found and name else text

        return walk(value, leaf)

    def show(value: t.Any, names: dict[t.Any, str]) -> t.Any:
        def leaf(key: str, text: t.Any) -> t.Any:
            if key in keys and isinstance(text, str):
                return names.get(text, text)
            found = _resource(_RESOLVED, text) if resources else None
            return f"prefect.{found[0]}.<{names[found[1]]}>" if found and found[1] in names else text

        return walk(value, leaf)

    kinds = {*keys.values(), *(_RESOURCES.values() if resources else ())}
    return Names(encode, decode, tuple(sorted(kinds)), show)


def _resource(pattern: re.Pattern[str], text: t.Any) -> tuple[str, str] | None:
    """Sort of a resource, and what stands for the resource itself; None if the text is nothing like it."""
    match = pattern.match(text) if isinstance(text, str) else None
    return (match[1], match[2]) if match and match[1] in _RESOURCES else None


def _walk(
    value: t.Any, leaf: Leaf, closed: frozenset[str], inside: str, key: str = "", *, counts: bool | None = None
) -> t.Any:
    """The value with every text in it put through C(leaf(key, text)); elements of a list have the key of the list. A
    key that does not count is given as an empty one."""
    if isinstance(value, dict):
        within = not inside or key == inside
        return {
            name: item if name in closed else _walk(item, leaf, closed, inside, name, counts=within)
            for name, item in value.items()
        }
    if isinstance(value, list):
        return [_walk(item, leaf, closed, inside, key, counts=counts) for item in value]
    return leaf(key if counts else "", value)
