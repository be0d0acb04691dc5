# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook decommission.yml, over the days: disabled first, deleted late, and never while something uses it."""

from __future__ import annotations

import pytest
from ad_support.playbooks import Playbooks

PLAYBOOK = "flowops.prefect.decommission"
DISABLED = 0x2


@pytest.fixture
def playbooks(target, run, tmp_path):
    """Runs playbooks as the account that has rights below C(target.base) only."""
    variables = {f"flowops_ad_{name}": value for name, value in target.options().items()}
    return Playbooks(tmp_path / "playbooks", variables, run.environment)


@pytest.fixture
def account(run, target, place, unique):
    """A managed account, by its account name and its DN."""
    run.one(
        "ad_service_account",
        name=f"d{unique}",
        path=place,
        dns_hostname=f"d{unique}.lab.test",
        owner=target.other_user,
        purpose="Ran something once",
        ticket="CHG-7",
    )
    return f"d{unique}$", f"CN=d{unique},{place}"


def _on(playbooks, day, *options, account, **more):
    """A run on a day."""
    run = playbooks.run(PLAYBOOK, *options, decommission_accounts=[account], decommission_today=day, **more)
    assert "Traceback" not in run.output
    return run


def _enabled(eye, dn):
    return not int(eye.texts(dn, "userAccountControl")[0]) & DISABLED


def test_disabled_then_left_alone_then_deleted(playbooks, eye, account):
    name, dn = account
    check = _on(playbooks, "2026-01-01", "--check", account=name)
    assert (check.status, check.changed, _enabled(eye, dn)) == (0, 1, True), check.output
    first = _on(playbooks, "2026-01-01", account=name)
    assert (first.status, first.changed, _enabled(eye, dn)) == (0, 1, False), first.output
    assert eye.texts(dn, "info") == ["Decommissioned: 2026-01-01\r\nTicket: CHG-7"]
    said = first.one("How it stands")["msg"]
    assert said.startswith(
        f"{name}: disabled since 2026-01-01, to be deleted in 30 days; owner: alice; still uses it: "
    )

    early = _on(playbooks, "2026-01-30", account=name)
    assert (early.status, early.changed) == (0, 0), early.output
    assert "to be deleted in 1 day;" in early.one("How it stands")["msg"]
    check = _on(playbooks, "2026-01-31", "--check", account=name)
    assert (check.status, check.changed) == (0, 1), check.output
    assert eye.get(dn) is not None
    late = _on(playbooks, "2026-01-31", account=name)
    assert (late.status, late.changed) == (0, 1), late.output
    assert eye.get(dn) is None
    after = _on(playbooks, "2026-02-01", account=name)
    assert (after.status, after.changed) == (0, 0), after.output
    assert "it is deleted already, or the name is wrong" in after.output


def test_used_accounts_stay_and_one_that_somebody_needs_begins_anew(playbooks, eye, run, account, place, unique):
    name, dn = account
    eye.add(f"CN=g{unique},{place}", ["group"], sAMAccountName=f"g{unique}", managedBy=dn)
    playbooks.inventory({"win-gone": {}}, group="prefect_workers")
    assert _on(playbooks, "2026-01-01", account=name).status != 0  # the host can't be asked
    assert not _enabled(eye, dn)
    playbooks.inventory({})
    blocked = _on(playbooks, "2026-03-01", account=name)
    assert (blocked.status, blocked.changed) == (2, 0), blocked.output
    assert blocked.error == (
        f"Not deleted: {name} (it is responsible for CN=g{unique},{place}). End that, or delete with"
        " decommission_force=true."
    )
    run.one("ad_service_account", identity=dn, enabled=True)
    again = _on(playbooks, "2026-03-02", account=name)
    assert (again.status, again.changed, _enabled(eye, dn)) == (0, 1, False), again.output
    assert "Decommissioned: 2026-03-02" in eye.texts(dn, "info")[0]
    forced = _on(playbooks, "2026-03-02", account=name, decommission_force=True, decommission_after_days=0)
    assert (forced.status, forced.changed) == (0, 1), forced.output
    assert eye.get(dn) is None


def test_wrong_input_is_one_line_and_touches_nothing(playbooks, target, eye):
    assert "Give decommission_accounts" in playbooks.run(PLAYBOOK).error
    assert "Give decommission_accounts" in _on(playbooks, "tomorrow", account="x").error
    computer = _on(playbooks, "2026-01-01", account=f"{target.computers[0]}$")
    assert computer.status == 2
    assert "is no service account but of the type computer" in computer.output
    assert _enabled(eye, eye.dn_of(f"{target.computers[0]}$"))
