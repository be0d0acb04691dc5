# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What has to hold of every service account: somebody owns it, it keeps its identity, and it is not privileged."""

from __future__ import annotations

import pytest
from ad_support.privileges import Stage
from ad_support.runner import Step

OWNER, PURPOSE, TICKET = "managed_by", "description", "ticket"


@pytest.fixture
def stage(eye, administrator, place, unique):
    return Stage(eye, administrator, place, unique)


@pytest.fixture
def owned(target):
    """Owner, purpose and ticket."""
    return {"owner": target.other_user, "purpose": "Nightly loads", "ticket": "CHG-1"}


def kinds(unique, place):
    """Type -> options of a new account without its owner, purpose and ticket."""
    where = {"name": f"a{unique}", "path": place}
    return {
        "gmsa": {**where, "dns_hostname": f"a{unique}.lab.test"},
        "smsa": {**where, "type": "smsa"},
        "user": {**where, "type": "user", "account_password": f"Aa1-{unique}-{unique}"},
    }


every_kind = pytest.mark.parametrize("kind", ["gmsa", "smsa", "user"])


@every_kind
def test_owner_purpose_and_ticket_land_where_every_tool_shows_them(kind, run, eye, owned, place, unique):
    options = kinds(unique, place)[kind]
    run.one("ad_service_account", **options, **owned)
    dn = f"CN={options['name']},{place}"
    attribute = "manager" if kind == "user" else "managedBy"
    assert eye.texts(dn, attribute) == [eye.dn_of(eye.target.other_user)]
    assert eye.texts(dn, "description") == ["Nightly loads"]
    assert eye.texts(dn, "info") == ["Ticket: CHG-1"]
    back = "directReports" if kind == "user" else "managedObjects"
    assert dn in eye.texts(eye.dn_of(eye.target.other_user), back)


@every_kind
@pytest.mark.parametrize("check", [True, False])
def test_without_any_of_them_nothing_is_created(kind, check, run, eye, owned, place, unique):
    options = kinds(unique, place)[kind]
    for left_out, called in (("owner", OWNER), ("purpose", PURPOSE), ("ticket", TICKET)):
        given = {name: value for name, value in owned.items() if name != left_out}
        message = run.error("ad_service_account", check=check, **options, **given)
        assert f"these options are needed to create it: {called}" in message
    assert eye.get(f"CN={options['name']},{place}") is None


@pytest.mark.parametrize("option", [OWNER, PURPOSE, TICKET])
def test_none_of_them_can_be_taken_away(option, run, eye, owned, place, unique):
    options = kinds(unique, place)["gmsa"]
    run.one("ad_service_account", **options, **owned)
    assert "it is empty" in run.error("ad_service_account", name=options["name"], **{option: ""})
    dn = f"CN={options['name']},{place}"
    assert eye.texts(dn, "info") == ["Ticket: CHG-1"]
    assert eye.texts(dn, "managedBy") + eye.texts(dn, "description") != []


def test_the_other_notes_stay(run, eye, owned, place, unique):
    options = kinds(unique, place)["gmsa"]
    dn = f"CN={options['name']},{place}"
    run.one("ad_service_account", **options, **owned)
    eye.set(dn, "info", "Called by SRV07\r\nTicket: CHG-1\r\nTicketing: weekly\r\n\r\nDo not touch: really")
    unchanged = run.one("ad_service_account", **options, **owned)
    run.one("ad_service_account", name=options["name"], ticket="CHG-2", decommissioned="2026-11-26")
    (info,) = eye.texts(dn, "info")
    rest = ["Called by SRV07", "Ticketing: weekly", "", "Do not touch: really"]
    assert info.split("\r\n") == ["Decommissioned: 2026-11-26", "Ticket: CHG-2", *rest]
    last = run.one("ad_service_account", name=options["name"], decommissioned="")
    (info,) = eye.texts(dn, "info")
    assert info.split("\r\n") == ["Ticket: CHG-2", *rest]
    assert (unchanged["changed"], last["service_account"]["decommissioned"]) == (False, None)


def test_the_margins_of_a_ticket_do_not_count(run, owned, place, unique):
    options = {**kinds(unique, place)["gmsa"], **owned}
    results = run.all(
        *(Step("ad_service_account", {**options, "ticket": text}) for text in (" CHG-1 ", "CHG-1", "CHG-1 "))
    )
    assert [result.get("changed") for result in results] == [True, False, False], results[-1].get("msg")
    assert "more than one line" in run.error("ad_service_account", **{**options, "ticket": "CHG-1\nOwner: me"})


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize(
    "day", ["20261126", "2026-W48-4", "26.11.2026", "2026-13-01", "2026-11-26T00:00", " 2026-11-26"]
)
def test_the_day_on_which_it_was_given_up_is_a_date(day, check, run, place, unique, owned):
    options = {**kinds(unique, place)["gmsa"], **owned}
    message = run.error("ad_service_account", check=check, **options, decommissioned=day)
    assert f"'{day}' is no date like 2026-11-26" in message


def made_by_hand(stage, kind):
    """An account as somebody made it once, without owner, purpose and ticket; its DN and account name."""
    if kind == "gmsa":
        return stage.gmsa("old"), f"{stage.name('old')}$"
    return stage.user("old", **{"msDS-SupportedEncryptionTypes": "24"}), stage.name("old")


@pytest.mark.parametrize("kind", ["gmsa", "user"])
@pytest.mark.parametrize("check", [True, False])
def test_an_account_without_an_owner_is_not_left_so(kind, check, run, eye, owned, stage):
    dn, account = made_by_hand(stage, kind)
    message = run.error("ad_service_account", check=check, identity=account, type=kind, account_not_delegated=True)
    assert "it has no managed_by and no description and no ticket" in message
    assert "or switch the account off" in message
    assert "\n" not in message
    (control,) = eye.texts(dn, "userAccountControl")
    assert int(control) & 0x100000 == 0, "nothing was written"
    adopted = run.one("ad_service_account", check=check, identity=account, type=kind, **owned)
    assert adopted["changed"] is True
    assert adopted["service_account"]["ticket"] == "CHG-1"


@pytest.mark.parametrize("kind", ["gmsa", "user"])
def test_switching_one_off_is_always_possible(kind, run, eye, stage):
    dn, account = made_by_hand(stage, kind)
    result = run.one("ad_service_account", identity=account, type=kind, enabled=False)
    assert result["changed"] is True
    (said,) = result["consequences"]
    assert f"The service account '{account}' is disabled; it has no managed_by" in said
    assert int(eye.texts(dn, "userAccountControl")[0]) & 0x2
    again = run.one("ad_service_account", identity=account, type=kind, enabled=False)
    assert (again["changed"], again["consequences"]) == (False, [said])
    assert "it has no managed_by" in run.error("ad_service_account", identity=account, type=kind, enabled=True)


@pytest.mark.parametrize("kind", ["gmsa", "user"])
@pytest.mark.parametrize("form", ["name", "dn", "guid", "sid"])
def test_adopting_renaming_and_moving_keep_the_guid(kind, form, run, eye, owned, stage, place):
    dn, account = made_by_hand(stage, kind)
    before = run.one("ad_object_info", identity=dn)["objects"][0]
    called = {"name": account, "dn": dn, "guid": before["object_guid"], "sid": before["sid"]}[form]
    run.one("ad_ou", name="Elsewhere", path=place)
    wanted = {"type": kind, "identity": called, "name": "new", "path": f"OU=Elsewhere,{place}", **owned}
    check, real, again = run.all(*(Step("ad_service_account", wanted, check) for check in (True, False, False)))
    assert not again["failed"], again["msg"]
    assert [result["changed"] for result in (check, real, again)] == [True, True, False]
    assert check["diff"] == real["diff"]
    for result in (check, real, again):
        assert result["distinguished_name"] == f"CN=new,OU=Elsewhere,{place}"
        assert (result["object_guid"], result["sid"]) == (before["object_guid"], before["sid"])
    assert eye.get(dn) is None
    assert eye.texts(f"CN=new,OU=Elsewhere,{place}", "sAMAccountName") == [account]


def test_a_standalone_account_belongs_to_a_computer(run, eye, owned, place, unique):
    account = kinds(unique, place)["smsa"]
    computer = {"name": f"PC{unique}", "path": place}
    results = run.all(
        Step("ad_service_account", {**account, **owned}),
        Step("ad_service_account", {**account, **owned}),
        Step("ad_computer", {**computer, "service_accounts": {"set": [f"{account['name']}$"]}}),
        Step("ad_computer", {**computer, "service_accounts": {"set": [f"{account['name']}$"]}}),
    )
    assert [result.get("changed") for result in results] == [True, False, True, False], results[-1].get("msg")
    dn = f"CN={account['name']},{place}"
    assert eye.texts(dn, "objectClass")[-2:] == ["top", "user"]
    assert "msDS-ManagedServiceAccount" in eye.texts(dn, "objectClass")
    assert eye.texts(dn, "msDS-SupportedEncryptionTypes") == ["24"]
    assert eye.texts(dn, "msDS-HostServiceAccountBL") == [f"CN=PC{unique},{place}"]
    run.one("ad_computer", **computer, service_accounts={"remove": [dn]})
    assert eye.texts(dn, "msDS-HostServiceAccountBL") == []


@pytest.mark.parametrize("check", [True, False])
def test_a_type_has_only_its_own_options(check, run, owned, place, unique):
    given = kinds(unique, place)
    for kind, alien in (("gmsa", {"upn": "x@lab.test"}), ("smsa", {"managed_password_interval": 3})):
        message = run.error("ad_service_account", check=check, **given[kind], **owned, **alien)
        assert next(iter(alien)) in message
    wrong = {**given["user"], "principals_allowed_to_retrieve": {"set": []}}
    assert "principals_allowed_to_retrieve" in run.error("ad_service_account", check=check, **wrong, **owned)


def test_an_account_of_another_type_is_not_taken_for_this_one(run, owned, place, unique):
    options = kinds(unique, place)
    run.one("ad_service_account", **options["smsa"], **owned)
    message = run.error("ad_service_account", **options["gmsa"], **owned)
    assert "it is of the class msDS-ManagedServiceAccount" in message


class TestRootKey:
    """The lab's forest has an effective KDS root key. Only an administrator sees it."""

    def test_an_administrator_sees_it(self, as_administrator, owned, place, unique):
        result = as_administrator.one("ad_service_account", **kinds(unique, place)["gmsa"], **owned)
        assert "consequences" not in result

    def test_others_see_that_it_has_made_passwords(self, run, eye, target, owned, place, unique):
        first = {**kinds(unique, place)["gmsa"], "principals_allowed_to_retrieve": {"set": [f"{target.computers[0]}$"]}}
        run.one("ad_service_account", **first, **owned)
        dn = f"CN={first['name']},{place}"
        assert eye.managed_password(target.computers[0], dn)
        assert eye.get(dn, "msDS-ManagedPasswordId")["msDS-ManagedPasswordId"]
        second = {**first, "name": f"b{unique}"}
        assert "consequences" not in run.one("ad_service_account", **second, **owned)


class TestPrivileged:
    """An account in Domain Admins by way of two groups and a circle."""

    @pytest.fixture
    def account(self, run, stage, owned, place, unique, target):
        """Options of the account, which is privileged as long as the test runs."""
        options = {**kinds(unique, place)["gmsa"], **owned}
        run.one("ad_service_account", **options)
        inner = stage.group("Inner", f"CN={options['name']},{place}")
        outer = stage.group("Outer", inner)
        stage.join(inner, outer)
        with stage.in_privileged_group(f"CN=Domain Admins,CN=Users,{target.domain_dn}", outer):
            yield options

    @pytest.mark.parametrize("check", [True, False])
    def test_is_not_left_there(self, check, run, eye, stage, account, place):
        message = run.error("ad_service_account", check=check, **{**account, "purpose": "Another purpose"})
        way = f"through {stage.name('Inner')} and {stage.name('Outer')}"
        assert f"it is a member of the privileged groups 'Domain Admins' {way}: it administers the domain" in message
        assert f"and of 'Administrators' {way} and Domain Admins" in message
        assert "or name 'Domain Admins' and 'Administrators' in 'allow_privileged'" in message
        assert eye.texts(f"CN={account['name']},{place}", "description") == ["Nightly loads"]

    def test_unless_that_group_is_named(self, run, account, target, stage):
        group = f"CN=Domain Admins,CN=Users,{target.domain_dn}"
        for name in ("Domain Admins", "domain admins", group, group.lower(), stage.sid(group)):
            result = run.one("ad_service_account", **account, allow_privileged=[name, "Administrators"])
            assert result["changed"] is False
        message = run.error("ad_service_account", **account, allow_privileged=["Domain Admins"])
        assert "the privileged group 'Administrators'" in message

    def test_it_can_be_switched_off(self, run, eye, account, place):
        result = run.one("ad_service_account", **account, enabled=False)
        assert result["changed"] is True
        assert any("'Domain Admins'" in sentence for sentence in result["consequences"])
        assert int(eye.texts(f"CN={account['name']},{place}", "userAccountControl")[0]) & 0x2

    def test_and_removed(self, run, account):
        assert run.one("ad_service_account", name=account["name"], state="absent")["changed"] is True

    def test_the_same_for_many(self, run, account, place, unique):
        other = {**account, "name": f"b{unique}"}
        (result,) = run.all(Step("ad_objects", {"objects": {"service_accounts": [account, other]}}))
        assert result["failed"]
        (error,) = result["errors"]
        assert error["name"] == f"CN={account['name']},{place}"
        assert "'Domain Admins'" in error["msg"]
        allowed = {**account, "allow_privileged": ["Domain Admins", "Administrators"]}
        result = run.one("ad_objects", objects={"service_accounts": [allowed, other]})
        assert result["summary"]["created"] == 1


@pytest.mark.parametrize("check", [True, False])
def test_an_owner_is_somebody_who_can_be_asked(check, run, stage, owned, place, unique, target):
    options = {**kinds(unique, place)["gmsa"], **owned}
    dn = run.one("ad_service_account", **options)["distinguished_name"]
    others = {f"CN=Users,{target.domain_dn}": "container", f"{target.computers[0]}$": "computer"}
    for owner, called in others.items():
        message = run.error("ad_service_account", check=check, **{**options, "owner": owner})
        assert f"is of the class {called}, and cannot be asked about it" in message
    assert "it would own itself" in run.error("ad_service_account", check=check, **{**options, "owner": dn})
    new = {**options, "name": f"b{unique}", "owner": place}
    assert "cannot be asked about it" in run.error("ad_service_account", check=check, **new)
    assert run.one("ad_service_account", check=check, **{**options, "owner": stage.group("team")})["changed"] is True


def test_no_owner_is_an_error_in_a_desired_state_as_well(run, owned, place, unique):
    options = {**kinds(unique, place)["gmsa"], **owned}
    run.one("ad_service_account", **options)
    for called in ("owner", "managed_by"):
        wanted = {**{name: value for name, value in options.items() if name != "owner"}, called: ""}
        (result,) = run.all(Step("ad_objects", {"objects": {"service_accounts": [wanted]}}))
        assert result["failed"], result
        assert "it is empty" in result["msg"]


@pytest.mark.parametrize("check", [True, False])
def test_a_service_account_is_no_user_to_be_tidied_up(check, run, eye, owned, place, unique):
    options = {**kinds(unique, place)["user"], **owned}
    dn = run.one("ad_service_account", **options)["distinguished_name"]
    before = eye.get(dn, "*")
    for wanted in ({"manager": "", "description": ""}, {"enabled": False}, {"state": "absent"}):
        message = run.error("ad_user", check=check, identity=options["name"], **wanted)
        assert "it is a service account, with the ticket 'CHG-1' in its notes" in message
        assert "Use ad_service_account with type: user" in message
    assert eye.get(dn, "*") == before


def test_the_type_that_an_account_has_is_told(run, owned, place, unique):
    made = kinds(unique, place)
    dn = run.one("ad_service_account", **made["user"], **owned)["distinguished_name"]
    message = run.error("ad_service_account", identity=dn, ticket="CHG-2")
    assert "of the class user. Give type: user" in message


@pytest.mark.parametrize("check", [True, False])
def test_values_with_which_no_account_could_do_anything(check, run, eye, owned, place, unique):
    made = kinds(unique, place)
    for days in (-5, 0, 3651):
        wanted = {**made["gmsa"], **owned, "managed_password_interval": days}
        assert f"{days} days is no interval" in run.error("ad_service_account", check=check, **wanted)
    hosts = {**made["user"], **owned, "logon_workstations": ["SRV1,SRV2"]}
    assert "'SRV1,SRV2' holds a comma" in run.error("ad_service_account", check=check, **hosts)
    for name in (f"a{unique}.", f"a/{unique}", f"a@{unique}"):
        wanted = {**made["user"], **owned, "name": name}
        assert "the account name" in run.error("ad_service_account", check=check, **wanted)
        person = {"name": f"P {unique}", "path": place, "sam_account_name": name, "enabled": False}
        assert "the account name" in run.error("ad_user", check=check, **person)
        assert "the account name" in run.error("ad_computer", check=check, name=f"c{name}", path=place)
    assert eye.get(f"CN=a{unique},{place}") is None
