# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One look and no known mistakes in all Python of the project."""

from __future__ import annotations

from gatekit.tool import must


def test_ruff_finds_nothing() -> None:
    must("tools", ["ruff", "check", "--no-cache", "."])


def test_ruff_would_format_nothing() -> None:
    must("tools", ["ruff", "format", "--no-cache", "--check", "."])
