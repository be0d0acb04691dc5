# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rooms of the design: who may import whom, and what may be written where."""

from __future__ import annotations

import ast
import pathlib
import typing as t

import pytest
import yaml
from gatekit import content, source
from gatekit.places import FQCN, ROOT
from gatekit.tasks import read_file

OURS = f"ansible_collections.{FQCN}."
UTILS = f"{OURS}plugins.module_utils."
ROOMS = {"_engine": set(), "_prefect": {"_engine"}, "_ad": {"_engine"}}
LONGEST_MODULE = 40  # lines besides documentation and imports
LONGEST_FILE = 450
POWERSHELL = {"win_powershell", "win_shell", "raw", "script", "win_dsc"}


def imports(path: pathlib.Path) -> t.Iterator[str]:
    """Full names of everything that a Python file imports; relative ones are resolved."""
    package = ["ansible_collections", *FQCN.split("."), *path.parts[:-1]]
    for node in ast.walk(ast.parse((ROOT / path).read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            yield from (".".join([*base, *filter(None, [node.module]), alias.name]) for alias in node.names)


def python(*parts: str) -> list[pathlib.Path]:
    """The project's Python files below a folder."""
    return [path for path in source.files() if path.suffix == ".py" and path.parts[: len(parts)] == parts]


@pytest.mark.parametrize("room", sorted(ROOMS))
def test_a_room_imports_only_what_it_may(room: str) -> None:
    wrong = []
    for path in python("plugins", "module_utils", room):
        for name in imports(path):
            target = name.removeprefix(UTILS).split(".")[0] if name.startswith(UTILS) else ""
            if target and target not in {room, *ROOMS[room]}:
                wrong.append(f"{path} imports {name}")
            if name.startswith(OURS) and not name.startswith(UTILS):
                wrong.append(f"{path} imports {name}, from outside of module_utils")
    assert not wrong, "\n".join(wrong)


def test_every_room_is_known() -> None:
    found = {path.parts[2] for path in python("plugins", "module_utils") if len(path.parts) > 3}
    assert found <= set(ROOMS), f"say in ROOMS what these may import: {found - set(ROOMS)}"


def test_modules_import_rooms_and_nothing_of_each_other() -> None:
    wrong = []
    for path in python("plugins", "modules"):
        for name in imports(path):
            if name.startswith(OURS) and not name.startswith(UTILS):
                wrong.append(f"{path} imports {name}")
            if name.split(".")[0] in ("ldap3", "requests", "prefect"):
                wrong.append(f"{path} imports {name}: that is a room's business")
    assert not wrong, "\n".join(wrong)


# binding.py opens the connection and logs on, directory.py talks over it; what they hand out is no ldap3 any more.
PLACES = {
    "ldap3": ("_ad/binding.py", "_ad/directory.py"),
    "gssapi": ("_ad/kerberos.py",),
    "dns": ("_ad/discovery.py",),
    "requests": ("_prefect/",),
    "prefect": (),
}


@pytest.mark.parametrize("library", PLACES)
def test_a_library_is_imported_in_one_place(library: str) -> None:
    allowed = tuple(f"plugins/module_utils/{place}" for place in PLACES[library])
    wrong = []
    for path in python("plugins"):
        inside = bool(allowed) and str(path).startswith(allowed)
        wrong += [f"{path} imports {name}" for name in imports(path) if name.split(".")[0] == library and not inside]
    assert not wrong, "\n".join(wrong)


def _lines(path: pathlib.Path) -> int:
    documentation = {"DOCUMENTATION", "EXAMPLES", "RETURN"}
    counted = 0
    for node in ast.parse((ROOT / path).read_text()).body:
        named = isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") in documentation
        if not named and not isinstance(node, ast.Import | ast.ImportFrom):
            counted += (node.end_lineno or node.lineno) - node.lineno + 1
    return counted


def test_modules_are_declarations() -> None:
    long = {str(path): _lines(path) for path in python("plugins", "modules") if _lines(path) > LONGEST_MODULE}
    assert not long, long


def test_files_are_small() -> None:
    lengths = {
        str(path): len((ROOT / path).read_text().splitlines())
        for path in python()
        if path.parts[:2] != ("plugins", "modules")
    }
    long = {path: length for path, length in lengths.items() if length > LONGEST_FILE}
    assert not long, long


def test_we_write_no_powershell() -> None:
    scripts = [str(path) for path in source.files() if path.suffix in (".ps1", ".psm1", ".psd1")]
    tasks = [task for path in content.task_files() for task in read_file(ROOT, path)]
    scripts += [f"{task.place} uses {task.module}" for task in tasks if task.module.rsplit(".", 1)[-1] in POWERSHELL]
    assert not scripts, "docs/decisions/0006-no-powershell.md says why not:\n" + "\n".join(scripts)


def test_action_groups_hold_every_module_once() -> None:
    groups = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text())["action_groups"]
    listed = sorted(name for members in groups.values() for name in members)
    assert listed == content.modules()
    assert all(members == sorted(members) for members in groups.values()), "sort the groups"
    for name in listed:
        room = {
            imported.removeprefix(UTILS).split(".")[0]
            for imported in imports(pathlib.Path("plugins/modules", f"{name}.py"))
        }
        wanted = "ad" if "_ad" in room else "prefect"
        assert name in groups[wanted], f"{name} uses _{wanted}, so it belongs to that group"
