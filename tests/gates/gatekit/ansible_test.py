# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ansible-test from a package index alone.

``ansible-test --venv`` fetches a script that installs pip. It looks for that script in its cache first, so a small
script of our own is put there: it takes pip from Python's own ensurepip and then installs what it was asked for.
"""

from __future__ import annotations

import pathlib
import re

from gatekit.places import environment
from gatekit.tool import home, must

BOOTSTRAP = '''"""Stands where ansible-test expects the script that installs pip; pip comes from ensurepip instead."""
import subprocess
import sys

wanted = [word for word in sys.argv[1:] if word not in ("--no-setuptools", "--no-wheel")]
subprocess.run([sys.executable, "-m", "ensurepip", "--default-pip"], check=True, stdout=subprocess.DEVNULL)
sys.exit(subprocess.run([sys.executable, "-m", "pip", "install", *wanted], check=False).returncode)
'''


def pip_versions(name: str) -> set[str]:
    """The pip releases that this ansible-core's ansible-test asks for."""
    (source,) = environment(name).glob("lib/python3.*/site-packages/ansible_test/_internal/python_requirements.py")
    found = set(re.findall(r"""pip=['"]([0-9.]+)['"]""", source.read_text()))
    assert found, f"{source} names no pip version any more: look how it installs pip now"
    return found


def prepare(name: str) -> None:
    """Put the bootstrap script where ansible-test of this environment looks for it."""
    cache = home() / ".ansible" / "test" / "cache"
    cache.mkdir(parents=True, exist_ok=True)
    for version in pip_versions(name):
        (cache / f"get_pip_{version.replace('.', '_')}.py").write_text(BOOTSTRAP)


def python_of(name: str) -> str:
    """Python version of an environment, as ansible-test names it: 3.11."""
    (library,) = environment(name).glob("lib/python3.*")
    return library.name.removeprefix("python")


def ansible_test(name: str, collection: pathlib.Path, command: str, *options: str) -> str:
    """Run ``ansible-test COMMAND --venv`` in the collection's copy."""
    prepare(name)
    line = ["ansible-test", command, "--venv", "--python", python_of(name), "--color", "no", *options]
    return must(name, line, cwd=collection)
