# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What our worker and our plugin rely on in Prefect and nobody promises: a new version of Prefect fails here first."""

from __future__ import annotations

import inspect
import os
import pathlib
import re
import subprocess
import sys
import typing as t
import warnings

import anyio
import coolname
import httpx
import prefect
import pytest
from prefect._internal.plugins import manager, spec
from prefect.client.orchestration import PrefectClient, SyncPrefectClient
from prefect.task_engine import BaseTaskRunEngine
from prefect.utilities.engine import propose_state
from prefect.utilities.names import generate_slug
from prefect.workers.base import BaseWorker
from prefect.workers.process import ProcessJobConfiguration, ProcessWorker
from prefect_host import host_worker, work_folder
from prefect_host.attribution import names

PREFECT = pathlib.Path(prefect.__file__).parent
PROCESS_WORKER_SOURCE = inspect.getsource(ProcessWorker)


@pytest.mark.parametrize(
    ("owner", "method", "parameters"),
    [
        (BaseWorker, "get_and_submit_flow_runs", ["self"]),
        (BaseWorker, "_sync_and_initialize", ["self"]),
        (BaseWorker, "setup", ["self"]),
        (BaseWorker, "_submit_run", ["self", "flow_run"]),
        (BaseWorker, "_cancel_run", ["self", "flow_run_id"]),
        (BaseWorker, "_propose_pending_state", ["self", "flow_run"]),
        (BaseWorker, "_submit_run_and_capture_errors", ["self", "flow_run", "task_status"]),
        (BaseWorker, "_release_limit_slot", ["self", "flow_run_id"]),
        (BaseWorker, "get_flow_run_logger", ["self", "flow_run"]),
        (ProcessWorker, "run", ["self", "flow_run", "configuration", "task_status"]),
        (BaseTaskRunEngine, "_set_custom_task_run_name", ["self"]),
        (PrefectClient, "update_flow_run_labels", ["self", "flow_run_id", "labels"]),
    ],
)
def test_a_method_that_we_override_or_call_is_what_it_was(owner: type, method: str, parameters: list[str]) -> None:
    assert list(inspect.signature(getattr(owner, method)).parameters) == parameters


@pytest.mark.parametrize("name", ["_submitting_flow_run_ids", "_cancelling_observer", "_runs_task_group", "is_setup"])
def test_an_attribute_of_the_worker_that_we_use_is_there(name: str) -> None:
    assert f"self.{name}" in inspect.getsource(BaseWorker.__init__)


def test_a_state_is_proposed_as_it_was() -> None:
    assert list(inspect.signature(propose_state).parameters)[:2] == ["client", "state"]
    assert "flow_run_id" in inspect.signature(propose_state).parameters
    assert "Abort" in inspect.getsource(BaseWorker._propose_pending_state)


def test_the_process_worker_tells_the_process_by_its_number_and_takes_the_environment_from_its_configuration() -> None:
    assert "task_status.started(handle.pid)" in PROCESS_WORKER_SOURCE
    assert "environment=configuration.env" in PROCESS_WORKER_SOURCE
    assert "_related_objects" in ProcessJobConfiguration.model_construct().__private_attributes__


def test_an_error_while_a_run_is_submitted_comes_back_as_a_result() -> None:
    source = inspect.getsource(BaseWorker._submit_run_and_capture_errors)
    assert "return exc" in source
    assert "await self.run(" in source


def test_runs_are_handed_out_by_one_request_only() -> None:
    """The injector keeps a worker from new runs by answering that request itself."""
    asking = "/work_pools/{name}/get_scheduled_flow_runs"
    assert asking in inspect.getsource(PrefectClient.get_scheduled_flow_runs_for_work_pool)
    source = inspect.getsource(BaseWorker)
    assert source.count("get_scheduled_flow_runs_for_work_pool") == 1
    assert source.count("self._submit_scheduled_flow_runs(") == 1
    callers = re.findall(r"self\._submit_run\b", source)
    assert len(callers) == 1
    channel = "".join(path.read_text() for path in (PREFECT / "workers" / "_worker_channel").rglob("*.py"))
    channel += (PREFECT / "client" / "schemas" / "worker_channel.py").read_text()
    assert "_submit_run" not in channel
    # Prefect's own word for it; as soon as another one is possible, draining is not safe any more.
    says = 'scheduled_flow_run_acquisition: Literal["rest"]'
    assert says in channel
    assert "scheduled_flow_run" not in channel.replace(says, "").replace('scheduled_flow_run_acquisition="rest"', "")


def test_the_folders_of_runs_have_the_names_that_we_remove() -> None:
    made = {
        "runner/_workspace_starter.py": 'prefix="prefect-workspace-attempt-"',
        "workers/process.py": 'TemporaryDirectory(suffix="prefect")',
        "runner/runner.py": '/ "runner_storage" /',
    }
    assert [name for name, words in made.items() if words not in (PREFECT / name).read_text()] == []
    assert work_folder.PATTERNS == ("prefect-workspace-attempt-*", "tmp*prefect", "runner_storage/*")


def test_the_worker_polls_in_a_loop_that_calls_our_method() -> None:
    source = inspect.getsource(BaseWorker.start)
    assert "workload=self.get_and_submit_flow_runs" in source
    assert "workload=self._sync_and_initialize" in source


def test_the_client_has_the_hooks_that_see_each_try_of_a_request() -> None:
    async def tries() -> list[str]:
        seen: list[str] = []

        async def note(request: httpx.Request) -> None:
            seen.append(request.url.path)

        answers = iter([503, 200])

        async def answer(request: httpx.Request) -> httpx.Response:
            if request.url.path.endswith("/csrf-token"):
                return httpx.Response(404)
            return httpx.Response(next(answers), json=[], headers={"Retry-After": "0"})

        client = PrefectClient("http://127.0.0.1:9/api", httpx_settings={"transport": httpx.MockTransport(answer)})
        async with client:
            client._client.event_hooks["request"].append(note)
            await client.get_scheduled_flow_runs_for_work_pool("pool")
        return seen

    assert [path for path in anyio.run(tries) if "csrf" not in path] == [
        "/api/work_pools/pool/get_scheduled_flow_runs"
    ] * 2


def test_flow_runs_are_created_with_a_name_by_keyword() -> None:
    for client in (PrefectClient, SyncPrefectClient):
        assert list(inspect.signature(client.create_flow_run).parameters)[:3] == ["self", "flow", "name"]
    source = (PREFECT / "flow_engine.py").read_text()
    assert source.count("client.create_flow_run(\n            flow=self.flow,") == 2


def test_task_runs_get_their_names_where_we_look() -> None:
    source = inspect.getsource(BaseTaskRunEngine._set_custom_task_run_name)
    for used in ("self._task_name_set", "self.task.task_run_name", "self.task_run.name", 'extra["task_run_name"]'):
        assert used in source
    assert (PREFECT / "task_engine.py").read_text().count("self._set_custom_task_run_name()") == 3


def test_plugins_are_found_and_called_as_ours_is() -> None:
    assert manager.ENTRYPOINTS_GROUP == "prefect.plugins"
    assert spec.PREFECT_PLUGIN_API_VERSION.startswith("0.")
    assert list(inspect.signature(spec.HookSpec.setup_environment).parameters) == ["self", "ctx"]
    assert {"prefect_version", "api_url", "logger_factory"} <= set(spec.HookContext.__dataclass_fields__)


def test_the_plugin_does_not_import_what_runs_as_a_program() -> None:
    look = (
        "import sys, prefect, prefect.task_engine, prefect.client.orchestration; print('prefect.engine' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", look], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "False"


def test_every_name_that_prefect_makes_up_is_known_as_one() -> None:
    assert "generate_slug(2)" in (PREFECT / "server" / "schemas" / "core.py").read_text()
    made_up = [generate_slug(2) for _number in range(5000)]
    assert [name for name in made_up if not names.is_generated(name)] == []
    assert coolname.generate(2)


@pytest.mark.parametrize(
    "name", ["nightly-load", "load", "brave", "brave-", "-otter", "brave-otter-2", "Brave-Otter", ""]
)
def test_a_name_that_an_author_set_is_none_of_them(name: str) -> None:
    assert not names.is_generated(name)


def test_our_worker_takes_the_place_of_prefects_without_a_warning() -> None:
    from prefect.cli._worker_utils import _load_worker_class

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        host_worker.register()
    assert _load_worker_class("process") is host_worker.HostWorker
    assert host_worker.OUR_KEY not in BaseWorker.get_all_available_worker_types()
    assert host_worker.HostWorker.type == "process"
    template = ProcessWorker.get_default_base_job_template()
    assert host_worker.HostWorker.get_default_base_job_template() == template


OPTIONS = ("--pool", "--name", "--type", "--work-queue", "--limit", "--install-policy", "--no-create-pool-if-not-found")


@pytest.mark.parametrize("option", [*OPTIONS, "--with-healthcheck"])
def test_the_command_line_knows_the_option_that_we_pass(worker_help: str, option: str) -> None:
    assert option in worker_help


@pytest.fixture(scope="module")
def worker_help() -> str:
    command = [sys.executable, "-m", "prefect", "--no-prompt", "worker", "start", "--help"]
    wide = {**os.environ, "COLUMNS": "400"}
    return subprocess.run(command, check=True, capture_output=True, text=True, env=wide).stdout


@pytest.mark.parametrize(
    "setting",
    [
        "PREFECT_LOGGING_CONFIG_PATH",
        "PREFECT_PLUGINS_ENABLED",
        "PREFECT_PLUGINS_ALLOW",
        "PREFECT_CLIENT_CUSTOM_HEADERS",
        "PREFECT_WORKER_WEBSERVER_HOST",
        "PREFECT_WORKER_WEBSERVER_PORT",
        "PREFECT_WORKER_QUERY_SECONDS",
    ],
)
def test_a_setting_that_the_service_makes_is_one(setting: str) -> None:
    assert hasattr(prefect.settings, setting) or setting in _settings()


def _settings() -> set[str]:
    fields: set[str] = set()

    def walk(model: t.Any) -> None:
        for name, field in model.model_fields.items():
            inner = field.annotation
            if hasattr(inner, "model_fields"):
                walk(inner)
            else:
                fields.add(f"{model.model_config.get('env_prefix', 'PREFECT_')}{name}".upper())

    walk(prefect.settings.Settings)
    return fields
