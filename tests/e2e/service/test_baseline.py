# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""win_baseline on a (simulated) host that somebody else has hardened: what it adds, and what it leaves alone."""

from __future__ import annotations

import dataclasses
import json
import typing as t

import pytest
from e2e_support.playbook import HERE, Run
from e2e_support.windows_host import Facts, WindowsHost, difference

BASELINE = "flowops.prefect.baseline"
HARDENING = HERE / "playbooks" / "server_baseline.yml"
OPTIONS = ("-e", "flowops_target=win1", "-e", json.dumps({"win_baseline_firewall_rule": True}))
CRYPTO = r"hklm\software\microsoft\.netframework\v4.0.30319"
CRYPTO_32 = r"hklm\software\wow6432node\microsoft\.netframework\v4.0.30319"
LOG = r"hklm\system\currentcontrolset\services\eventlog\flowops-prefect"
SOURCES = [f"flowops-prefect-{name}" for name in ("host", "worker", "flowrun", "taskrun")]
# All that the role may change on a hardened host.
ALLOWED = {
    (CRYPTO, "systemdefaulttlsversions"),
    (CRYPTO_32.rpartition("\\")[0], ""),
    (CRYPTO_32, ""),
    (CRYPTO_32, "schusestrongcrypto"),
    (CRYPTO_32, "systemdefaulttlsversions"),
    (r"hklm\system\currentcontrolset\control\filesystem", "longpathsenabled"),
    (LOG, "customsd"),
    *((f"{LOG}\\{source}", name) for source in SOURCES for name in ("", "eventmessagefile", "typessupported")),
    ("model", "firewall_rules"),
    ("model", "system_services"),
    ("model", "access_lists"),
}


@dataclasses.dataclass(frozen=True)
class Story:
    """The runs on the hardened host and what stood on it before and after them."""

    before: Facts
    check: Run
    after_check: Facts
    real: Run
    after: Facts
    second: Run
    host: WindowsHost
    rules_before: dict[str, t.Any]

    @property
    def changed(self) -> dict[tuple[str, str], tuple[str | None, str | None]]:
        return difference(self.before, self.after)


@pytest.fixture(scope="module")
def story(the_lab, ansible):
    """An empty host, hardened by somebody else, then ours: check, real run, the same again."""
    the_lab.reset()
    host = WindowsHost("win1", ansible)
    hardened = ansible.playbook(HARDENING, "-e", "flowops_target=win1")
    assert hardened.status == 0, hardened.output[-4000:]
    before, rules = host.facts(), host.model("firewall_rules")
    check = ansible.playbook(BASELINE, "--check", "--diff", *OPTIONS)
    assert check.status == 0, check.output[-4000:]
    after_check = host.facts()
    real = ansible.playbook(BASELINE, "--diff", *OPTIONS)
    assert real.status == 0, real.output[-4000:]
    after = host.facts()
    second = ansible.playbook(BASELINE, *OPTIONS)
    assert second.status == 0, second.output[-4000:]
    return Story(before, check, after_check, real, after, second, host, rules)


def test_check_run_announces_exactly_what_the_real_run_does(story):
    assert story.real.changes
    assert story.check.changes == story.real.changes
    assert story.check.changed == story.real.changed


def test_check_run_changes_nothing(story):
    assert difference(story.before, story.after_check) == {}


def test_second_run_changes_nothing(story):
    assert story.second.changes == set()


def test_nothing_outside_the_allowed_list_is_changed(story):
    assert {place: values for place, values in story.changed.items() if place not in ALLOWED} == {}
    # The list is no longer than it has to be: what it names is really changed.
    assert ALLOWED - story.changed.keys() == set()


def test_what_is_stronger_already_stays(story):
    now = story.after
    assert now[LOG, "maxsize"] == "dword:40000000"
    assert now[LOG, "retention"] == "dword:ffffffff"
    assert now[CRYPTO, "schusestrongcrypto"] == "dword:00000001"


def test_of_shared_documents_only_the_own_part_is_changed(story):
    rules = story.host.model("firewall_rules")
    own = [name for name in rules if name not in story.rules_before]
    assert {name: rules[name] for name in story.rules_before} == story.rules_before
    assert len(own) == 1
    rule = rules[own[0]]
    assert (rule["group"], rule["direction"], rule["action"]) == ("flowops.prefect", "out", "allow")
    assert rule["program"].endswith(r"\Scripts\caddy.exe")
    assert (rule["protocol"], str(rule["remoteport"])) == ("tcp", "4200")
    assert set(story.host.model("access_lists")) == {r"c:\program files\flowops", r"c:\programdata\flowops"}
    services = story.host.model("system_services")
    assert services == {"w32time": {"state": "running"}}, "started, and its start mode left alone"


def test_the_time_source_of_the_estate_is_named_and_left_alone(story):
    said = [str(event["message"]) for event in story.real.results("ok") if event["task"].endswith("left as it is")]
    assert len(said) == 1
    assert "NTP" in said[0]
    assert "win1" in said[0]


def test_the_event_log_is_writable_for_services_and_readable_for_its_readers(story):
    now = story.after
    assert "(A;;0x2;;;SU)" in now[LOG, "customsd"]
    for source in SOURCES:
        assert now[f"{LOG}\\{source}", "typessupported"] == "dword:00000007"
        assert now[f"{LOG}\\{source}", "eventmessagefile"].startswith("hex(2):")


def test_an_account_gets_the_right_and_nobody_loses_it(story, ansible):
    held = story.host.model("rights")["SeServiceLogonRight"]
    account = ("-e", json.dumps({"win_baseline_service_accounts": ["LAB\\svc-ansible"]}))
    checked = ansible.playbook(BASELINE, "--check", *OPTIONS, *account)
    run = ansible.playbook(BASELINE, *OPTIONS, *account)
    assert run.status == 0, run.output[-4000:]
    assert len(run.changes) == 1
    assert checked.changes == run.changes
    now = story.host.model("rights")["SeServiceLogonRight"]
    assert now[:-1] == held
    assert len(now) == len(held) + 1
    assert ansible.playbook(BASELINE, *OPTIONS, *account).changes == set()


def test_another_products_event_log_is_refused(story, ansible):
    run = ansible.playbook(
        BASELINE, *OPTIONS, "-e", "win_baseline_event_log=Application", "-e", "win_baseline_state=absent"
    )
    assert run.status == 2
    assert "\n" not in run.errors[-1]
    assert [word for word in ("Application", "win1", "win_baseline_event_log") if word not in run.errors[-1]] == []
    assert (LOG, "customsd") in story.host.registry()
    assert story.host.model("firewall_rules") != story.rules_before, "nothing was removed before the refusal"


def test_a_folder_of_somebody_else_is_refused(story, ansible, tmp_path):
    play = {"name": "Somebody else", "hosts": "win1", "gather_facts": False, "tasks": []}
    play["tasks"] = [
        {"name": "Folder", "ansible.windows.win_file": {"path": "C:\\tools", "state": "directory"}},
        {"name": "Owner", "ansible.windows.win_owner": {"path": "C:\\tools", "user": "LAB\\alice"}},
    ]
    (tmp_path / "tasks.yml").write_text(json.dumps([play]))
    assert ansible.playbook(tmp_path / "tasks.yml").status == 0
    folders = json.dumps({"win_baseline_folders": [{"path": "C:\\tools"}]})
    run = ansible.playbook(BASELINE, *OPTIONS, "-e", folders)
    assert run.status == 2
    assert "C:\\tools" in run.errors[-1]
    assert story.host.name in run.errors[-1]


def test_absent_takes_away_what_it_added_and_nothing_else(story, ansible):
    gone = (*OPTIONS, "-e", "win_baseline_state=absent")
    before = story.host.facts()
    checked = ansible.playbook(BASELINE, "--check", *gone)
    removed = ansible.playbook(BASELINE, *gone)
    assert removed.status == 0, removed.output[-4000:]
    assert removed.changes
    assert checked.changes == removed.changes
    lost = difference(before, story.host.facts())
    assert {place for place in lost if not place[0].startswith(LOG)} == {("model", "firewall_rules")}
    assert story.host.model("firewall_rules") == story.rules_before
    assert not [place for place in story.host.registry() if place[0].startswith(LOG)]
    assert ansible.playbook(BASELINE, *gone).changes == set()


def test_without_the_firewalls_service_all_but_its_rules_goes(story, ansible, tmp_path):
    def firewall_service(**wanted):
        task = {"name": "Service", "ansible.windows.win_service": {"name": "MpsSvc", **wanted}}
        play = {"name": "Windows Firewall", "hosts": "win1", "gather_facts": False, "tasks": [task]}
        (tmp_path / "service.yml").write_text(json.dumps([play]))
        assert ansible.playbook(tmp_path / "service.yml").status == 0

    gone = (*OPTIONS, "-e", "win_baseline_state=absent")
    assert ansible.playbook(BASELINE, *OPTIONS).status == 0
    rules = story.host.model("firewall_rules")
    assert rules != story.rules_before
    firewall_service(path="C:\\Windows\\system32\\svchost.exe", start_mode="disabled")
    try:
        checked = ansible.playbook(BASELINE, "--check", *gone)
        removed = ansible.playbook(BASELINE, *gone)
    finally:
        firewall_service(state="absent")
    assert removed.status == 0, removed.output[-4000:]
    assert removed.changes
    assert checked.changes == removed.changes
    assert story.host.model("firewall_rules") == rules
    assert not [place for place in story.host.registry() if place[0].startswith(LOG)]
    said = [str(event["message"]) for event in removed.results("ok") if event["task"].endswith("What stays")]
    assert "MpsSvc" in said[0]
    assert len(ansible.playbook(BASELINE, *gone).changes) == 1
    assert story.host.model("firewall_rules") == story.rules_before
