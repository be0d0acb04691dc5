# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the worker's process is given: command line, environment, current folder."""

from __future__ import annotations

import json

from prefect_host import command_line, environment

LOCAL = environment.Local(4280, "s3cret", 4281)


def test_the_command_line_asks_nothing_and_creates_nothing(document, parse):
    arguments = command_line.worker_arguments(parse(document))
    assert arguments[0] == document["python"]
    assert arguments[1:5] == ["-m", "prefect_host.worker_main", "--no-prompt", "worker"]
    for option, value in (("--pool", "windows"), ("--name", "win1-default"), ("--type", "process")):
        assert arguments[arguments.index(option) + 1] == value
    assert [arguments[at + 1] for at, item in enumerate(arguments) if item == "--work-queue"] == ["high", "low"]
    assert arguments[arguments.index("--install-policy") + 1] == "never"
    assert "--no-create-pool-if-not-found" in arguments
    assert "--with-healthcheck" in arguments
    assert "--limit" not in arguments


def test_a_limit_is_passed_on(document, parse):
    document["worker"]["limit"] = 3
    arguments = command_line.worker_arguments(parse(document))
    assert arguments[arguments.index("--limit") + 1] == "3"


def test_the_environment_holds_nothing_by_accident(document, parse):
    system = {
        "SystemRoot": "C:\\Windows",
        "Path": "C:\\Windows\\system32",
        "PYTHONPATH": "C:\\evil",
        "PREFECT_API_URL": "http://elsewhere/api",
        "PREFECT_API_KEY": "left over",
        "HTTP_PROXY": "http://proxy",
    }
    found = environment.worker_environment(parse(document), LOCAL, system)
    assert found["SYSTEMROOT"] == "C:\\Windows"
    assert found["PATH"] == "C:\\Windows\\system32"
    assert found["PREFECT_API_URL"] == "http://127.0.0.1:4280/api"
    assert not {"PYTHONPATH", "PREFECT_API_KEY", "HTTP_PROXY"} & set(found)


def test_the_environment_is_closed_to_the_network_and_to_surprises(document, parse):
    found = environment.worker_environment(parse(document), LOCAL, {})
    assert found["PREFECT_WORKER_WEBSERVER_HOST"] == "127.0.0.1"
    assert found["PREFECT_HOME"] == document["folders"]["home"]
    assert found["PREFECT_PROFILES_PATH"].startswith(document["folders"]["home"])
    assert found["TEMP"] == found["TMP"] == document["folders"]["work"]
    assert (found["PYTHONUTF8"], found["DO_NOT_TRACK"], found["PREFECT_SERVER_ANALYTICS_ENABLED"]) == (
        "1",
        "1",
        "false",
    )


def test_the_user_can_add_to_the_environment(document, parse):
    document["environment"] = {"HTTPS_PROXY": "http://proxy:3128"}
    assert environment.worker_environment(parse(document), LOCAL, {})["HTTPS_PROXY"] == "http://proxy:3128"


def test_an_addition_replaces_what_windows_would_call_the_same(document, parse):
    document["environment"] = {"Temp": "D:\\temp"}
    found = environment.worker_environment(parse(document), LOCAL, {})
    assert {name: value for name, value in found.items() if name.upper() == "TEMP"} == {"TEMP": "D:\\temp"}


def test_lines_of_the_log_are_not_broken(document, parse):
    assert environment.worker_environment(parse(document), LOCAL, {})["PREFECT_CLI_WRAP_LINES"] == "false"


def test_the_current_folder_is_the_one_a_flow_cannot_write_to(document, parse):
    assert environment.worker_folder(parse(document)) == document["folders"]["config"]


def test_the_worker_knows_the_injector_and_its_secret_and_no_key(document, parse):
    document |= {"api_url": "https://prefect.example:8443/team/api/", "credential": {"kind": "api_key"}}
    found = environment.worker_environment(parse(document), LOCAL, {})
    assert found["PREFECT_API_URL"] == "http://127.0.0.1:4280/team/api"
    assert json.loads(found["PREFECT_CLIENT_CUSTOM_HEADERS"]) == {"X-Flowops-Local": "s3cret"}
    assert found["PREFECT_WORKER_WEBSERVER_PORT"] == "4281"
    assert not {"PREFECT_API_KEY", "PREFECT_CLOUD_API_URL"} & set(found)
    assert "s3cret" not in repr(LOCAL)


def test_for_cloud_the_loopback_is_cloud(document, parse):
    document["api_url"] = "https://api.prefect.cloud/api/accounts/a/workspaces/b"
    found = environment.worker_environment(parse(document), LOCAL, {})
    assert found["PREFECT_API_URL"] == "http://127.0.0.1:4280/api/accounts/a/workspaces/b"
    assert found["PREFECT_CLOUD_API_URL"] == "http://127.0.0.1:4280/api"
    assert found["PREFECT_API_KEY"] == "s3cret"


def test_the_worker_is_told_who_and_where_it_is(document, parse):
    document |= {"attribution": {"project": "billing"}, "records": {"event_log_per_second": 5}}
    found = environment.worker_environment(parse(document), LOCAL, {"ComputerName": "WIN1"})
    home = document["folders"]["home"]
    told = {name: value for name, value in found.items() if name.startswith("FLOWOPS_")}
    assert json.loads(told.pop("FLOWOPS_RECORDS")) == {"event_log_per_second": 5}
    assert told == {
        "FLOWOPS_INSTANCE": "default",
        "FLOWOPS_RUNS_FOLDER": f"{home}\\runs",
        "FLOWOPS_POLL_FILE": f"{home}\\polled",
        "FLOWOPS_ACCOUNT": "EXAMPLE\\svc-prefect$",
        "FLOWOPS_HOST": "WIN1",
        "FLOWOPS_PROJECT": "billing",
        "FLOWOPS_EVENT_LOG": "FlowOps-Prefect",
        "FLOWOPS_WORK_POOL": document["worker"]["work_pool"],
        "FLOWOPS_WORKER": document["worker"]["name"],
    }


def test_a_proxy_is_for_the_injector_and_never_for_the_way_to_it(document, parse):
    document["environment"] = {"https_proxy": "http://proxy:3128", "No_Proxy": ".example", "TZ": "UTC"}
    settings = parse(document)
    assert environment.worker_environment(settings, LOCAL, {})["NO_PROXY"] == ".example,127.0.0.1,localhost"
    assert environment.injector_environment(settings, {"Path": "C:\\", "PREFECT_API_KEY": "x"}) == {
        "PATH": "C:\\",
        "HTTPS_PROXY": "http://proxy:3128",
        "NO_PROXY": ".example",
    }


def test_nobodys_proxy_is_between_worker_and_injector(document, parse):
    """Python asks Windows' registry for one where no variable says anything, and httpx takes ALL_PROXY."""
    assert environment.worker_environment(parse(document), LOCAL, {})["NO_PROXY"] == "127.0.0.1,localhost"
    document["environment"] = {"ALL_PROXY": "http://proxy:3128"}
    assert environment.worker_environment(parse(document), LOCAL, {})["NO_PROXY"] == "127.0.0.1,localhost"
