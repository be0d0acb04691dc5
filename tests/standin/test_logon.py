# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who gets in, and who does not: NTLM, Kerberos, encryption."""

from __future__ import annotations

import os
import subprocess

import pytest
import requests
import winrm
from winrm.exceptions import InvalidCredentialsError, WinRMTransportError

SOAP = {"Content-Type": "application/soap+xml;charset=UTF-8"}


def protocol(host, **options) -> winrm.Protocol:
    settings = {
        "endpoint": f"http://{host.address}:5985/wsman",
        "transport": "ntlm",
        "username": f"LAB\\{host.user}",
        "password": host.password(),
        "message_encryption": "always",
    }
    return winrm.Protocol(**{**settings, **options})


def enter(host, **options) -> None:
    connection = protocol(host, **options)
    connection.close_shell(connection.open_shell())


@pytest.fixture
def ticket(host, tmp_path, monkeypatch):
    """A Kerberos ticket of the account that connects."""
    cache = f"FILE:{tmp_path}/ticket"
    monkeypatch.setenv("KRB5CCNAME", cache)
    monkeypatch.setenv("KRB5_CONFIG", str(host.paths.run / "krb5.conf"))
    command = ["kinit", f"{host.user}@LAB.TEST"]
    subprocess.run(command, input=host.password(), text=True, check=True, capture_output=True, env={**os.environ})
    return cache


@pytest.mark.parametrize("user", ["LAB\\{}", "{}@LAB.TEST", "{}@lab.test"])
def test_ntlm_in_every_spelling(host, user):
    enter(host, username=user.format(host.user))


def test_a_wrong_password_is_refused(host):
    with pytest.raises(InvalidCredentialsError):
        enter(host, password="wrong")


def test_an_unknown_account_is_refused(host):
    with pytest.raises(InvalidCredentialsError):
        enter(host, username="LAB\\nobody")


@pytest.mark.usefixtures("ticket")
def test_kerberos(host):
    enter(host, transport="kerberos", username=f"{host.user}@LAB.TEST", kerberos_hostname_override=host.fqdn)


def test_kerberos_without_a_ticket_is_refused(host, tmp_path, monkeypatch):
    monkeypatch.setenv("KRB5CCNAME", f"FILE:{tmp_path}/none")
    monkeypatch.setenv("KRB5_CONFIG", str(host.paths.run / "krb5.conf"))
    with pytest.raises(Exception, match=r"(?i)credential|ticket|kerberos"):
        enter(host, transport="kerberos", kerberos_hostname_override=host.fqdn)


@pytest.mark.usefixtures("ticket")
def test_a_ticket_for_another_service_is_refused(host):
    with pytest.raises(Exception, match=r"(?i)kerberos|401|unauthorized|credential"):
        enter(host, transport="kerberos", kerberos_hostname_override="win2.lab.test")


def test_unencrypted_messages_are_refused_over_http(host):
    with pytest.raises(WinRMTransportError, match="500"):
        enter(host, message_encryption="never")


def test_https_with_the_labs_certificate(host):
    endpoint = f"https://{host.address}:5986/wsman"
    enter(host, endpoint=endpoint, ca_trust_path=host.ca, message_encryption="auto")


def test_https_with_another_ca_is_refused(host):
    import certifi

    with pytest.raises(requests.exceptions.SSLError):
        enter(host, endpoint=f"https://{host.address}:5986/wsman", ca_trust_path=certifi.where())


def test_basic_is_not_offered(host):
    answer = requests.post(
        f"http://{host.address}:5985/wsman", headers=SOAP, auth=(host.user, host.password()), data="x", timeout=10
    )
    assert answer.status_code == 401
    assert "Basic" not in answer.headers["WWW-Authenticate"]


def test_a_user_who_is_no_administrator_stays_outside(ansible):
    """alice is a user of the domain; the host lets in local administrators only."""
    tasks = [{"name": "Ping", "ansible.windows.win_ping": {}}]
    outcome = ansible(tasks, ansible_user="LAB\\alice", ansible_password="irrelevant")
    assert outcome.code != 0


def test_health_needs_no_logon(host):
    assert requests.get(f"http://{host.address}:5985/health", timeout=10).json() == {"status": "ok"}
