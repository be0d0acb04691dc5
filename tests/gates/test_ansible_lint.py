# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ansible-lint with its strictest profile, offline."""

from __future__ import annotations

import pathlib

from gatekit import places
from gatekit.tool import must


def test_production_profile(copied: pathlib.Path) -> None:
    must(
        "tools",
        ["ansible-lint", "--offline", "--profile", "production", "--strict", "-q"],
        cwd=copied,
        ANSIBLE_COLLECTIONS_PATH=f"{copied.parents[2]}:{places.bundle()}",
    )
