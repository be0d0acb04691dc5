# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What facts about an account mean: each rule speaks when it has to, and only then."""

from __future__ import annotations

import copy
import datetime
import re
import typing as t

import pytest
import yaml
from ansible_collections.flowops.prefect.plugins.module_utils._ad import findings
from ansible_collections.flowops.prefect.plugins.module_utils._ad.rules import SEVERITIES, Limits
from ansible_collections.flowops.prefect.plugins.modules import ad_privilege_info

NOW = datetime.datetime(2026, 11, 26, 12, tzinfo=datetime.UTC)
LIMITS = Limits(NOW, stale_days=90, key_age_days=180, hosts=3)
DOMAIN = "S-1-5-21-1-2-3"


def principal(number: int | str, name: str, kind: str = "computer", **more: t.Any) -> dict[str, t.Any]:
    sid = number if isinstance(number, str) else f"{DOMAIN}-{number}"
    found = {"sid": sid, "name": name, "distinguished_name": None, "kind": kind, "enabled": None, "broad": False}
    return {**found, **more}


def group(name: str, *through: str, sid: str = f"{DOMAIN}-2000", **more: t.Any) -> dict[str, t.Any]:
    found = {"distinguished_name": f"CN={name}", "sid": sid, "name": name, "through": list(through)}
    return {**found, "by_primary_group": False, "complete": True, **more}


PRIMARY = group("Domain Computers", sid=f"{DOMAIN}-515", by_primary_group=True)
READERS = [principal(1, "hosts", "group", conditional=False, people=[])]
EXPECTED = principal(512, "Domain Admins", "group", rights=["full_control"], inherited=True, expected=True)
GOOD: dict[str, t.Any] = {
    "distinguished_name": "CN=a,DC=lab,DC=test",
    "sid": f"{DOMAIN}-1100",
    "type": "gmsa",
    "enabled": True,
    "flags": [],
    "owner": {"name": "Alice", "exists": True, "readable": True, "enabled": True},
    "purpose": "Nightly loads",
    "ticket": "CHG-1",
    "created": "2026-01-01T00:00:00+00:00",
    "last_logon": "2026-11-20T00:00:00+00:00",
    "key_age_days": 12,
    "managed_password_interval": 30,
    "encryption_types": ["aes128", "aes256"],
    "groups": [PRIMARY],
    "privileged_groups": [],
    "admin_count": False,
    "protected_user": False,
    "token": "compared",
    "delegation": {
        "unconstrained": False,
        "constrained": [],
        "protocol_transition": False,
        "resource_based": [],
        "not_delegated": True,
    },
    "password_readers": READERS,
    "can_change_it": [{**EXPECTED, "conditional": False}],
    "spns": ["HTTP/a"],
    "logon_workstations": ["WIN1"],
    "authentication_policy": "Loads",
    "authentication_policy_silo": None,
    "sid_history": [],
    "key_credentials": 0,
    "local_administrator_on": [],
    "unreadable": [],
}
USER = {"type": "user", "managed_password_interval": None, "password_readers": []}


def judged(changes: dict[str, t.Any]) -> list[dict[str, t.Any]]:
    facts = copy.deepcopy(GOOD)
    for key, value in changes.items():
        facts[key] = {**facts[key], **value} if isinstance(value, dict) and isinstance(facts[key], dict) else value
    return findings.judge(facts, LIMITS)


def changer(name: str, kind: str = "user", **more: t.Any) -> dict[str, t.Any]:
    found = principal(1200, name, kind, rights=["reset_password"], inherited=False, conditional=False, expected=False)
    return {**found, **more}


BROAD = {"kind": "well_known", "broad": True}
ADMINS = group("Domain Admins", "A", "B", sid=f"{DOMAIN}-512", can="administers the domain", severity="critical")
OPERATORS = group("Network Configuration Operators", sid="S-1-5-32-556", can="changes networks", severity="warning")

CASES: list[tuple[dict[str, t.Any], str, str, str]] = [
    ({"owner": None}, "no_owner", "warning", "Nobody owns it"),
    ({"owner": {"exists": False, "readable": False}}, "owner_gone", "warning", "'Alice' does not exist any more"),
    ({"owner": {"enabled": False}}, "owner_disabled", "warning", "'Alice' is disabled"),
    ({"owner": {"readable": False, "enabled": None}}, "owner_unreadable", "info", "'Alice' cannot be read"),
    ({"purpose": None}, "no_purpose", "warning", "what it is for"),
    ({"ticket": None}, "no_ticket", "warning", "which ticket"),
    ({"sid": f"{DOMAIN}-500"}, "privileged_account", "critical", "built-in administrator"),
    (
        {"privileged_groups": [ADMINS]},
        "privileged_group",
        "critical",
        "'Domain Admins' through 'A' and 'B': it administers",
    ),
    (
        {"privileged_groups": [OPERATORS]},
        "privileged_group",
        "warning",
        "'Network Configuration Operators': it changes",
    ),
    ({"groups": [group("G", "A", complete=False)]}, "group_incomplete", "warning", "'G' through 'A', and which groups"),
    ({"token": "unreadable"}, "groups_not_compared", "info", "groups of its token"),
    ({"admin_count": True}, "admin_count_left_over", "warning", "adminCount"),
    ({"protected_user": True}, "protected_service", "info", "advises against"),
    ({**USER, "protected_user": True, "spns": []}, "protected_user", "ok", "no RC4, no NTLM"),
    ({"sid_history": [principal(1300, "old", "user")]}, "sid_history", "warning", "rights of 'old'"),
    ({"sid_history": [principal("S-1-5-21-7-8-9-519", "EA", "foreign")]}, "sid_history", "critical", "rights of 'EA'"),
    ({"delegation": {"unconstrained": True}}, "unconstrained_delegation", "critical", "(unconstrained delegation)."),
    ({"delegation": {"protocol_transition": True}}, "protocol_transition", "warning", "before itself"),
    ({"delegation": {"constrained": ["HTTP/b"]}}, "constrained_delegation", "info", "before HTTP/b"),
    ({"delegation": {"constrained": ["LDAP/dc1"]}}, "delegation_to_directory", "critical", "controllers: LDAP/dc1"),
    ({"delegation": {"not_delegated": False}}, "may_be_delegated", "info", "may act as it"),
    (
        {"delegation": {"resource_based": [principal(1, "WEB$")]}},
        "resource_based_delegation",
        "info",
        "'WEB$' may act as anybody before it",
    ),
    (
        {"delegation": {"resource_based": [principal(1, "bob", "user")]}},
        "resource_based_delegation",
        "warning",
        "'bob', a user account, may act",
    ),
    (
        {"delegation": {"resource_based": [principal(f"{DOMAIN}-99", f"{DOMAIN}-99", "unknown")]}},
        "resource_based_delegation",
        "warning",
        "which nobody knows any more, may act",
    ),
    (
        {"delegation": {"resource_based": [principal("S-1-5-11", "Authenticated Users", **BROAD)]}},
        "resource_based_delegation",
        "critical",
        "practically everybody, may act",
    ),
    ({"password_readers": []}, "password_unused", "info", "No host may fetch"),
    (
        {"password_readers": [principal(1, "bob", "user", people=None)]},
        "password_readable",
        "warning",
        "by 'bob', a user account.",
    ),
    (
        {"password_readers": [principal(1, "staff", "group", people=["alice", "bob"])]},
        "password_readable",
        "warning",
        "in which are people: 'alice' and 'bob'",
    ),
    (
        {"password_readers": [principal(1, "svc$", "service_account", people=None)]},
        "password_readable",
        "warning",
        "'svc$', which is no host",
    ),
    (
        {"password_readers": [principal(1, "far", "group", people=None)]},
        "password_readable",
        "info",
        "a group of another domain",
    ),
    (
        {"password_readers": [principal(515, "Domain Computers", "group", people=None, broad=True)]},
        "password_readable",
        "critical",
        "practically everybody",
    ),
    (
        {"can_change_it": [changer("bob")]},
        "changeable_by",
        "warning",
        "'bob', a user account, may change it: reset the",
    ),
    (
        {"can_change_it": [changer("helpdesk", "group", inherited=True, rights=["write_dacl", "write:member"])]},
        "changeable_by",
        "warning",
        "'helpdesk' may change it: change permissions and write member (inherited).",
    ),
    (
        {"can_change_it": [changer("Everyone", **BROAD, rights=["full_control"], conditional=True)]},
        "changeable_by",
        "critical",
        "full control (from its own permissions, under a condition)",
    ),
    ({**USER, "key_age_days": 181}, "key_too_old", "warning", "181 days old, and 180 are allowed"),
    ({"type": "smsa", "key_age_days": 181}, "key_too_old", "warning", "181 days old"),
    ({"key_age_days": 61}, "key_not_renewed", "info", "61 days old, though it changes every 30 days"),
    ({**USER, "key_age_days": None}, "password_never_set", "warning", "no password that is valid"),
    ({**USER, "flags": ["password_never_expires"]}, "password_never_expires", "warning", "never expires"),
    ({"flags": ["password_not_required"]}, "password_not_required", "warning", "empty password"),
    ({"flags": ["reversible_encryption"]}, "reversible_encryption", "warning", "can be read"),
    ({"flags": ["no_preauthentication"]}, "no_preauthentication", "critical", "guess its password"),
    (USER, "password_can_be_guessed", "info", "with SPNs"),
    ({"key_credentials": 2}, "key_credentials", "warning", "one of 2 registered keys"),
    ({"encryption_types": ["des_md5", "aes256"]}, "des_possible", "critical", "DES"),
    ({"flags": ["des_only"]}, "des_possible", "critical", "DES"),
    ({"encryption_types": ["rc4", "aes256"]}, "rc4_possible", "warning", "with RC4"),
    ({"encryption_types": []}, "rc4_by_default", "warning", "domain's default"),
    ({"enabled": False, "groups": [PRIMARY, group("G")]}, "disabled_member", "warning", "still a member of 'G'"),
    ({"last_logon": None}, "never_logged_on", "warning", "since it was made 329 days ago"),
    ({"last_logon": None, "created": "2026-11-01T00:00:00+00:00"}, "not_used_yet", "info", "not logged on yet"),
    ({"last_logon": "2026-08-01T12:00:00+00:00"}, "stale", "warning", "for 117 days"),
    ({"authentication_policy": None}, "no_authentication_policy", "info", "No authentication policy"),
    ({**USER, "logon_workstations": []}, "no_logon_workstations", "info", "every host"),
    (
        {"local_administrator_on": [{"host": "win1", "through": "G"}]},
        "local_administrator",
        "warning",
        "administrator of win1 through 'G'",
    ),
    (
        {"local_administrator_on": [{"host": "win1", "through": None}]},
        "local_administrator",
        "warning",
        "administrator of win1.",
    ),
]


def test_an_account_in_order_has_one_good_finding_for_each_topic() -> None:
    found = judged({})
    assert {item["severity"] for item in found} == {"ok"}
    silent = {"protected_users", "sid_history", "key_credentials", "logon_workstations"}
    assert [item["topic"] for item in found] == [topic.id for topic in findings.TOPICS if topic.id not in silent]
    assert all(item["verdict"].endswith(".") or item["topic"] == "purpose" for item in found)


@pytest.mark.parametrize(("changes", "rule", "severity", "verdict"), CASES)
def test_each_rule(changes: dict[str, t.Any], rule: str, severity: str, verdict: str) -> None:
    found = [item for item in judged(changes) if item["id"] == rule]
    assert len(found) == 1, judged(changes)
    assert found[0]["severity"] == severity
    assert verdict in found[0]["verdict"]
    assert bool(found[0]["todo"]) is (severity != "ok")
    assert "{" not in found[0]["verdict"] + found[0]["todo"]
    assert rule not in {item["id"] for item in judged({})}


def test_each_rule_has_a_case_and_is_documented() -> None:
    rules = {rule.id for topic in findings.TOPICS for rule in topic.rules}
    assert rules == {rule for _changes, rule, _severity, _verdict in CASES}
    returned = yaml.safe_load(ad_privilege_info.RETURN)["accounts"]["contains"]
    told = " ".join(returned["findings"]["contains"]["id"]["description"])
    assert set(re.findall(r"V\((\w+)\)", told)) == {*rules, "cannot_judge"}
    assert set(re.findall(r"C\((\w+)\)", told)) == {topic.id for topic in findings.TOPICS}


@pytest.mark.parametrize(
    "changes",
    [
        {"admin_count": True, "groups": [ADMINS]},
        {"admin_count": True, "groups": [group("Backup Operators", "A", sid="S-1-5-32-551")]},
        {"enabled": False, "groups": [PRIMARY]},
        {"type": "computer", "delegation": {"not_delegated": False}, "key_credentials": 1},
        {"key_age_days": 60},
        {**USER, "key_age_days": 180},
        {"last_logon": "2026-08-28T12:00:00+00:00"},
    ],
)
def test_what_is_as_it_should_be_is_no_warning(changes: dict[str, t.Any]) -> None:
    assert {item["severity"] for item in judged(changes)} <= {"ok", "info"}


def test_a_domain_controller_is_trusted_by_design() -> None:
    controllers = group("Domain Controllers", sid=f"{DOMAIN}-516", by_primary_group=True)
    found = judged({"type": "computer", "groups": [controllers], "delegation": {"unconstrained": True}})
    (finding,) = [item for item in found if item["id"] == "unconstrained_delegation"]
    assert finding["severity"] == "info"
    assert "as every domain controller does" in finding["verdict"]


@pytest.mark.parametrize("topic", [topic for topic in findings.TOPICS if topic.needs], ids=lambda topic: topic.id)
def test_what_cannot_be_read_is_a_finding_and_never_good(topic: t.Any) -> None:
    kind = {"type": "user"} if topic.id == "logon_workstations" else {}
    empty = {
        "owner": None,
        "purpose": None,
        "ticket": None,
        "last_logon": None,
        "encryption_types": [],
        "admin_count": True,
    }
    hidden = [name for name in topic.needs if name != "userAccountControl"] or ["userAccountControl"]
    found = [item for item in judged({**empty, **kind, "unreadable": hidden}) if item["topic"] == topic.id]
    assert "cannot_judge" in {item["id"] for item in found}
    assert "ok" not in {item["severity"] for item in found}
    # nothing is said to be missing that may only be hidden
    absent = {rule.id for rule in topic.rules if rule.absence}
    assert not absent & {item["id"] for item in found}
    (told,) = [item for item in found if item["id"] == "cannot_judge"]
    assert told["severity"] == "warning"
    assert all(f"'{name}'" in told["verdict"] for name in hidden)


def test_nobody_asked_about_hosts() -> None:
    told = findings.judge(copy.deepcopy(GOOD), Limits(NOW))
    assert "local_administrators" not in {item["topic"] for item in told}


def test_the_same_principal_is_told_once() -> None:
    both = [changer("bob"), changer("bob", inherited=True, rights=["write_owner"]), changer("bob", rights=["owner"])]
    (finding,) = [item for item in judged({"can_change_it": both}) if item["id"] == "changeable_by"]
    assert "reset the password, take ownership and it owns it" in finding["verdict"]
    assert "(from its own permissions)" in finding["verdict"]


def test_what_everybody_is_in_is_told_from_what_the_account_joined() -> None:
    through = {**ADMINS, "through": ["Authenticated Users"]}
    (finding,) = [item for item in judged({"privileged_groups": [through]}) if item["id"] == "privileged_group"]
    assert finding["todo"].startswith("Take 'Authenticated Users' out of 'Domain Admins'")
    (finding,) = [item for item in judged({"privileged_groups": [ADMINS]}) if item["id"] == "privileged_group"]
    assert finding["todo"].startswith("Take it out of 'A'")


def test_long_lists_are_cut_in_sentences() -> None:
    services = [f"HTTP/{number}" for number in range(8)]
    (finding,) = [
        item for item in judged({"delegation": {"constrained": services}}) if item["id"] == "constrained_delegation"
    ]
    assert "HTTP/4 and 3 more" in finding["verdict"]


def test_the_verdict_about_the_account_is_the_worst() -> None:
    found = judged({"owner": None, "purpose": None, "privileged_groups": [ADMINS]})
    told = findings.summary(found)
    assert told["severity"] == "critical"
    assert told["verdict"].startswith("1 critical finding and 2 warnings. It is a member of the privileged group")
    assert findings.summary(judged({"authentication_policy": None})) == {
        "severity": "info",
        "verdict": "Nothing has to be done.",
    }
    assert findings.summary(judged({}))["severity"] == "ok"
    assert SEVERITIES.index("critical") > SEVERITIES.index("warning") > SEVERITIES.index("info")
