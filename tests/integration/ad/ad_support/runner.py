# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs modules: in a playbook as a user does, or alone, which takes a twentieth of the time.

Alone means: the module's C(main()) in a process of its own, with the arguments that Ansible would hand over.
"""

from __future__ import annotations

import contextlib
import dataclasses
import importlib
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import traceback
import typing as t

import yaml
from ansible.module_utils.testing import patch_module_args

HERE = pathlib.Path(__file__).resolve().parents[1]
MODULES = "ansible_collections.flowops.prefect.plugins.modules"


@dataclasses.dataclass(frozen=True)
class Step:
    """One task: module of this collection, its options, and whether it runs in check mode."""

    module: str
    options: dict[str, t.Any]
    check: bool = False

    def task(self) -> dict[str, t.Any]:
        """As it stands in a playbook."""
        return {
            "name": f"{self.module}{' (check)' if self.check else ''}",
            f"flowops.prefect.{self.module}": self.options,
            "check_mode": self.check,
        }


@dataclasses.dataclass
class Runner:
    """A run ends at its first failure, whose result is the last. C(output) is everything that the last run printed."""

    folder: pathlib.Path
    defaults: dict[str, t.Any]
    environment: dict[str, str] = dataclasses.field(default_factory=dict)
    output: str = ""

    def one(self, module: str, check: bool = False, **options: t.Any) -> dict[str, t.Any]:
        """Result of one step that has to succeed."""
        (result,) = self.all(Step(module, options, check))
        assert not result["failed"], result["msg"]
        return result

    def error(self, module: str, check: bool = False, **options: t.Any) -> str:
        """Message of one step that has to fail, and has to say it in one line."""
        (result,) = self.all(Step(module, options, check))
        assert result["failed"], result
        assert "\n" not in result["msg"]
        assert "Traceback" not in self.output
        return result["msg"]

    def all(self, *steps: Step) -> list[dict[str, t.Any]]:
        """Results of the steps, each run alone."""
        self.output, results = "", []
        for step in steps:
            results.append(self._alone(step))
            if results[-1]["failed"]:
                break
        return results

    def playbook(
        self, *steps: Step, verbosity: int = 0, environment: dict[str, str] | None = None
    ) -> list[dict[str, t.Any]]:
        """Results of the steps, as tasks of one play with the connection in module_defaults."""
        self.folder.mkdir(parents=True, exist_ok=True)
        playbook, events = self.folder / "play.yml", self.folder / "results.jsonl"
        play = {
            "name": "Steps of a test",
            "hosts": "localhost",
            "gather_facts": False,
            "module_defaults": {"group/flowops.prefect.ad": self.defaults},
            "tasks": [step.task() for step in steps],
        }
        playbook.write_text(yaml.safe_dump([play], sort_keys=False))
        playbook.chmod(0o600)
        events.write_text("")
        (self.folder / "ansible.cfg").write_text("[defaults]\n")
        command = [str(pathlib.Path(sys.executable).parent / "ansible-playbook"), "--diff", str(playbook)]
        done = subprocess.run(
            [*command, *(["-" + "v" * verbosity] if verbosity else [])],
            env={**os.environ, **self._variables(events), **self.environment, **(environment or {})},
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        self.output = done.stdout + done.stderr
        results = [json.loads(line) for line in events.read_text().splitlines()]
        assert results, self.output
        return results

    def _alone(self, step: Step) -> dict[str, t.Any]:
        module = importlib.import_module(f"{MODULES}.{step.module}")
        arguments = {**self.defaults, **step.options, "_ansible_check_mode": step.check, "_ansible_diff": True}
        with tempfile.TemporaryFile("w+") as printed:
            child = os.fork()
            if child == 0:
                _become(module, arguments, self.environment, printed.fileno())
            os.waitpid(child, 0)
            printed.seek(0)
            text = printed.read()
        self.output += text
        assert text.strip().endswith("}"), text
        result = json.loads(text.strip().splitlines()[-1])
        return {"failed": False, **result}

    def _variables(self, events: pathlib.Path) -> dict[str, str]:
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


def _become(module: t.Any, arguments: dict[str, t.Any], environment: dict[str, str], out: int) -> t.NoReturn:
    """Turn this process into one run of the module; never returns to the test."""
    try:
        os.environ.update(environment)
        os.dup2(out, 1)
        os.dup2(out, 2)
        sys.stdout = os.fdopen(1, "w", closefd=False)
        sys.stderr = os.fdopen(2, "w", closefd=False)
        with patch_module_args(arguments), contextlib.suppress(SystemExit):
            module.main()
    finally:
        if sys.exc_info()[0] is not None:
            traceback.print_exc()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)
