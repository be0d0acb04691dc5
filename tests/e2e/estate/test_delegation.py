# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Work on the controller, asked for by plays over Windows hosts. The inventory sets WinRM variables on group all."""

from __future__ import annotations

import pathlib

import pytest
import yaml
from e2e_support.lab import inventory
from e2e_support.playbook import HERE

BASELINE = HERE / "playbooks" / "baseline.yml"
GROUP = "group CN=GG-Baseline,OU=FlowOps,DC=lab,DC=test"
CONTENT = [GROUP, "work pool baseline", "work queue baseline/baseline"]


def _changed(run):
    """Every object of ours that was created, or would be, with the host whose task it was."""
    found = []
    for event in run.results("ok"):
        if event["changed"] and event["action"].startswith("flowops.prefect."):
            found += [(event["host"], f"{change['kind']} {change['name']}") for change in event["changes"]]
    return sorted(found)


def test_the_inventory_really_is_the_trap(ansible):
    everyone = pathlib.Path(ansible.inventory) / "group_vars" / "all" / "connection.yml"
    assert yaml.safe_load(everyone.read_text())["ansible_connection"] == "winrm"


@pytest.mark.parametrize("transport", ["ntlm", "psrp"])
def test_foreign_baseline_with_serial_changes_each_object_once(ansible, estate, transport):
    over = ansible.with_inventory(inventory(transport))
    made = over.playbook(BASELINE, "-e", "baseline_state=present")
    try:
        assert made.status == 0, made.output[-4000:]
        assert _changed(made) == [("win1", name) for name in CONTENT]
        again = over.playbook(BASELINE, "-e", "baseline_state=present")
        assert again.changed == {"win1": 0, "win2": 0}
        assert ("baseline", "process") in [pool[:2] for pool in estate.content()["work pools"]]
    finally:
        removed = over.playbook(BASELINE, "-e", "baseline_state=absent")
    assert removed.status == 0, removed.output[-4000:]
    assert "baseline" not in [pool[0] for pool in estate.content()["work pools"]]


def test_baseline_in_check_mode_predicts_the_queue_of_a_pool_that_is_not_there_yet(ansible, estate):
    checked = ansible.playbook(BASELINE, "--check", "--diff")
    assert checked.status == 0, checked.output[-4000:]
    assert {name for _host, name in _changed(checked)} == set(CONTENT)
    assert "baseline" not in [pool[0] for pool in estate.content()["work pools"]]


def test_removal_goes_from_the_inside_out(ansible, tmp_path):
    items = {
        "ad_identity_ous": [
            {"name": "Outer", "path": "OU=FlowOps,DC=lab,DC=test"},
            {"name": "Inner", "path": "OU=Outer,OU=FlowOps,DC=lab,DC=test"},
        ],
        "ad_identity_groups": [{"name": "GG-Inner", "path": "OU=Inner,OU=Outer,OU=FlowOps,DC=lab,DC=test"}],
        "ad_identity_service_accounts": [],
    }
    wanted = tmp_path / "wanted.yml"
    wanted.write_text(yaml.safe_dump(items))
    made = ansible.playbook("flowops.prefect.site", "--tags", "ad_identity", "-e", f"@{wanted}")
    assert len(made.changes) == 3, made.output[-4000:]
    for entry in (*items["ad_identity_ous"], *items["ad_identity_groups"]):
        entry["state"] = "absent"
    wanted.write_text(yaml.safe_dump(items))
    gone = ansible.playbook("flowops.prefect.site", "--tags", "ad_identity", "-e", f"@{wanted}")
    assert gone.status == 0, gone.output[-4000:]
    assert len(gone.changes) == 3
