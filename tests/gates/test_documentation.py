# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation that the site's tools accept, and a changelog that its tool accepts."""

from __future__ import annotations

import pathlib

from gatekit import places
from gatekit.tool import must


def test_collection_docs(copied: pathlib.Path) -> None:
    options = [
        "--plugin-docs",
        "--validate-collection-refs",
        "self",
        "--check-extra-docs-refs",
        "--disallow-semantic-markup",
    ]
    must(
        "tools",
        ["antsibull-docs", "lint-collection-docs", *options[:4], str(copied)],
        ANSIBLE_COLLECTIONS_PATH=str(places.bundle()),
    )


def test_changelog(copied: pathlib.Path) -> None:
    must("tools", ["antsibull-changelog", "lint"], cwd=copied)
    must("tools", ["antsibull-changelog", "lint-changelog-yaml", "--strict", "changelogs/changelog.yaml"], cwd=copied)
