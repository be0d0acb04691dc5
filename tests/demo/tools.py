# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the demo calls the lab and Ansible, and what it remembers of a playbook run."""

from __future__ import annotations

import dataclasses
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys

_RECAP = re.compile(r"^(\S+)\s+: ok=(\d+)\s+changed=(\d+)\s+unreachable=(\d+)\s+failed=(\d+)", re.MULTILINE)


class DemoFailed(Exception):
    """One line, and the exit code."""

    def __init__(self, line: str, status: int = 1) -> None:
        super().__init__(line)
        self.status = status


@dataclasses.dataclass(frozen=True)
class PlaybookRun:
    """C(recap): numbers by host. C(changes): (host, module, item or task) of everything that was changed."""

    log: pathlib.Path
    recap: dict[str, dict[str, int]]
    changes: list[tuple[str, str, str]]
    reports: list[str]


def _changes(event: dict) -> list[tuple[str, str, str]]:
    """Host, module and item of a result; a task over many objects names each of them."""
    if event["changes"]:
        return [(event["host"], change["kind"].replace(" ", "_"), change["name"]) for change in event["changes"]]
    return [(event["host"], event["action"].rpartition(".")[2], event["item"] or event["task"])]


class Tools:
    """The lab's command line and the Ansible of its virtual environment."""

    def __init__(self, root: pathlib.Path) -> None:
        self.root = root
        self.lab_command = [sys.executable, str(root / "tests" / "lab" / "lab")]
        self.logs = root / "build" / "demo"
        self.logs.mkdir(parents=True, exist_ok=True)
        cache = os.environ.get("XDG_CACHE_HOME") or str(pathlib.Path.home() / ".cache")
        self.home = pathlib.Path(os.environ.get("FLOWOPS_LAB") or f"{cache}/flowops-lab").absolute()
        self.inventory = ""
        self.environment: dict[str, str] = {}

    def lab(self, *words: str) -> str:
        """One verb of the lab; its progress goes to the console, its result is returned."""
        done = subprocess.run(
            [*self.lab_command, *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, check=False
        )
        if done.returncode:
            raise DemoFailed(f"'tests/lab/lab {' '.join(words)}' failed (the line above says why)", done.returncode)
        return done.stdout.strip()

    def was_built(self) -> bool:
        """Whether the lab's templates are in the cache folder already."""
        return all((self.home / "templates" / part).is_dir() for part in ("directory", "windows"))

    def empty_lab(self) -> None:
        """The lab, running and empty."""
        status = [*self.lab_command, "status"]
        running = subprocess.run(status, stdin=subprocess.DEVNULL, capture_output=True, check=False).returncode == 0
        self.lab("reset" if running else "up")

    def install(self) -> None:
        """The collection in its folder, and the inventory of the lab."""
        self.lab("install")
        venv = self.lab("venv", "ansible-2.19").splitlines()[-1]
        self.inventory = self.lab("inventory").splitlines()[-1]
        exports = (shlex.split(line)[1].partition("=") for line in self.lab("env").splitlines())
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "PREFECT_"))},
            **{name: value for name, _equals, value in exports},
            "PATH": f"{venv}/bin:{os.environ['PATH']}",
            "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_LOCALHOST_WARNING": "False",
            "ANSIBLE_CALLBACK_PLUGINS": str(self.root / "tests" / "e2e" / "callback_plugins"),
            "ANSIBLE_CALLBACKS_ENABLED": "flowops_events",
        }

    def cloud(self) -> dict[str, str]:
        """What a playbook needs in its environment to reach the double of Prefect Cloud as the owner of its account."""
        folder = self.home / "run" / "cloud"
        estate = json.loads((folder / "estate.json").read_text())
        return {"PREFECT_API_URL": estate["api_url"], "PREFECT_API_KEY": (folder / "owner.key").read_text().strip()}

    def report(self) -> pathlib.Path:
        """Folder of the report about service accounts."""
        return self.logs / "identity"

    def playbook(self, name: str, title: str, *options: str, **more: str) -> PlaybookRun:
        """Run a playbook; its output goes to a log file. more is added to its environment."""
        log, events = self.logs / f"{title}.log", self.logs / f"{title}.jsonl"
        events.write_text("")
        command = ["ansible-playbook", "-i", self.inventory, name, *options]
        with log.open("wb") as out:
            status = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                env={**self.environment, **more, "FLOWOPS_EVENTS": str(events)},
                check=False,
            ).returncode
        results = [event for event in map(json.loads, events.read_text().splitlines()) if event["event"] == "result"]
        if status:
            bad = [event for event in results if event["outcome"] in ("failed", "unreachable")]
            reason = f"{bad[0]['host']}: {bad[0]['message']}" if bad else f"it ended with {status}"
            raise DemoFailed(f"{name}: {reason} The whole output: {log}")
        recap = {
            host: {"ok": int(ok), "changed": int(changed)}
            for host, ok, changed, _unreachable, _failed in _RECAP.findall(log.read_text(errors="replace"))
        }
        good = [event for event in results if event["outcome"] == "ok"]
        return PlaybookRun(
            log,
            recap,
            [change for event in good if event["changed"] for change in _changes(event)],
            [str(event["message"]) for event in good if event["task"].endswith("| Report")],
        )

    def services(self) -> dict[str, dict[str, str]]:
        """The worker's service on each host, as the host tells it."""
        name = "flowops-prefect-worker-default"
        command = ["ansible", "-i", self.inventory, "prefect_workers", "-o", "-m", "ansible.windows.win_service_info"]
        done = subprocess.run(
            [*command, "-a", f"name={name}"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            env=self.environment,
            check=False,
        )
        found = {}
        for line in done.stdout.splitlines():
            head, arrow, data = line.partition(" => ")
            if arrow and json.loads(data).get("services"):
                found[head.split(" ")[0]] = json.loads(data)["services"][0]
        return found
