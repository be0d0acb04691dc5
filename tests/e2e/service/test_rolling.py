# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""workers.yml changes one host after the other while flows run; make endurance does it with twenty hosts."""

from __future__ import annotations

import pytest
from e2e_support.rolling import change_all

pytestmark = pytest.mark.usefixtures("converged")


@pytest.fixture
def put_back(ansible):
    yield
    run = ansible.playbook("flowops.prefect.site", "--tags", "win_worker")
    assert run.status == 0, run.output[-4000:]


@pytest.mark.usefixtures("put_back")
def test_a_changed_setting_on_all_hosts_fails_no_run(ansible, estate):
    change_all(ansible, estate, ["win1", "win2"], "-e", "win_worker_limit=3")
