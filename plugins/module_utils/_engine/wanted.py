# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From options to what the server shall hold. For internal use by this collection only."""

from __future__ import annotations

import functools
import typing as t

from .errors import InvalidInput
from .plan import Wanted
from .spec import MEMBERSHIP_VERBS, Compare, Field, LookUp, ResourceSpec

Missing = t.Callable[[Field, str, str], t.Any]


def validate(spec: ResourceSpec, params: dict[str, t.Any], server: str) -> None:
    """Refuse what no server would accept, before anything is read."""
    name = spec.name_of(params)
    for field in spec.fields:
        value = params.get(field.name)
        problem = "" if value is None else field.problem(value)
        if problem:
            raise InvalidInput(
                f"set '{field.name}' of {spec.kind}",
                obj=name,
                server=server,
                why=problem,
                todo=f"Correct '{field.name}'",
            )


def expect_needed(spec: ResourceSpec, params: dict[str, t.Any], server: str) -> None:
    """AnsibleModule has asked for these, but takes a blank option for one that is given."""
    for names in spec.required_one_of:
        if all(params.get(name) is None for name in names):
            raise InvalidInput(
                f"manage {spec.kind}",
                server=server,
                why=f"one of these options is needed: {', '.join(names)}",
                todo="Give one of them a value",
            )


def wanted_of(spec: ResourceSpec, params: dict[str, t.Any], find: LookUp, missing: Missing) -> dict[str, Wanted]:
    """Options that were given, with references turned into identifiers.

    find     identifier of the object of a kind that a name stands for, or None if it is proven absent
    missing  what to take for an object that is absent; may raise. What is to be removed from a membership need not
             exist: its name then stands for it, so that a name that is an identifier finds a member that leads nowhere
    """
    wanted: dict[str, Wanted] = {}
    for field in spec.properties:
        value = params.get(field.name)
        if value is None:
            continue
        shown: dict[t.Any, str] = {}
        if field.reference and value != field.clears:
            value = _resolved(field, value, functools.partial(_one, field, params, find, missing, shown))
        elif field.names is not None and value != field.clears:
            value = field.names.encode(value, functools.partial(_named, field, find, missing, shown))
        wanted[field.name] = Wanted(value, shown)
    return wanted


def reference_name(field: Field, params: dict[str, t.Any], name: str) -> str:
    """The whole name of what an option names."""
    return f"{params.get(field.within)}/{name}" if field.within else name


def _one(
    field: Field,
    params: dict[str, t.Any],
    find: LookUp,
    missing: Missing,
    shown: dict[t.Any, str],
    name: str,
    verb: str = "",
) -> t.Any:
    whole = reference_name(field, params, name)
    found = find(field.reference, whole)
    if found is None:
        found = name if verb == "remove" else missing(field, field.reference, whole)
    shown[found] = name
    return found


def _named(field: Field, find: LookUp, missing: Missing, shown: dict[t.Any, str], kind: str, name: str) -> t.Any:
    found = find(kind, name)
    if found is None:
        found = missing(field, kind, name)
    shown[found] = name
    return found


def _resolved(field: Field, value: t.Any, one: t.Callable[..., t.Any]) -> t.Any:
    if field.compare is Compare.MEMBERSHIP:
        return {
            verb: None if value.get(verb) is None else [one(name, verb) for name in value[verb]]
            for verb in MEMBERSHIP_VERBS
        }
    return [one(name) for name in value] if field.is_list else one(value)
