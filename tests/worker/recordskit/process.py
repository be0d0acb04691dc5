# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A process with our records, and what each sink got from it."""

from __future__ import annotations

import datetime
import json
import os
import pathlib
import re
import subprocess
import sys
import typing as t

import requests

HERE = pathlib.Path(__file__).resolve().parent
SIMULATED = HERE / "simulated"
# What a sink calls a line of the flood, and a note.
NUMBER = re.compile(r"flood (\d{6})$")
NOTE = re.compile(r"(\d+) records left out")


class Process:
    """Runs C(flows.py) with this API, in C(folder). C(package): a folder with our package."""

    def __init__(self, api_url: str, folder: pathlib.Path, package: pathlib.Path, python: str = sys.executable) -> None:
        self.api_url, self.folder, self._python = api_url, folder, python
        self.event_log = folder / "events.jsonl"
        self.environment = {
            name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "FLOWOPS_", "PYTHON"))
        } | {
            "PYTHONPATH": f"{package}{os.pathsep}{SIMULATED}",
            "PYTHONDONTWRITEBYTECODE": "1",
            "PREFECT_API_URL": api_url,
            "PREFECT_HOME": str(folder / "home"),
            "PREFECT_LOGGING_CONFIG_PATH": str(package / "prefect_host" / "records" / "logging.yml"),
            "DO_NOT_TRACK": "1",
            "FLOWOPS_HOST": "WIN-A",
            "FLOWOPS_SIMULATED_EVENT_LOG": str(self.event_log),
        }
        self.errors = ""
        self._since = datetime.datetime.now(datetime.UTC).isoformat()

    def run(self, *arguments: t.Any, seconds: float = 120, **environment: str) -> int:
        """Run a flow of C(flows.py); returns the exit code."""
        name, *rest = arguments
        done = subprocess.run(
            [self._python, str(HERE / "flows.py"), name, *[json.dumps(one) for one in rest]],
            env=self.environment | environment,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            timeout=seconds,
            check=False,
        )
        self.errors = done.stderr.decode("utf-8")
        return done.returncode

    def in_prefect(self) -> list[dict[str, t.Any]]:
        """Log entries since this was made, in order."""
        found: list[dict[str, t.Any]] = []
        while True:
            since = {"timestamp": {"after_": self._since}}
            body = {"logs": since, "sort": "TIMESTAMP_ASC", "limit": 200, "offset": len(found)}
            page = requests.post(f"{self.api_url}/logs/filter", json=body, timeout=60).json()
            found += page
            if len(page) < 200:
                return found

    def in_event_log(self) -> list[dict[str, t.Any]]:
        """Events, each with the text and its fields, in order."""
        found = []
        for line in self.event_log_text().splitlines():
            event = json.loads(line)
            text, *fields = event.pop("strings")
            found.append({**event, "text": text, "fields": dict(one.split("=", 1) for one in fields)})
        return found

    def event_log_text(self) -> str:
        """The events as they were written."""
        return self.event_log.read_text(encoding="utf-8") if self.event_log.exists() else ""

    def texts(self) -> dict[str, list[str]]:
        """By sink: the texts that it got."""
        return {
            "prefect": [entry["message"] for entry in self.in_prefect()],
            "event log (simulated)": [event["text"] for event in self.in_event_log()],
            "standard error": self.errors.splitlines(),
        }


def flood_of(texts: list[str]) -> tuple[list[int], list[int]]:
    """The numbers of the flood's lines, and those of the notes between them."""
    numbers = [int(found[1]) for text in texts if (found := NUMBER.search(text))]
    return numbers, [int(found[1]) for text in texts if (found := NOTE.search(text))]
