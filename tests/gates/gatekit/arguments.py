# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hold a task's arguments against what its module accepts.

Templated values are judged by their name only. Values that may turn out to be ``omit`` count as given where something
is required, and not where things exclude each other.
"""

from __future__ import annotations

import re
import typing as t

from windows_standin.argument_check import ArgumentError, as_list, validate

from gatekit.module_docs import ModuleDocs
from gatekit.tasks import Task

ANY_NAMES = {
    "set_fact",
    "add_host",
    "set_stats",
    "debug",
    "assert",
    "meta",
    "include_vars",
    "import_tasks",
    "include_tasks",
}
ROLE_CALLS = {"include_role", "import_role"}


def templated(value: t.Any) -> bool:
    """Whether the value, or a part of it, is only known at run time."""
    if isinstance(value, dict):
        return any(templated(item) for item in value.values())
    if isinstance(value, list):
        return any(templated(item) for item in value)
    return isinstance(value, str) and ("{{" in value or "{%" in value)


def _perhaps_omitted(value: t.Any) -> bool:
    return isinstance(value, str) and re.search(r"\bomit\b", value) is not None


def _relaxed(spec: dict, arguments: dict) -> dict:
    """The spec without what can't be judged: types of templated values, exclusions of values that may be omitted."""
    options = {}
    perhaps = set()
    for name, option in spec["options"].items():
        names = [name, *map(str, as_list(option.get("aliases")))]
        given = next((arguments[spelled] for spelled in names if spelled in arguments), None)
        options[name] = {key: value for key, value in option.items() if key != "default"}
        if templated(given):
            options[name] = {"type": "raw", "aliases": option.get("aliases") or []}
        if _perhaps_omitted(given):
            perhaps.add(name)
    exclusions = [group for group in as_list(spec.get("mutually_exclusive")) if not perhaps & set(as_list(group))]
    return {**spec, "options": options, "mutually_exclusive": exclusions}


def defaults_for(task: Task, groups: dict[str, list[str]]) -> dict[str, t.Any]:
    """The module_defaults that reach this task; ``groups`` are our action groups, by their full name."""
    found: dict[str, t.Any] = {}
    for name, options in task.defaults.items():
        members = groups.get(name.removeprefix("group/"), [])
        if task.module in members or name == task.module:
            found |= options
    return found


def problems(task: Task, docs: ModuleDocs, groups: dict[str, list[str]] | None = None) -> list[str]:
    """What is wrong with the task's arguments, one line each."""
    documentation = docs.find(task.module)
    if documentation is None:
        return [f"{task.place}: there is no module {task.module}"]
    found = [f"{task.place}: {task.module} is deprecated"] if documentation.get("deprecated") else []
    short = task.module.rsplit(".", 1)[-1]
    if short in ANY_NAMES:
        return found
    if not isinstance(task.arguments, dict):
        free = {"_raw_params", "free_form"} & set(documentation.get("options") or {})
        wrong = not free and not templated(task.arguments)
        return [*found, f"{task.place}: {task.module} takes named arguments"] if wrong else found
    arguments = {**defaults_for(task, groups or {}), **task.arguments}
    specs = {"documentation": docs.documented(task.module), "its PowerShell source": docs.powershell(task.module)}
    for origin, spec in specs.items():
        if spec is None:
            continue
        try:
            validate(_relaxed(spec, arguments), arguments, module=task.module)
        except ArgumentError as error:
            found.append(f"{task.place}: {task.module}, by {origin}: {error}")
    return found


def unknown_defaults(task: Task, docs: ModuleDocs, groups: dict[str, list[str]]) -> list[str]:
    """module_defaults of one of our groups that a module of the group does not have."""
    found = []
    for name, options in task.defaults.items():
        for module in filter(docs.find, groups.get(name.removeprefix("group/"), [])):
            unknown = set(options) - set(docs.documented(module)["options"])
            found += [
                f"{task.place}: module_defaults of {name}: {module} has no option {option}"
                for option in sorted(unknown)
            ]
    return found
