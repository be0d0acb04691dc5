# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Schedules of deployments. For internal use by this collection only."""

from __future__ import annotations

import datetime
import functools
import re
import typing as t

from .._engine.errors import InvalidInput
from .._engine.spec import Field, ResourceSpec
from .editions import refuse_without_cloud
from .kind import Kind, Routes
from .names import NO_LIMIT, count_problem, filled, limit_problem, whole_name_problem
from .store import Object, Store

if t.TYPE_CHECKING:
    from .._engine.plan import Plan
    from .rest import RestBackend


def _duration_problem(seconds: float) -> str:
    return "" if seconds > 0 else f"{seconds} is no number of seconds above 0"


_START_OF_ALL = re.compile(r"^DTSTART:20200101T000000\n")


def _plain_rule(rule: t.Any) -> t.Any:
    """The server puts a start of its own in front of a rule that has none."""
    return _START_OF_ALL.sub("", rule) if isinstance(rule, str) else rule


def _moment(text: t.Any) -> t.Any:
    """A point in time in one form, whatever its offset is."""
    try:
        return datetime.datetime.fromisoformat(text).astimezone(datetime.UTC).isoformat()
    except (TypeError, ValueError):
        return text


def _moment_problem(text: str) -> str:
    try:
        return "" if datetime.datetime.fromisoformat(text).tzinfo else f"'{text}' has no offset from UTC"
    except ValueError:
        return f"'{text}' is no point in time; give it like 2026-01-31T08:00:00+01:00"


_TIMINGS = {"cron": ("cron", "day_or"), "interval": ("interval", "anchor_date"), "rrule": ("rrule",)}
_TIMING = tuple(_TIMINGS)
_INNER = ("cron", "day_or", "interval", "anchor_date", "rrule", "timezone")
_AHEAD = "max_scheduled_runs"


class DeploymentScheduleStore(Store):
    """Schedules come with their deployments; a schedule's timing is an object inside of it."""

    def load(self) -> list[Object]:
        found = self.stores.index("deployment").all() if self.stores.whole else self.stores.store("deployment").load()
        return [self.decode(schedule) for deployment in found for schedule in deployment.get("schedules") or []]

    def read(self, identity: Object) -> Object | None:
        # the route for schedules alone leaves out parameters and limits in Prefect Cloud
        deployments = self.stores.store("deployment")
        deployment = deployments.read(deployments.split(identity["deployment"]))
        if deployment is None:
            return None
        found = map(self.decode, deployment.get("schedules") or [])
        return self.only(found, (deployment["id"], identity["slug"]), identity["slug"])

    def create(self, body: Object, identity: Object) -> Object | None:
        path = self.path("/deployments/{deployment_id}/schedules", body)
        sent = {key: value for key, value in self.encode(body, None).items() if value is not None}
        sent.pop("deployment_id", None)
        created = self.client.create(path, [sent], self.errand("create", identity), lambda: self.read(identity))
        if isinstance(created.value, list):
            return self.decode(created.value[0])
        self.adopt(created.value, body, identity)
        return created.value

    def change(self, current: Object, body: Object, identity: Object) -> None:
        rest = {key: value for key, value in body.items() if key != _AHEAD or value is not None}
        if rest:
            super().change(current, rest, identity)
        if rest != body and current.get(_AHEAD) is not None:
            # the server takes a limit away only with the schedule itself; all else is known to be accepted by now
            other = _TIMING if any(body.get(key) is not None for key in _TIMING) else ()
            kept = {field.key: current.get(field.key) for field in self.spec.properties if field.key not in other}
            self.remove(current, identity)
            self.create({**kept, **body}, identity)

    def encode(self, body: Object, current: Object | None) -> Object:
        inner = {key: body[key] for key in _INNER if key in body}
        outer = {key: value for key, value in body.items() if key not in _INNER}
        if not inner:
            return outer
        held = {key: (current or {}).get(key) for key in _INNER}
        timing = next((key for key in _TIMING if inner.get(key) is not None), None)
        kept = timing or next((key for key in _TIMING if held.get(key) is not None), None)
        together = {**held, **inner}
        wanted = _TIMINGS[str(kept)]
        timing_of = {key: together[key] for key in (*wanted, "timezone") if together.get(key) is not None}
        return {**outer, "schedule": timing_of}

    def decode(self, found: Object) -> Object:
        timing = found.get("schedule") or {}
        return {**{key: value for key, value in found.items() if key != "schedule"}, **dict.fromkeys(_INNER), **timing}

    def key(self, found: Object) -> tuple[t.Any, ...] | None:
        return (found["deployment_id"], found["slug"]) if found.get("slug") else None

    def unmanaged(self, found: Object) -> str:
        return "" if found.get("slug") else "it has no slug, so nothing can find it again"

    def split(self, name: str) -> Object:
        # neither a flow nor a deployment has a slash in its name; a slug may
        flow, deployment, slug = (*name.split("/", 2), "", "")[:3]
        return {"deployment": f"{flow}/{deployment}", "slug": slug}

    def lane(self, params: Object) -> str:
        return f"schedules of {params['deployment']}"


def _refuse_what_cannot_be(backend: RestBackend, plan: Plan, current: Object | None, params: Object) -> list[str]:
    refuse_without_cloud(backend, plan, "deployment schedule", params["slug"], ("max_active_runs", "catchup"))
    if plan.action == "delete":
        return []
    sort = next((key for key in _TIMING if params.get(key) is not None), None)
    sort = sort or next((key for key in _TIMING if (current or {}).get(key) is not None), None)
    if sort is None:
        raise _invalid(backend, plan, params, "nothing says when it runs", "Give it one of cron, interval and rrule")
    for other in _TIMINGS:
        for option in _TIMINGS[other][1:]:
            if params.get(option) is not None and other != sort:
                why = f"{option} goes with {other} and the sort of this schedule is {sort}"
                raise _invalid(backend, plan, params, why, f"Leave {option} out, or give {other} as well")
    return []


def _invalid(backend: RestBackend, plan: Plan, params: Object, why: str, todo: str) -> InvalidInput:
    return InvalidInput(
        f"{plan.action} deployment schedule", obj=params["slug"], server=backend.server, why=why, todo=todo
    )


DEPLOYMENT_SCHEDULE = Kind(
    plural="deployment_schedules",
    routes=Routes(change="/deployments/{deployment_id}/schedules/{id}"),
    store=DeploymentScheduleStore,
    read_from=("deployment",),
    spec=ResourceSpec(
        kind="deployment schedule",
        result="deployment_schedule",
        title="slug",
        fields=(
            Field(
                "deployment",
                wire="deployment_id",
                required=True,
                identity=True,
                reference="deployment",
                problem=functools.partial(whole_name_problem, "flow", "deployment"),
            ),
            Field("slug", required=True, identity=True, problem=filled),
            Field("cron"),
            Field("day_or", "bool"),
            Field("interval", "float", problem=_duration_problem),
            Field("anchor_date", problem=_moment_problem, normalize=_moment),
            Field("rrule", normalize=_plain_rule),
            Field("timezone"),
            Field("active", "bool"),
            Field("max_scheduled_runs", "int", clears=NO_LIMIT, problem=limit_problem),
            Field("max_active_runs", "int", problem=count_problem),
            Field("catchup", "bool"),
            Field("parameters", "dict"),
        ),
        mutually_exclusive=(_TIMING, ("day_or", "interval", "rrule"), ("anchor_date", "cron", "rrule")),
        guard=_refuse_what_cannot_be,
    ),
)
