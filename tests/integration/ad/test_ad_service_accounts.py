# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Group managed service accounts: who really gets the password, SPNs, and what is refused."""

from __future__ import annotations

import pytest
from ad_support.runner import Step


@pytest.fixture
def owned(target):
    """Owner, purpose and ticket."""
    return {"owner": target.other_user, "purpose": "Nightly loads", "ticket": "CHG-1"}


@pytest.fixture
def account(place, unique, owned):
    """Options that describe a new account, and its DN."""
    name = f"g{unique}"
    return {"name": name, "path": place, "dns_hostname": f"{name}.lab.test", **owned}, f"CN={name},{place}"


def test_only_an_allowed_computer_gets_the_password(run, eye, target, account):
    options, dn = account
    first, second = target.computers
    run.one("ad_service_account", **options, principals_allowed_to_retrieve={"set": [f"{first}$"]})
    assert eye.managed_password(first, dn)
    assert eye.managed_password(second, dn) is None

    run.one("ad_service_account", **options, principals_allowed_to_retrieve={"set": [f"{second}$"]})
    assert eye.managed_password(first, dn) is None
    assert eye.managed_password(second, dn)


def test_by_way_of_a_group(run, eye, target, account, place, unique):
    options, dn = account
    hosts = {"name": f"GG-{unique}", "path": place}
    run.all(
        Step("ad_group", {**hosts, "members": {"add": [f"{target.computers[0]}$"]}}),
        Step("ad_service_account", {**options, "principals_allowed_to_retrieve": {"add": [hosts["name"]]}}),
    )
    assert eye.managed_password(target.computers[0], dn)
    assert eye.managed_password(target.computers[1], dn) is None


def test_a_new_account_is_enabled_and_aes_only(run, eye, account):
    options, dn = account
    result = run.one("ad_service_account", **options)
    assert result["service_account"]["kerberos_encryption_types"] == ["aes128", "aes256"]
    assert eye.texts(dn, "msDS-SupportedEncryptionTypes") == ["24"]
    assert eye.texts(dn, "userAccountControl") == [str(0x1000 | 0x100000)]
    assert eye.texts(dn, "sAMAccountName") == [f"{options['name']}$"]
    assert eye.texts(dn, "msDS-ManagedPasswordInterval") == ["30"]
    assert eye.texts(dn, "objectClass")[0] != "msDS-ManagedServiceAccount"


def test_rc4_that_somebody_switched_on_is_switched_off_again(run, eye, account):
    options, dn = account
    run.one("ad_service_account", **options)
    eye.set(dn, "msDS-SupportedEncryptionTypes", "28")
    result = run.one("ad_service_account", **options)
    assert result["diff"]["before"]["kerberos_encryption_types"] == ["aes128", "aes256", "rc4"]
    assert eye.texts(dn, "msDS-SupportedEncryptionTypes") == ["24"]


def test_other_bits_of_the_encryption_types_survive(run, eye, account):
    options, dn = account
    run.one("ad_service_account", **options)
    eye.set(dn, "msDS-SupportedEncryptionTypes", str(0x50000 | 28))
    run.one("ad_service_account", **options)
    assert eye.texts(dn, "msDS-SupportedEncryptionTypes") == [str(0x50000 | 24)]


@pytest.mark.parametrize("check", [True, False])
def test_a_principal_of_which_only_the_sid_is_left(check, run, account, place, unique):
    options, _dn = account
    sid = run.one("ad_group", name=f"GG-{unique}", path=place)["sid"]
    run.one("ad_service_account", **options, principals_allowed_to_retrieve={"set": [f"GG-{unique}"]})
    run.one("ad_group", name=f"GG-{unique}", path=place, state="absent")
    result = run.one("ad_service_account", check=check, **options, principals_allowed_to_retrieve={"remove": [sid]})
    assert result["changed"] is True
    assert result["service_account"]["principals_allowed_to_retrieve"] == []


def test_other_bits_of_the_account_survive(run, eye, account):
    options, dn = account
    run.one("ad_service_account", **options)
    eye.set(dn, "userAccountControl", str(0x1000 | 0x10000))
    run.one("ad_service_account", **options, enabled=False)
    assert eye.texts(dn, "userAccountControl") == [str(0x1000 | 0x10000 | 0x2)]


def test_service_principal_names_are_compared_without_case(run, eye, account):
    options, dn = account
    name = options["name"]

    def with_names(**verbs):
        return Step("ad_service_account", {**options, "service_principal_names": verbs})

    results = run.all(
        with_names(set=[f"HTTP/{name}.lab.test", f"HTTP/{name}"]),
        with_names(add=[f"http/{name}.LAB.test"]),
        with_names(remove=[f"HTTP/{name.upper()}"], add=[f"MSSQLSvc/{name}.lab.test:1433"]),
    )
    assert [result["changed"] for result in results] == [True, False, True]
    assert eye.texts(dn, "servicePrincipalName") == [f"HTTP/{name}.lab.test", f"MSSQLSvc/{name}.lab.test:1433"]


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize("exists", [True, False])
def test_a_service_principal_name_that_belongs_to_another_account(
    check, exists, run, eye, account, owned, place, unique
):
    """Found out before the write, in the whole forest: check mode says it as well, and nothing is left behind."""
    options, dn = account
    name = f"HTTP/{unique}.lab.test"
    other = {"name": f"o{unique}", "path": place, "dns_hostname": f"o{unique}.lab.test", **owned}
    run.one("ad_service_account", **other, service_principal_names={"add": [name]})
    if exists:
        run.one("ad_service_account", **options)
    wanted = {**options, "purpose": "Another purpose", "service_principal_names": {"add": [name.upper()]}}
    message = run.error("ad_service_account", check=check, **wanted)
    assert f"'{name.upper()}' in 'service_principal_names' belongs to 'CN=o{unique},{place}'" in message
    assert "Take it away from that object first" in message
    assert (eye.get(dn) is not None) is exists
    if exists:
        assert eye.texts(dn, "description") == ["Nightly loads"]


def test_an_unknown_group_is_named(run, eye, account):
    options, dn = account
    message = run.error("ad_service_account", **options, principals_allowed_to_retrieve={"add": ["GG-Unknown"]})
    assert "there is no principal 'GG-Unknown'" in message
    assert "127.0.0.77:636" in message or run.defaults["server"] in message
    assert eye.get(dn) is None


@pytest.mark.parametrize("check", [True, False])
def test_a_name_of_more_than_15_characters(check, run, place):
    options = {"name": "gmsa-prefect-workers", "path": place, "dns_hostname": "x.lab.test"}
    message = run.error("ad_service_account", check=check, **options)
    assert "'gmsa-prefect-workers': the account name has 20 characters" in message
    assert "at most 15" in message


def test_a_name_with_the_dollar_sign(run, place):
    assert "Write 'gmsa-x'" in run.error("ad_service_account", name="gmsa-x$", path=place, dns_hostname="x.lab.test")


@pytest.mark.parametrize("check", [True, False])
def test_the_interval_is_fixed_at_creation(check, run, account):
    options, _dn = account
    run.one("ad_service_account", **options, managed_password_interval=60)
    message = run.error("ad_service_account", check=check, **options, managed_password_interval=30)
    assert "it is '60' and is fixed at creation" in message


def test_what_is_needed_to_create_one(run, place, unique):
    message = run.error("ad_service_account", name=f"g{unique}", path=place)
    assert "these options are needed to create it: managed_by, description, ticket, dns_hostname" in message


def test_an_object_without_sid_can_be_granted_nothing(run, account, place):
    options, _dn = account
    message = run.error("ad_service_account", **options, principals_allowed_to_retrieve={"add": [place]})
    assert f"'{place}', which has no SID" in message
