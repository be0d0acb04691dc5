# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may manage, run and see a block, a deployment or a work pool. For internal use by this collection only.

An actor is written as C(user:EMAIL), C(service_account:NAME) or C(team:NAME); C(*) stands for everyone in a workspace.
"""

from __future__ import annotations

import re
import typing as t

from .._engine.backend import Predicted
from .._engine.errors import Forbidden, InvalidInput, NotFound
from .._engine.reconcile import no_such_reference
from .._engine.spec import Compare, Field, LookUp, Names
from .cloud import CloudSpec, CloudStore, caller_of, fold
from .kind import Kind
from .names import name_problem, whole_name_problem
from .store import Object

if t.TYPE_CHECKING:
    from .._engine.plan import Plan
    from .rest import RestBackend

EVERYONE = "*"
_ACTOR = re.compile(r"^(user|service_account|team):(.*\S.*)$")
_KINDS = {"user": "account member", "service_account": "service account", "team": "team"}
_LEVELS = {"managers": "manage", "runners": "run", "viewers": "view"}
# option: path of the routes, kind of the object, name of its identifier in an object as it is compared
_TARGETS = {
    "block_document": ("block_documents", "block document", "block_document_id"),
    "deployment": ("deployments", "deployment", "deployment_id"),
    "work_pool": ("work_pools", "work pool", "work_pool_name"),
}


def _fold(actor: t.Any) -> t.Any:
    return fold(actor) if isinstance(actor, str) and actor.startswith("user:") else actor


def _encode(actors: list[str], look_up: LookUp) -> list[str]:
    """The actors by the names that the server knows them by."""
    return [actor if actor == EVERYONE else _known(actor, look_up) for actor in actors]


def _known(actor: str, look_up: LookUp) -> str:
    kind, _colon, name = actor.partition(":")
    found = look_up(_KINDS[kind], name)
    return type(found)(f"{kind}:{found}")


_NAMES = Names(_encode, lambda actors, _name_of: actors, tuple(_KINDS.values()))


def _actors_problem(actors: list[str]) -> str:
    for actor in actors:
        if actor != EVERYONE and not _ACTOR.match(actor):
            return f"'{actor}' is none of user:EMAIL, service_account:NAME, team:NAME and {EVERYONE}"
    if EVERYONE in actors and len(actors) > 1:
        return f"{EVERYONE} stands for everyone and has to stand alone"
    return ""


class AccessControlStore(CloudStore):
    """Something that everyone may use has no access control. A write replaces all lists."""

    words = "access controls"

    def load(self) -> list[Object]:
        found = []
        for option, (_path, kind, _key) in _TARGETS.items():
            reference = self.stores.catalogue[kind].reference
            known = self.stores.index(kind).all() if self.stores.whole else self.stores.store(kind).load()
            found += [self._read(option, one[reference], str(one["name"])) for one in known]
        return [one for one in found if one is not None]

    def read(self, identity: Object) -> Object | None:
        option = next(name for name in _TARGETS if identity.get(name))
        target = self.stores.resolve(_TARGETS[option][1], identity[option])
        return None if target is None else self._read(option, target, self.label(identity))

    def _read(self, option: str, target: str, name: str) -> Object | None:
        path = self.path(f"/{_TARGETS[option][0]}/{{target}}/access", {"target": target})
        found = self.client.find(path, self.errand("read", {option: name}))
        levels = {level: (found or {}).get(f"{_LEVELS[level]}_actors") for level in _LEVELS}
        lists = {level: sorted(map(_shown, actors)) for level, actors in levels.items() if actors is not None}
        if all(actors == [EVERYONE] for actors in lists.values()):
            return None
        ids = {_shown(actor): actor["id"] for actors in levels.values() for actor in actors or []}
        return {"id": f"{option}/{target}", _TARGETS[option][2]: target, **lists, "actor_ids": ids}

    def create(self, body: Object, identity: Object) -> Object | None:
        option = next(name for name in _TARGETS if identity.get(name))
        self._replace(option, body[_TARGETS[option][2]], body, {}, identity)
        return None

    def change(self, current: Object, body: Object, identity: Object) -> None:
        option, _slash, target = current["id"].partition("/")
        self._replace(option, target, {**current, **body}, current["actor_ids"], identity)

    def remove(self, current: Object, identity: Object) -> None:
        option, _slash, target = current["id"].partition("/")
        try:
            self._replace(option, target, {}, {}, identity)
        except NotFound:
            # what it was about is gone, and with it the need
            return

    def _replace(self, option: str, target: str, lists: Object, known: Object, identity: Object) -> None:
        sent: Object = {}
        for level, verb in _LEVELS.items():
            if level == "runners" and option == "block_document":
                continue
            actors = lists.get(level)
            actors = [EVERYONE] if actors is None else actors
            teams = [actor for actor in actors if actor.startswith("team:")]
            sent[f"{verb}_actor_ids"] = [self._id(actor, known) for actor in actors if actor not in teams]
            sent[f"{verb}_team_ids"] = [self._id(actor, known) for actor in teams]
        path = self.path(f"/{_TARGETS[option][0]}/{{target}}/access", {"target": target})
        self.client.change(path, {"access_control": sent}, self.errand("update", identity), "PUT")

    def _id(self, actor: str, known: Object) -> str:
        kind, colon, name = actor.partition(":")
        if not colon or actor in known:
            return known.get(actor, actor)
        found = self.stores.look_up(_KINDS[kind], name) or {}
        return found["id" if kind == "team" else "actor_id"]

    def options(self, found: Object) -> Object | None:
        option, _slash, target = found["id"].partition("/")
        name = self.stores.name_of(_TARGETS[option][1], target)
        return None if name is None else {option: name}

    def label(self, identity: Object) -> str:
        option = next(name for name in _TARGETS if identity.get(name))
        return f"{option}:{identity[option]}"


def _shown(actor: Object) -> str:
    """An actor as an option names it."""
    if actor["type"] == EVERYONE:
        return EVERYONE
    return f"{actor['type']}:{actor['email'] if actor['type'] == 'user' and actor.get('email') else actor['name']}"


def _keep_the_caller(backend: RestBackend, plan: Plan, current: Object | None, params: Object) -> list[str]:
    """Who may not manage the object any more can never give it back."""
    if plan.action == "delete":
        return []
    option = next(name for name in _TARGETS if params.get(name))
    facts = {"obj": params[option], "server": backend.server}
    after = {**(current or {}), **{key: change.value for key, change in plan.changes.items()}}
    lists = [after.get(level) for level in _LEVELS if after.get(level) is not None]
    if all(actors == [EVERYONE] for actors in lists):
        raise InvalidInput(
            "set access control",
            why="everyone in every list is what there is without any access control",
            todo="Use state: absent, which gives the object back to everyone",
            **facts,
        )
    for level in _LEVELS:
        for actor in after.get(level) or []:
            if isinstance(actor, Predicted) and actor.startswith("user:"):
                field = next(field for field in ACCESS_CONTROL.spec.fields if field.name == level)
                name = actor.partition(":")[2]
                raise no_such_reference(ACCESS_CONTROL.spec, field, _KINDS["user"], name, **facts)
    managers = after.get("managers")
    if managers is not None and not _is_among(backend, managers):
        raise Forbidden(
            "set access control",
            why="the one whose key this task uses would not be among the managers, and could never change this again",
            todo="Add that user, service account or one of its teams to managers",
            **facts,
        )
    return []


def _is_among(backend: RestBackend, managers: list[str]) -> bool:
    if EVERYONE in managers:
        return True
    caller = caller_of(backend.stores)
    mine = {f"user:{caller.email}", *(f"team:{name}" for name in caller.teams)}
    if mine & {_fold(manager) for manager in managers}:
        return True
    bots = [manager.partition(":")[2] for manager in managers if manager.startswith("service_account:")]
    found = [backend.look_up("service account", name) for name in bots if not caller.user_id]
    return caller.actor_id in [one["actor_id"] for one in found if one]


def _actors(name: str) -> Field:
    return Field(
        name,
        "list",
        elements="str",
        compare=Compare.SET,
        names=_NAMES,
        problem=_actors_problem,
        normalize=_fold,
    )


def _whole(first: str, second: str) -> t.Callable[[str], str]:
    return lambda name: whole_name_problem(first, second, name) if name else ""


ACCESS_CONTROL = Kind(
    plural="access_control",
    store=AccessControlStore,
    # lifting it before its block is removed would open the block to everyone
    outlives=True,
    needs=("cloud",),
    spec=CloudSpec(
        kind="access control",
        result="access_control",
        title="block_document",
        fields=(
            Field(
                "block_document",
                wire="block_document_id",
                identity=True,
                reference="block document",
                problem=_whole("type", "name"),
            ),
            Field(
                "deployment",
                wire="deployment_id",
                identity=True,
                reference="deployment",
                problem=_whole("flow", "name"),
            ),
            Field(
                "work_pool",
                wire="work_pool_name",
                identity=True,
                reference="work pool",
                problem=lambda name: name_problem(name) if name else "",
            ),
            _actors("managers"),
            _actors("runners"),
            _actors("viewers"),
        ),
        mutually_exclusive=(("block_document", "deployment", "work_pool"), ("block_document", "runners")),
        required_one_of=(("block_document", "deployment", "work_pool"),),
        guard=_keep_the_caller,
    ),
)
