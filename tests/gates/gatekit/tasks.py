# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tasks as written in YAML: which module, with which arguments, under which module_defaults, on which line."""

from __future__ import annotations

import dataclasses
import pathlib
import typing as t

import yaml
from ansible.playbook.block import Block
from ansible.playbook.handler import Handler
from ansible.playbook.task import Task as AnsibleTask

LINE = "__line__"
NESTED = ("tasks", "pre_tasks", "post_tasks", "handlers", "block", "rescue", "always")
KEYWORDS = {*AnsibleTask.fattributes, *Block.fattributes, *Handler.fattributes, "listen", *NESTED}
INSERTED = "{{ yaml tag }}"


class _Loader(yaml.SafeLoader):
    """Keeps the line of each mapping; a tag (!vault, !unsafe) counts as a value that is only known at run time."""


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict:
    loader.flatten_mapping(node)
    return {**yaml.SafeLoader.construct_mapping(loader, node, deep=True), LINE: node.start_mark.line + 1}


_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def _inserted(*given: object) -> str:
    """Stands for a tagged value; what is given (loader, tag, node) does not matter."""
    return INSERTED if given else ""


_Loader.add_multi_constructor("!", _inserted)


@dataclasses.dataclass(frozen=True)
class Task:
    """One task. ``defaults`` are the module_defaults in force: module or group name -> options."""

    source: str
    line: int
    module: str
    arguments: t.Any
    keywords: dict
    defaults: dict[str, dict]

    @property
    def place(self) -> str:
        """Where to look."""
        return f"{self.source}:{self.line}"


def without_lines(value: t.Any) -> t.Any:
    """The value as written."""
    if isinstance(value, dict):
        return {key: without_lines(item) for key, item in value.items() if key != LINE}
    return [without_lines(item) for item in value] if isinstance(value, list) else value


def _merged(outer: dict[str, dict], entry: dict) -> dict[str, dict]:
    own = without_lines(entry.get("module_defaults") or {})
    if isinstance(own, list):
        own = {name: options for item in own for name, options in item.items()}
    return {
        **outer,
        **{name: {**outer.get(name, {}), **options} for name, options in own.items() if isinstance(options, dict)},
    }


def _walk(source: str, entries: t.Any, defaults: dict[str, dict]) -> t.Iterator[Task]:
    for entry in entries if isinstance(entries, list) else []:
        if not isinstance(entry, dict):
            continue
        inner = _merged(defaults, entry)
        if "hosts" in entry or any(name in entry for name in ("block", "rescue", "always")):
            for name in NESTED:
                yield from _walk(source, entry.get(name), inner)
        elif not any(name.endswith("import_playbook") for name in entry):
            yield _task(source, entry, inner)


def _task(source: str, entry: dict, defaults: dict[str, dict]) -> Task:
    names = [name for name in entry if name not in KEYWORDS and name != LINE and not str(name).startswith("with_")]
    if len(names) != 1:
        raise ValueError(f"{source}:{entry[LINE]}: a task names one module; these are no keywords: {names}")
    arguments, extra = without_lines(entry[names[0]]), without_lines(entry.get("args") or {})
    if isinstance(arguments, dict | None) and isinstance(extra, dict):
        arguments = {**extra, **(arguments or {})}
    keywords = {name: without_lines(value) for name, value in entry.items() if name not in (names[0], LINE)}
    return Task(source, entry[LINE], names[0], arguments, keywords, defaults)


def read(text: str, source: str) -> list[Task]:
    """All tasks of a playbook, a task file or an example."""
    return list(_walk(source, _Loader(text).get_single_data(), {}))


def read_file(root: pathlib.Path, path: pathlib.Path) -> list[Task]:
    """All tasks of a file."""
    return read((root / path).read_text(encoding="utf-8"), str(path))
