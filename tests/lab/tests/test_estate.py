# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole lab, started for real: domain controller, Prefect server, double of Prefect Cloud, two Windows hosts."""

from __future__ import annotations

import http.client
import json
import os
import pathlib
import re
import signal
import ssl
import stat
import subprocess
import time
from collections.abc import Iterator

import dns.message
import dns.query
import ldap3
import pytest
from flowops_lab import inventory, isolation, names, processes, secret_files
from flowops_lab.parts import PARTS
from lab_under_test import Lab, listeners

REFUSED = "insufficientAccessRights"


@pytest.fixture(scope="module")
def estate_up(lab: Lab) -> Lab:
    lab("up")
    return lab


@pytest.fixture
def directory(estate_up: Lab) -> Iterator[ldap3.Connection]:
    with connect(estate_up) as connection:
        yield connection


def connect(lab: Lab) -> ldap3.Connection:
    """Bound as the delegated account, over LDAPS with the lab's CA."""
    ca = lab.paths.run / "certificates" / "ca.pem"
    tls = ldap3.Tls(validate=ssl.CERT_REQUIRED, ca_certs_file=str(ca), valid_names=[names.DC_FQDN])
    server = ldap3.Server(names.DC_ADDRESS, port=636, use_ssl=True, tls=tls, get_info=ldap3.SCHEMA, connect_timeout=5)
    user = f"{names.ANSIBLE_ACCOUNT}@{names.DNS_DOMAIN}"
    password = secret_files.read(lab.paths.secrets / names.ANSIBLE_ACCOUNT)
    return ldap3.Connection(server, user, password, auto_bind=True, raise_exceptions=False)


def pids(lab: Lab) -> dict[str, int]:
    found = {name: processes.recorded(lab.paths, name) for name in PARTS}
    return {name: process.pid for name, process in found.items() if process}


def test_a_second_up_leaves_everything_as_it_is(estate_up):
    before = pids(estate_up)
    assert set(before) == set(PARTS)
    estate_up("up")
    assert pids(estate_up) == before


def test_status_is_a_table_with_every_part_running(estate_up):
    lines = estate_up("status").stdout.splitlines()
    assert lines[0].split() == ["PART", "STATE", "ADDRESS", "PID", "SINCE"]
    assert [line.split()[:2] for line in lines[1:]] == [[name, "running"] for name in PARTS]


def test_everything_listens_on_loopback_only(estate_up):
    assert set(pids(estate_up)) == set(PARTS)
    found = listeners()
    assert {
        ("127.0.0.77", 636),
        ("127.0.0.90", 4200),
        ("127.0.0.91", 4200),
        ("127.0.0.81", 5985),
        ("127.0.0.82", 5986),
    } <= set(found)
    assert [one for one in found if not one[0].startswith("127.")] == []


def test_reset_gives_the_empty_estate_back_in_time(estate_up):
    stray = f"OU=Stray,{names.DELEGATED_OU}"
    with connect(estate_up) as connection:
        assert connection.add(stray, "organizationalUnit"), connection.result
    ask_prefect("work_pools/", {"name": "stray", "type": "process"})
    begin = time.monotonic()
    estate_up("reset")
    took = time.monotonic() - begin
    with connect(estate_up) as connection:
        connection.search(names.DELEGATED_OU, "(objectClass=*)", attributes=["cn"])
        found = sorted(entry.entry_dn for entry in connection.entries)
    assert found == sorted(
        [names.DELEGATED_OU, f"CN={names.USER},{names.DELEGATED_OU}", f"CN={names.GROUP},{names.DELEGATED_OU}"]
    )
    assert ask_prefect("work_pools/filter", {}) == []
    assert took < allowed(15), f"reset took {took:.1f} s"


def test_the_delegated_account_creates_what_the_collection_manages(directory):
    unit = f"OU=Made,{names.DELEGATED_OU}"
    account = f"CN=svc-made,{unit}"
    assert directory.add(unit, "organizationalUnit"), directory.result
    assert directory.add(f"CN=GG-Made,{unit}", "group", {"sAMAccountName": "GG-Made"}), directory.result
    managed = {
        "sAMAccountName": "svc-made$",
        "dNSHostName": "svc-made.lab.test",
        "msDS-ManagedPasswordInterval": 30,
        "msDS-SupportedEncryptionTypes": 24,
        "userAccountControl": 4096,
        "servicePrincipalName": ["prefect/win1.lab.test"],
    }
    assert directory.add(account, "msDS-GroupManagedServiceAccount", managed), directory.result
    more = {"servicePrincipalName": [(ldap3.MODIFY_ADD, ["prefect/win2.lab.test"])]}
    assert directory.modify(account, more), directory.result
    for dn in (account, f"CN=GG-Made,{unit}", unit):
        assert directory.delete(dn), directory.result


def test_the_delegated_account_writes_who_may_act_for_others(directory):
    back = f"CN=Back,{names.DELEGATED_OU}"
    assert directory.add(back, "computer", {"sAMAccountName": "back$", "userAccountControl": 4096}), directory.result
    # self-relative, a DACL with one entry: S-1-5-9, enterprise domain controllers, full control
    entry = "00001400ff010f00" + "010100000000000509000000"
    value = bytes.fromhex("0100048000000000000000000000000014000000" + "04001c0001000000" + entry)
    acting = {"msDS-AllowedToActOnBehalfOfOtherIdentity": [(ldap3.MODIFY_REPLACE, [value])]}
    assert directory.modify(back, acting), directory.result
    assert directory.delete(back), directory.result


@pytest.mark.parametrize("ask", [dns.query.udp, dns.query.tcp])
@pytest.mark.usefixtures("estate_up")
def test_the_directory_is_found_by_its_dns(ask):
    def answer(name: str, kind: str) -> list[str]:
        found = ask(dns.message.make_query(name, kind), names.DC_ADDRESS, timeout=5)
        return [item.to_text() for section in found.answer for item in section]

    controller = f"{names.DC_FQDN}."
    for name, port in (("_ldap._tcp.dc._msdcs", 389), ("_gc._tcp", 3268), ("_kerberos._tcp", 88)):
        assert answer(f"{name}.{names.DNS_DOMAIN}", "SRV") == [f"0 100 {port} {controller}"]
    assert answer(names.DC_FQDN, "A") == [names.DC_ADDRESS]
    assert answer(f"nobody.{names.DNS_DOMAIN}", "A") == []


@pytest.mark.parametrize(
    ("parent", "kind", "attributes"),
    [
        (names.BASE_DN, "organizationalUnit", {}),
        (f"CN=Users,{names.BASE_DN}", "group", {"sAMAccountName": "stray"}),
        (f"CN=Managed Service Accounts,{names.BASE_DN}", "container", {}),
    ],
)
def test_the_delegated_account_creates_nothing_outside(directory, parent, kind, attributes):
    prefix = "OU" if kind == "organizationalUnit" else "CN"
    assert not directory.add(f"{prefix}=stray,{parent}", kind, attributes)
    assert directory.result["description"] == REFUSED


@pytest.mark.parametrize(
    ("dn", "attribute", "value"),
    [
        (
            f"CN=Domain Admins,CN=Users,{names.BASE_DN}",
            "member",
            f"CN={names.ANSIBLE_ACCOUNT},CN=Users,{names.BASE_DN}",
        ),
        (f"CN=Administrator,CN=Users,{names.BASE_DN}", "description", "changed"),
        (f"CN=WIN1,CN=Computers,{names.BASE_DN}", "servicePrincipalName", "HTTP/stray.lab.test"),
    ],
)
def test_the_delegated_account_changes_nothing_outside(directory, dn, attribute, value):
    assert not directory.modify(dn, {attribute: [(ldap3.MODIFY_ADD, [value])]})
    assert directory.result["description"] == REFUSED


def test_kerberos_works_for_the_account_and_with_a_hosts_keytab(estate_up, tmp_path):
    password = secret_files.read(estate_up.paths.secrets / names.ANSIBLE_ACCOUNT)
    env = {
        **os.environ,
        "KRB5_CONFIG": str(estate_up.paths.run / "krb5.conf"),
        "KRB5CCNAME": f"FILE:{tmp_path / 'cache'}",
    }
    asked = [
        (["kinit", f"{names.ANSIBLE_ACCOUNT}@{names.REALM}"], password),
        (["kvno", "-k", str(estate_up.paths.run / "keytabs" / "win1.keytab"), "HTTP/win1.lab.test"], ""),
        (["kinit", "-k", "-t", str(estate_up.paths.run / "keytabs" / "win2.keytab"), "WIN2$"], ""),
    ]
    for command, given in asked:
        done = subprocess.run(command, env=env, input=given, capture_output=True, text=True, timeout=30, check=False)
        assert done.returncode == 0, f"{command}: {done.stderr}"


def test_an_inventory_holds_no_password_and_finds_them_all(estate_up):
    known = [secret_files.read(file) for file in estate_up.paths.secrets.iterdir() if file.name != "ntlm-users"]
    variables = inventory.environment(estate_up.paths)
    for transport in inventory.transports():
        folder = estate_up("inventory", "--transport", transport).stdout.strip()
        text = "".join(file.read_text() for file in pathlib.Path(folder).rglob("*.yml"))
        assert [secret for secret in known if secret in text] == []
        ansible = estate_up.paths.virtual_environments / "ansible-2.19" / "bin" / "ansible"
        done = subprocess.run(
            [ansible, "-i", folder, "win1", "-m", "ansible.builtin.debug", "-a", "var=ansible_password", "-c", "local"],
            env={**os.environ, **variables},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert secret_files.read(estate_up.paths.secrets / names.ANSIBLE_ACCOUNT) in done.stdout, (
            done.stdout + done.stderr
        )


def test_every_secret_is_its_owners_alone(estate_up):
    for folder in ("secrets", "keytabs"):
        for file in (estate_up.paths.run / folder).iterdir():
            assert stat.S_IMODE(file.stat().st_mode) == 0o600, file
    for key in (estate_up.paths.run / "certificates").glob("*.key"):
        assert stat.S_IMODE(key.stat().st_mode) == 0o600, key


def test_no_password_is_on_a_command_line_or_in_a_log(estate_up):
    known = [secret_files.read(file) for file in estate_up.paths.secrets.iterdir() if file.name != "ntlm-users"]
    shown = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    for log in estate_up.paths.run_logs.iterdir():
        shown += log.read_text(errors="replace")
    assert [secret for secret in known if secret in shown] == []


@pytest.mark.parametrize("transport", inventory.transports())
def test_ansible_reaches_the_hosts(estate_up, transport):
    folder = estate_up("inventory", "--transport", transport).stdout.strip()
    ansible = estate_up.paths.virtual_environments / "ansible-2.19" / "bin" / "ansible"
    done = subprocess.run(
        [ansible, "-i", folder, "prefect_workers", "-m", "ansible.windows.win_ping"],
        env={**os.environ, **inventory.environment(estate_up.paths)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("ping: pong") == 2, done.stdout


def test_a_stopped_part_keeps_its_state(estate_up):
    kept = f"OU=Kept,{names.DELEGATED_OU}"
    with connect(estate_up) as connection:
        assert connection.add(kept, "organizationalUnit"), connection.result
    estate_up("stop", "directory")
    assert ("127.0.0.77", 636) not in listeners()
    assert re.search(r"^directory +stopped", estate_up("status", expect=1).stdout, re.MULTILINE)
    estate_up("start", "directory")
    with connect(estate_up) as connection:
        assert connection.delete(kept), connection.result


def test_a_reboot_gives_a_host_a_new_process_and_leaves_the_other(estate_up):
    before = pids(estate_up)
    estate_up("reboot", "win1")
    after = pids(estate_up)
    assert after["win1"] != before["win1"]
    assert {**after, "win1": 0} == {**before, "win1": 0}


@pytest.mark.parametrize("part", list(PARTS))
def test_a_killed_part_is_seen_and_comes_back(estate_up, part):
    os.kill(pids(estate_up)[part], signal.SIGKILL)
    deadline = time.monotonic() + 5
    while part in pids(estate_up) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert re.search(rf"^{part} +crashed", estate_up("status", expect=1).stdout, re.MULTILINE)
    estate_up("up")
    assert part in pids(estate_up)


def test_prefect_can_ask_for_a_password(estate_up):
    estate_up("reset", "prefect", "--prefect-auth", "basic")
    with pytest.raises(PermissionError):
        ask_prefect("work_pools/filter", {})
    folder = estate_up("inventory").stdout.strip()
    text = json.loads((estate_up.paths.inventory / "ntlm" / "group_vars" / "all" / "prefect_secret.yml").read_text())
    assert folder == str(estate_up.paths.inventory / "ntlm")
    assert "lookup(" in text["flowops_prefect_auth_string"]
    estate_up("reset", "prefect")
    assert ask_prefect("work_pools/filter", {}) == []


def test_an_address_that_is_taken_is_one_line(estate_up):
    estate_up("stop", "prefect")
    other = subprocess.Popen(
        ["python3", "-m", "http.server", "--bind", names.PREFECT_ADDRESS, str(names.PREFECT_PORT)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + 10
        while (names.PREFECT_ADDRESS, names.PREFECT_PORT) not in listeners() and time.monotonic() < deadline:
            time.sleep(0.05)
        said = estate_up("start", "prefect", expect=1).stderr.splitlines()
        assert "something else listens there (127.0.0.90:4200)" in said[-1]
    finally:
        other.kill()
        other.wait()
    estate_up("start", "prefect")


def test_down_leaves_no_process_no_mount_and_no_listener(estate_up, monkeypatch):
    # a crash in between must not matter, nor must a call that knows of fewer hosts than run
    os.kill(pids(estate_up)["win1"], signal.SIGKILL)
    monkeypatch.setenv("FLOWOPS_LAB_HOSTS", "1")
    root = os.path.realpath(estate_up.paths.root_folder)
    estate_up("down")
    assert processes.members(estate_up.paths) == []
    assert [pid for pid in running() if in_root(pid, root) and started_here(pid)] == []
    assert listeners() == []
    assert isolation.mounts_below(estate_up.paths.home) == []
    assert isolation.mounts_below(estate_up.paths.root_folder.resolve()) == []
    assert [entry.name for entry in estate_up.paths.run.iterdir()] == ["logs"]
    estate_up("down")


def test_a_warm_up_is_quick(lab):
    lab("down")
    begin = time.monotonic()
    lab("up")
    took = time.monotonic() - begin
    assert took < allowed(45), f"up took {took:.1f} s"
    assert processes.members(lab.paths)


def allowed(seconds: float) -> float:
    """The limits hold for a machine that does nothing else; one that others use as well gets its share of time more."""
    return seconds * max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


def running() -> list[int]:
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def in_root(pid: int, root: str) -> bool:
    try:
        return os.readlink(f"/proc/{pid}/root").startswith(root)
    except OSError:
        return False


def started_here(pid: int) -> bool:
    """Another lab may share the root folder: only what lives in this network is ours."""
    try:
        return os.readlink(f"/proc/{pid}/ns/net") == os.readlink("/proc/thread-self/ns/net")
    except OSError:
        return False


def ask_prefect(path: str, body: dict) -> object:
    """The body of the answer; PermissionError when the server wants a password."""
    connection = http.client.HTTPConnection(names.PREFECT_ADDRESS, names.PREFECT_PORT, timeout=10)
    try:
        connection.request("POST", f"/api/{path}", json.dumps(body), {"Content-Type": "application/json"})
        answer = connection.getresponse()
        content = answer.read()
    finally:
        connection.close()
    if answer.status == 401:
        raise PermissionError(answer.status)
    assert answer.status < 300, content
    return json.loads(content)
