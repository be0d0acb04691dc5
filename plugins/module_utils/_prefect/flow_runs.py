# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Starting and cancelling flow runs. For internal use by this collection only."""

from __future__ import annotations

import dataclasses
import typing as t
import uuid

from .._engine.errors import Conflict, EngineError, InvalidInput, NotFound
from .answers import Errand
from .client import Client, segment
from .clock import clock, point
from .names import two_parts
from .new_run import OPTIONS, NewRun
from .pages import check_limit, limit_option
from .run_filters import LOGS_LIMIT, check_identifier, find_deployment
from .runs import FINAL, Names, Object, is_final, logs_of, shown, states_of
from .stores import is_identifier
from .waiting import Wait, WithResult, failed, interrupted, read_run, unfinished

_WHOLE_NAME = two_parts("flow", "deployment")
_BAD_ENDS = ("failed", "crashed", "cancelled")


def argument_spec() -> dict[str, t.Any]:
    """Options of the module C(flow_run)."""
    return {
        "state": {"type": "str", "choices": ["present", "cancelled"], "default": "present"},
        "id": {"type": "str"},
        "deployment": {"type": "str"},
        **OPTIONS,
        "idempotency_key": {"type": "str", "no_log": False},
        "requested_by": {"type": "str"},
        "wait": {"type": "bool", "default": False},
        "wait_timeout": {"type": "int", "default": 3600},
        "wait_interval": {"type": "int", "default": 5},
        "fail_on": {"type": "list", "elements": "str", "choices": list(_BAD_ENDS), "default": list(_BAD_ENDS)},
        "logs": {"type": "bool", "default": False},
        "logs_limit": limit_option(LOGS_LIMIT),
    }


# Surveys send empty texts for what was left out.
_BLANK = ("id", "deployment", "name", "work_queue", "idempotency_key", "scheduled_time", "requested_by", "project")


@dataclasses.dataclass
class Step:
    """What a task has done to a flow run, or would do.

    run        as the server has it; None if only a real run would make it
    changed, before, after  the plan
    predicted  what does not exist yet and is taken for something that an earlier task would create (check mode only)
    """

    run: Object | None
    changed: bool = False
    before: Object = dataclasses.field(default_factory=dict)
    after: Object = dataclasses.field(default_factory=dict)
    predicted: list[str] = dataclasses.field(default_factory=list)


class FlowRuns:
    """The work of the module C(flow_run).

    params  its options
    wait    replaced in tests
    """

    def __init__(self, client: Client, params: dict[str, t.Any], wait: Wait | None = None) -> None:
        self.client = client
        self.params = {**params, **{name: params[name] or None for name in _BLANK}}
        self.wanted = NewRun(self.params)
        self.server = client.connection.api_url
        self.wait = wait or Wait(params["wait_timeout"], params["wait_interval"])

    def run(self) -> Object:
        """Do it; the module's result. RunFailed and RunUnfinished carry the same result."""
        self._check()
        step = self._cancelled() if self.params["state"] == "cancelled" else self._present()
        result: Object = {"changed": step.changed, "diff": {"before": step.before, "after": step.after}}
        if step.predicted:
            result["predicted"] = step.predicted
        if step.run is None:
            return {**result, "flow_run": dict(step.after), "states": []}
        try:
            return self._finished(step.run, result)
        except WithResult:
            raise
        except EngineError as error:
            if not step.changed or self.client.read_only:
                raise
            raise interrupted(error, step.run, {"flow_run": self._shown(step.run, ask=False), **result}) from None

    def _check(self) -> None:
        """Refuse what no server would accept, before anything is read."""
        check_limit("logs_limit", self.params["logs_limit"], self.server)
        for option in ("wait_timeout", "wait_interval"):
            if self.params[option] < 1:
                raise self._invalid(
                    option, f"{self.params[option]} is below 1 second", "Give a positive number of seconds"
                )
        if self.params["id"]:
            check_identifier("id", self.params["id"], self.server)
            beside = [name for name in ("deployment", *OPTIONS, "idempotency_key") if self.params[name]]
            if beside:
                why = f"it names a flow run that exists, and {', '.join(beside)} would describe another one"
                raise self._invalid("id", why, "Leave out the one or the other")
        elif not self.params["deployment"]:
            raise self._invalid("deployment", "it is not given", f"To name it, {_WHOLE_NAME}, or give id instead")
        elif self.params["state"] == "cancelled" and not self.params["idempotency_key"]:
            raise self._invalid("state", "nothing says which flow run to cancel", "Give its id, or its idempotency_key")
        if self.params["scheduled_time"]:
            point("scheduled_time", self.params["scheduled_time"], self.server)

    def _finished(self, run: Object, result: Object) -> Object:
        """The result, after the wait that the options ask for."""
        waits = self.params["wait"] and not self.client.read_only
        was_final = is_final(run)
        if waits and not was_final:
            run = self.wait.for_end(self.client, run)
        wants_end = waits and self.params["state"] == "present"
        bad = wants_end and (run.get("state_type") or "").lower() in self.params["fail_on"]
        if is_final(run) and not was_final and (self.params["logs"] or bad):
            self.wait.for_logs(self.client, run)
        result["flow_run"] = self._shown(run)
        result["states"] = states_of(self.client, run)
        if self.params["logs"]:
            result["logs"], result["logs_truncated"] = logs_of(self.client, run, self.params["logs_limit"])
        if waits and not is_final(run):
            raise unfinished(self.client, run, self.params["wait_timeout"], result)
        if bad:
            raise failed(self.client, run, result)
        return result

    def _shown(self, run: Object, *, ask: bool = True) -> Object:
        """The flow run; with its parameters only where the options say which of them are secret.

        ask  whether the server may be asked for names that the options do not give
        """
        deployment = self.params["deployment"]
        if not deployment or is_identifier(deployment):
            names = Names(self.client, [run] if ask else [])
            found = shown(self.client, run, names.flow(run), names.deployment(run))
        else:
            found = shown(self.client, run, deployment.partition("/")[0], deployment)
        if deployment and self.params["state"] == "present":
            found["parameters"] = self.wanted.masked(run.get("parameters") or {})
        return found

    # A flow run that shall be there

    def _present(self) -> Step:
        if self.params["id"]:
            return Step(self._by_id())
        deployment = find_deployment(self.client, self.params["deployment"])
        if deployment is None:
            self._expect(
                f"there is no deployment '{self.params['deployment']}'", "Create it first, or correct the name"
            )
            after = self.wanted.in_words({})
            return Step(None, True, {}, after, [f"deployment {self.params['deployment']}"])
        known = self._by_key(deployment)
        if known is not None:
            return Step(known)
        predicted = self._check_queue(deployment)
        after = self.wanted.in_words(deployment)
        if self.client.read_only:
            return Step(None, True, {}, after, predicted)
        return Step(self._create(deployment), True, {}, after)

    def _by_id(self) -> Object:
        run = read_run(self.client, self.params["id"].lower())
        if run is None:
            raise NotFound(
                "read flow run",
                obj=self.params["id"],
                server=self.server,
                why="there is no such flow run",
                todo="Correct the option 'id'; Prefect may have removed an old flow run",
            )
        return run

    def _by_key(self, deployment: Object, key: str | None = None) -> Object | None:
        """The flow run that was made with an idempotency key; Conflict if another deployment of the flow has it."""
        key = key or self.params["idempotency_key"]
        if not key:
            return None
        query = {
            "flows": {"id": {"any_": [deployment["flow_id"]]}},
            "flow_runs": {"idempotency_key": {"any_": [key]}},
            "limit": 1,
        }
        found = self.client.read_page("/flow_runs/filter", query, Errand("look for flow run", key))
        if found and found[0].get("deployment_id") != deployment["id"]:
            raise Conflict(
                "run deployment",
                obj=self.params["deployment"],
                server=self.server,
                why=f"the idempotency key '{key}' belongs to a flow run of another deployment of this flow",
                todo="Give another idempotency_key, for example one that begins with the deployment's name",
            )
        return found[0] if found else None

    def _check_queue(self, deployment: Object) -> list[str]:
        """Prove that the work queue exists: the server would make one that no worker looks at."""
        queue, pool = self.params["work_queue"], deployment.get("work_pool_name")
        if not queue:
            return []
        if not pool:
            raise self._invalid(
                "work_queue", "the deployment has no work pool", "Leave it out, or give the deployment one"
            )
        path = f"/work_pools/{segment(pool)}/queues/{segment(queue)}"
        if self.client.find(path, Errand("read work queue", queue)) is not None:
            return []
        self._expect(f"work pool '{pool}' has no work queue '{queue}'", "Create the queue first, or correct the name")
        return [f"work queue {pool}/{queue}"]

    def _expect(self, why: str, todo: str) -> None:
        """Fail over something that does not exist; in check mode an earlier task of the same run may create it."""
        if not self.client.read_only:
            raise NotFound("run deployment", obj=self.params["deployment"], server=self.server, why=why, todo=todo)

    def _create(self, deployment: Object) -> Object:
        """Make the flow run. A key of its own lets a creation be repeated whose answer got lost."""
        key = self.params["idempotency_key"] or uuid.uuid4().hex
        sent = self.wanted.body(deployment, clock(self.client, lambda: None)(), key, self.server)
        path = f"/deployments/{deployment['id']}/create_flow_run"
        errand = Errand("run deployment", self.params["deployment"])
        return self.client.create(path, sent, errand, lambda: self._by_key(deployment, key)).value

    # A flow run that shall end

    def _cancelled(self) -> Step:
        run = self._by_id() if self.params["id"] else self._of_key()
        after = {"state": "cancelled"}
        if run is None:
            return Step(None, True, {}, after, [f"flow run {self.params['idempotency_key']}"])
        if run.get("state_type") in (*FINAL, "CANCELLING"):
            return Step(run)
        before = {"state": run["state_name"]}
        if not self.client.read_only:
            run = self._cancel(run)
        return Step(run, True, before, after)

    def _of_key(self) -> Object | None:
        deployment = find_deployment(self.client, self.params["deployment"])
        run = self._by_key(deployment) if deployment else None
        if run is None:
            self._expect(
                f"it has no flow run with the idempotency key '{self.params['idempotency_key']}'", "Correct the key"
            )
        return run

    def _cancel(self, run: Object) -> Object:
        message = f"Cancelled through Ansible for {self.wanted.requested_by}"
        body = {"state": {"type": "CANCELLING", "name": "Cancelling", "message": message}}
        errand = Errand("cancel flow run", run["name"])
        answer = self.client.act(f"/flow_runs/{run['id']}/set_state", body, errand) or {}
        found = read_run(self.client, run["id"]) or run
        if found.get("state_type") not in (*FINAL, "CANCELLING"):
            reason = (answer.get("details") or {}).get("reason") or "the server does not say why"
            raise Conflict(
                errand.what,
                obj=errand.obj,
                server=self.server,
                why=f"it is still {found['state_name']}: {reason}",
                todo="Run again in a moment, or look at the flow run in Prefect",
            )
        return found

    def _invalid(self, option: str, why: str, todo: str) -> InvalidInput:
        return InvalidInput(f"use the option '{option}'", server=self.server, why=why, todo=todo)
