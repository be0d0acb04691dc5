# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the worker's process is given: command line, environment, current folder."""

from __future__ import annotations

from prefect_host import command_line, environment


def test_the_command_line_asks_nothing_and_creates_nothing(document, parse):
    arguments = command_line.worker_arguments(parse(document))
    assert arguments[0] == document["python"]
    assert arguments[1:5] == ["-m", "prefect_host.worker_main", "--no-prompt", "worker"]
    for option, value in (("--pool", "windows"), ("--name", "win1-default"), ("--type", "process")):
        assert arguments[arguments.index(option) + 1] == value
    assert [arguments[at + 1] for at, item in enumerate(arguments) if item == "--work-queue"] == ["high", "low"]
    assert arguments[arguments.index("--install-policy") + 1] == "never"
    assert "--no-create-pool-if-not-found" in arguments
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
    found = environment.worker_environment(parse(document), system)
    assert found["SYSTEMROOT"] == "C:\\Windows"
    assert found["PATH"] == "C:\\Windows\\system32"
    assert found["PREFECT_API_URL"] == document["api_url"]
    assert not {"PYTHONPATH", "PREFECT_API_KEY", "HTTP_PROXY"} & set(found)


def test_the_environment_is_closed_to_the_network_and_to_surprises(document, parse):
    found = environment.worker_environment(parse(document), {})
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
    assert environment.worker_environment(parse(document), {})["HTTPS_PROXY"] == "http://proxy:3128"


def test_an_addition_replaces_what_windows_would_call_the_same(document, parse):
    document["environment"] = {"Temp": "D:\\temp"}
    found = environment.worker_environment(parse(document), {})
    assert {name: value for name, value in found.items() if name.upper() == "TEMP"} == {"TEMP": "D:\\temp"}


def test_lines_of_the_log_are_not_broken(document, parse):
    assert environment.worker_environment(parse(document), {})["PREFECT_CLI_WRAP_LINES"] == "false"


def test_the_current_folder_is_the_one_a_flow_cannot_write_to(document, parse):
    assert environment.worker_folder(parse(document)) == document["folders"]["config"]
