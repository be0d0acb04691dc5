# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Computer accounts, most of them made before the computer joins."""

from __future__ import annotations

import pytest
from ad_support.runner import Runner, Step

WORKSTATION, DISABLED = 0x1000, 0x2


@pytest.fixture
def computer(place, unique):
    """Options of a new account, and its DN."""
    return {"name": f"PC{unique}", "path": place}, f"CN=PC{unique},{place}"


def test_a_new_account_is_one_that_a_computer_can_join(run, eye, computer):
    options, dn = computer
    result = run.one("ad_computer", **options)
    assert eye.texts(dn, "sAMAccountName") == [f"{options['name']}$"]
    assert eye.texts(dn, "userAccountControl") == [str(WORKSTATION)]
    assert eye.texts(dn, "msDS-SupportedEncryptionTypes") == ["24"]
    assert eye.texts(dn, "pwdLastSet") != ["0"], "it has a password"
    assert result["computer"]["enabled"] is True
    assert not [name for name in result["computer"] if "password" in name]
    assert run.one("ad_computer", **options)["changed"] is False


@pytest.mark.parametrize("guess", ["{name}", "{lower}", "{lower}$", ""])
def test_nobody_can_join_in_its_place(guess, run, target, computer, tmp_path):
    """The old default, which is the name, is not its password, and it has one."""
    options, _dn = computer
    run.one("ad_computer", **options)
    password = guess.format(name=options["name"], lower=options["name"].lower())
    as_computer = {**target.options(), "username": target.upn(f"{options['name']}$"), "password": password}
    message = Runner(tmp_path / "guess", as_computer, run.environment).error(
        "ad_object_info", identity=target.domain_dn
    )
    assert "password" in message


def test_the_password_of_a_joined_computer_is_left_alone(run, eye, computer):
    options, dn = computer
    run.one("ad_computer", **options)
    set_at = eye.texts(dn, "pwdLastSet")
    run.one("ad_computer", **options, location="Rack 7", enabled=False)
    run.one("ad_computer", **options, location="Rack 8", enabled=True)
    assert eye.texts(dn, "pwdLastSet") == set_at


def test_the_dollar_sign_may_be_written_or_not(run, eye, computer, unique):
    options, dn = computer
    short = f"s{unique}"
    steps = [Step("ad_computer", {**options, "sam_account_name": name}) for name in (short, f"{short}$", short.upper())]
    assert [result["changed"] for result in run.all(*steps)] == [True, False, False]
    assert eye.texts(dn, "sAMAccountName") == [f"{short}$"]
    for identity in (f"{short}$", dn):
        assert run.one("ad_computer", identity=identity, location=identity)["distinguished_name"] == dn
    run.one("ad_computer", **options, sam_account_name=f"t{unique}")
    assert eye.texts(dn, "sAMAccountName") == [f"t{unique}$"]


def test_without_a_path_a_computer_is_found_wherever_it_is(run, eye, computer):
    options, dn = computer
    run.one("ad_computer", **options)
    result = run.one("ad_computer", name=options["name"].lower(), description="found")
    assert result["distinguished_name"] == dn
    assert eye.texts(dn, "description") == ["found"]


def test_other_bits_of_the_account_stay(run, eye, computer):
    options, dn = computer
    run.one("ad_computer", **options)
    eye.set(dn, "userAccountControl", str(WORKSTATION | 0x100000))
    run.one("ad_computer", **options, enabled=False)
    assert eye.texts(dn, "userAccountControl") == [str(WORKSTATION | 0x100000 | DISABLED)]


@pytest.mark.parametrize("check", [True, False])
def test_a_service_principal_name_of_a_service_account_is_not_for_a_computer(check, run, eye, target, computer):
    options, dn = computer
    spn = f"HTTP/{options['name']}.{target.dns_domain}"
    service = f"g{options['name'][2:]}"
    run.one(
        "ad_service_account",
        name=service,
        path=options["path"],
        dns_hostname=f"{service}.{target.dns_domain}",
        owner=target.other_user,
        purpose="Web",
        ticket="CHG-1",
        service_principal_names={"set": [spn]},
    )
    message = run.error("ad_computer", check=check, **options, service_principal_names={"add": [spn.lower()]})
    assert f"belongs to 'CN={service},{options['path']}'" in message
    assert eye.get(dn) is None


def test_several_names_at_once_and_one_of_them_is_taken(run, eye, computer, unique):
    """The one that is taken is named, wherever it stands."""
    options, _dn = computer
    run.one("ad_computer", **options, service_principal_names={"set": [f"HTTP/taken{unique}.lab.test"]})
    other = {"name": f"QC{unique}", "path": options["path"]}
    names = [f"HTTP/{host}{unique}.lab.test" for host in ("free", "TAKEN", "other")]
    message = run.error("ad_computer", **other, service_principal_names={"set": names})
    assert f"'HTTP/TAKEN{unique}.lab.test' in 'service_principal_names' belongs to" in message
    assert eye.get(f"CN=QC{unique},{options['path']}") is None


@pytest.mark.parametrize("named", ["dns_hostname", "sam_account_name"])
def test_names_that_the_directory_rewrites_by_itself(named, run, eye, computer, unique):
    """Those that hold the old host or account name; what is asked for counts all the same."""
    options, dn = computer
    called = {letter: f"{letter}{unique}{'.lab.test' if named == 'dns_hostname' else ''}" for letter in "abc"}
    spn = {letter: f"HTTP/{name}" for letter, name in called.items()}

    def step(letter, check=False, **verbs):
        names = {"service_principal_names": verbs} if verbs else {}
        return Step("ad_computer", {**options, named: called[letter], **names}, check)

    run.all(step("a", set=[spn["a"]]), step("b"))
    assert eye.texts(dn, "servicePrincipalName") == [spn["b"]], "this directory does"
    results = run.all(
        step("c", check=True, set=[spn["b"], spn["c"]]),
        step("c", set=[spn["b"], spn["c"]]),
        step("c", set=[spn["b"], spn["c"]]),
        step("a", add=[spn["c"]]),
        step("a", add=[spn["c"]]),
    )
    assert [result.get("changed") for result in results] == [True, True, False, True, False], results[-1].get("msg")
    assert results[0]["diff"] == results[1]["diff"]
    # of those that nobody asked for, the one with the last name has become one with the new name
    assert eye.texts(dn, "servicePrincipalName") == [spn["a"], spn["b"], spn["c"]]


def test_hosted_accounts_are_swapped_one_by_one(run, eye, target, computer, unique):
    options, dn = computer
    owned = {"owner": target.other_user, "purpose": "Loads", "ticket": "CHG-1", "path": options["path"]}
    names = [f"{letter}{unique}" for letter in "ab"]
    for name in names:
        run.one("ad_service_account", name=name, type="smsa", **owned)
    first, second = (f"CN={name},{options['path']}" for name in names)
    results = run.all(
        Step("ad_computer", {**options, "service_accounts": {"add": [f"{names[0]}$"]}}),
        Step("ad_computer", {**options, "service_accounts": {"add": [second], "remove": [f"{names[0]}$"]}}, True),
        Step("ad_computer", {**options, "service_accounts": {"add": [second], "remove": [f"{names[0]}$"]}}),
        Step("ad_computer", {**options, "service_accounts": {"set": [second.lower()]}}),
    )
    assert [result.get("changed") for result in results] == [True, True, True, False], results[-1].get("msg")
    assert eye.texts(dn, "msDS-HostServiceAccount") == [second]
    assert eye.texts(first, "msDS-HostServiceAccountBL") == []
    message = run.error("ad_computer", **options, service_accounts={"add": [f"nobody{unique}$"]})
    assert f"there is no directory object 'nobody{unique}$'" in message


def test_a_renamed_and_moved_computer_keeps_its_guid(run, eye, computer, unique):
    options, dn = computer
    first = run.one("ad_computer", **options)
    run.one("ad_ou", name="Servers", path=options["path"])
    wanted = {"identity": first["sid"], "name": f"NEW{unique}", "path": f"OU=Servers,{options['path']}"}
    results = run.all(*(Step("ad_computer", wanted, check) for check in (True, False, False)))
    assert [result["changed"] for result in results] == [True, True, False]
    assert {result["object_guid"] for result in results} == {first["object_guid"]}
    assert eye.get(dn) is None
    assert eye.texts(f"CN=NEW{unique},OU=Servers,{options['path']}", "sAMAccountName") == [f"{options['name']}$"]


@pytest.mark.parametrize("kind", ["ad_user", "ad_group"])
def test_a_computer_is_neither_a_user_nor_a_group(kind, run, computer):
    options, dn = computer
    run.one("ad_computer", **options)
    message = run.error(kind, identity=dn, description="no")
    assert "it is of the class computer" in message


def test_a_managed_account_is_no_computer(run, target, computer, unique):
    options, _dn = computer
    owned = {"owner": target.other_user, "purpose": "Loads", "ticket": "CHG-1", "path": options["path"]}
    run.one("ad_service_account", name=f"m{unique}", dns_hostname="m.lab.test", **owned)
    message = run.error("ad_computer", identity=f"m{unique}$", location="nowhere")
    assert "it is of the class msDS-GroupManagedServiceAccount" in message


def test_encryption_types_of_a_computer_that_is_there_stay(run, eye, place, unique):
    """A default that counted on every run would take RC4 from hosts that still need it."""
    dn = f"CN=K{unique},{place}"
    more = {"sAMAccountName": f"K{unique}$", "userAccountControl": "4096", "msDS-SupportedEncryptionTypes": "28"}
    eye.add(dn, ["computer"], **more)
    assert run.one("ad_computer", identity=f"K{unique}$", description="Rack 7")["changed"] is True
    assert eye.texts(dn, "msDS-SupportedEncryptionTypes") == ["28"]
    made = run.one("ad_computer", name=f"N{unique}", path=place)
    assert made["computer"]["kerberos_encryption_types"] == ["aes128", "aes256"]
    assert eye.texts(f"CN=N{unique},{place}", "msDS-SupportedEncryptionTypes") == ["24"]
