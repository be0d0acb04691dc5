# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plugins that run inside of ansible-playbook itself: the lookup, and who launched the job."""

from __future__ import annotations

import json
import pathlib
import subprocess
import sys
import typing as t

import pytest
from prefectkit.module_process import COLLECTIONS, environment
from prefectkit.real_server import RealServer

HERE = pathlib.Path(__file__).parent


@pytest.fixture
def play(protected: RealServer, name: str) -> t.Callable[..., tuple[dict[str, t.Any], str]]:
    """Runs the playbook; what its tasks give by their names, and all of the output."""
    variables = {
        "ANSIBLE_COLLECTIONS_PATH": str(COLLECTIONS),
        "ANSIBLE_STDOUT_CALLBACK": "ansible.posix.json",
        "ANSIBLE_NOCOLOR": "1",
        # as AWX leaves them behind for fields that were left out
        "PREFECT_API_KEY": "",
        "PREFECT_API_SSL_CERT_FILE": "",
        "PREFECT_CLIENT_CUSTOM_HEADERS": "",
    }

    def play(*options: str) -> tuple[dict[str, t.Any], str]:
        facts = {
            "test_url": protected.url,
            "test_auth": protected.auth_string,
            "test_name": name,
            "ansible_python_interpreter": sys.executable,
        }
        command = [pathlib.Path(sys.executable).with_name("ansible-playbook"), "-i", "localhost,", "-vvv"]
        ran = subprocess.run(
            [*command, "-e", json.dumps(facts), *options, HERE / "playbooks" / "lookups.yml"],
            env=environment(**variables),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr
        tasks = json.loads(ran.stdout[ran.stdout.index("{\n") :])["plays"][0]["tasks"]
        return {task["task"]["name"]: task["hosts"]["localhost"] for task in tasks}, ran.stdout + ran.stderr

    return play


def test_variables(play: t.Callable[..., tuple[dict[str, t.Any], str]], protected: RealServer, name: str) -> None:
    value = {"regions": ["north", 7], "open": True, "text": "{{ not_a_template }}"}
    protected.ask("POST", "/variables/", {"name": name, "value": value})
    protected.ask("POST", "/variables/", {"name": f"{name}-plain", "value": "text"})
    found, output = play("-e", "awx_user_name=carol")
    assert found["Value"]["msg"] == value
    assert found["Several"]["msg"] == ["text", None, value]
    assert (
        f"Cannot read variable '{name}-none' on {protected.url}: there is no such variable" in found["Missing"]["msg"]
    )
    assert "refuses the credentials" in found["Refused"]["msg"]
    assert "no answer" in found["Silent"]["msg"] or "refused" in found["Silent"]["msg"]
    assert found["Launched in AWX"]["flow_run"]["labels"] == {"requested-by": "carol"}
    assert found["Said by the task"]["flow_run"]["labels"] == {"requested-by": "dave", "project": "billing"}
    assert protected.auth_string.split(":")[1] not in output
