# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role ad_identity in ansible-playbook: all kinds from lists, hosts that ask for themselves, one task for all."""

from __future__ import annotations

import copy
import csv
import io
import json

import pytest
from ad_support.playbooks import Playbooks


@pytest.fixture
def playbooks(target, run, tmp_path):
    """Runs the role as the account that has rights below C(target.base) only."""
    variables = {f"flowops_ad_{name}": value for name, value in target.options().items()}
    return Playbooks(tmp_path / "playbooks", variables, run.environment)


def _lists(place, unique, other):
    """One object of every kind that the account may make, each below what another list makes."""
    unit = f"OU=Prefect,{place}"
    where = {"path": f"OU=Accounts,{unit}"}
    return {
        "ad_identity_ous": [{"name": "Accounts", "path": unit}, {"name": "Prefect", "path": place}],
        "ad_identity_groups": [{"name": f"h{unique}", "path": unit}],
        "ad_identity_users": [{"name": f"u{unique}", "enabled": False, "manager": other, **where}],
        "ad_identity_computers": [{"name": f"c{unique}", **where}],
        "ad_identity_service_accounts": [
            {
                "name": f"s{unique}",
                "dns_hostname": f"s{unique}.lab.test",
                "purpose": "Runs the workers of Prefect",
                "ticket": "CHG-1",
                "principals_allowed_to_retrieve": {"set": [f"h{unique}"]},
                **where,
            }
        ],
        "ad_identity_group_members": [{"identity": f"h{unique}", "members": {"add": [f"c{unique}$"]}}],
        "ad_identity_delegations": [{"identity": f"c{unique}$", "allowed_to_act": {"set": [f"s{unique}$"]}}],
        "ad_identity_default_owner": other,
    }


def _made(run):
    return sorted((change["action"], change["kind"]) for change in run.one("As described")["changes"])


CREATED = [
    ("create", "computer"),
    ("create", "group"),
    ("create", "organizational unit"),
    ("create", "organizational unit"),
    ("create", "service account"),
    ("create", "user"),
    ("update", "delegation"),
    ("update", "group members"),
]


def test_check_run_then_run_then_nothing_then_removal(playbooks, eye, place, unique, target):
    lists = _lists(place, unique, target.other_user)
    check = playbooks.role("--check", "--diff", **lists)
    assert check.status == 0, check.output
    assert eye.get(f"OU=Prefect,{place}") is None
    real = playbooks.role("--diff", **lists)
    assert real.status == 0, real.output
    assert _made(check) == _made(real) == CREATED
    assert check.one("As described")["diff"] == real.one("As described")["diff"]
    again = playbooks.role(**lists)
    assert (again.status, again.changed) == (0, 0), again.output
    account = f"CN=s{unique},OU=Accounts,OU=Prefect,{place}"
    assert eye.texts(account, "managedBy") == [eye.dn_of(target.other_user)]

    gone = copy.deepcopy(lists)
    for kind in ("ous", "groups", "users", "computers", "service_accounts"):
        for item in gone[f"ad_identity_{kind}"]:
            item["state"] = "absent"
    gone["ad_identity_group_members"] = gone["ad_identity_delegations"] = []
    removed = playbooks.role(**gone)
    assert removed.status == 0, removed.output
    assert {action for action, _kind in _made(removed)} == {"delete"}
    assert eye.get(f"OU=Prefect,{place}") is None
    assert playbooks.role(**gone).changed == 0


def test_hosts_ask_for_themselves_whatever_the_batches(playbooks, eye, place, unique):
    """All hosts of the play in the first batch; a host whose name is too long, and one with a name of its own."""
    long = f"{unique}-with-a-very-long-name"
    account = {"name": "{{ inventory_hostname_short[:15] }}", "path": place}
    shared = {"ad_identity_host_objects": {"computers": [account], "groups": [{"name": f"g{unique}", "path": place}]}}
    playbooks.inventory(
        {
            f"a{unique}.lab.test": {**shared, "ad_identity_host_groups": [f"g{unique}", f"r{unique}"]},
            f"{long}.lab.test": {**shared, "ad_identity_host_groups": [f"r{unique}"]},
            "192.0.2.7": {"ad_identity_host_groups": [f"r{unique}"], "ad_identity_host_account": f"a{unique}$"},
            "asks-for-nothing": {},
        }
    )
    eye.add(f"CN=r{unique},{place}", ["group"], sAMAccountName=f"r{unique}")
    lists = {"ad_identity_group_members": [{"identity": f"r{unique}", "members": {"add": [f"g{unique}"]}}]}
    run = playbooks.role(hosts="servers", serial=1, **lists)
    assert run.status == 0, run.output
    everything, *later = run.of("As described")
    assert (everything["changed"], [result["changed"] for result in later]) == (True, [False] * 3)
    assert eye.texts(f"CN=g{unique},{place}", "member") == [f"CN=a{unique},{place}"]
    members = [f"CN={name},{place}" for name in (long[:15], f"a{unique}", f"g{unique}")]
    assert eye.texts(f"CN=r{unique},{place}", "member") == sorted(members)
    # the entry point for a play of somebody else, and some of the hosts only
    assert playbooks.role(hosts="servers", entry="hosts").changed == 0
    some = playbooks.role(hosts="servers", entry="hosts", ad_identity_hosts=[f"a{unique}.lab.test"])
    assert some.one("As described")["summary"]["unchanged"] == 4


def test_nothing_to_say_asks_no_server(playbooks):
    run = playbooks.role(flowops_ad_server="192.0.2.1")
    assert run.status == 0, run.output
    assert run.of("As described") == []


def test_a_wrong_item_is_one_line_with_its_place(playbooks, place):
    run = playbooks.role(
        ad_identity_users=[{"name": "x", "path": place, "account_password": "sEcret-1", "colour": "red"}]
    )
    assert run.status == 2
    assert "objects.users[0] ('x'): there is no option colour" in run.error
    assert "sEcret-1" not in run.output


HOSTILE = "=1+1 <script>alert('purpose')</script> \"&"


def _report(folder):
    table = list(csv.DictReader(io.StringIO((folder / "service-accounts.csv").read_text("utf-8-sig"), newline="")))
    found = json.loads((folder / "service-accounts.json").read_text())["accounts"]
    return (folder / "service-accounts.html").read_text(), table, found


def test_report_of_the_lists_and_of_all_below_a_container(playbooks, eye, place, unique, target, tmp_path):
    """Three files; a second run changes none of them, and one account that somebody else made is in them as well."""
    lists = _lists(place, unique, target.other_user)
    lists["ad_identity_service_accounts"][0]["purpose"] = HOSTILE
    template = "{{ 7 * 7 }}"
    facts = {"servicePrincipalName": f"http/x{unique}.lab.test", "description": template}
    eye.add(f"CN=x{unique},{place}", ["user"], sAMAccountName=f"x{unique}", **facts)
    folder = tmp_path / "reports" / "identity"
    asked = {
        "ad_identity_report": str(folder),
        "ad_identity_report_search_base": place,
        "ad_identity_local_administrators": {"win9": [f"LAB\\s{unique}$"], "win8": []},
    }
    check = playbooks.role("--check", "--diff", **lists, **asked)
    assert check.status == 0, check.output
    assert not folder.exists()
    real = playbooks.role("--diff", **lists, **asked)
    assert real.status == 0, real.output
    assert check.changed == real.changed == 5
    again = playbooks.role(**lists, **asked)
    assert (again.status, again.changed) == (0, 0), again.output

    page, table, found = _report(folder)
    names = [account["sam_account_name"] for account in found]
    assert sorted(names) == sorted([f"s{unique}$", f"x{unique}"])
    listed = found[names.index(f"s{unique}$")]
    assert (listed["purpose"], listed["ticket"]) == (HOSTILE, "CHG-1")
    assert [place["host"] for place in listed["local_administrator_on"]] == ["win9"]
    assert [finding["severity"] for finding in listed["findings"]].count("critical") == 0
    # who may change it is the account that Ansible uses, and that is meant to
    assert "changeable_by" not in [finding["id"] for finding in listed["findings"]]
    other = found[names.index(f"x{unique}")]
    assert other["purpose"] == template
    assert "no_owner" in [finding["id"] for finding in other["findings"]]

    row = next(row for row in table if row["account"] == f"s{unique}$")
    assert row["purpose"] == f"'{HOSTILE}"
    assert row["owner"] == "alice"
    assert row["password_readers"] == f"h{unique}"
    assert "<script" not in page
    assert "&lt;script&gt;alert(&#39;purpose&#39;)" in page
    assert [word for word in ("http:", "https:", "src=", "url(", "@import") if word in page] == []
    assert "It is a local administrator of win9." in page
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o640}

    eye.set(f"CN=x{unique},{place}", "description", "Now has a purpose")
    later = playbooks.role(entry="report", **asked)
    assert (later.status, later.changed) == (0, 3), later.output


def test_report_finds_an_account_that_was_renamed_and_moved_by_its_distinguished_name(
    playbooks, run, place, unique, target, tmp_path
):
    known = {
        "dns_hostname": f"o{unique}.lab.test",
        "owner": target.other_user,
        "purpose": "Is moved",
        "ticket": "CHG-1",
    }
    guid = run.one("ad_service_account", name=f"o{unique}", path=place, **known)["object_guid"]
    moved = {"identity": f"CN=o{unique},{place}", "name": f"n{unique}, new", "path": f"OU=New,{place}"}
    done = playbooks.role(
        ad_identity_ous=[{"name": "New", "path": place}],
        ad_identity_service_accounts=[moved],
        ad_identity_report=str(tmp_path / "report"),
    )
    assert done.status == 0, done.output
    (account,) = _report(tmp_path / "report")[2]
    assert account["distinguished_name"] == f"CN=n{unique}\\, new,OU=New,{place}"
    assert (account["object_guid"], account["sam_account_name"]) == (guid, f"o{unique}$")
