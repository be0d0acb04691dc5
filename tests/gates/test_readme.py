# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The front page tells the truth about the tree."""

from __future__ import annotations

import re

from gatekit import content, source
from gatekit.places import ROOT


def readme() -> str:
    """The front page."""
    return (ROOT / "README.md").read_text(encoding="utf-8")


def table(heading: str) -> list[str]:
    """First column of the table under a heading, without backquotes and links."""
    section = re.split(r"^## ", readme().split(f"## {heading}\n", 1)[1], maxsplit=1, flags=re.MULTILINE)[0]
    rows = [line.split("|")[1].strip() for line in section.splitlines() if line.startswith("|")][2:]
    return sorted(re.sub(r"^\[?`?([\w.]+)`?.*$", r"\1", row) for row in rows)


def test_table_of_modules() -> None:
    assert table("Modules") == content.modules()


def test_table_of_roles() -> None:
    assert table("Roles") == content.roles()


def test_table_of_playbooks() -> None:
    assert table("Playbooks") == sorted(f"flowops.prefect.{path.stem}" for path in content.playbooks())


def test_make_targets_that_are_named_exist() -> None:
    targets = set(re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for path, text in source.texts().items():
        if path.suffix in (".md", ".rst"):
            named = set(re.findall(r"(?:^|``?)(?: {3})*make ([a-z][a-z0-9-]+)", text, re.MULTILINE))
            assert named <= targets, f"{path} names {sorted(named - targets)}"


def test_links_into_the_repository_lead_somewhere() -> None:
    broken = []
    for path, text in source.texts().items():
        if path.suffix != ".md":
            continue
        for link in re.findall(r"\]\(([^)#\s]+)", text):
            inside = link.removeprefix("https://github.com/flowops/prefect/blob/main/")
            inside = inside.removeprefix("https://github.com/flowops/prefect/tree/main/")
            base = ROOT if inside != link else (ROOT / path).parent
            if "://" not in inside and not (base / inside).exists():
                broken.append(f"{path}: {link}")
    assert not broken, broken


def test_the_test_command_is_what_the_build_server_runs() -> None:
    script = (ROOT / ".ci" / "run").read_text()
    assert "make --no-print-directory test" in script
    assert "make test" in readme()
