# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Puts a run's context on it before it starts: tags, labels and name in Prefect, variables of its process."""

from __future__ import annotations

import dataclasses
import datetime
import os
import typing as t

import httpx
from prefect.exceptions import PrefectException

from prefect_host.attribution import names, requester
from prefect_host.attribution.context import RunContext, clean, new_tags

if t.TYPE_CHECKING:
    import logging

    from prefect.client.orchestration import PrefectClient
    from prefect.client.schemas.objects import FlowRun

# The worker's own files; a flow has no business with them.
HIDDEN = ("FLOWOPS_RUNS_FOLDER", "FLOWOPS_POLL_FILE")


def flow_run_template(environment: t.Mapping[str, str], logger: logging.Logger) -> str:
    """The template for names of flow runs. One that is wrong is named in the log, and the default stands in."""
    wanted = environment.get("FLOWOPS_FLOW_RUN_NAME") or names.FLOW_RUN_TEMPLATE
    try:
        return names.checked(wanted, names.FLOW_RUN_FIELDS)
    except ValueError as error:
        logger.error("FLOWOPS_FLOW_RUN_NAME: %s; %s is used", error, names.FLOW_RUN_TEMPLATE)
        return names.FLOW_RUN_TEMPLATE


class Attributor:
    """C(environment) is the worker's own."""

    def __init__(self, logger: logging.Logger, environment: t.Mapping[str, str] | None = None) -> None:
        self._logger = logger
        self._environment = os.environ if environment is None else environment
        self._template = flow_run_template(self._environment, logger)

    async def attribute(
        self, client: PrefectClient, flow_run: FlowRun, configuration: t.Any, worker: str, work_pool: str
    ) -> RunContext:
        """Attribute C(flow_run), which its process will read from Prefect, and C(configuration), that of the process.
        Variables are set even when Prefect refuses the rest; then the error of its client is raised."""
        parent = await self._parent(client, flow_run)
        context = self._context(flow_run, configuration, worker, work_pool, parent)
        labels = dict(flow_run.labels or {})
        flow_run.name = self._name(flow_run, context)
        flow_run.tags = new_tags(context, flow_run.tags or [], labels, dict(getattr(parent, "labels", None) or {}))
        context = dataclasses.replace(context, flow_run_name=flow_run.name, tags=tuple(flow_run.tags))
        configuration.env = {
            **(configuration.env or {}),
            **context.environment(),
            **dict.fromkeys(HIDDEN),
        }
        await client.update_flow_run_labels(flow_run.id, context.labels())
        await client.update_flow_run(flow_run.id, name=flow_run.name, tags=flow_run.tags)
        return context

    def _context(
        self, flow_run: FlowRun, configuration: t.Any, worker: str, work_pool: str, parent: FlowRun | None
    ) -> RunContext:
        related = getattr(configuration, "_related_objects", None) or {}
        deployment, flow = related.get("deployment"), related.get("flow")
        # The work pool's or the deployment's variable, else the instance's.
        default_project = (configuration.env or {}).get("FLOWOPS_PROJECT") or ""
        return RunContext(
            account=clean(self._environment.get("FLOWOPS_ACCOUNT")),
            host=clean(self._environment.get("FLOWOPS_HOST")),
            worker=worker,
            requested_by=requester.requester(flow_run, deployment, parent),
            project=requester.project(flow_run, deployment, default_project),
            flow_run_id=str(flow_run.id),
            flow_run_name=flow_run.name,
            flow_name=getattr(flow, "name", ""),
            deployment=getattr(deployment, "name", ""),
            work_pool=work_pool,
            tags=tuple(flow_run.tags or ()),
        )

    def _name(self, flow_run: FlowRun, context: RunContext) -> str:
        try:
            if not names.is_generated(flow_run.name):
                return flow_run.name
            when = flow_run.expected_start_time or datetime.datetime.now(datetime.UTC)
            return names.flow_run_name(self._template, context, when) or flow_run.name
        except Exception:
            self._logger.exception("flow run %s keeps the name %s", flow_run.id, flow_run.name)
            return flow_run.name

    async def _parent(self, client: PrefectClient, flow_run: FlowRun) -> FlowRun | None:
        """The flow run that started this one; None without one, or when it can't be read."""
        if not flow_run.parent_task_run_id:
            return None
        try:
            task = await client.read_task_run(flow_run.parent_task_run_id)
            return await client.read_flow_run(task.flow_run_id) if task.flow_run_id else None
        except (httpx.HTTPError, PrefectException) as error:
            self._logger.warning("flow run %s: who started it can't be read: %s", flow_run.id, error)
            return None
