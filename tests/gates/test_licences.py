# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every file says whose it is and under which licence."""

from __future__ import annotations

from gatekit import source
from gatekit.places import ROOT
from gatekit.tool import must


def test_reuse() -> None:
    # a copy of its own: other tools leave compiled plugins behind in theirs
    must("tools", ["reuse", "lint"], cwd=source.copy("licences"))


def test_both_names_of_the_licence_hold_the_same_text() -> None:
    assert (ROOT / "COPYING").read_text() == (ROOT / "LICENSES" / "GPL-3.0-or-later.txt").read_text()
