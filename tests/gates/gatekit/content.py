# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the collection consists of, read from its files."""

from __future__ import annotations

import pathlib
import re
import textwrap

import yaml

from gatekit import source
from gatekit.places import ROOT

FENCE = re.compile(r"^```ya?ml\n(?P<body>.*?)^```", re.MULTILINE | re.DOTALL)
CODE_BLOCK = re.compile(r"^\.\. code-block:: yaml\n(?:   :.*\n)*\n(?P<body>(?:(?:   .*)?\n)+)", re.MULTILINE)


def modules() -> list[str]:
    """Names of the modules."""
    return sorted(
        path.stem for path in source.files() if path.parts[:2] == ("plugins", "modules") and path.suffix == ".py"
    )


def roles() -> list[str]:
    """Names of the roles."""
    return sorted(
        {path.parts[1] for path in source.files() if path.parts[0] == "roles" and path.match("roles/*/tasks/*")}
    )


def playbooks() -> list[pathlib.Path]:
    """The playbooks' paths, relative to the root."""
    return [path for path in source.files() if path.parent == pathlib.Path("playbooks") and path.suffix == ".yml"]


def task_files() -> list[pathlib.Path]:
    """Every YAML file that may hold tasks: of roles (tasks, handlers) and playbooks."""
    kinds = ("tasks", "handlers")
    in_roles = [
        path for path in source.files() if path.parts[0] == "roles" and path.parts[2:3] and path.parts[2] in kinds
    ]
    return [path for path in in_roles if path.suffix == ".yml"] + playbooks()


def argument_specs(role: str) -> dict[str, dict]:
    """The role's entry points."""
    return yaml.safe_load((ROOT / "roles" / role / "meta" / "argument_specs.yml").read_text())["argument_specs"]


def yaml_examples() -> list[tuple[pathlib.Path, int, str]]:
    """YAML in Markdown fences and reStructuredText code blocks: (path, line, text)."""
    found = []
    for path in source.files():
        if path.parts[0] == "tests" or path.suffix not in (".md", ".rst"):
            continue
        text = (ROOT / path).read_text(encoding="utf-8")
        pattern = FENCE if path.suffix == ".md" else CODE_BLOCK
        for match in pattern.finditer(text):
            line = text[: match.start("body")].count("\n") + 1
            found += [(path, line, textwrap.dedent(match["body"]))]
    return found
