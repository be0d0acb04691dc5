# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sample values for the fields of any spec."""

from __future__ import annotations

import typing as t

from ansible_collections.flowops.prefect.plugins.module_utils._engine.spec import Compare, Field, ResourceSpec

# What each type of option may hold, as a first and a second value.
_VALUES: dict[str, tuple[t.Any, t.Any]] = {
    "str": ("first", "second"),
    "int": (11, 12),
    "bool": (True, False),
    "raw": ({"deep": ["first"]}, {"deep": ["second"]}),
    "dict": ({"deep": {"key": "first"}}, {"deep": {"key": "second"}}),
    "path": ("/first", "/second"),
}


def marked(field: Field, which: int) -> str:
    """A secret that can be recognized wherever it turns up."""
    return f"s3cr3t-{field.name}-{which}"


def sample(field: Field, which: int) -> t.Any:
    """The first (0) or second (1) value of a field."""
    if field.hidden:
        return marked(field, which)
    if field.compare is Compare.MEMBERSHIP:
        return {"set": [sample_element(field, which)]}
    if field.type == "list":
        return [sample_element(field, which)]
    return _element(field.choices, field.type, which)


def sample_element(field: Field, which: int) -> t.Any:
    """A value for one element of a list."""
    return _element(field.choices, field.elements or "str", which)


def _element(choices: tuple[str, ...] | None, kind: str, which: int) -> t.Any:
    return choices[which % len(choices)] if choices else _VALUES[kind][which]


def blank(field: Field) -> t.Any:
    """The empty text, in the form that the field takes."""
    if field.compare is Compare.MEMBERSHIP:
        return {"set": [""]}
    return [""] if field.type == "list" else ""


def wish(spec: ResourceSpec, which: int, *, secrets: bool = False) -> dict[str, t.Any]:
    """A value for every option of a spec. Where two options exclude each other, secrets says which one is taken."""
    # what names the object keeps its first value, so that both wishes are about the same object
    found = {field.name: sample(field, 0 if field.identity else which) for field in spec.fields}
    for group in spec.mutually_exclusive:
        hidden = {field.name for field in spec.fields if field.hidden}
        kept = next((name for name in group if (name in hidden) == secrets), group[0])
        for name in group:
            if name != kept:
                del found[name]
    return found


def place_of(name: str) -> str:
    """The identifier of what a reference names; looks like a DN, which also serves where any text would do."""
    return f"CN={name},DC=example,DC=com"
