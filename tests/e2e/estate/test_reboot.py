# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""After a restart of a host its worker comes back by itself."""

from __future__ import annotations

import pytest
from e2e_support.lab import lab, wait_until

pytestmark = pytest.mark.usefixtures("converged")


def test_worker_is_online_again_without_ansible(estate):
    before = estate.heartbeats()["win1"]
    lab("reboot", "win1")

    def back() -> bool:
        return estate.heartbeats()["win1"] > before and estate.workers()["win1"] == "ONLINE"

    seconds = wait_until(back, 120, "a new heartbeat of the worker on win1")
    print(f"ONLINE again {seconds:.0f} s after the restart")
    assert set(estate.workers()) == {"win1", "win2"}, "the restart must not register a second worker"
