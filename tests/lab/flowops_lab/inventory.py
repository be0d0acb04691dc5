# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Inventories of the lab, one folder per transport. Passwords are looked up in their files when a play runs."""

from __future__ import annotations

import json
import shutil
import string
from pathlib import Path

from flowops_lab import names, prefect_server, python_artifact
from flowops_lab.console import LabError
from flowops_lab.paths import Paths

_TEMPLATES = Path(__file__).parent / "templates"


def transports() -> list[str]:
    return sorted(file.stem for file in (_TEMPLATES / "connections").glob("*.yml"))


def render(paths: Paths, transport: str) -> Path:
    """Write the inventory of one transport and return its folder."""
    if transport not in transports():
        raise LabError(
            f'no transport is called "{transport}"', "lab inventory", f"choose one of {', '.join(transports())}"
        )
    folder = paths.inventory / transport
    everyone = folder / "group_vars" / "all"
    shutil.rmtree(folder, ignore_errors=True)
    everyone.mkdir(parents=True)
    values = _values(paths)
    for source, target in (
        (_TEMPLATES / "connections" / f"{transport}.yml", everyone / "connection.yml"),
        (_TEMPLATES / "lab_facts.yml", everyone / "lab_facts.yml"),
        (_TEMPLATES / "group_vars_all.yml", everyone / "estate.yml"),
    ):
        target.write_text(string.Template(source.read_text()).substitute(values))
    auth_file = prefect_server.auth_file(paths)
    if auth_file.is_file():
        secret = {"flowops_prefect_auth_string": f"{{{{ lookup('ansible.builtin.file', '{auth_file}') }}}}"}
        (everyone / "prefect_secret.yml").write_text(json.dumps(secret) + "\n")
    hosts = {host.name: {"ansible_host": host.address, "lab_fqdn": host.fqdn} for host in names.WINDOWS_HOSTS}
    inventory = {"all": {"children": {"prefect_workers": {"hosts": hosts}}}}
    # JSON is YAML, and escapes by construction
    (folder / "hosts.yml").write_text(json.dumps(inventory, indent=2) + "\n")
    return folder


def _values(paths: Paths) -> dict[str, str]:
    archive = python_artifact.file(paths)
    checksum = archive.with_name(archive.name + ".sha256")
    return {
        "run": str(paths.run),
        "secrets": str(paths.secrets),
        "artifacts": str(paths.artifacts),
        "ca_cert": str(paths.run / "certificates" / "ca.pem"),
        "krb5_config": str(paths.run / "krb5.conf"),
        "python_archive": str(archive),
        "python_sha256": checksum.read_text().split()[0] if checksum.is_file() else "",
        "python_version": python_artifact.VERSION,
        "realm": names.REALM,
        "dns_domain": names.DNS_DOMAIN,
        "netbios": names.NETBIOS,
        "base_dn": names.BASE_DN,
        "delegated_ou": names.DELEGATED_OU,
        "dc_address": names.DC_ADDRESS,
        "dc_fqdn": names.DC_FQDN,
        "ansible_account": names.ANSIBLE_ACCOUNT,
        "prefect_api_url": names.PREFECT_API_URL,
        "host_accounts": json.dumps([f"{host.computer}$" for host in names.WINDOWS_HOSTS]),
        "work_queues": json.dumps([_queue(host.name) for host in names.WINDOWS_HOSTS]),
    }


def _queue(host: str) -> dict[str, str]:
    return {"name": host, "work_pool": "windows", "description": f"Runs that need the host {host}"}


def environment(paths: Paths) -> dict[str, str]:
    """What ansible-playbook needs in its environment to work with the lab."""
    from flowops_lab import collection

    return {
        "FLOWOPS_LAB": str(paths.home),
        "KRB5_CONFIG": str(paths.run / "krb5.conf"),
        "ANSIBLE_CONFIG": str(collection.configuration_file()),
        "ANSIBLE_COLLECTIONS_PATH": str(paths.collections),
    }
