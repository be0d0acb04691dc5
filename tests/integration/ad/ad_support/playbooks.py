# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs whole playbooks over hosts that nobody connects to: roles of this collection that work on the controller."""

from __future__ import annotations

import dataclasses
import importlib
import json
import os
import pathlib
import re
import subprocess
import sys
import typing as t

import yaml

from ad_support.runner import HERE, MODULES

_RECAP = re.compile(r"^(\S+)\s+: ok=\d+\s+changed=(\d+)\s+unreachable=\d+\s+failed=(\d+)", re.MULTILINE)


@dataclasses.dataclass(frozen=True)
class Run:
    """One finished run. C(results) are those of all tasks, with C(_host) and C(_task); C(output) is what users see."""

    status: int
    output: str
    results: list[dict[str, t.Any]]

    @property
    def changed(self) -> int:
        """Number of changes in the recap, of all hosts."""
        recap = _RECAP.findall(self.output)
        assert recap, self.output
        return sum(int(changed) for _host, changed, _failed in recap)

    def of(self, task: str) -> list[dict[str, t.Any]]:
        """Results of the tasks whose name ends like this."""
        return [result for result in self.results if result["_task"].endswith(task)]

    def one(self, task: str) -> dict[str, t.Any]:
        """Result of the one task whose name ends like this."""
        (result,) = self.of(task)
        return result

    @property
    def error(self) -> str:
        """Message of the first failure; one line, and no traceback."""
        failed = [result["msg"] for result in self.results if result["failed"]]
        assert failed, self.output
        assert "\n" not in failed[0]
        assert "Traceback" not in self.output
        return failed[0]


@dataclasses.dataclass(frozen=True)
class Playbooks:
    """Where the files of the runs go, and what all of them have in their variables and their environment."""

    folder: pathlib.Path
    variables: dict[str, t.Any]
    environment: dict[str, str]

    def role(self, *options: str, hosts: str = "localhost", serial: int = 0, entry: str = "main", **more: t.Any) -> Run:
        """Run the role C(ad_identity) in a play of its own; more is its variables."""
        role = {"name": "flowops.prefect.ad_identity", "tasks_from": entry}
        play = {
            "name": "Identities",
            "hosts": hosts,
            "gather_facts": False,
            **({"serial": serial} if serial else {}),
            "tasks": [{"name": "Identities", "ansible.builtin.include_role": role}],
        }
        return self.run(self._written("play.yml", [play]), *options, **more)

    def inventory(self, hosts: dict[str, dict[str, t.Any]], group: str = "servers") -> None:
        """Hosts of the runs that follow, and their variables. They can't be reached, so nobody may connect to them."""
        connection = {"ansible_connection": "winrm", "ansible_host": "127.0.0.1", "ansible_port": 9}
        self._written("inventory.yml", {"all": {"children": {group: {"hosts": hosts, "vars": connection}}}})

    def run(self, playbook: str, *options: str, **variables: t.Any) -> Run:
        """Run a playbook, by its path or its name in a collection."""
        if not (self.folder / "inventory.yml").exists():
            self.inventory({})
        events = self.folder / "results.jsonl"
        events.write_text("")
        (self.folder / "ansible.cfg").write_text("[defaults]\n")
        extra = self._written("variables.yml", {**self.variables, **variables})
        program = pathlib.Path(sys.executable).parent / "ansible-playbook"
        done = subprocess.run(
            [str(program), "-i", str(self.folder / "inventory.yml"), "-e", f"@{extra}", playbook, *options],
            env={**os.environ, **self._environment(events), **self.environment},
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        results = [json.loads(line) for line in events.read_text().splitlines()]
        return Run(done.returncode, done.stdout + done.stderr, results)

    def _written(self, name: str, content: t.Any) -> str:
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / name
        path.write_text(yaml.safe_dump(content, sort_keys=False))
        path.chmod(0o600)
        return str(path)

    def _environment(self, events: pathlib.Path) -> dict[str, str]:
        """The collection is found where this test found it."""
        collection = pathlib.Path(importlib.import_module(MODULES.rpartition(".")[0]).__path__[0]).parent
        return {
            "ANSIBLE_CONFIG": str(self.folder / "ansible.cfg"),
            "ANSIBLE_COLLECTIONS_PATH": str(collection.parents[2]),
            "ANSIBLE_CALLBACK_PLUGINS": str(HERE / "callback_plugins"),
            "ANSIBLE_CALLBACKS_ENABLED": "keep_results",
            "ANSIBLE_HOME": str(self.folder / "ansible"),
            "ANSIBLE_LOCALHOST_WARNING": "false",
            "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
            "ANSIBLE_NOCOLOR": "1",
            "FLOWOPS_TEST_RESULTS": str(events),
        }
