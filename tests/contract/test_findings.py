# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guide says of every finding about an account what it means, and knows no others."""

from __future__ import annotations

import pathlib
import re

from ansible_collections.flowops.prefect.plugins.module_utils._ad.findings import TOPICS

GUIDE = pathlib.Path(__file__).resolve().parents[2] / "docs" / "docsite" / "rst" / "guide_ad_identity.rst"


def test_every_finding_is_in_the_guide_once() -> None:
    known = [rule.id for topic in TOPICS for rule in topic.rules]
    chapter = GUIDE.read_text().partition("What a finding means\n---")[2].partition("\nGiving up an account\n")[0]
    told = re.findall(r"^   \* - ``(\w+)``$", chapter, re.MULTILINE)
    assert sorted(told) == sorted([*known, "cannot_judge"])
