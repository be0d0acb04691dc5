# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every role owes its users: a README, checked input, documented defaults, names of its own."""

from __future__ import annotations

import re
import typing as t

import pytest
import yaml
from gatekit import content
from gatekit.places import ROOT
from gatekit.tasks import read, read_file

ROLES = content.roles()
SHARED = "flowops_"  # variables of the whole estate; roles use them as defaults of their own


def load(role: str, path: str) -> dict[str, t.Any]:
    """A YAML file of a role; empty when it is not there."""
    file = ROOT / "roles" / role / path
    return (yaml.safe_load(file.read_text()) or {}) if file.is_file() else {}


def options(role: str) -> dict[str, dict]:
    """Options of all entry points."""
    found: dict[str, dict] = {}
    for entry in content.argument_specs(role).values():
        found |= entry.get("options") or {}
    return found


@pytest.mark.parametrize("role", ROLES)
def test_files_are_there(role: str) -> None:
    for path in ("README.md", "defaults/main.yml", "meta/main.yml", "meta/argument_specs.yml", "tasks/main.yml"):
        assert (ROOT / "roles" / role / path).is_file(), f"roles/{role} has no {path}"


@pytest.mark.parametrize("role", ROLES)
def test_entry_points_and_their_specs_match(role: str) -> None:
    for entry in content.argument_specs(role):
        assert (ROOT / "roles" / role / "tasks" / f"{entry}.yml").is_file(), (
            f"{role}: no tasks for the entry point {entry}"
        )


@pytest.mark.parametrize("role", ROLES)
def test_variables_carry_the_roles_name(role: str) -> None:
    wrong = [name for name in (*load(role, "defaults/main.yml"), *options(role)) if not name.startswith(f"{role}_")]
    wrong += [name for name in load(role, "vars/main.yml") if not name.startswith(f"__{role}_")]
    for path in content.task_files():
        if path.parts[:2] != ("roles", role):
            continue
        for task in read_file(ROOT, path):
            made = [task.keywords["register"]] if "register" in task.keywords else []
            if task.module.endswith("set_fact") and isinstance(task.arguments, dict):
                made += [name for name in task.arguments if name != "cacheable"]
            wrong += [f"{task.place}: {name}" for name in made if not name.startswith((f"__{role}_", f"{role}_"))]
    assert not wrong, wrong


@pytest.mark.parametrize("role", ROLES)
def test_defaults_and_specs_say_the_same(role: str) -> None:
    defaults, known = load(role, "defaults/main.yml"), options(role)
    undocumented = sorted(set(defaults) - set(known))
    assert not undocumented, f"not in argument_specs: {undocumented}"
    for name, option in known.items():
        if option.get("required"):
            assert name not in defaults, f"{name} is required and has a default"
            continue
        value = defaults.get(name)
        if "default" in option and not (isinstance(value, str) and "{{" in value):
            assert name in defaults, f"{name}: the spec has a default, defaults/main.yml has none"
            assert value == option["default"], f"{name}: {value!r} in defaults, {option['default']!r} in the spec"


@pytest.mark.parametrize("role", ROLES)
def test_readme_names_every_variable_and_entry_point(role: str) -> None:
    text = (ROOT / "roles" / role / "README.md").read_text()
    named = text + "".join(f"{role}{suffix}" for suffix in re.findall(r"`(_\w+)`", text))  # `role_port`, `_password`
    missing = [name for name in options(role) if name not in named]
    missing += [entry for entry in content.argument_specs(role) if entry != "main" and entry not in text]
    assert not missing, f"roles/{role}/README.md does not name {missing}"


def broken_messages(source: str, text: str) -> list[str]:
    """Messages to people that YAML folds into more than one line: it keeps the break before and after a deeper line."""
    wrong = []
    for task in read(text, source):
        arguments = task.arguments if isinstance(task.arguments, dict) else {}
        for name in sorted({"msg", "fail_msg", "success_msg"} & arguments.keys()):
            around = re.sub(r"\{\{.*?\}\}|\{%.*?%\}", "", str(arguments[name]), flags=re.DOTALL)
            wrong += [f"{task.place}: {name}"] if "\n" in around else []
    return wrong


def test_a_message_is_one_line() -> None:
    assert [
        place for path in content.task_files() for place in broken_messages(str(path), (ROOT / path).read_text())
    ] == []


def test_a_message_of_two_lines_is_found() -> None:
    text = "- ansible.builtin.fail:\n    msg: >-\n      {{ 'a'\n       if b else 'c' }}\n      and that.\n"
    assert broken_messages("seeded", text) == ["seeded:1: msg"]
    assert broken_messages("seeded", text.replace("\n       if", "\n      if")) == []


@pytest.mark.parametrize("role", ROLES)
def test_no_variable_of_another_role_is_read(role: str) -> None:
    """A role that needs another's value gets it handed in; the estate's flowops_* are read in defaults only."""
    others = [name for name in ROLES if name != role]
    pattern = re.compile(r"\b_{0,2}(" + "|".join(others) + r")_\w+") if others else None
    wrong = []
    for path in content.task_files():
        if path.parts[:2] != ("roles", role):
            continue
        handed_in = set()
        for task in read_file(ROOT, path):
            if task.module.endswith("include_role") and isinstance(task.arguments, dict):
                handed_in |= set(task.keywords.get("vars") or {}) | {task.arguments.get("tasks_from")}
        text = "\n".join(line for line in (ROOT / path).read_text().splitlines() if not line.lstrip().startswith("#"))
        read = [match[0] for match in pattern.finditer(text)] if pattern else []
        wrong += [f"{path}: {name}" for name in read if name not in handed_in]
        wrong += [f"{path}: {name}" for name in re.findall(rf"\b{SHARED}\w+", text)]
    assert not wrong, wrong
