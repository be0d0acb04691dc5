# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prefect's plugin C(prefect_host): default names of task runs and subflow runs, in each process of a flow run.

Prefect loads it where C(PREFECT_PLUGINS_ENABLED) says so, which the service does; the same flow on a laptop keeps
Prefect's own names. Names that an author set win. Prefect has no hook for names, so a method of its task engine and one
of its clients are wrapped. C(prefect.flow_engine) is not imported here: it would bring C(prefect.engine), which is to
be run as a program.
"""

from __future__ import annotations

import dataclasses
import datetime
import functools
import os
import typing as t

from prefect.plugins import register_hook

from prefect_host.attribution import names
from prefect_host.attribution.context import RunContext, from_environment, new_tags

if t.TYPE_CHECKING:
    import logging

    from prefect.plugins import HookContext, SetupResult

PREFECT_PLUGIN_API_REQUIRES = ">=0.1,<1"
_WRAPPED = "flowops_default_names"


@register_hook
def setup_environment(*, ctx: HookContext) -> SetupResult | None:
    """Prefect calls it once, while it is imported. It changes no variable. Errors are Prefect's to log."""
    if os.environ.get("FLOWOPS_INSTANCE"):
        install(os.environ, ctx.logger_factory("prefect.plugins.prefect_host"))


def install(environment: t.Mapping[str, str], logger: logging.Logger) -> None:
    """Give task runs and subflow runs of this process their default names. A second call changes nothing."""
    from prefect.client.orchestration import PrefectClient, SyncPrefectClient
    from prefect.task_engine import BaseTaskRunEngine

    context = from_environment(environment)
    template = _template(environment, "FLOWOPS_TASK_RUN_NAME", names.TASK_RUN_TEMPLATE, names.TASK_RUN_FIELDS, logger)
    _wrap(BaseTaskRunEngine, "_set_custom_task_run_name", _naming_tasks(context, template))
    template = _template(environment, "FLOWOPS_FLOW_RUN_NAME", names.FLOW_RUN_TEMPLATE, names.FLOW_RUN_FIELDS, logger)
    for client in (PrefectClient, SyncPrefectClient):
        _wrap(client, "create_flow_run", _naming_subflows(context, template, logger))


def _template(
    environment: t.Mapping[str, str], variable: str, default: str, fields: frozenset[str], logger: logging.Logger
) -> str:
    try:
        return names.checked(environment.get(variable) or default, fields)
    except ValueError as error:
        logger.error("%s: %s; %s is used", variable, error, default)
        return default


def _wrap(owner: type, method: str, wrapper: t.Callable[[t.Callable[..., t.Any]], t.Callable[..., t.Any]]) -> None:
    original = getattr(owner, method)
    if not hasattr(original, _WRAPPED):
        wrapped = functools.wraps(original)(wrapper(original))
        setattr(wrapped, _WRAPPED, True)
        setattr(owner, method, wrapped)


def _naming_tasks(context: RunContext, template: str) -> t.Callable[..., t.Callable[..., t.Any]]:
    """Before the engine looks for the name that an author set: where there is none, ours."""

    def wrapper(original: t.Callable[..., t.Any]) -> t.Callable[..., t.Any]:
        def set_name(engine: t.Any) -> t.Any:
            if not engine._task_name_set and not engine.task.task_run_name:
                try:
                    here = dataclasses.replace(context, flow_name=_current_flow() or context.flow_name)
                    name = names.task_run_name(template, here, engine.task_run.name, engine.task.name)
                    engine.logger.extra["task_run_name"] = name
                    engine.task_run.name, engine._task_name_set = name, True
                except Exception:
                    engine.logger.debug("this task run keeps Prefect's name", exc_info=True)
            return original(engine)

        return set_name

    return wrapper


def _naming_subflows(
    context: RunContext, template: str, logger: logging.Logger
) -> t.Callable[..., t.Callable[..., t.Any]]:
    """While the run is created: our tags, and a name where neither caller nor flow brings one. The method may be
    async; it is handed through."""

    def wrapper(original: t.Callable[..., t.Any]) -> t.Callable[..., t.Any]:
        def create(client: t.Any, flow: t.Any, *arguments: t.Any, **options: t.Any) -> t.Any:
            if not arguments:
                options["tags"] = new_tags(context, options.get("tags") or ())
            if not arguments and options.get("name") is None and not getattr(flow, "flow_run_name", None):
                try:
                    here = dataclasses.replace(context, flow_name=flow.name, flow_run_id="", flow_run_name="")
                    options["name"] = names.flow_run_name(template, here, datetime.datetime.now(datetime.UTC)) or None
                except Exception:
                    logger.debug("this subflow run keeps Prefect's name", exc_info=True)
            return original(client, flow, *arguments, **options)

        return create

    return wrapper


def _current_flow() -> str:
    from prefect.context import FlowRunContext

    running = FlowRunContext.get()
    return running.flow.name if running is not None and running.flow is not None else ""
