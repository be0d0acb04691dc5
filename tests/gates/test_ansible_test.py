# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ansible-test on every supported core: sanity without an ignore file, and the unit tests."""

from __future__ import annotations

import pytest
from gatekit import source
from gatekit.ansible_test import ansible_test
from gatekit.places import ROOT, has_environment

CORES = [name for name in ("unit", "unit-2.21") if name == "unit" or has_environment(name)]


@pytest.mark.parametrize("core", CORES)
def test_sanity(core: str) -> None:
    ansible_test(core, source.copy(f"sanity-{core}"), "sanity")


@pytest.mark.parametrize("core", CORES)
def test_units(core: str) -> None:
    ansible_test(core, source.copy(f"units-{core}"), "units")


def test_nothing_is_ignored() -> None:
    assert not list(ROOT.glob("tests/sanity/ignore*"))
