# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Access lists of single objects: blocks, deployments, work pools."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from prefect_cloud.cloud import Cloud
from prefect_cloud.store import Record

EVERYONE = "*"
# strongest first: who may manage may also run and view
LEVELS = {
    "block_documents": ("manage", "view"),
    "deployments": ("manage", "run", "view"),
    "work_pools": ("manage", "run", "view"),
}


def key_of(workspace_id: str, kind: str, object_key: str) -> str:
    """object_key is the id of a block or deployment, the name of a work pool."""
    return f"{workspace_id}/{kind}/{object_key}"


def shown(cloud: Cloud, kind: str, record: Record | None) -> dict[str, Any]:
    """The list as it is read; without one, everyone may do everything."""
    answer: dict[str, Any] = {}
    for level in LEVELS[kind]:
        actors = record["lists"][f"{level}_actor_ids"] if record else [EVERYONE]
        teams = record["lists"][f"{level}_team_ids"] if record else []
        answer[f"{level}_actors"] = [*_actors(cloud, actors), *_teams(cloud, teams)]
    return answer


def _actors(cloud: Cloud, keys: Iterable[str]) -> list[dict[str, Any]]:
    found = []
    for key in keys:
        if key == EVERYONE:
            found.append({"id": EVERYONE, "name": EVERYONE, "email": None, "type": EVERYONE})
            continue
        actor = cloud.actor(key)
        if actor:
            found.append({name: actor[name] for name in ("id", "name", "email", "type")})
    return found


def _teams(cloud: Cloud, keys: Iterable[str]) -> list[dict[str, Any]]:
    teams = [cloud.store.teams[key] for key in keys if key in cloud.store.teams]
    return [{"id": team["id"], "name": team["name"], "email": None, "type": "team"} for team in teams]


def allows(cloud: Cloud, actor_id: str, record: Record | None, kind: str, level: str) -> bool:
    """Whether the list lets an actor do what needs ``level``; without a list, yes."""
    if record is None:
        return True
    levels = LEVELS[kind]
    teams = {team["id"] for team in cloud.teams_of(actor_id)}
    for stronger in levels[: levels.index(level) + 1]:
        actors = record["lists"][f"{stronger}_actor_ids"]
        if actor_id in actors or EVERYONE in actors or teams & set(record["lists"][f"{stronger}_team_ids"]):
            return True
    return False
