# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether an object in memory meets a filter: equality and presence, joined by and, or and not (RFC 4515).

What else a filter may hold is an error, so that no test believes an answer that nothing gave.
"""

from __future__ import annotations

import re
import typing as t

from ansible_collections.flowops.prefect.plugins.module_utils._ad import dn

if t.TYPE_CHECKING:
    from ansible_collections.flowops.prefect.plugins.module_utils._ad.directory import Entry

Condition = t.Callable[["Entry"], bool]

_TERM = re.compile(r"\((?P<name>[A-Za-z-]+)=(?P<value>[^()]*)\)")
_ESCAPED = re.compile(rb"\\([0-9a-f]{2})")
_JOINS: dict[str, t.Callable[[t.Iterable[bool]], bool]] = {"&": all, "|": any, "!": lambda parts: not all(parts)}
_NAMES_OBJECTS = ("distinguishedname", "member", "memberof", "managedby")


def parse(text: str) -> Condition:
    """The condition that a filter states."""
    terms = _TERM.findall(text)
    if len(terms) > 1 and text == f"(|{''.join(f'({name}={value})' for name, value in terms)})":
        return _any_of(terms)
    condition, rest = _parse(text)
    assert not rest, text
    return condition


def _parse(text: str) -> tuple[Condition, str]:
    term = _TERM.match(text)
    if term:
        return _any_of([term.groups()]), text[term.end() :]
    assert text[:1] == "(" and text[1:2] in _JOINS, text
    join, rest = _JOINS[text[1]], text[2:]
    parts: list[Condition] = []
    while not rest.startswith(")"):
        part, rest = _parse(rest)
        parts.append(part)
    return lambda entry: join(part(entry) for part in parts), rest[1:]


def _any_of(terms: t.Iterable[tuple[str, ...]]) -> Condition:
    """At least one of these; hundreds are as quick as one."""
    wanted: dict[str, set[object]] = {}
    present: list[str] = []
    for name, value in terms:
        if value == "*":
            present.append(name.lower())
            continue
        assert "*" not in value, f"a part of a value is not modelled: {value}"
        raw = _ESCAPED.sub(lambda pair: bytes([int(pair[1], 16)]), value.encode())
        wanted.setdefault(name.lower(), set()).add(_form(name.lower(), raw))

    def meets(entry: Entry) -> bool:
        return any(_held(entry, name) for name in present) or any(
            _form(name, held) in forms for name, forms in wanted.items() for held in _held(entry, name)
        )

    return meets


def _held(entry: Entry, name: str) -> list[bytes]:
    """A distinguished name is an attribute of each object that is not stored."""
    return [entry.dn.encode()] if name == "distinguishedname" else entry.all(name)


def _form(name: str, value: bytes) -> object:
    """A value as it is compared; a directory ignores the case of nearly all texts."""
    return dn.canonical(value.decode()) if name in _NAMES_OBJECTS else value.lower()
