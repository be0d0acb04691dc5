# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real Windows hosts, a real directory, a real Prefect: what end-to-end means there. No lab is used or touched.

The hosts may be fresh or managed already: on fresh ones the check run is held against the real run; in both cases the
second real run must change nothing, and a flow run must finish on every worker.
"""

from __future__ import annotations

import dataclasses

import pytest
from e2e_support.playbook import Ansible, Run

SITE, VERIFY = "flowops.prefect.site", "flowops.prefect.verify"


@dataclasses.dataclass(frozen=True)
class Story:
    """The runs, in order."""

    check: Run
    real: Run
    second: Run
    verify: Run


@pytest.fixture(scope="module")
def story(ansible: Ansible) -> Story:
    """site in check mode, for real, again; then verify."""
    check = ansible.playbook(SITE, "--check", "--diff", timeout=3600)
    assert check.status == 0, check.output[-4000:]
    real = ansible.playbook(SITE, "--diff", timeout=7200)
    assert real.status == 0, real.output[-4000:]
    second = ansible.playbook(SITE, "--diff", timeout=3600)
    assert second.status == 0, second.output[-4000:]
    return Story(check, real, second, ansible.playbook(VERIFY, timeout=3600))


def test_check_run_announces_exactly_what_the_real_run_does(story: Story) -> None:
    assert story.check.changes == story.real.changes


def test_second_run_changes_nothing_on_any_host(story: Story) -> None:
    assert story.second.changed, "no recap"
    assert set(story.second.changed.values()) == {0}, sorted(story.second.changes)


def test_flow_run_finishes_on_every_worker(story: Story) -> None:
    assert story.verify.status == 0, story.verify.output[-4000:]
    reports = [str(event["message"]) for event in story.verify.results("ok") if event["task"].endswith("Report")]
    assert reports, "verify reported no worker"
    assert all("COMPLETED in" in report for report in reports), reports
