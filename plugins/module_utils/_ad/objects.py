# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A whole desired state of a directory in one task. For internal use by this collection only."""

from __future__ import annotations

import functools
import typing as t

from .._engine import document, tally
from .._engine.apply import Applier, ApplyFailed
from .._engine.estate import Entry, Planner
from . import dn
from .authentication_policy import ALLOWED_FROM, POLICIES, SILOS
from .catalogue import (
    AUTHENTICATION_POLICIES,
    AUTHENTICATION_POLICY_SILOS,
    FAMILIES,
    FAMILY_OF,
    GROUPS,
    ORGANIZATIONAL_UNITS,
    OWNERS,
    POLICIES_HOSTS,
    SILOS_MEMBERS,
)
from .estate import DirectoryEstate
from .lookup import key_of

if t.TYPE_CHECKING:
    from .directory import Directory
    from .family import Family

OPTION = "objects"
# kind -> what is written apart from it: family, container, options. An account names its silo, and the silo the
# account; a host names its silo, the silo a policy, and the policy a group of hosts. A unit is owned by a group that
# lies in it, and a group by itself.
_APART: dict[str, tuple[Family, str, tuple[str, ...]]] = {
    AUTHENTICATION_POLICIES.name: (POLICIES_HOSTS, POLICIES, tuple(ALLOWED_FROM)),
    AUTHENTICATION_POLICY_SILOS.name: (SILOS_MEMBERS, SILOS, ("members",)),
    GROUPS.name: (OWNERS, "", ("managed_by",)),
    ORGANIZATIONAL_UNITS.name: (OWNERS, "", ("managed_by",)),
}
_HALVES = (OWNERS, POLICIES_HOSTS, SILOS_MEMBERS)
_LISTED = tuple(family for family in FAMILIES if family not in _HALVES)


def hide_secrets(wanted: t.Any, hide: document.Hide) -> None:
    """Tell every text that stands where a secret belongs, whatever else is wrong with the desired state."""
    document.hide_secrets(wanted, {family.plural: family.spec for family in _LISTED}, hide)


def plurals() -> list[str]:
    """Keys of a desired state."""
    return sorted(family.plural for family in _LISTED)


def converge(
    directory: Directory, wanted: dict[str, t.Any], hide: document.Hide, *, check_mode: bool
) -> dict[str, t.Any]:
    """Plan all, write what differs, prove it; the module's result.

    Raises PlanFailed before anything is written, and ApplyFailed when some writes failed; both name every object.
    """
    entries = _entries(directory, wanted)
    estate = DirectoryEstate(directory)
    estate.hold(entries)
    planner = Planner(estate, entries, hide)
    steps = planner.plan()
    if not check_mode:
        Applier(estate, planner, workers=1).apply(steps)

    def result() -> dict[str, t.Any]:
        found = tally.result_of(steps, lambda kind: FAMILY_OF[kind].plural, lambda _step: {})
        found["summary"]["operations"] = directory.operations
        return found

    if any(step.error for step in steps):
        raise ApplyFailed(steps, directory.server, result())
    return result()


def _entries(directory: Directory, wanted: dict[str, t.Any]) -> list[Entry]:
    sections = [
        document.Section(family.plural, family.name, family.spec, functools.partial(_entry, family))
        for family in _LISTED
    ]
    entries = document.entries_of(wanted, sections, OPTION, directory.server)
    present = [entry for entry in entries if not entry.absent]
    # from the inside out
    absent = sorted((entry for entry in entries if entry.absent), key=_depth, reverse=True)
    made_here = {name.lower() for entry in present for name in _names(entry)}
    return [*(half for entry in present for half in _halves(directory, entry, made_here)), *absent]


def _entry(family: Family, params: dict[str, t.Any]) -> Entry:
    return Entry(family.name, family.label(params), family.choose(params).spec, params)


def _depth(entry: Entry) -> int:
    return len(dn.parse(entry.name)) if entry.kind == ORGANIZATIONAL_UNITS.name and dn.is_dn(entry.name) else 0


def _names(entry: Entry) -> list[str]:
    """What others may call the object of an entry."""
    given = (entry.params.get(name) for name in ("name", "sam_account_name", "upn", "identity"))
    return [entry.name, *(name for name in given if name)]


def _afterwards(entry: Entry) -> str:
    """What an object that is renamed or moved is called then."""
    called, params = entry.params["identity"], entry.params
    if dn.is_dn(called):
        kind = FAMILY_OF[entry.kind].choose(params)
        path = params.get("path") or dn.parent(called)
        return dn.child(kind.rdn, params.get("name") or dn.leaf(called), path) if dn.is_dn(path) else called
    by_account = key_of(called)[0] == "sAMAccountName"
    return params.get("sam_account_name") or called if by_account else called


def _halves(directory: Directory, entry: Entry, made_here: set[str]) -> t.Iterator[Entry]:
    """An object, and apart from it what it names that may in turn name the object."""
    apart, container, names = _APART.get(entry.kind, (None, "", ()))
    given = {name: entry.params[name] for name in names if entry.params.get(name) is not None}
    if apart is OWNERS and str(given.get("managed_by")).lower() not in made_here:
        given = {}
    if apart is None or not given:
        yield entry
        return
    place = entry.name
    if container:
        place = dn.child("CN", entry.params["name"], f"{container},{directory.configuration}")
    elif entry.params.get("identity"):
        place = _afterwards(entry)
    elif not dn.is_dn(place):
        kind = FAMILY_OF[entry.kind].choose(entry.params)
        place = dn.child(kind.rdn, place, ",".join(part for part in (kind.default_path, directory.base) if part))
    yield Entry(entry.kind, entry.name, entry.spec, {**entry.params, **dict.fromkeys(given)})
    yield Entry(apart.name, place, apart.spec, {"identity": place, **given})
