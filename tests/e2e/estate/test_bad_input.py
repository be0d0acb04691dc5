# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Wrong input ends in one line: which object, which server, why, what to do. Nothing is written."""

from __future__ import annotations

import pytest
import yaml
from e2e_support.lab import home

pytestmark = pytest.mark.usefixtures("described")
SITE = "flowops.prefect.site"
BRANCH = "OU=FlowOps,DC=lab,DC=test"
IDENTITY = ("--tags", "ad_identity")
CONTENT = ("--tags", "prefect_content")


def _account(**changes):
    known = {"managed_by": "alice", "description": "Is wrong", "ticket": "CHG-1"}
    item = {"name": "svc-wrong", "path": BRANCH, "dns_hostname": "svc-wrong.lab.test", **known, **changes}
    return {"ad_identity_ous": [], "ad_identity_groups": [], "ad_identity_service_accounts": [item]}


def _content(pools=(), queues=()):
    return {
        "prefect_content_work_pools": list(pools),
        "prefect_content_work_queues": list(queues),
        "prefect_content_variables": [],
    }


CASES = {
    "wrong password": (
        IDENTITY,
        {"flowops_ad_password": "not-the-password"},
        ("127.0.0.77", "svc-ansible@lab.test", "password"),
    ),
    "wrong certificate authority": (
        IDENTITY,
        {"flowops_ad_ca_cert": str(home() / "run" / "certificates" / "unrelated-ca.pem")},
        ("127.0.0.77", "certificate", "ca_cert"),
    ),
    "unknown group": (
        IDENTITY,
        _account(principals_allowed_to_retrieve={"add": ["GG-Nobody"]}),
        ("svc-wrong", "127.0.0.77", "GG-Nobody"),
    ),
    "unknown owner": (IDENTITY, _account(managed_by="GG-Nobody"), ("svc-wrong", "127.0.0.77", "GG-Nobody")),
    "no owner, no purpose, no ticket": (
        IDENTITY,
        _account(managed_by=None, description=None, ticket=None),
        ("svc-wrong", "127.0.0.77", "managed_by", "description", "ticket"),
    ),
    "account name over 15 characters": (IDENTITY, _account(name="svc-prefect-etl-1"), ("svc-prefect-etl-1", "15")),
    "work pool whose type changes": (
        CONTENT,
        _content(pools=[{"name": "windows", "type": "docker"}]),
        ("windows", "127.0.0.90", "type", "process"),
    ),
    "queue in a missing work pool": (
        CONTENT,
        _content(queues=[{"name": "urgent", "work_pool": "nowhere"}]),
        ("urgent", "127.0.0.90", "nowhere"),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_one_clear_line(ansible, estate, tmp_path, case):
    tags, variables, expected = CASES[case]
    extra = tmp_path / "extra.yml"
    extra.write_text(yaml.safe_dump(variables))
    before = estate.everything()
    run = ansible.playbook(SITE, *tags, "-e", f"@{extra}")
    assert run.status == 2, run.output[-4000:]
    # A loop ends with a summary of its own; the first failure is the item's.
    message = run.errors[0]
    print(message)
    assert "\n" not in message
    assert [word for word in expected if word.lower() not in message.lower()] == []
    assert "not-the-password" not in run.output
    assert "Traceback" not in run.output
    assert estate.everything() == before


def test_empty_variables_injected_by_awx_count_as_not_set(ansible):
    names = ("PREFECT_API_KEY", "PREFECT_API_AUTH_STRING", "PREFECT_API_SSL_CERT_FILE", "PREFECT_CLIENT_CUSTOM_HEADERS")
    names += tuple(f"MICROSOFT_AD_LDAP_{name}" for name in ("PORT", "TLS_MODE", "AUTH_PROTOCOL", "CA_CERT", "PASSWORD"))
    run = ansible.playbook(SITE, "--tags", "ad_identity,prefect_content", environment=dict.fromkeys(names, ""))
    assert run.status == 0, run.output[-4000:]
    assert run.changed["localhost"] == 0


def test_connection_from_the_environment_as_awx_injects_it(ansible, estate):
    environment = {
        "PREFECT_API_URL": estate.api,
        "PREFECT_API_AUTH_STRING": "",
        "MICROSOFT_AD_LDAP_SERVER": estate.directory,
        "MICROSOFT_AD_LDAP_USERNAME": estate.user,
        "MICROSOFT_AD_LDAP_PASSWORD": estate.password_file.read_text().strip(),
        "MICROSOFT_AD_LDAP_CA_CERT": str(estate.ca),
    }
    nothing = [f"flowops_ad_{name}=" for name in ("server", "username", "password", "ca_cert")]
    options = [part for name in (*nothing, "flowops_prefect_api_url=") for part in ("-e", name)]
    run = ansible.playbook(SITE, "--tags", "ad_identity,prefect_content", *options, environment=environment)
    assert run.status == 0, run.output[-4000:]
    assert run.changed["localhost"] == 0
