# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who asked for a run, and for which project. Plain Python over what Prefect tells; nothing is guessed.

In this order: what the run itself states (label C(flowops.requested-by) or C(requested-by), tag C(requested-by:WHO)),
the requester of the run that started it, what Prefect knows of its creator, C(schedule), and else that nobody knows.
"""

from __future__ import annotations

import typing as t

from prefect_host.attribution.context import (
    LABEL_PROJECT,
    LABEL_REQUESTED_BY,
    TAG_PROJECT,
    TAG_REQUESTED_BY,
    clean,
)

UNKNOWN = "API (unknown)"
SCHEDULE = "schedule"
# What a worker wrote when it knew nobody is no statement: somebody may state it before the run is given back.
_NOBODY = ("", UNKNOWN)
_REQUESTER_LABELS = (LABEL_REQUESTED_BY, "requested-by")
_PROJECT_LABELS = (LABEL_PROJECT, "project")


def requester(run: t.Any, deployment: t.Any = None, parent: t.Any = None) -> str:
    """WHO, one line. C(run) and C(parent), the flow run that started it, are flow runs as Prefect's client has them."""
    return (
        stated_requester(run, deployment)
        or (stated_requester(parent) if parent is not None else "")
        or _creator(run)
        or (SCHEDULE if getattr(run, "auto_scheduled", False) else UNKNOWN)
    )


def stated_requester(run: t.Any, deployment: t.Any = None) -> str:
    """What the run states. A statement that it merely has from its deployment says nothing about this run."""
    inherited_labels, inherited_tags = _labels(deployment), set(_tags(deployment))
    for label in _REQUESTER_LABELS:
        value = clean(_labels(run).get(label))
        if value not in _NOBODY and value != clean(inherited_labels.get(label)):
            return value
    stated = (_after(TAG_REQUESTED_BY, tag) for tag in _tags(run) if tag not in inherited_tags)
    return next((who for who in stated if who not in _NOBODY), "")


def project(run: t.Any, deployment: t.Any, default: str) -> str:
    """The run's project, else its deployment's, else C(default): that of the work pool or the instance."""
    for thing in (run, deployment):
        for label in _PROJECT_LABELS:
            if value := clean(_labels(thing).get(label)):
                return value
        if value := next((found for tag in _tags(thing) if (found := _after(TAG_PROJECT, tag))), ""):
            return value
    return clean(default)


def _creator(run: t.Any) -> str:
    """What Prefect knows. A service account is called one: it never passes for a person."""
    creator = getattr(run, "created_by", None)
    kind = str(getattr(creator, "type", None) or "").upper()
    name = clean(getattr(creator, "display_value", None))
    if kind == "SCHEDULE":
        return SCHEDULE
    if kind in ("AUTOMATION", "DEPLOYMENT"):
        return clean(f"{kind.lower()} {name}")
    if name and any(word in kind for word in ("SERVICE", "BOT")):
        return clean(f"service account {name}")
    return name


def _labels(thing: t.Any) -> t.Mapping[str, t.Any]:
    return getattr(thing, "labels", None) or {}


def _tags(thing: t.Any) -> list[str]:
    # In order of the alphabet: two statements must not be chosen from by chance.
    return sorted(getattr(thing, "tags", None) or [])


def _after(prefix: str, tag: str) -> str:
    return clean(tag[len(prefix) :]) if tag.lower().startswith(prefix) else ""
