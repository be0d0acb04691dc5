# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading objects."""

from __future__ import annotations

import pytest
from ad_support.runner import Step


@pytest.fixture
def things(run, eye, place, unique):
    """Two groups, one in the other, with one service account inside."""
    names = {kind: f"{kind}{unique}" for kind in ("top", "low", "acc")}
    account = {
        "sAMAccountName": f"{names['acc']}$",
        "dNSHostName": f"{names['acc']}.lab.test",
        "userAccountControl": "4096",
        "msDS-SupportedEncryptionTypes": "24",
        "msDS-ManagedPasswordInterval": "30",
    }
    eye.add(f"CN={names['acc']},{place}", ["msDS-GroupManagedServiceAccount"], **account)
    run.all(
        Step("ad_group", {"name": names["low"], "path": place, "members": {"set": [f"{names['acc']}$"]}}),
        Step("ad_group", {"name": names["top"], "path": place, "members": {"set": [names["low"]]}}),
    )
    return names


def found(result):
    assert not result["failed"], result["msg"]
    assert result["changed"] is False
    return [item["name"] for item in result["objects"]]


def test_searches(run, things, place):
    inside = {"search_base": place}
    searches = {
        "type": {**inside, "type": "group"},
        "match": {**inside, "match": {"cn": things["top"].upper()}},
        "match nothing": {**inside, "match": {"cn": "*"}},
        "prefix": {**inside, "starts_with": {"cn": "a"}},
        "member": {"member_of": things["top"]},
        "nested": {"member_of": things["top"], "nested": True},
        "nested type": {"member_of": things["top"], "nested": True, "type": "service_account"},
        "base": {**inside, "search_scope": "base"},
        "one level": {"search_base": place, "search_scope": "one_level", "type": "service_account"},
    }
    results = dict(
        zip(searches, run.all(*(Step("ad_object_info", search) for search in searches.values())), strict=True)
    )
    assert {name: found(result) for name, result in results.items()} == {
        "type": [things["low"], things["top"]],
        "match": [things["top"]],
        "match nothing": [],
        "prefix": [things["acc"]],
        "member": [things["low"]],
        "nested": [things["acc"], things["low"]],
        "nested type": [things["acc"]],
        "base": [place.partition(",")[0].removeprefix("OU=")],
        "one level": [things["acc"]],
    }


def test_one_object_by_every_identity(run, things, place):
    account = f"{things['acc']}$"
    first = run.one("ad_object_info", identity=account, properties=["msDS-SupportedEncryptionTypes", "mail"])
    (item,) = first["objects"]
    assert item["distinguished_name"] == f"CN={things['acc']},{place}"
    assert item["object_class"] == "msDS-GroupManagedServiceAccount"
    assert item["sam_account_name"] == account
    assert item["enabled"] is True
    assert not {"through", "by_primary_group"} & item.keys()
    assert item["properties"] == {"msDS-SupportedEncryptionTypes": ["24"], "mail": []}
    identities = [item["object_guid"], item["sid"], item["distinguished_name"].lower()]
    for result in run.all(*(Step("ad_object_info", {"identity": identity}) for identity in identities)):
        assert found(result) == [things["acc"]]


def test_an_object_that_is_not_there_is_no_error(run, unique):
    assert run.one("ad_object_info", identity=f"no{unique}")["objects"] == []


@pytest.mark.parametrize("options", [{"search_base": "OU=Nope,{domain}"}, {"member_of": "GG-Nope"}])
def test_a_place_or_group_that_is_not_there(options, run, target):
    options = {name: value.format(domain=target.domain_dn) for name, value in options.items()}
    assert "there is no" in run.error("ad_object_info", **options)
    predicted = run.one("ad_object_info", check=True, **options)
    assert predicted["objects"] == []
    assert len(predicted["predicted"]) == 1


SECRETS = ["msDS-ManagedPassword", "unicodePwd", "ms-Mcs-AdmPwd", "msFVE-RecoveryPassword", "MSSFU30PASSWORD"]


@pytest.mark.parametrize("name", [*SECRETS, "trustAuthOutgoing", "supplementalCredentials"])
def test_passwords_are_not_read(name, run):
    assert "it holds a password or a key" in run.error("ad_object_info", identity="x", properties=[name])


def test_an_attribute_name_cannot_carry_a_filter(run):
    assert "is not the LDAP name of an attribute" in run.error("ad_object_info", match={"cn=*)(objectClass": "x"})


@pytest.mark.parametrize(
    "name",
    ["1.2.840.113556.1.4.2196", "OID.1.2.840.113556.1.4.2196", " unicodePwd", "unicodePwd ", "unicodePwd;binary", "*"],
)
@pytest.mark.parametrize("option", ["properties", "match", "starts_with"])
def test_no_other_spelling_leads_to_a_secret(option, name, run):
    value = [name] if option == "properties" else {name: "x"}
    assert "is not the LDAP name of an attribute" in run.error("ad_object_info", **{option: value})


def test_what_the_forest_calls_confidential_is_not_read(run, administrator, target):
    """Found in the schema, since every forest may mark its own attributes."""
    schema = f"CN=Schema,CN=Configuration,{target.domain_dn}"
    condition = "(&(objectClass=attributeSchema)(searchFlags:1.2.840.113556.1.4.803:=128))"
    administrator.connection.search(schema, condition, "LEVEL", attributes=["lDAPDisplayName"])
    marked = [item["raw_attributes"]["lDAPDisplayName"][0].decode() for item in administrator.connection.response]
    assert len(marked) > 3
    for name in (*marked, marked[0].upper()):
        message = run.error("ad_object_info", identity=target.other_user, properties=["description", name])
        assert f"'{name}'" in message
        assert "shows no secrets" in message
