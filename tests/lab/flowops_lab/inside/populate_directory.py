# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fill the new domain, offline, before its first start. Runs inside the root folder with Samba's own Python.

The one argument is a JSON file: configuration, database, base_dn, delegated_ou, administrator, ansible_account,
user, group, hosts (name, fqdn, principals), secrets and keytabs (folders; a password lies in the file named
like its account).
"""

from __future__ import annotations

import json
import os
import pathlib
import sys

import ldb
from samba import enable_net_export_keytab, sd_utils
from samba.auth import system_session
from samba.net import Net
from samba.param import LoadParm
from samba.samdb import SamDB

FULL_CONTROL = "RPWPCRCCDCLCLORCWOWDSDDTSW"
NEVER_EXPIRES = 0x10000
NORMAL_ACCOUNT = 0x200
WORKSTATION = 0x1000
AES_ONLY = "24"
RESOURCE_BASED = "CN=ms-DS-Allowed-To-Act-On-Behalf-Of-Other-Identity,CN=Schema,CN=Configuration"


def main(plan: dict) -> None:
    let_clients_write_resource_based_delegation(plan)
    directory = opened(plan)[1]
    secrets = pathlib.Path(plan["secrets"])
    base, ou = plan["base_dn"], plan["delegated_ou"]

    directory.setpassword(f"(sAMAccountName={plan['administrator']})", (secrets / plan["administrator"]).read_text())
    add_user(directory, f"CN={plan['ansible_account']},CN=Users,{base}", plan["ansible_account"], plan, secrets)
    directory.add({"dn": ou, "objectClass": "organizationalUnit", "description": "Everything flowops.prefect manages"})
    delegate(directory, ou, plan["ansible_account"])

    user = f"CN={plan['user']},{ou}"
    add_user(directory, user, plan["user"], plan, secrets)
    directory.add(
        {
            "dn": f"CN={plan['group']},{ou}",
            "objectClass": "group",
            "sAMAccountName": plan["group"],
            "groupType": str(-2147483646),
            "member": user,
        }
    )
    for host in plan["hosts"]:
        add_computer(directory, host, base, secrets)
    del directory
    enable_net_export_keytab()
    for host in plan["hosts"]:
        export_keytab(plan, host)


def opened(plan: dict) -> tuple[LoadParm, SamDB]:
    """The configuration and the database, opened with the rights of the system itself."""
    loaded = configuration(plan)
    return loaded, SamDB(url=plan["database"], session_info=system_session(), lp=loaded)


def configuration(plan: dict) -> LoadParm:
    loaded = LoadParm()
    loaded.load(plan["configuration"])
    return loaded


def let_clients_write_resource_based_delegation(plan: dict) -> None:
    """Samba's schema reserves the attribute for the system itself; Windows lets whoever has the right write it. The
    schema is loaded when a database is opened, so this is done before anything else, with a handle of its own."""
    loaded = configuration(plan)
    loaded.set("dsdb:schema update allowed", "yes")
    directory = SamDB(url=plan["database"], session_info=system_session(), lp=loaded)
    change = ldb.Message(ldb.Dn(directory, f"{RESOURCE_BASED},{plan['base_dn']}"))
    change["systemOnly"] = ldb.MessageElement("FALSE", ldb.FLAG_MOD_REPLACE, "systemOnly")
    directory.modify(change, controls=["relax:0"])


def add_user(directory: SamDB, dn: str, name: str, plan: dict, secrets: pathlib.Path) -> None:
    """An enabled user whose password never expires: the snapshot is used for as long as its template lives."""
    directory.add(
        {
            "dn": dn,
            "objectClass": "user",
            "sAMAccountName": name,
            "userPrincipalName": f"{name}@{plan['dns_domain']}",
            "userAccountControl": str(NORMAL_ACCOUNT | NEVER_EXPIRES),
            "unicodePwd": encoded((secrets / name).read_text()),
            "msDS-SupportedEncryptionTypes": AES_ONLY,
        }
    )


def add_computer(directory: SamDB, host: dict, base: str, secrets: pathlib.Path) -> None:
    directory.add(
        {
            "dn": f"CN={host['computer']},CN=Computers,{base}",
            "objectClass": "computer",
            "sAMAccountName": f"{host['computer']}$",
            "userAccountControl": str(WORKSTATION | NEVER_EXPIRES),
            "unicodePwd": encoded((secrets / host["computer"]).read_text()),
            "dNSHostName": host["fqdn"],
            "servicePrincipalName": host["principals"],
            "msDS-SupportedEncryptionTypes": AES_ONLY,
            "operatingSystem": "Windows Server 2016 Standard (simulated)",
        }
    )


def export_keytab(plan: dict, host: dict) -> None:
    """Each principal in a process of its own: a second export in the same process crashes Samba 4.22's library."""
    file = pathlib.Path(plan["keytabs"]) / f"{host['name']}.keytab"
    for principal in (*host["principals"], f"{host['computer']}$"):
        child = os.fork()
        if child == 0:
            loaded, directory = opened(plan)
            Net(None, loaded).export_keytab(samdb=directory, keytab=str(file), principal=principal)
            os._exit(0)
        if os.waitpid(child, 0)[1] != 0:
            sys.exit(f"exporting the keys of {principal} to {file} failed")
    file.chmod(0o600)


def delegate(directory: SamDB, ou: str, account: str) -> None:
    """Full control over the organizational unit and what is below it, and over nothing else."""
    found = directory.search(expression=f"(sAMAccountName={account})", attrs=["objectSid"])
    sid = directory.schema_format_value("objectSID", found[0]["objectSid"][0]).decode()
    sd_utils.SDUtils(directory).dacl_add_ace(ldb.Dn(directory, ou), f"(A;CI;{FULL_CONTROL};;;{sid})")


def encoded(password: str) -> bytes:
    """unicodePwd's wire form: the quoted password in UTF-16."""
    return f'"{password}"'.encode("utf-16-le")


if __name__ == "__main__":
    main(json.loads(pathlib.Path(sys.argv[1]).read_text()))
