# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The modules under ansible-playbook: the action group hands over the connection, check mode keeps its promise."""

from __future__ import annotations

import json
import pathlib
import subprocess
import sys
import typing as t

import pytest
from conftest import PASSWORD
from prefectkit.module_process import COLLECTIONS, environment
from prefectkit.real_server import RealServer

HERE = pathlib.Path(__file__).parent
SECRET = "variable-s3cr3t"


class Played(t.NamedTuple):
    """results by task name; output is all of -vvv."""

    results: dict[str, dict[str, t.Any]]
    output: str


@pytest.fixture
def play(protected: RealServer, name: str) -> t.Callable[..., Played]:
    def play(*options: str) -> Played:
        variables = {
            "ANSIBLE_COLLECTIONS_PATH": str(COLLECTIONS),
            "ANSIBLE_STDOUT_CALLBACK": "ansible.posix.json",
            "ANSIBLE_NOCOLOR": "1",
            "TEST_API_URL": protected.url,
            "TEST_AUTH_STRING": protected.auth_string,
            "TEST_SECRET": SECRET,
        }
        command = [pathlib.Path(sys.executable).with_name("ansible-playbook"), "-i", "localhost,", "-e", f"pool={name}"]
        ran = subprocess.run(
            [
                *command,
                "-e",
                f"ansible_python_interpreter={sys.executable}",
                "-vvv",
                "--diff",
                *options,
                HERE / "playbooks/content.yml",
            ],
            env=environment(**variables),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr
        document = json.loads(ran.stdout[ran.stdout.index("{\n") :])
        tasks = document["plays"][0]["tasks"]
        results = {task["task"]["name"]: task["hosts"]["localhost"] for task in tasks}
        return Played(results, ran.stdout + ran.stderr)

    return play


def test_check_then_real_then_nothing(play: t.Callable[..., Played]) -> None:
    promised, done, again = play("--check"), play(), play()

    def changes(played: Played) -> dict[str, t.Any]:
        return {task: (result.get("changed"), result.get("diff")) for task, result in played.results.items()}

    assert changes(promised) == changes(done)
    changed = {task for task, (changed, _diff) in changes(done).items() if changed}
    assert changed == {"Work pool", "Work queue", "Variable", "Secret variable"}
    assert not any(result.get("changed") for result in again.results.values())
    for played in (promised, done, again):
        assert SECRET not in played.output
        assert PASSWORD not in played.output
