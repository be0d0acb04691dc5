# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who brings a desired state about: one module, loops, the command line, a bare client."""

from __future__ import annotations

import dataclasses
import json
import pathlib
import typing as t

import plays
from api import APIS, WAVES, path
from meter import Command
from objects import CHANGED, Document, Estate

HERE = pathlib.Path(__file__).resolve().parent
THREADS = 2  # the default of the module's option concurrency
_MODULE = "ansible_collections.flowops.prefect.plugins.modules.resources"


@dataclasses.dataclass(frozen=True)
class Job:
    """What to do: C(create), C(noop) or C(change) a whole estate. identifiers are those of the objects, by key."""

    action: str
    estate: Estate
    identifiers: dict[str, str]

    @property
    def document(self) -> Document:
        """What shall be there afterwards."""
        return self.estate.document(2 if self.action == "change" else 1)


@dataclasses.dataclass(frozen=True)
class Tools:
    """Virtual environments, the path of the installed collection, the address of the API, a folder for files."""

    ansible: pathlib.Path
    prefect: pathlib.Path
    environment: dict[str, str]
    url: str
    folder: pathlib.Path


Side = t.Callable[[Tools, Job], list[Command]]


def key(kind: str, item: dict[str, t.Any]) -> str:
    """What tells objects of all kinds apart."""
    return "/".join([kind, *(str(item[name]) for name in ("work_pool", "flow", "name") if kind_has(kind, name))])


def kind_has(kind: str, name: str) -> bool:
    """Whether an option is part of what names an object of a kind."""
    return f"{{{name}}}" in APIS[kind].one


def _play(name: str, tasks: t.Callable[[t.Iterable[str]], plays.Tasks]) -> Side:
    def commands(tools: Tools, job: Job) -> list[Command]:
        folder = tools.folder / name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "wanted.yml").write_text(as_yaml(job.document))
        play = {
            "name": name,
            "hosts": "localhost",
            "connection": "local",
            "gather_facts": False,
            "vars": {"ansible_python_interpreter": "{{ ansible_playbook_python }}"},
            "vars_files": ["wanted.yml"],
            "tasks": tasks(job.document),
        }
        (folder / "play.yml").write_text(json.dumps([play], indent=2))
        return [Command([str(tools.ansible / "bin" / "ansible-playbook"), str(folder / "play.yml")], tools.environment)]

    return commands


def as_yaml(document: Document) -> str:
    """The desired state as a file that a person might have: YAML, an object a line."""
    lines = ["wanted:"]
    for kind, items in document.items():
        lines += [f"  {kind}:", *(f"    - {json.dumps(item)}" for item in items)]
    return "\n".join(lines) + "\n"


def _module_alone(tools: Tools, job: Job) -> list[Command]:
    """The module without ansible-playbook around it, as Ansible starts it."""
    arguments = {"resources": job.document, "concurrency": THREADS}
    environment = {**tools.environment, "PYTHONPATH": tools.environment["ANSIBLE_COLLECTIONS_PATH"]}
    words = [str(tools.ansible / "bin" / "python"), "-m", _MODULE]
    return [Command(words, environment, json.dumps({"ANSIBLE_MODULE_ARGS": arguments}))]


def _bare(tools: Tools, job: Job) -> list[Command]:
    """The writes that are needed and nothing else; none at all when nothing differs."""
    if job.action == "noop":
        return []
    waves = [_chains(job, kinds) for kinds in WAVES]
    orders = {"url": tools.url, "threads": THREADS, "waves": waves}
    words = [str(tools.ansible / "bin" / "python"), str(HERE / "bare_client.py")]
    return [Command(words, tools.environment, json.dumps(orders))]


def _chains(job: Job, kinds: t.Iterable[str]) -> list[list[dict[str, t.Any]]]:
    """Writes of some kinds; only queues of the same work pool have to wait for each other."""
    chains: dict[str, list[dict[str, t.Any]]] = {}
    for kind in kinds:
        for item in job.document.get(kind, []):
            chain = item["work_pool"] if kind == "work_queues" else key(kind, item)
            chains.setdefault(chain, []).append(_write(job, kind, item))
    return list(chains.values())


def _write(job: Job, kind: str, item: dict[str, t.Any]) -> dict[str, t.Any]:
    api, own = APIS[kind], key(kind, item)
    if job.action == "create":
        flow = key("flows", {"name": item["flow"]}) if kind == "deployments" else ""
        written = {"method": "POST", "path": path(api.create, item), "body": api.body(item), "flow": flow}
    else:
        where = path(api.change, {**item, "id": job.identifiers[own]})
        written = {"method": "PATCH", "path": where, "body": {CHANGED[kind]: item[CHANGED[kind]]}, "flow": ""}
    return {"key": own, **written}


def _command_line(tools: Tools, job: Job) -> list[Command]:
    """A process for each object: one that creates, one that changes, or one that shows it, to be compared by hand."""
    words = [_WORDS[kind](job.action, item) for kind, items in job.document.items() for item in items]
    return [Command([str(tools.prefect / "bin" / "prefect"), *some], tools.environment) for some in words]


def _variable(action: str, item: dict[str, t.Any]) -> list[str]:
    if action == "noop":
        return ["variable", "inspect", item["name"]]
    overwrite = [] if action == "create" else ["--overwrite"]
    return ["variable", "set", item["name"], item["value"], "--tag", "bench", *overwrite]


def _work_pool(action: str, item: dict[str, t.Any]) -> list[str]:
    if action == "noop":
        return ["work-pool", "inspect", item["name"]]
    if action == "create":
        return ["work-pool", "create", item["name"], "--type", item["type"]]
    return ["work-pool", "update", item["name"], "--description", item["description"]]


def _limit(action: str, item: dict[str, t.Any]) -> list[str]:
    if action == "noop":
        return ["gcl", "inspect", item["name"]]
    return ["gcl", "create" if action == "create" else "update", item["name"], "--limit", str(item["limit"])]


_WORDS = {"variables": _variable, "work_pools": _work_pool, "concurrency_limits": _limit}

OURS = _play("resources", plays.bulk)
OURS_ALONE = _module_alone
SINGLE = _play("single", plays.module_loops)
URI = _play("uri", plays.request_loops)
BARE = _bare
COMMAND_LINE = _command_line
