# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the benchmark plays: playbooks against the lab's Prefect and directory, timed as a user would wait for them."""

from __future__ import annotations

import dataclasses
import json
import os
import pathlib
import typing as t

from meter import Command, Spent, spend
from rows import Row

ROOT = pathlib.Path(__file__).resolve().parents[2]
API = "http://127.0.0.90:4200/api"
SERVER, SERVER_NAME = "127.0.0.77", "dc1.lab.test"
USER = "svc-ansible@lab.test"
BRANCH = "OU=FlowOps,DC=lab,DC=test"
ROUNDS = 2  # the better of two, for ours and for the peer alike


def home() -> pathlib.Path:
    """The lab's folder."""
    cache = os.environ.get("XDG_CACHE_HOME") or str(pathlib.Path.home() / ".cache")
    return pathlib.Path(os.environ.get("FLOWOPS_LAB") or f"{cache}/flowops-lab").absolute()


@dataclasses.dataclass(frozen=True)
class Stage:
    """Virtual environments of Ansible and Prefect, and the path of the installed collection."""

    ansible: pathlib.Path
    prefect: pathlib.Path
    collections: str

    def environment(self) -> dict[str, str]:
        """Connection by environment, as AWX does it; the same for both sides."""
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("ANSIBLE_", "PREFECT_"))}
        password = home() / "run" / "secrets" / "svc-ansible"
        return {
            **kept,
            "PATH": f"{self.ansible / 'bin'}:{os.environ['PATH']}",
            "ANSIBLE_COLLECTIONS_PATH": self.collections,
            "ANSIBLE_LOCALHOST_WARNING": "False",
            "ANSIBLE_INVENTORY_UNPARSED_WARNING": "False",
            "PREFECT_API_URL": API,
            "PREFECT_HOME": str(ROOT / "build" / "bench" / "prefect-home"),
            "MICROSOFT_AD_LDAP_SERVER": SERVER,
            "MICROSOFT_AD_LDAP_TLS_SERVER_NAME": SERVER_NAME,
            "MICROSOFT_AD_LDAP_USERNAME": USER,
            "MICROSOFT_AD_LDAP_PASSWORD": password.read_text().strip() if password.is_file() else "",
            "MICROSOFT_AD_LDAP_CA_CERT": str(home() / "run" / "certificates" / "ca.pem"),
        }

    def play(self, name: str, tasks: list[dict[str, t.Any]]) -> Spent:
        """What ansible-playbook takes for these tasks on the controller."""
        folder = ROOT / "build" / "bench"
        folder.mkdir(parents=True, exist_ok=True)
        play = {
            "name": name,
            "hosts": "localhost",
            "connection": "local",
            "gather_facts": False,
            "vars": {"ansible_python_interpreter": "{{ ansible_playbook_python }}"},
            "tasks": tasks,
        }
        file = folder / f"{name}.yml"
        file.write_text(json.dumps([play], indent=2))
        command = Command([str(self.ansible / "bin" / "ansible-playbook"), str(file)], self.environment())
        return spend([command], folder / f"{name}.log")[0]


@dataclasses.dataclass(frozen=True)
class Case:
    """Two ways to the same end. ``goal`` is the highest good ratio ours/peer; ``before`` runs untimed each time."""

    name: str
    key: str
    goal: float
    ours: list[dict[str, t.Any]]
    peer: t.Callable[[Stage], list[dict[str, t.Any]]]
    before: list[dict[str, t.Any]] = dataclasses.field(default_factory=list)

    def _best(self, stage: Stage, side: str, tasks: list[dict[str, t.Any]]) -> Spent:
        taken = []
        for number in range(ROUNDS):
            if self.before:
                stage.play(f"{self.key}-{side}-before-{number}", self.before)
            taken.append(stage.play(f"{self.key}-{side}-{number}", tasks))
        return min(taken, key=lambda spent: spent.seconds)

    def measure(self, stage: Stage) -> Row:
        """One row of the table."""
        print(f"bench: {self.name} ...", flush=True)
        ours, peer = self._best(stage, "ours", self.ours), self._best(stage, "peer", self.peer(stage))
        return Row.of(self.name, ours, peer, self.goal)
