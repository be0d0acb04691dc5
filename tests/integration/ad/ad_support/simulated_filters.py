# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether an object of the simulated forest meets a filter: true, false, or undefined (RFC 4511 4.5.1.7).

A term about an attribute that the reader may not read is undefined, and so is its negation.
What is not modelled raises, so that no test passes because of an answer that Windows would not give.
"""

from __future__ import annotations

import typing as t

from ad_support.simulated_forest import DN_ATTRIBUTES, Item, canonical

ALL_BITS = "1.2.840.113556.1.4.803"
IN_CHAIN = "1.2.840.113556.1.4.1941"
_BYTES = ("objectguid", "objectsid")


class NotModelledError(Exception):
    """The simulation does not know this."""


def prepared(condition: tuple[t.Any, ...]) -> tuple[t.Any, ...]:
    """The same condition, with hundreds of alternatives for one attribute as one set."""
    kind, *rest = condition
    if kind == "notFilter":
        return (kind, prepared(rest[0]))
    if kind == "equalityMatch":
        return ("one_of", rest[0].lower(), frozenset({_form(rest[0].lower(), rest[1])}))
    if kind not in ("and", "or"):
        return condition
    parts = [prepared(part) for part in rest[0]]
    if kind == "or":
        alternatives: dict[str, frozenset[object]] = {}
        for name, *details in parts:
            if name == "one_of":
                alternatives[details[0]] = alternatives.get(details[0], frozenset()) | details[1]
        parts = [part for part in parts if part[0] != "one_of"]
        parts += [("one_of", attribute, forms) for attribute, forms in alternatives.items()]
    return (kind, parts)


def meets(item: Item, condition: tuple[t.Any, ...]) -> bool | None:
    """Whether the object meets a prepared condition."""
    kind, *rest = condition
    if kind in ("and", "or"):
        return _combined([meets(item, part) for part in rest[0]], decisive=kind == "or")
    if kind == "notFilter":
        inner = meets(item, rest[0])
        return None if inner is None else not inner
    attribute = str(rest[1] if kind == "extensibleMatch" else rest[0]).lower()
    if attribute == "objectcategory":
        raise NotModelledError("categories")
    if attribute in item.unreadable:
        return None
    if kind == "present":
        return bool(item.values(attribute))
    if kind == "one_of":
        return any(_form(attribute, value) in rest[1] for value in item.values(attribute))
    if kind == "substringFilter":
        return _begins(item, attribute, rest[1])
    if kind == "extensibleMatch":
        return _by_rule(item, rest[0], attribute, rest[2])
    raise NotModelledError(f"a filter of the kind {kind}")


def _combined(parts: list[bool | None], *, decisive: bool) -> bool | None:
    if decisive in parts:
        return decisive
    return None if None in parts else not decisive


def _form(attribute: str, value: bytes) -> object:
    """A value in the form in which Windows compares it."""
    if attribute in _BYTES:
        return value
    text = value.decode()
    return canonical(text) if attribute in DN_ATTRIBUTES else text.casefold()


def _begins(item: Item, attribute: str, parts: list[tuple[str, bytes]]) -> bool:
    if [kind for kind, _value in parts] != ["initial"]:
        raise NotModelledError("a substring that is not at the beginning")
    start = parts[0][1].decode().casefold()
    return any(value.decode().casefold().startswith(start) for value in item.values(attribute))


def _by_rule(item: Item, rule: str, attribute: str, value: bytes) -> bool:
    if rule == ALL_BITS:
        mask = int(value)
        return any(int(number) & mask == mask for number in item.values(attribute))
    if rule == IN_CHAIN and attribute == "memberof":
        return canonical(value.decode()) in {canonical(group.dn) for group in item.chain()}
    raise NotModelledError(f"the matching rule {rule} on {attribute}")
