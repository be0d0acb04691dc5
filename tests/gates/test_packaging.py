# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The artifact: built, checked as Galaxy checks it, installed, read back; metadata that builders use."""

from __future__ import annotations

import json
import pathlib
import tarfile

import pytest
import yaml
from gatekit import content, places
from gatekit.places import FQCN, ROOT
from gatekit.tool import must, run

SHIPPED = {"plugins", "roles", "playbooks", "meta", "docs", "changelogs", "LICENSES"}


def test_artifact_holds_what_a_user_runs_and_nothing_else(artifact: pathlib.Path) -> None:
    with tarfile.open(artifact) as archive:
        tops = {name.split("/")[0] for name in archive.getnames() if "/" in name}
    assert tops <= SHIPPED, f"not for users: {sorted(tops - SHIPPED)}"


def test_galaxy_would_import_it(artifact: pathlib.Path) -> None:
    ran = run("tools", ["python", "-m", "galaxy_importer.main", str(artifact)], cwd=artifact.parent)
    assert ran.status == 0, ran.tail()
    complaints = [line for line in ran.output.splitlines() if line.startswith(("ERROR", "WARNING"))]
    assert not complaints, "\n".join(complaints)


def test_execution_environment_metadata_is_read_by_the_builder(installed: pathlib.Path) -> None:
    found = yaml.safe_load(must("tools", ["ansible-builder", "introspect", str(installed)], apart=True))
    python = " ".join(found["python"])
    for needed in ("requests", "ldap3", "pywinrm", "pypsrp"):
        assert needed in python, f"meta/ee-requirements.txt does not bring {needed}: {found['python']}"
    assert any("krb5" in line for line in found["system"]), found["system"]


def test_modules_are_documented_in_the_installed_collection(installed: pathlib.Path) -> None:
    names = [f"{FQCN}.{name}" for name in content.modules()]
    output = must(
        "unit", ["ansible-doc", "-t", "module", "-j", *names], apart=True, ANSIBLE_COLLECTIONS_PATH=str(installed)
    )
    found = json.loads(output)
    assert sorted(found) == names
    assert all(found[name]["doc"]["short_description"] for name in names)


def test_roles_are_documented_in_the_installed_collection(installed: pathlib.Path) -> None:
    path = f"{installed}:{places.bundle()}"
    for name in content.roles():
        output = must(
            "unit", ["ansible-doc", "-t", "role", "-j", f"{FQCN}.{name}"], apart=True, ANSIBLE_COLLECTIONS_PATH=path
        )
        assert json.loads(output)[f"{FQCN}.{name}"]["entry_points"], name


@pytest.mark.parametrize("playbook", [path.stem for path in content.playbooks()])
def test_playbooks_load_from_the_installed_collection(installed: pathlib.Path, playbook: str) -> None:
    path = f"{installed}:{places.bundle()}"
    must(
        "unit",
        ["ansible-playbook", "--syntax-check", "-i", "localhost,", f"{FQCN}.{playbook}"],
        ANSIBLE_COLLECTIONS_PATH=path,
    )


def test_dependencies_are_in_the_ansible_bundles(copied: pathlib.Path) -> None:
    galaxy = yaml.safe_load((copied / "galaxy.yml").read_text())
    for environment in ("unit", "unit-2.21"):
        if not places.has_environment(environment):
            continue
        for name, wanted in galaxy["dependencies"].items():
            manifest = places.bundle(environment) / "ansible_collections" / name.replace(".", "/") / "MANIFEST.json"
            version = json.loads(manifest.read_text())["collection_info"]["version"]
            low, high = (tuple(map(int, bound.lstrip("<>=").split("."))) for bound in wanted.split(","))
            assert low <= tuple(map(int, version.split("."))) < high, f"{name} {version} is outside {wanted}"


def test_dependencies_are_what_the_content_uses() -> None:
    galaxy = yaml.safe_load((ROOT / "galaxy.yml").read_text())
    used = "\n".join((ROOT / path).read_text() for path in content.task_files())
    for name in galaxy["dependencies"]:
        assert f"{name}." in used, f"no role or playbook uses {name}: take it out of galaxy.yml"
