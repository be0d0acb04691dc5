# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a workspace role may do: the names of the scopes, what includes what, and the built-in roles."""

from __future__ import annotations

from collections.abc import Iterable

# feature: the levels that exist of it, weakest first; a stronger level includes the weaker ones
_LEVELS = {
    "flows": ("see", "run", "manage"),
    "blocks": ("see", "manage"),
    "deployments": ("see", "run", "write", "manage"),
    "notifications": ("see", "write", "manage"),
    "workspace_settings": ("see", "write", "manage"),
    "workspace_users": ("see", "manage"),
    "workspace_service_accounts": ("see", "manage"),
    "work_queues": ("see", "write", "manage"),
    "concurrency_limits": ("see", "manage"),
    "events": ("see", "manage"),
    "event_publications": ("see", "manage"),
    "event_subscriptions": ("see", "manage"),
    "automations": ("see", "manage"),
    "work_pools": ("see", "write", "manage"),
    "workers": ("see", "write", "manage"),
    "artifacts": ("see", "write", "manage"),
    "variables": ("see", "write", "manage"),
    "incidents": ("see", "write", "manage"),
    "tags": ("see", "manage"),
    "assets": ("see", "write", "manage"),
    "webhooks": ("see", "manage"),
}
# scopes that stand alone: name -> feature, what they include
_ALONE = {
    "manage_saved_search": ("flows", ("see_flows",)),
    "run_tasks": ("flows", ("see_flows",)),
    "see_secret_blocks": ("blocks", ("see_blocks",)),
    "manage_workspace_teams": ("workspace_users", ("see_workspace_users",)),
    "manage_acls": ("workspace_settings", ()),
    "manage_mex_storage": ("work_pools", ()),
    "manage_mex_deploy": ("work_pools", ()),
}


def _ladder() -> dict[str, tuple[str, tuple[str, ...]]]:
    found = dict(_ALONE)
    for feature, levels in _LEVELS.items():
        for height, level in enumerate(levels):
            found[f"{level}_{feature}"] = (feature, tuple(f"{lower}_{feature}" for lower in levels[:height]))
    found["manage_blocks"] = ("blocks", ("see_blocks", "see_secret_blocks"))
    return found


# name -> feature, every scope that it includes
SCOPES = _ladder()


def closure(names: Iterable[str]) -> frozenset[str]:
    """The scopes and all that they include."""
    return frozenset(names).union(*(SCOPES[name][1] for name in names))


_SEE = [name for name in SCOPES if name.startswith("see_") and name != "see_secret_blocks"]
_ADMINISTER = {
    "write_workspace_settings",
    "manage_workspace_settings",
    "manage_workspace_users",
    "manage_workspace_teams",
    "manage_workspace_service_accounts",
    "manage_acls",
}
VIEWER = closure(set(_SEE) - {"see_workspace_settings"})
RUNNER = VIEWER | closure(["run_deployments"])
DEVELOPER = closure(set(SCOPES) - _ADMINISTER)
OWNER = closure(SCOPES)
WORKER = closure(
    [
        "see_work_pools",
        "see_work_queues",
        "write_workers",
        "see_deployments",
        "run_deployments",
        "run_flows",
        "run_tasks",
        "see_secret_blocks",
        "see_variables",
        "write_artifacts",
        "manage_concurrency_limits",
        "see_events",
        "manage_events",
        "write_assets",
    ]
)
ROLES = {"Viewer": VIEWER, "Runner": RUNNER, "Developer": DEVELOPER, "Owner": OWNER, "Worker": WORKER}


def catalogue() -> list[dict[str, object]]:
    """Every scope as the API lists it."""
    return [
        {
            "name": name,
            "title": name.replace("_", " ").capitalize(),
            "feature_group": feature,
            "includes_scopes": list(included),
            "see_scope": f"see_{feature}",
        }
        for name, (feature, included) in SCOPES.items()
    ]
