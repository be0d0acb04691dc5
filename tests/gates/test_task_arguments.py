# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every task of every role, playbook and example against its module (ansible-lint skips PowerShell modules).

The seeded defects prove that the gate finds what it is there for.
"""

from __future__ import annotations

import pathlib
import re
import textwrap

import pytest
import yaml
from gatekit import content, places
from gatekit.arguments import ROLE_CALLS, problems, unknown_defaults
from gatekit.module_docs import ModuleDocs
from gatekit.places import FQCN, ROOT
from gatekit.tasks import Task, read, read_file

SEEDED = pathlib.Path(__file__).parent / "seeded"


def action_groups() -> dict[str, list[str]]:
    """Our action groups with full names."""
    groups = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text())["action_groups"]
    return {f"{FQCN}.{name}": [f"{FQCN}.{member}" for member in members] for name, members in groups.items()}


@pytest.fixture(scope="module")
def docs(installed: pathlib.Path) -> ModuleDocs:
    """Documentation of our modules as installed, and of the ansible bundle."""
    return ModuleDocs(f"{installed}:{places.bundle()}")


def _all_problems(tasks: list[Task], docs: ModuleDocs) -> list[str]:
    docs.load(task.module for task in tasks)
    found = [line for task in tasks for line in problems(task, docs, action_groups())]
    return sorted({*found, *(line for task in tasks for line in unknown_defaults(task, docs, action_groups()))})


def test_roles_and_playbooks(docs: ModuleDocs) -> None:
    tasks = [task for path in content.task_files() for task in read_file(ROOT, path)]
    assert len(tasks) > 20, "no tasks found: is the reader still reading?"
    found = _all_problems(tasks, docs)
    assert not found, "\n".join(found)


def test_examples_of_the_modules(docs: ModuleDocs) -> None:
    tasks: list[Task] = []
    for name in content.modules():
        text = (ROOT / "plugins" / "modules" / f"{name}.py").read_text()
        (example,) = re.findall(r'^EXAMPLES = r?"""\n(.*?)^"""', text, re.MULTILINE | re.DOTALL)
        own = read(example, f"{name}, EXAMPLES")
        assert any(task.module == f"{FQCN}.{name}" for task in own), f"{name}: no example of its own"
        tasks += own
    found = _all_problems(tasks, docs)
    assert not found, "\n".join(found)


def test_yaml_in_the_documents(docs: ModuleDocs) -> None:
    tasks: list[Task] = []
    for path, line, text in content.yaml_examples():
        try:
            tasks += read(text, f"{path}:{line}")
        except (yaml.YAMLError, ValueError) as error:
            pytest.fail(f"{path}:{line}: {error}")
    found = _all_problems(tasks, docs)
    assert not found, "\n".join(found)


def test_calls_of_our_roles_name_what_exists() -> None:
    specs = {name: content.argument_specs(name) for name in content.roles()}
    found = []
    tasks = [task for path in content.task_files() for task in read_file(ROOT, path)]
    for path, line, text in content.yaml_examples():
        tasks += read(text, f"{path}:{line}")
    for task in tasks:
        name = str(task.arguments.get("name")) if isinstance(task.arguments, dict) else ""
        if task.module.rsplit(".", 1)[-1] not in ROLE_CALLS or not name.startswith(f"{FQCN}."):
            continue
        role, entry = name.removeprefix(f"{FQCN}."), str(task.arguments.get("tasks_from", "main")).removesuffix(".yml")
        if entry not in specs.get(role, {}):
            found.append(f"{task.place}: role {role} has no entry point {entry}")
            continue
        known = specs[role][entry].get("options") or {}
        given = [key for key in task.keywords.get("vars", {}) if key.startswith(f"{role}_")]
        found += [f"{task.place}: role {role} has no variable {key}" for key in given if key not in known]
    assert not found, "\n".join(found)


DEFECTS = sorted(yaml.safe_load((SEEDED / "defects.yml").read_text()))


@pytest.mark.parametrize("name", DEFECTS)
def test_a_seeded_defect_is_found(name: str, docs: ModuleDocs) -> None:
    defect = yaml.safe_load((SEEDED / "defects.yml").read_text())[name]
    found = _all_problems(read(textwrap.dedent(defect["task"]), name), docs)
    assert len(found) >= 1, f"not found: {defect['task']}"
    assert re.search(defect["message"], "\n".join(found)), found


@pytest.mark.parametrize("name", sorted(yaml.safe_load((SEEDED / "good.yml").read_text())))
def test_a_good_task_raises_no_alarm(name: str, docs: ModuleDocs) -> None:
    task = yaml.safe_load((SEEDED / "good.yml").read_text())[name]
    assert _all_problems(read(textwrap.dedent(task), name), docs) == []
