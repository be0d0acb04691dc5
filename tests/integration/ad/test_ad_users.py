# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Users, and service accounts that are user accounts: passwords above all, which nobody can read back."""

from __future__ import annotations

import pytest
from ad_support.runner import Runner, Step

NORMAL, DISABLED, NEVER_EXPIRES, NOT_DELEGATED = 0x200, 0x2, 0x10000, 0x100000
RESULTS = {"ad_user": "user", "ad_service_account": "service_account"}
every_module = pytest.mark.parametrize("module", list(RESULTS))


@pytest.fixture
def secret(unique):
    """A password that no other text contains."""
    return f"Pw-{unique}-{unique[::-1]}-Xy9"


@pytest.fixture
def account(target, place, unique, secret):
    """Makes the options of a new account with a password."""

    def make(module):
        options = {"name": f"u{unique}", "path": place, "account_password": secret}
        owned = {"owner": target.other_user, "purpose": "Old loads", "ticket": "CHG-1"}
        return {**options, **({"type": "user", **owned} if module == "ad_service_account" else {})}

    return make


@pytest.fixture
def logon(target, tmp_path, run):
    """Whether somebody can log on, through the collection's own connection; if not, what the server says."""

    def attempt(name, password):
        options = {**target.options(), "username": target.upn(name), "password": password}
        (result,) = Runner(tmp_path / "logon", options, run.environment).all(
            Step("ad_object_info", {"identity": target.domain_dn})
        )
        return result.get("msg", "")

    return attempt


@every_module
def test_a_new_account_can_log_on_with_its_password(module, run, eye, target, account, logon, secret):
    options = account(module)
    name, dn = options["name"], f"CN={options['name']},{options['path']}"
    result = run.one(module, **options)
    assert logon(name, secret) == ""
    assert eye.texts(dn, "userPrincipalName") == ([target.upn(name)] if module == "ad_service_account" else [])
    bits = NORMAL | (NOT_DELEGATED if module == "ad_service_account" else 0)
    assert eye.texts(dn, "userAccountControl") == [str(bits)]
    assert result[RESULTS[module]]["password_never_expires"] is False


@every_module
def test_a_password_is_set_once(module, run, eye, account, logon, secret):
    """A second run changes nothing, with the same password or another: nobody can tell whether it differs."""
    options = account(module)
    dn = f"CN={options['name']},{options['path']}"
    run.one(module, **options)
    set_at = eye.texts(dn, "pwdLastSet")
    for password in (secret, f"Another-{secret}"):
        for check in (True, False):
            result = run.one(module, check=check, **{**options, "account_password": password})
            assert result["changed"] is False
            assert result["diff"]["before"] == result["diff"]["after"]
    assert eye.texts(dn, "pwdLastSet") == set_at
    assert logon(options["name"], secret) == ""
    assert "the password is wrong" in logon(options["name"], f"Another-{secret}")


@every_module
def test_a_password_is_renewed_by_its_age_only(module, run, eye, account, logon, secret):
    options = account(module)
    dn = f"CN={options['name']},{options['path']}"
    run.one(module, **options)
    newer = f"Newer-{secret}"
    wanted = {**options, "account_password": newer, "update_password": "when_older", "password_max_age": 30}
    assert run.one(module, **wanted)["changed"] is False, "it is as new as can be"
    # a password that has to be changed counts as too old; no directory lets anybody say that it was set long ago
    eye.set(dn, "pwdLastSet", "0")
    check, real, again = run.all(Step(module, wanted, True), Step(module, wanted), Step(module, wanted))
    assert [result["changed"] for result in (check, real, again)] == [True, True, False]
    assert check["diff"] == real["diff"]
    assert real["diff"]["before"] != real["diff"]["after"], "that it was renewed is shown"
    assert newer not in run.output
    assert logon(options["name"], newer) == ""


@every_module
def test_a_password_is_never_shown(module, run, eye, account, secret):
    options = account(module)
    dn = f"CN={options['name']},{options['path']}"
    newer = f"Newer-{secret}"
    renewed = {**options, "account_password": newer, "update_password": "when_older", "password_max_age": 1}
    outputs = []
    for steps in (
        [Step(module, options, True), Step(module, options), Step(module, options)],
        [Step(module, renewed, True), Step(module, renewed)],
        [Step(module, {**options, "colour": "red"})],
        [Step(module, {**options, "state": "absent"})],
    ):
        if steps[0].options is renewed:
            eye.set(dn, "pwdLastSet", "0")
        results = run.playbook(*steps, verbosity=3)
        assert [result["changed"] for result in results if "changed" in result].count(True) >= (len(steps) > 1)
        outputs.append(run.output)
    for output in outputs:
        assert output.count(options["name"])
        assert secret not in output
        assert newer not in output


@every_module
@pytest.mark.parametrize("password", ["weak", "no-upper-case-no-number"])
def test_a_password_that_the_policy_refuses(module, password, run, eye, account):
    options = {**account(module), "account_password": password}
    message = run.error(module, **options)
    assert "Choose a longer password with several kinds of characters" in message
    assert f"CN={options['name']},{options['path']}" in message
    assert password not in message
    assert eye.get(f"CN={options['name']},{options['path']}") is None, "nothing is left behind"


@every_module
@pytest.mark.parametrize("check", [True, False])
def test_an_enabled_account_needs_a_password(module, check, run, eye, account):
    options = {**account(module), "account_password": None}
    assert "needs a password to be enabled" in run.error(module, check=check, **options)
    assert eye.get(f"CN={options['name']},{options['path']}") is None
    result = run.one(module, check=check, **options, enabled=False)
    assert result[RESULTS[module]]["enabled"] is False


@every_module
def test_a_password_never_expires_only_if_that_is_asked_for(module, run, eye, account):
    options = account(module)
    dn = f"CN={options['name']},{options['path']}"
    run.one(module, **options, password_never_expires=True)
    assert int(eye.texts(dn, "userAccountControl")[0]) & NEVER_EXPIRES
    run.one(module, **options, password_never_expires=False)
    assert int(eye.texts(dn, "userAccountControl")[0]) & NEVER_EXPIRES == 0
    # a bit that no option speaks of stays
    eye.set(dn, "userAccountControl", str(int(eye.texts(dn, "userAccountControl")[0]) | 0x40000))
    run.one(module, **options, enabled=False)
    assert int(eye.texts(dn, "userAccountControl")[0]) & (0x40000 | DISABLED) == 0x40000 | DISABLED


def test_the_fallback_is_aes_only_and_bound_to_its_hosts(run, eye, account):
    options = account("ad_service_account")
    dn = f"CN={options['name']},{options['path']}"
    run.one("ad_service_account", **options, logon_workstations=["SRV07", "SRV08"])
    assert eye.texts(dn, "msDS-SupportedEncryptionTypes") == ["24"]
    assert eye.texts(dn, "userWorkstations") == ["SRV07,SRV08"]
    again = run.one("ad_service_account", **options, logon_workstations=["srv08", "srv07"])
    assert again["changed"] is False
    run.one("ad_service_account", **options, logon_workstations=["SRV09"])
    assert eye.texts(dn, "userWorkstations") == ["SRV09"]
    run.one("ad_service_account", **options, logon_workstations=[])
    assert eye.texts(dn, "userWorkstations") == []
    eye.set(dn, "msDS-SupportedEncryptionTypes", "28")
    assert run.one("ad_service_account", **options)["changed"] is True
    assert eye.texts(dn, "msDS-SupportedEncryptionTypes") == ["24"]


@every_module
@pytest.mark.parametrize("check", [True, False])
def test_a_user_principal_name_belongs_to_one_account(module, check, run, eye, target, account, unique):
    name = target.upn(f"Shared-{unique}")
    other = {"name": f"o{unique}", "path": account(module)["path"], "enabled": False}
    run.one("ad_user", **other, upn=name)
    message = run.error(module, check=check, **account(module), upn=name.upper())
    assert f"'{name.upper()}' in 'upn' belongs to 'CN=o{unique},{other['path']}'" in message
    assert eye.get(f"CN={account(module)['name']},{other['path']}") is None
    assert run.one("ad_user", **other, upn=name.upper())["changed"] is False, "its own is compared without case"


def test_who_a_person_is(run, eye, target, account):
    options = {**account("ad_user"), "sam_account_name": f"s{account('ad_user')['name']}"}
    dn = f"CN={options['name']},{options['path']}"
    given = {
        "firstname": ("givenName", "Jane"),
        "surname": ("sn", "Doe, \u00c4"),
        "display_name": ("displayName", "Jane Doe"),
        "email": ("mail", "jane.doe@example.com"),
        "department": ("department", "Data"),
        "title": ("title", "Engineer"),
        "description": ("description", "Starts flows"),
    }
    run.one("ad_user", **options, manager=target.other_user, **{name: value for name, (_at, value) in given.items()})
    assert {name: eye.texts(dn, at) for name, (at, _value) in given.items()} == {
        name: [value] for name, (_at, value) in given.items()
    }
    assert eye.texts(dn, "manager") == [eye.dn_of(target.other_user)]
    assert eye.texts(dn, "sAMAccountName") == [options["sam_account_name"]]
    result = run.one("ad_user", **options, manager="", **dict.fromkeys(given, ""))
    assert result["changed"] is True
    assert [eye.texts(dn, at) for at, _value in given.values()] == [[]] * len(given)
    assert run.one("ad_user", **options, manager="", **dict.fromkeys(given, ""))["changed"] is False


def test_a_renamed_and_moved_user_keeps_its_guid_and_its_password(run, account, logon, secret):
    options = account("ad_user")
    first = run.one("ad_user", **options)
    run.one("ad_ou", name="People", path=options["path"])
    wanted = {"identity": options["name"], "name": "Doe, Jane", "path": f"OU=People,{options['path']}"}
    check, real, again = run.all(*(Step("ad_user", wanted, check) for check in (True, False, False)))
    assert [result["changed"] for result in (check, real, again)] == [True, True, False]
    assert {result["object_guid"] for result in (check, real, again)} == {first["object_guid"]}
    assert real["distinguished_name"] == f"CN=Doe\\, Jane,OU=People,{options['path']}"
    assert logon(options["name"], secret) == ""


def test_a_computer_is_no_user(run, target):
    assert "it is of the class computer" in run.error("ad_user", identity=f"{target.computers[0]}$", description="no")
