# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""verify.yml where it can prove nothing: it says so, and why."""

from __future__ import annotations

import pytest
from e2e_support.faulty_server import answering

VERIFY = "flowops.prefect.verify"

pytestmark = pytest.mark.usefixtures("converged")


def _complaint(run) -> str:
    assert run.status == 2
    message = run.errors[-1]
    print(message)
    assert "\n" not in message
    return message


def test_a_run_that_any_worker_may_take_proves_nothing(ansible):
    message = _complaint(ansible.playbook(VERIFY, "-e", "verify_work_queue=nowhere", "--limit", "win1"))
    assert [word for word in ("win1", "nowhere", "verify_work_queue") if word not in message] == []


def test_the_reason_is_visible_and_the_key_is_not(ansible):
    key = "pnu_0123456789abcdefghij"
    with answering(503) as url:
        settings = ("-e", f"flowops_prefect_api_url={url}", "-e", f"flowops_prefect_api_key={key}")
        run = ansible.playbook(VERIFY, *settings, "-e", "verify_online_timeout=3", "-vvv")
    message = _complaint(run)
    assert "127.0.0.92" in message
    assert "503" in message
    assert key not in run.output.replace(f"flowops_prefect_api_key={key}", "")
