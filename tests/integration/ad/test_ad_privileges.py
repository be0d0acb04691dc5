# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who owns an account, what it may do and who can become it, asked of a real domain controller by an account that has
rights on one unit only."""

from __future__ import annotations

import datetime

import pytest
from ad_support.delegate import Delegate
from ad_support.kerberos import Kerberos
from ad_support.privileges import INFO, MEMBER_OF, READERS, RESET_PASSWORD, SPN, Stage
from ad_support.rights import READ, Right
from ad_support.runner import Runner
from ad_support.verdicts import (
    AUTHENTICATED_USERS,
    DISABLED,
    EVERYONE,
    NEVER_EXPIRES,
    NO_PREAUTHENTICATION,
    NORMAL,
    OWNED,
    TRANSITION,
    UNCONSTRAINED,
    found,
    one,
    rules,
)
from ansible_collections.flowops.prefect.plugins.module_utils._ad import security_descriptor as sd
from ansible_collections.flowops.prefect.plugins.module_utils._ad import values


def test_an_account_in_order_as_the_modules_make_it(run, target, place, unique, stage, ask):
    hosts = stage.group("hosts", stage.eye.dn_of(f"{target.computers[0]}$"))
    made = run.one(
        "ad_service_account",
        name=f"g{unique}",
        path=place,
        dns_hostname=f"g{unique}.{target.dns_domain}",
        owner=target.other_user,
        purpose="Nightly loads",
        ticket="CHG-1",
        principals_allowed_to_retrieve={"set": [hosts]},
        service_principal_names={"set": [f"prefect/{unique}"]},
    )
    account = ask(made["distinguished_name"])
    assert rules(account, "warning", "critical") == set()
    assert rules(account, "info") == {"not_used_yet", "no_authentication_policy"}
    assert (account["severity"], account["verdict"]) == ("info", "Nothing has to be done.")
    told = {key: account[key] for key in ("sid", "object_guid", "type", "enabled", "purpose", "ticket", "spns")}
    assert told == {
        "sid": made["sid"],
        "object_guid": made["object_guid"],
        "type": "gmsa",
        "enabled": True,
        "purpose": "Nightly loads",
        "ticket": "CHG-1",
        "spns": [f"prefect/{unique}"],
    }
    assert account["owner"]["name"] == target.other_user
    assert account["owner"]["enabled"] is True
    assert account["encryption_types"] == ["aes128", "aes256"]
    assert account["managed_password_interval"] == 30
    assert account["delegation"]["not_delegated"] is True
    assert [(who["name"], who["kind"], who["people"]) for who in account["password_readers"]] == [
        (stage.name("hosts"), "group", [])
    ]
    assert account["unreadable"] == []
    assert "used_by" not in account
    now = datetime.datetime.now(datetime.UTC)
    assert abs(now - datetime.datetime.fromisoformat(account["created"])) < datetime.timedelta(minutes=10)


def test_a_bare_account_is_told_all_it_lacks(stage, ask):
    account = ask(stage.user("bare"))
    assert {"no_owner", "no_purpose", "no_ticket", "rc4_by_default"} <= rules(account, "warning")
    assert account["owner"] is account["purpose"] is account["ticket"] is account["last_logon"] is None
    assert account["verdict"].endswith("warnings. Nobody owns it.")


def test_domain_admin_through_two_groups_and_a_circle(stage, ask, target):
    account = stage.gmsa("a")
    inner = stage.group("inner", account)
    outer = stage.group("outer", inner)
    stage.join(inner, outer)
    admins = f"CN=Domain Admins,CN=Users,{target.domain_dn}"
    with stage.in_privileged_group(admins, outer):
        told = ask(account)
    way = [stage.name("inner"), stage.name("outer")]
    privileged = {group["name"]: group for group in told["privileged_groups"]}
    assert privileged["Domain Admins"]["through"] == way
    assert privileged["Domain Admins"]["severity"] == "critical"
    assert privileged["Administrators"]["through"] == [*way, "Domain Admins"]
    through = f"through '{way[0]}' and '{way[1]}'"
    verdict = f"It is a member of the privileged group 'Domain Admins' {through}: it administers the domain and every"
    assert ("critical", f"{verdict} host in it.") in found(told, "privileged_group")
    assert told["severity"] == "critical"
    assert "It is a member of the privileged group" in told["verdict"]
    direct = [group["name"] for group in told["groups"] if not group["through"] and not group["by_primary_group"]]
    assert direct == [stage.name("inner")]
    again = ask(account)
    assert again["privileged_groups"] == []
    assert "privileged_groups" in rules(again, "ok")


def test_the_groups_are_those_of_the_token(stage, ask, eye):
    account = stage.user("u")
    middle = stage.group("middle", stage.group("near", account))
    stage.group("far", middle)
    told = ask(account)
    eye.connection.search(account, "(objectClass=*)", "BASE", attributes=["tokenGroups"])
    token = {values.sid_from_bytes(raw) for raw in eye.connection.response[0]["raw_attributes"]["tokenGroups"]}
    # a token has no group that only Everyone or Authenticated Users are in
    everybody = {
        group["sid"] for group in told["groups"] if group["through"][:1] in (["Everyone"], ["Authenticated Users"])
    }
    assert {group["sid"] for group in told["groups"]} - everybody == token
    assert told["token"] == "compared"
    assert all(group["complete"] for group in told["groups"])
    primary = [group["name"] for group in told["groups"] if group["by_primary_group"] and not group["through"]]
    assert primary == ["Domain Users"]


def test_a_mark_of_administrators_that_nothing_explains(stage, ask, administrator):
    account = stage.user("former")
    administrator.set(account, "adminCount", "1")
    assert one(ask(account), "admin_count_left_over")[0] == "warning"


def test_delegation_of_every_kind(stage, ask, target):
    service = f"HTTP/{target.computers[0].lower()}.{target.dns_domain}"
    open_one, limited = stage.user("open"), stage.user("limited")
    stage.trust(open_one, NORMAL | UNCONSTRAINED)
    stage.trust(limited, NORMAL | TRANSITION, service, f"ldap/dc1.{target.dns_domain}")
    told = ask(open_one)
    assert told["delegation"]["unconstrained"] is True
    assert one(told, "unconstrained_delegation")[0] == "critical"
    assert one(told, "may_be_delegated")[0] == "info"
    told = ask(limited)
    assert told["delegation"]["constrained"] == sorted([service, f"ldap/dc1.{target.dns_domain}"])
    assert told["delegation"]["protocol_transition"] is True
    assert service in one(told, "protocol_transition")[1]
    assert one(told, "delegation_to_directory") == (
        "critical",
        f"It may act as others before services of domain controllers: ldap/dc1.{target.dns_domain}.",
    )


def test_who_may_act_as_others_before_it(stage, ask, target):
    account = stage.gmsa("back")
    gone = f"{stage.sid(account).rpartition('-')[0]}-4000000"
    host, person = stage.sid_of(f"{target.computers[0]}$"), stage.sid_of(target.other_user)
    stage.allow_to_act(account, host, person, gone, AUTHENTICATED_USERS)
    told = ask(account)
    assert {who["name"]: who["kind"] for who in told["delegation"]["resource_based"]} == {
        f"{target.computers[0]}$": "computer",
        target.other_user: "user",
        gone: "unknown",
        "Authenticated Users": "well_known",
    }
    severities = {verdict.split("'")[1]: severity for severity, verdict in found(told, "resource_based_delegation")}
    assert severities == {
        f"{target.computers[0]}$": "info",
        target.other_user: "warning",
        gone: "warning",
        "Authenticated Users": "critical",
    }


def test_who_may_read_the_password(stage, ask, eye, target):
    person = stage.user("person")
    mixed = stage.group("mixed", stage.group("staff", person), eye.dn_of(f"{target.computers[0]}$"))
    hosts = stage.group("hosts", eye.dn_of(f"{target.computers[1]}$"))
    sids = [stage.sid(mixed), stage.sid(hosts), stage.sid_of(target.other_user), EVERYONE]
    told = ask(stage.gmsa("g", *sids))
    assert [who["sid"] for who in told["password_readers"]] == sids
    assert [who["people"] for who in told["password_readers"]] == [[stage.name("person")], [], None, None]
    assert found(told, "password_readable") == [
        (
            "warning",
            f"Its password can be read by '{stage.name('mixed')}', in which are people: '{stage.name('person')}'.",
        ),
        ("warning", f"Its password can be read by '{target.other_user}', a user account."),
        ("critical", "Its password can be read by 'Everyone', which is practically everybody."),
    ]
    assert one(ask(stage.gmsa("unused")), "password_unused")[0] == "info"


def test_people_whose_primary_group_may_read_the_password(stage, ask):
    person = stage.user("person")
    group = stage.group("staff", person)
    stage.administrator.set(person, "primaryGroupID", stage.sid(group).rpartition("-")[2])
    assert stage.eye.texts(group, "member") == []
    told = ask(stage.gmsa("g", stage.sid(group)))
    assert told["password_readers"][0]["people"] == [stage.name("person")]


def test_who_may_change_it(stage, ask, target):
    account = stage.user("u")
    helpdesk, person = stage.group("helpdesk"), stage.sid_of(target.other_user)
    stage.grant(
        account,
        sd.entry(sd.ALLOW_OBJECT, stage.sid(helpdesk), sd.CONTROL_ACCESS, object_type=RESET_PASSWORD),
        sd.entry(sd.ALLOW_OBJECT, person, sd.WRITE_PROPERTY, object_type=SPN),
        sd.entry(sd.ALLOW_OBJECT, person, sd.WRITE_PROPERTY, object_type=INFO),
        sd.allow(EVERYONE, sd.WRITE_DAC),
    )
    stage.grant(stage.place, sd.allow(person, sd.WRITE_OWNER, sd.CONTAINER_INHERIT))
    told = ask(account)
    mine = {(who["name"], who["inherited"]): who for who in told["can_change_it"]}
    assert mine[stage.name("helpdesk"), False]["rights"] == ["reset_password"]
    assert mine[stage.name("helpdesk"), False]["kind"] == "group"
    assert mine[target.other_user, False]["rights"] == ["write:servicePrincipalName"]
    assert mine[target.other_user, True]["rights"] == ["write_owner"]
    assert mine["Everyone", False]["rights"] == ["write_dacl"]
    unexpected = {who["name"] for who in told["can_change_it"] if not who["expected"]}
    assert unexpected == {stage.name("helpdesk"), target.other_user, "Everyone"}
    assert {who["name"] for who in told["can_change_it"] if who["expected"]} >= {"Domain Admins", "System", target.user}
    assert sorted(severity for severity, _verdict in found(told, "changeable_by")) == ["critical", "warning", "warning"]
    assert (
        f"'{target.other_user}', a user account, may change it: write servicePrincipalName and take ownership"
        in " ".join(verdict for _severity, verdict in found(told, "changeable_by"))
    )


def test_the_reader_itself_is_a_stranger_unless_it_is_trusted(stage, run, target):
    account = stage.gmsa("g")
    (told,) = run.one("ad_privilege_info", identities=[account])["accounts"]
    assert f"'{target.user}'" in one(told, "changeable_by")[1]
    message = run.error("ad_privilege_info", identities=[account], trusted_principals=["nobody-here"])
    assert "'nobody-here'" in message
    assert "trusted_principals" in message


@pytest.mark.parametrize(
    ("guid", "topic", "attribute", "silent"),
    [
        (INFO, "ticket", "info", "no_ticket"),
        (MEMBER_OF, "privileged_groups", "memberOf", "privileged_groups"),
        (READERS, "password_readers", "msDS-GroupMSAMembership", "password_unused"),
    ],
)
def test_what_is_hidden_is_no_nothing(stage, ask, target, guid, topic, attribute, silent):
    account = stage.gmsa("g", stage.sid_of(f"{target.computers[0]}$"), **OWNED)
    stage.group("in", account)
    reader = stage.sid_of(target.user)
    assert attribute not in ask(account)["unreadable"]
    stage.grant(account, sd.entry(sd.DENY_OBJECT, reader, sd.READ_PROPERTY, object_type=guid))
    told = ask(account, token_groups=False)
    assert told["unreadable"] == [attribute]
    about = {item["id"]: item for item in told["findings"] if item["topic"] == topic}
    assert f"'{attribute}' is not shown to the account that is used" in about["cannot_judge"]["verdict"]
    assert about["cannot_judge"]["severity"] == "warning"
    assert silent not in about
    assert "cannot_judge" in rules(told, "warning")


def test_a_group_that_hides_its_groups(stage, ask, target):
    account = stage.user("u")
    near = stage.group("near", account)
    stage.group("far", near)
    reader = stage.sid_of(target.user)
    stage.grant(near, sd.entry(sd.DENY_OBJECT, reader, sd.READ_PROPERTY, object_type=MEMBER_OF))
    told = ask(account, token_groups=False)
    assert f"member of '{stage.name('near')}', and which groups that is in" in one(told, "group_incomplete")[1]
    assert stage.name("far") not in {group["name"] for group in told["groups"]}
    compared = ask(account, token_groups=True)
    assert stage.name("far") in {group["name"] for group in compared["groups"]}


def test_the_permissions_themselves_may_be_hidden(eye, place, run, tmp_path):
    delegate = Delegate(eye, place)
    name = f"t-{delegate.name}"
    account = f"CN={name},{delegate.unit}"
    eye.add(account, ["user"], sAMAccountName=name, **OWNED)
    as_delegate = Runner(tmp_path / "delegate", delegate.options(), run.environment)
    for granted, identity in (([], account), ([], name)):
        delegate.grant(granted)
        message = as_delegate.error("ad_privilege_info", identities=[identity])
        assert identity in message
        assert "may not see it" in message or "may not read it" in message
    delegate.grant([Right(READ)])
    (told,) = as_delegate.one("ad_privilege_info", identities=[account])["accounts"]
    assert told["unreadable"] == []
    sid = values.sid_from_bytes(eye.get(eye.dn_of(delegate.name), "objectSid")["objectSid"][0])
    stage = Stage(eye, eye, place, "")
    stage.grant(account, sd.deny(sid, sd.READ_CONTROL))
    (told,) = as_delegate.one("ad_privilege_info", identities=[account])["accounts"]
    assert "nTSecurityDescriptor" in told["unreadable"]
    assert "managedBy" in told["unreadable"]
    assert told["ticket"] == "CHG-1"
    topics = {item["topic"] for item in told["findings"] if item["id"] == "cannot_judge"}
    assert {"can_change_it", "owner", "privileged_groups"} <= topics
    assert not {"purpose", "ticket"} & topics
    assert not {"no_owner", "owner", "can_change_it", "privileged_groups"} & rules(told, "ok", "info", "warning")


def test_owners_who_are_no_more(stage, ask, eye):
    owner = stage.user("owner", displayName="The Owner")
    account = stage.gmsa("g", managedBy=owner)
    user = stage.user("u", manager=owner)
    told = ask(account)
    assert (told["owner"]["name"], told["owner"]["exists"], told["owner"]["enabled"]) == ("The Owner", True, True)
    eye.set(owner, "userAccountControl", str(NORMAL | DISABLED))
    assert "'The Owner' is disabled" in one(ask(account), "owner_disabled")[1]
    assert "'The Owner' is disabled" in one(ask(user), "owner_disabled")[1]
    eye.done(eye.connection.delete(owner))
    assert one(ask(account), "no_owner")[0] == "warning"
    team = stage.group("team")
    eye.set(account, "managedBy", team)
    assert ask(account)["owner"]["enabled"] is None
    assert "owner" in rules(ask(account), "ok")


def test_how_well_the_key_is_kept(stage, ask):
    control = NORMAL | NEVER_EXPIRES | NO_PREAUTHENTICATION
    account = stage.user("weak", **{"servicePrincipalName": f"x/{stage.unique}", "msDS-SupportedEncryptionTypes": "7"})
    stage.trust(account, control)
    told = ask(account)
    assert told["encryption_types"] == ["des_crc", "des_md5", "rc4"]
    assert told["flags"] == ["password_never_expires", "no_preauthentication"]
    assert {"des_possible", "no_preauthentication"} <= rules(told, "critical")
    assert {"rc4_possible", "password_never_expires"} <= rules(told, "warning")
    assert {"password_can_be_guessed", "no_logon_workstations"} <= rules(told, "info")
    stage.eye.set(account, "pwdLastSet", "0")
    assert "password_never_set" in rules(ask(account), "warning")


def test_a_disabled_account_that_is_still_a_member(stage, ask):
    account = stage.user("off", userAccountControl=str(NORMAL | DISABLED))
    assert "disabled_member" not in rules(ask(account), "warning")
    stage.group("left", account)
    told = ask(account)
    assert told["enabled"] is False
    assert stage.name("left") in one(told, "disabled_member")[1]


def test_a_logon_is_seen(ask, eye, target, tmp_path):
    account = eye.dn_of(target.other_user)
    before = datetime.datetime.now(datetime.UTC) - datetime.timedelta(minutes=1)
    client = Kerberos(tmp_path / "client", target)
    assert client.logon(target.other_user, password=target.passwords[target.other_user]) == ""
    told = ask(account, used_by=True, since=before.isoformat())
    assert before <= datetime.datetime.fromisoformat(told["last_logon"])
    assert "logon" in rules(told, "ok")
    assert told["used_by"]["logged_on_since"] is True
    assert told["used_by"]["in_use"] is True
    later = (before + datetime.timedelta(days=1)).replace(tzinfo=None).isoformat()
    assert ask(account, used_by=True, since=later)["used_by"]["logged_on_since"] is False
