# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Build the collection and install the artifact, offline: playbooks in the lab run what a user would install."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

from flowops_lab import virtual_environments
from flowops_lab.commands import run_logged
from flowops_lab.console import LabError, say
from flowops_lab.locks import held
from flowops_lab.paths import REPOSITORY, Paths

STAMP = ".flowops-lab-sources"
# what galaxy.yml's build_ignore leaves in the artifact
_SOURCES = ("galaxy.yml", "README.md", "CHANGELOG.rst", "plugins", "roles", "playbooks", "meta", "docs", "changelogs")


def install(paths: Paths) -> Path:
    """The collections path to use; built again only when a source file changed."""
    target = paths.collections
    stamp = target / STAMP
    with held(paths.locks, "collection"):
        digest = _digest()
        if stamp.is_file() and stamp.read_text() == digest:
            return target
        venv = virtual_environments.ensure(paths, "ansible-2.19")
        build = paths.cache / "collection"
        shutil.rmtree(build, ignore_errors=True)
        build.mkdir(parents=True)
        target.mkdir(parents=True, exist_ok=True)
        say("building and installing the collection")
        log, todo = paths.logs / "collection.log", "read the log, mend the collection, then try again"
        log.unlink(missing_ok=True)
        galaxy = venv / "bin" / "ansible-galaxy"
        env = {
            "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_CONFIG": str(configuration_file()),
            "ANSIBLE_COLLECTIONS_PATH": str(target),
        }
        run_logged(
            [galaxy, "collection", "build", "--force", "--output-path", build, REPOSITORY],
            log,
            what="building the collection",
            todo=todo,
            env=env,
        )
        artifacts = list(build.glob("*.tar.gz"))
        if len(artifacts) != 1:
            raise LabError(f"the build made {len(artifacts)} artifacts instead of one", build, "read the build's log")
        # ansible.windows and community.windows come with the ansible package of the environment
        run_logged(
            [galaxy, "collection", "install", "--offline", "--no-deps", "--force", "-p", target, artifacts[0]],
            log,
            what="installing the collection",
            todo=todo,
            env=env,
        )
        stamp.write_text(digest)
    return target


def configuration_file() -> Path:
    return REPOSITORY / "tests" / "lab" / "ansible.cfg"


def _digest() -> str:
    total = hashlib.sha256()
    for name in _SOURCES:
        top = REPOSITORY / name
        files = sorted(top.rglob("*")) if top.is_dir() else [top]
        for file in files:
            if file.is_file() and "__pycache__" not in file.parts:
                total.update(str(file.relative_to(REPOSITORY)).encode() + b"\0")
                total.update(hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()
