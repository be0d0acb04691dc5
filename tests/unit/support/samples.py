# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sample values for the fields of any spec."""

from __future__ import annotations

import typing as t

from ansible_collections.flowops.prefect.plugins.module_utils._engine.spec import Compare, Field, ResourceSpec

# What each type of option may hold, as a first and a second value; of several pairs the first that no problem forbids.
_VALUES: dict[str, tuple[tuple[t.Any, t.Any], ...]] = {
    "str": (
        ("first", "second"),
        ("first/inner", "second/inner"),
        ("2026-01-01T00:00:00+00:00", "2026-02-01T00:00:00+00:00"),
        ("00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002"),
        ("first@example.com", "second@example.com"),
        ("team:first", "team:second"),
        ("30d", "60d"),
        ("2026-01-01", "2026-02-01"),
    ),
    "int": ((61, 62),),
    "float": ((1.5, 2.5),),
    "bool": ((True, False),),
    "raw": (({"deep": ["first"]}, {"deep": ["second"]}),),
    "dict": (({"deep": {"key": "first"}}, {"deep": {"key": "second"}}),),
    "path": (("/first", "/second"),),
}


# Elements whose suboptions exclude each other, or whose form no sample of a type has.
_ELEMENTS: dict[str, tuple[t.Any, t.Any]] = {
    "entries": ({"ip_network": "203.0.113.0/24"}, {"ip_network": "198.51.100.7", "description": "second"}),
    "slas": ({"name": "first", "duration": 11}, {"name": "second", "within": 2.5}),
}
# Switches that can only be switched off: what they stand for is refused.
_ONLY_OFF = {"unconstrained"}


def marked(field: Field, which: int) -> str:
    """A secret that can be recognized wherever it turns up."""
    return f"s3cr3t-{field.name}-{which}"


def sample(field: Field, which: int) -> t.Any:
    """The first (0) or second (1) value of a field."""
    if field.hidden:
        return {"deep": {"hidden": marked(field, which)}} if field.type == "dict" else marked(field, which)
    if field.compare is Compare.MEMBERSHIP:
        return {"set": [sample_element(field, which)]}
    if field.type == "list":
        return [sample_element(field, which)]
    if field.options:
        return _suboptions(field.options, which)
    return _element(field.choices, field.type, which, field.problem)


def sample_element(field: Field, which: int) -> t.Any:
    """A value for one element of a list."""
    if field.name in _ELEMENTS:
        return _ELEMENTS[field.name][which]
    if field.options:
        return _suboptions(field.options, which)

    def problem(value: t.Any) -> str:
        return field.problem({"set": [value]} if field.compare is Compare.MEMBERSHIP else [value])

    return _element(field.choices, field.elements or "str", which, problem)


def _suboptions(options: dict[str, t.Any], which: int) -> dict[str, t.Any]:
    return {
        name: _element(option.get("choices"), option["type"], which, lambda _value: "")
        for name, option in options.items()
        if not option.get("options") and option["type"] != "list"
    }


def _element(choices: t.Sequence[str] | None, kind: str, which: int, problem: t.Callable[[t.Any], str]) -> t.Any:
    if choices:
        # the ends: of a scale not every step in between can be taken
        return choices[-which]
    return next(pair for pair in _VALUES[kind] if not any(problem(value) for value in pair))[which]


def blank(field: Field) -> t.Any:
    """The empty text, in the form that the field takes."""
    if field.compare is Compare.MEMBERSHIP:
        return {"set": [""]}
    return [""] if field.type == "list" else ""


def wish(spec: ResourceSpec, which: int, *, secrets: bool = False) -> dict[str, t.Any]:
    """A value for every property of a spec. Where options exclude each other, secrets says which one is taken."""
    # what names the object keeps its first value, so that both wishes are about the same object
    found = {
        field.name: sample(field, 0 if field.identity else which)
        for field in spec.properties
        if field.name not in _ONLY_OFF
    }
    hidden = {field.name for field in spec.fields if field.hidden}
    chosen: set[str] = set()
    for group in spec.mutually_exclusive:
        left = [name for name in group if name in found]
        fitting = [name for name in left if (name in hidden) == secrets] or left
        chosen |= set([name for name in left if name in chosen][:1] or fitting[:1])
        for name in set(left) - chosen:
            del found[name]
    # of several ways to find an object the name: an identifier finds only what exists
    for group in spec.required_one_of:
        for name in set(group) - {spec.title} if spec.title in group else ():
            found.pop(name, None)
    return found


def changeable(spec: ResourceSpec, options: dict[str, t.Any]) -> set[str]:
    """Those of the options that may change an object that exists, and whose values a server shows."""
    return {
        field.name
        for field in spec.properties
        if field.name in options and not (field.identity or field.immutable or field.write_only)
    }


def place_of(name: str) -> str:
    """The identifier of what a reference names; looks like a DN, which also serves where any text would do."""
    return f"CN={name},DC=example,DC=com"
