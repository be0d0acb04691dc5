# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who manages authentication policies in the tests, and what Kerberos makes of them."""

from __future__ import annotations

import contextlib
import datetime
import pathlib
import re
import secrets
import subprocess
import typing as t
import uuid

import ldap3
from ansible_collections.flowops.prefect.plugins.module_utils._ad import security_descriptor as sd
from ansible_collections.flowops.prefect.plugins.module_utils._ad import values
from ldap3.protocol.microsoft import security_descriptor_control

from ad_support.eye import Eye, connect
from ad_support.kerberos import Kerberos
from ad_support.target import Target

_DACL = 0x4
_CLASSES = {"CN=AuthN Policies": "msDS-AuthNPolicy", "CN=AuthN Silos": "msDS-AuthNPolicySilo"}
_TIMES = re.compile(r"^(\S+ \S+)  (\S+ \S+)  krbtgt/", re.MULTILINE)


class Administrator(Eye):
    """Looks at what is outside of the container of the tests, and prepares it."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.connection = connect(target, target.administrator)
        self.configuration = f"CN=Configuration,{target.domain_dn}"
        self.home = f"CN=AuthN Policy Configuration,CN=Services,{self.configuration}"

    def policy(self, name: str) -> str:
        """DN of an authentication policy whose name needs no escape."""
        return f"CN={name},CN=AuthN Policies,{self.home}"

    def silo(self, name: str) -> str:
        """DN of a silo whose name needs no escape."""
        return f"CN={name},CN=AuthN Silos,{self.home}"

    @contextlib.contextmanager
    def keeper(self, place: str) -> t.Iterator[dict[str, object]]:
        """Connection options of an account that may create, change and remove policies and silos, and nothing else."""
        name, password = f"k{uuid.uuid4().hex[:12]}", f"Aa1{secrets.token_urlsafe(24)}"
        account = f"CN={name},{place}"
        self.add(
            account,
            ["user"],
            sAMAccountName=name,
            userPrincipalName=self.target.upn(name),
            userAccountControl="512",
            unicodePwd=f'"{password}"'.encode("utf-16-le"),
        )
        sid = self._one(account, "objectSid", values.sid_from_bytes)
        try:
            for container, name_of_class in _CLASSES.items():
                self._grant(f"{container},{self.home}", sid, self._class(name_of_class))
            yield {**self.target.options(), "username": self.target.upn(name), "password": password}
        finally:
            for container in _CLASSES:
                self._change(f"{container},{self.home}", lambda aces: [ace for ace in aces if ace.sid != sid])
            self.done(self.connection.delete(account))

    def sweep(self, mark: str) -> None:
        """Remove the policies and silos whose names contain the mark, as a failed test leaves them."""
        for container in reversed(_CLASSES):
            self.connection.search(f"{container},{self.home}", f"(cn=*{mark}*)", "LEVEL", attributes=["cn"])
            for found in [item["dn"] for item in self.connection.response if item["type"] == "searchResEntry"]:
                self.done(self.connection.delete(found))

    def _grant(self, dn: str, sid: str, about: str) -> None:
        below = sd.CONTAINER_INHERIT | sd.INHERIT_ONLY
        new = [
            sd.entry(sd.ALLOW_OBJECT, sid, sd.CREATE_CHILD | sd.DELETE_CHILD, object_type=about),
            sd.entry(sd.ALLOW_OBJECT, sid, sd.READ_PROPERTY | sd.WRITE_PROPERTY, below, inherited_object_type=about),
        ]
        self._change(dn, lambda aces: [*new, *aces])

    def _change(self, dn: str, change: t.Callable[[list[sd.Ace]], list[sd.Ace]]) -> None:
        controls = security_descriptor_control(sdflags=_DACL)
        self.connection.search(dn, "(objectClass=*)", "BASE", attributes=["nTSecurityDescriptor"], controls=controls)
        found = sd.parse(self.connection.response[0]["raw_attributes"]["nTSecurityDescriptor"][0])
        aces = change([ace for ace in found.dacl or () if not ace.inherited])
        value = sd.SecurityDescriptor(dacl=tuple(aces), control=found.control).to_bytes()
        operation = {"nTSecurityDescriptor": [(ldap3.MODIFY_REPLACE, [value])]}
        self.done(self.connection.modify(dn, operation, controls=controls))

    def _class(self, name: str) -> str:
        self.connection.search(
            f"CN=Schema,{self.configuration}", f"(lDAPDisplayName={name})", "LEVEL", attributes=["schemaIDGUID"]
        )
        (entry,) = self.connection.response
        return values.guid_from_bytes(entry["raw_attributes"]["schemaIDGUID"][0])

    def _one(self, dn: str, attribute: str, read: t.Callable[[bytes], str]) -> str:
        found = self.get(dn, attribute)
        assert found is not None, f"there is no {dn}"
        return read(found[attribute][0])


class Client(Kerberos):
    """A Kerberos client that can have its logon armoured by a host (RFC 6113), which proves where it comes from."""

    def logon_from(
        self, host: Kerberos | None, account: str, *, password: str = "", keytab: pathlib.Path | None = None
    ) -> str:
        """Get a ticket for an account; what the KDC said if it gave none."""
        armour = () if host is None else ("-T", f"FILE:{host.cache}")
        with_keytab = () if keytab is None else ("-k", "-t", str(keytab))
        return self._run("kinit", *armour, *with_keytab, f"{account}@{self._realm}", given=f"{password}\n")

    def minutes(self) -> int:
        """Lifetime of the ticket-granting ticket."""
        done = subprocess.run(["klist"], env=self._environment, capture_output=True, text=True, check=True)
        found = _TIMES.search(done.stdout)
        assert found is not None, done.stdout
        begin, end = (datetime.datetime.strptime(f"{time}+00:00", "%m/%d/%y %H:%M:%S%z") for time in found.groups())
        return round((end - begin).total_seconds() / 60)
