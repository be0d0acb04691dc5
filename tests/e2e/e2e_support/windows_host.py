# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One simulated Windows host from behind: its registry, its model, its journal. Read without the collection's roles."""

from __future__ import annotations

import dataclasses
import json
import pathlib
import re
import typing as t

from e2e_support.lab import home
from e2e_support.playbook import HERE, Ansible

# A key of the registry with one of its values, and a document of the model with one of its entries, are all facts.
Facts = dict[tuple[str, str], str]
# What Windows (here Wine) writes by itself while it runs.
RESTLESS = re.compile(r"\\(Explorer|CurrentVersion\\Perflib|HardwareConfig|Enum|DeviceClasses)(\\|$)", re.IGNORECASE)


@dataclasses.dataclass(frozen=True)
class WindowsHost:
    """C(name) is the host's name in the inventory."""

    name: str
    ansible: Ansible

    @property
    def folder(self) -> pathlib.Path:
        return home() / "run" / self.name

    def model(self, document: str, default: t.Any = None) -> t.Any:
        """A document of the model: rights, firewall_rules, acls and so on."""
        file = self.folder / "state" / "model" / f"{document}.json"
        return json.loads(file.read_text()) if file.exists() else default

    def set_model(self, document: str, content: t.Any) -> None:
        """What the host reports from now on."""
        (self.folder / "state" / "model" / f"{document}.json").write_text(json.dumps(content))

    def journal(self) -> list[dict[str, t.Any]]:
        """Every call that reached the host, in order."""
        return [json.loads(line) for line in (self.folder / "journal.jsonl").read_text().splitlines()]

    def registry(self) -> Facts:
        """Every value of the machine's registry, by key and name in lower case; a key itself has an empty name."""
        run = self.ansible.playbook(HERE / "playbooks" / "registry_dump.yml", "-e", f"dump_host={self.name}")
        assert run.status == 0, run.output[-4000:]
        found: Facts = {}
        for file in sorted((self.folder / "prefix" / "drive_c" / "standin" / "dump").glob("*.reg")):
            found |= _values(file.read_bytes().decode("utf-16").replace("\\\r\n", ""))
        return found

    def facts(self) -> Facts:
        """The registry and everything that is simulated."""
        known = {("model", file.stem): file.read_text() for file in (self.folder / "state" / "model").glob("*.json")}
        return self.registry() | known


def _values(text: str) -> Facts:
    key, found = "", {}
    for line in text.splitlines():
        if line.startswith("["):
            key = line.strip("[]").lower().replace("hkey_local_machine", "hklm")
            key = key.replace("\\controlset001\\", "\\currentcontrolset\\")
            found[key, ""] = "key"
        elif match := re.match(r'("(?:[^"\\]|\\.)*"|@)=(.*)', line):
            found[key, match[1].strip('"').lower()] = match[2]
    return {place: value for place, value in found.items() if not RESTLESS.search(place[0])}


def difference(before: Facts, after: Facts) -> dict[tuple[str, str], tuple[str | None, str | None]]:
    """What is not as it was: the place, and what stood and stands there."""
    places = before.keys() | after.keys()
    return {place: (before.get(place), after.get(place)) for place in places if before.get(place) != after.get(place)}
