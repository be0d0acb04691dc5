# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run unchanged ansible-playbook against the live host and read what every task said."""

from __future__ import annotations

import json
import pathlib
import subprocess
from dataclasses import dataclass, field

from .host import LiveHost

PLAYBOOKS = pathlib.Path(__file__).resolve().parents[1] / "playbooks"
OLDEST, NEWEST = "2.19", "2.21"


@dataclass
class Outcome:
    """``tasks`` maps a task's name to its result on the host; ``text`` is everything that was printed."""

    code: int
    text: str
    tasks: dict[str, dict] = field(default_factory=dict)
    changed: list[str] = field(default_factory=list)
    stats: dict[str, int] = field(default_factory=dict)

    def must_succeed(self) -> Outcome:
        assert self.code == 0, self.text[-6000:]
        return self


class Ansible:
    def __init__(self, host: LiveHost, folder: pathlib.Path) -> None:
        self._host, self._folder = host, folder

    @staticmethod
    def has_core(paths, core: str) -> bool:
        return (paths.virtual_environments / f"ansible-{core}" / "bin" / "ansible-playbook").exists()

    def __call__(
        self,
        playbook: str | list,
        *arguments: str,
        transport: str = "ntlm",
        core: str = OLDEST,
        verbose: bool = False,
        **extra,
    ) -> Outcome:
        """``playbook`` is a file of the playbooks folder, or a list of tasks. ``extra`` are variables."""
        if isinstance(playbook, list):
            file = self._folder / "tasks.yml"
            play = {"name": "Tasks", "hosts": self._host.name, "gather_facts": False, "tasks": playbook}
            file.write_text(json.dumps([play]))
        else:
            file = PLAYBOOKS / playbook
        program = self._host.paths.virtual_environments / f"ansible-{core}" / "bin" / "ansible-playbook"
        inventory = self._host.lab("inventory", "--transport", transport)
        variables = self._folder / "extra.json"
        variables.write_text(json.dumps({"target": self._host.name, **extra}))
        environment = {
            **self._host.environment,
            "ANSIBLE_STDOUT_CALLBACK": "default" if verbose else "ansible.posix.json",
            "ANSIBLE_LOCAL_TEMP": str(self._folder / "ansible"),
            "ANSIBLE_RETRY_FILES_ENABLED": "false",
            "ANSIBLE_DEPRECATION_WARNINGS": "false",
            "ANSIBLE_NOCOLOR": "true",
        }
        command = [program, "-i", inventory, "--limit", self._host.name, "-e", f"@{variables}", file, *arguments]
        done = subprocess.run(
            [str(part) for part in command],
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=400,
            check=False,
        )
        outcome = Outcome(done.returncode, done.stdout + done.stderr)
        if not verbose:
            self._read(done.stdout, outcome)
        return outcome

    def _read(self, text: str, outcome: Outcome) -> None:
        start = text.find("{\n")
        if start < 0:
            return
        document = json.loads(text[start:])
        for play in document["plays"]:
            for task in play["tasks"]:
                result = task["hosts"].get(self._host.name)
                if result is None:
                    continue
                name = task["task"]["name"]
                outcome.tasks[name] = result
                if result.get("changed"):
                    outcome.changed.append(name)
        outcome.stats = document["stats"].get(self._host.name, {})
