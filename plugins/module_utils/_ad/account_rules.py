# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What has to hold of every service account. For internal use by this collection only."""

from __future__ import annotations

import typing as t

from .._engine.errors import Forbidden, InvalidInput
from . import account_names, dn, passwords, values, visible
from .group_closure import GroupPath, closure
from .kds import expect_root_key
from .well_known import privilege_of

if t.TYPE_CHECKING:
    from .._engine.plan import Plan
    from .backend import DirectoryBackend
    from .directory import Entry
    from .lookup import Finder

    Problem = tuple[str, str, type[Forbidden | InvalidInput]]

# Read with each account, so that its groups can be found.
ATTRIBUTES = ("memberOf", "primaryGroupID", "sIDHistory")
# Who can answer for an account.
_OWNERS = ("user", "inetorgperson", "contact", "group")
_OWNERSHIP = ("managed_by", "description", "ticket")


def expect_valid(name: str, called: str) -> None:
    """Raise InvalidInput for an account name that Windows would not take for this type of account."""
    longest = account_names.LONGEST_USER if called == "user" else account_names.LONGEST_COMPUTER
    account_names.expect_valid("service account", name, longest, "Choose another name")


def guard(
    backend: DirectoryBackend, plan: Plan, _current: dict[str, t.Any] | None, params: dict[str, t.Any]
) -> list[str]:
    """Before a write: nothing that the directory would refuse late, or accept and not mean."""
    if plan.action == "delete":
        return []
    backend.refuse_if_taken(plan)
    if plan.action != "create":
        return []
    called = params.get("type") or "gmsa"
    expect_valid(params.get("name") or "", called)
    if called == "user":
        instead = "better use type: gmsa, whose password nobody has to know"
        passwords.expect_password(backend, plan, params, instead)
    if called != "gmsa":
        return []
    name = backend.kind.spec.name_of(params)
    return backend.finder.once("KDS root key", lambda: expect_root_key(backend.directory, name))


def invariant(
    backend: DirectoryBackend, plan: Plan, current: dict[str, t.Any] | None, params: dict[str, t.Any]
) -> list[str]:
    """After every run: somebody answers for the account, and it has no more rights than it was given on purpose.

    An account that is left disabled is only spoken about: to switch one off must always be possible.
    """
    target = {**(current or {}), **{key: change.value for key, change in plan.changes.items()}}
    name = backend.kind.spec.name_of(params)
    problems = [*_disowned(backend, target, params), *_privileged(backend, params), *_unseen(backend, params)]
    if plan.action != "create":
        problems = [*_unowned(target), *problems]
    if problems and target.get("enabled") is not False:
        why, todo, error = problems[0]
        raise error("leave service account", obj=name, server=backend.server, why=why, todo=todo)
    return [f"The service account '{name}' is disabled; {problem[0]}" for problem in problems]


def no_group(names: list[str]) -> str:
    """The problem of a list of groups in which an element says nothing."""
    return "an element is empty, and would stand for every group that cannot be read" if "" in names else ""


def _unowned(target: dict[str, t.Any]) -> list[Problem]:
    missing = [name for name in _OWNERSHIP if not target.get(name)]
    if not missing:
        return []
    return [
        (
            f"it has no {' and no '.join(missing)}, and nobody could tell who owns it and what for",
            f"Give {' and '.join(missing)}, or switch the account off (enabled: false)",
            InvalidInput,
        )
    ]


def _disowned(backend: DirectoryBackend, target: dict[str, t.Any], params: dict[str, t.Any]) -> list[Problem]:
    """An owner that nobody can ask. Who is only predicted is not there to be looked at."""
    owner = target.get("managed_by")
    if not params.get("managed_by") or not dn.is_dn(owner or ""):
        return []
    todo = "Name a person or a group in 'managed_by' (owner)"
    if backend.entry is not None and dn.canonical(owner) == dn.canonical(backend.entry.dn):
        return [("it would own itself, and nobody could be asked about it", todo, InvalidInput)]
    entry = backend.finder.find(owner, ["objectClass", "objectSid"])
    classes = entry.texts("objectClass") if entry is not None else []
    if not classes or classes[-1].lower() in _OWNERS:
        return []
    return [(f"its owner '{owner}' is of the class {classes[-1]}, and cannot be asked about it", todo, InvalidInput)]


def _privileged(backend: DirectoryBackend, params: dict[str, t.Any]) -> list[Problem]:
    found = {}
    for path in groups_of(backend):
        meaning = privilege_of(path.sid, path.name)
        if meaning is not None and not _is_allowed(path, params):
            through = f" through {' and '.join(path.through)}" if path.through else ""
            found[f"'{path.name}'"] = f"'{path.name}'{through}: {meaning}"
    problems: list[Problem] = []
    if found:
        plural = "s" if len(found) > 1 else ""
        why = f"it is a member of the privileged group{plural} {'; and of '.join(found.values())}"
        todo = f"Take it out of the group{plural}, or name {' and '.join(found)} in 'allow_privileged'"
        problems.append((why, todo, Forbidden))
    for raw in backend.entry.all("sIDHistory") if backend.entry is not None else ():
        former = GroupPath("", values.sid_from_bytes(raw), values.sid_from_bytes(raw))
        meaning = privilege_of(former.sid, "")
        if meaning is not None and not _is_allowed(former, params):
            why = f"its SID history holds '{former.sid}', which gives it the rights of that privileged group: {meaning}"
            problems.append((why, f"Clear its sIDHistory, or name '{former.sid}' in 'allow_privileged'", Forbidden))
    return problems


def _unseen(backend: DirectoryBackend, params: dict[str, t.Any]) -> list[Problem]:
    """Groups that may be privileged for all that can be seen."""
    entry = backend.entry
    if entry is None:
        return []
    problems: list[Problem] = []
    lost = visible.hidden(backend.finder, ATTRIBUTES, entry, ATTRIBUTES)
    if lost:
        listed = " and ".join(f"'{name}'" for name in lost)
        why = f"its {listed} may be hidden, so whether it is in a privileged group cannot be told"
        todo = f"Grant the account that is used the right to read {listed}, and the right 'read permissions'"
        problems.append((why, todo, Forbidden))
    for path in groups_of(backend):
        if not path.complete and not _is_allowed(path, params):
            why = f"it is in the group '{path.name}', and whether that is privileged or in a privileged one is hidden"
            todo = (
                "Grant the account that is used the right to read the group, 'memberOf' and the permissions among it,"
                f" or name '{path.name}' in 'allow_privileged'"
            )
            problems.append((why, todo, Forbidden))
    return problems


def _is_allowed(path: GroupPath, params: dict[str, t.Any]) -> bool:
    """Whether O(allow_privileged) names the group: by SID, account name or distinguished name."""
    allowed = [name for name in params.get("allow_privileged") or [] if name]
    called = {name.lower() for name in (path.sid, path.name) if name}
    return any(name.lower() in called or (path.dn and dn.canonical(name) == dn.canonical(path.dn)) for name in allowed)


def groups_of(backend: DirectoryBackend) -> list[GroupPath]:
    """All groups of the account, nested ones as well; found out for many accounts at once where there are many."""
    entry = backend.entry
    known = backend.finder.once("groups", dict)
    if entry is None:
        # foreseen where the same run makes the account and puts it into groups: planned_groups.py
        return known.get(backend, [])
    key = values.guid_from_bytes(entry.first("objectGUID") or bytes(16))
    if key not in known:
        known[key] = groups_for(backend.finder, [entry])[entry.dn]
    return known[key]


def groups_for(finder: Finder, accounts: list[Entry]) -> dict[str, list[GroupPath]]:
    """All groups of many accounts, by their DN; those that hide what they are in are incomplete."""
    if not accounts:
        return {}
    return closure(finder.directory, accounts, reader=visible.reader(finder, ATTRIBUTES))
