# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the modules call that run a deployment or only read. For internal use by this collection only."""

from __future__ import annotations

import typing as t

from .._engine.env import given
from .._engine.errors import ConnectionFailed
from .._engine.module import Module, finish
from . import artifacts, events, flow_runs, run_filters, worker_types
from .client import Client
from .connection import Place, argument_spec
from .module import session

Object = dict[str, t.Any]
Find = t.Callable[[Client, Object], Object]


def run_flow_run() -> None:
    """Run the module C(flow_run)."""
    spec = {**argument_spec(), **flow_runs.argument_spec()}
    module = Module(argument_spec=spec, supports_check_mode=True)

    def work() -> Object:
        with session(module) as client:
            return flow_runs.FlowRuns(client.at(Place.WORKSPACE, "flow runs"), module.params).run()

    finish(module, work)


def run_flow_run_info() -> None:
    """Run the module C(flow_run_info)."""
    _run_info(run_filters.argument_spec(), Place.WORKSPACE, "flow runs", run_filters.find_runs)


def run_artifact_info() -> None:
    """Run the module C(artifact_info)."""
    _run_info(artifacts.argument_spec(), Place.WORKSPACE, "artifacts", artifacts.find_artifacts)


def run_account_event_info() -> None:
    """Run the module C(account_event_info)."""
    _run_info(events.argument_spec(), Place.ACCOUNT, "account events", events.find_events)


def run_worker_type_info() -> None:
    """Run the module C(worker_type_info)."""
    spec = {**argument_spec(), **worker_types.argument_spec()}
    module = Module(argument_spec=spec, supports_check_mode=True)

    def ask() -> tuple[Object, str]:
        with session(module) as client:
            return worker_types.from_server(client.at(Place.WORKSPACE, "worker types"))

    def work() -> Object:
        source, file = module.params["source"], module.params["metadata_file"]
        offline = source == "offline" or (source == "auto" and not given(module.params.get("api_url")))
        if not offline:
            try:
                found, origin = ask()
            except ConnectionFailed as error:
                if source == "server":
                    raise
                module.warn(f"{error.one_line()} The worker types come from a file instead.")
                offline = True
        if offline:
            found, origin = worker_types.from_file(file)
        listed = worker_types.listed(found, module.params["type"])
        return {"changed": False, "worker_types": listed, "origin": origin, "offline": offline}

    finish(module, work)


def _run_info(own: Object, place: Place, what: str, find: Find) -> None:
    """Run a module that only reads, with what it returns as its result."""
    module = Module(argument_spec={**argument_spec(), **own}, supports_check_mode=True)

    def work() -> Object:
        with session(module) as client:
            return {"changed": False, **find(client.at(place, what), module.params)}

    finish(module, work)
