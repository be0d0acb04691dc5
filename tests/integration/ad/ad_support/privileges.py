# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sets things up that a test about privileges needs: rights, delegation, membership in groups of administrators.

Where the account of the tests has the right, it does it itself; else an administrator of the domain does.
"""

from __future__ import annotations

import contextlib
import secrets
import typing as t

import ldap3
from ansible_collections.flowops.prefect.plugins.module_utils._ad import security_descriptor as sd
from ansible_collections.flowops.prefect.plugins.module_utils._ad import values
from ldap3.protocol.microsoft import security_descriptor_control

from ad_support.eye import Eye

_DACL = 0x4
GMSA = ("top", "person", "organizationalPerson", "user", "computer", "msDS-GroupManagedServiceAccount")
NORMAL_ACCOUNT, WORKSTATION = 0x200, 0x1000
RESET_PASSWORD = "00299570-246d-11d0-a768-00aa006e0529"
# Of servicePrincipalName, info, memberOf and msDS-GroupMSAMembership (MS-ADA1 to MS-ADA3).
SPN, INFO = "f3a64788-5306-11d1-a9c5-0000f80367c1", "bf96793e-0de6-11d0-a285-00aa003049e2"
MEMBER_OF, READERS = "bf967991-0de6-11d0-a285-00aa003049e2", "888eedd6-ce04-df40-b462-b8a50e41ba38"


class Stage:
    """Objects of one test, in a container of its own."""

    def __init__(self, eye: Eye, administrator: Eye, place: str, unique: str) -> None:
        self.eye, self.administrator, self.place, self.unique = eye, administrator, place, unique

    def name(self, short: str) -> str:
        """An account name that nobody else has."""
        return f"{short}-{self.unique}"

    def sid(self, dn: str) -> str:
        """SID of an object."""
        found = self.eye.get(dn, "objectSid")
        assert found is not None, f"there is no {dn}"
        return values.sid_from_bytes(found["objectSid"][0])

    def sid_of(self, account: str) -> str:
        """SID of an account of the lab."""
        return self.sid(self.eye.dn_of(account))

    def group(self, short: str, *members: str) -> str:
        """A group with members; its DN."""
        dn = f"CN={short},{self.place}"
        more = {"member": list(members)} if members else {}
        self.eye.add(dn, ["group"], sAMAccountName=self.name(short), groupType="-2147483646", **more)
        return dn

    def join(self, group: str, member: str) -> None:
        """One more member."""
        self.eye.done(self.eye.connection.modify(group, {"member": [(ldap3.MODIFY_ADD, [member])]}))

    def user(self, short: str, **attributes: t.Any) -> str:
        """An enabled user account; its DN."""
        dn = f"CN={short},{self.place}"
        self.eye.add(
            dn,
            ["user"],
            **{
                "sAMAccountName": self.name(short),
                "userAccountControl": str(NORMAL_ACCOUNT),
                "unicodePwd": f'"Aa1{secrets.token_urlsafe(20)}"'.encode("utf-16-le"),
                **attributes,
            },
        )
        return dn

    def gmsa(self, short: str, *readers: str, **attributes: t.Any) -> str:
        """A group managed service account whose password these SIDs may read; its DN."""
        dn = f"CN={short},{self.place}"
        self.eye.add(
            dn,
            list(GMSA),
            **{
                "sAMAccountName": f"{self.name(short)}$",
                "userAccountControl": str(WORKSTATION),
                "dNSHostName": f"{self.name(short)}.{self.eye.target.dns_domain}",
                "msDS-ManagedPasswordInterval": "30",
                "msDS-SupportedEncryptionTypes": "24",
                **({"msDS-GroupMSAMembership": sd.for_readers(readers).to_bytes()} if readers else {}),
                **attributes,
            },
        )
        return dn

    @contextlib.contextmanager
    def in_privileged_group(self, group: str, member: str) -> t.Iterator[None]:
        """A member of a group of administrators for a while."""
        connection = self.administrator.connection
        self.administrator.done(connection.modify(group, {"member": [(ldap3.MODIFY_ADD, [member])]}))
        try:
            yield
        finally:
            self.administrator.done(connection.modify(group, {"member": [(ldap3.MODIFY_DELETE, [member])]}))

    def grant(self, dn: str, *entries: sd.Ace) -> None:
        """Put entries in front of the object's own; what it inherits stays."""
        control = security_descriptor_control(sdflags=_DACL)
        connection = self.administrator.connection
        connection.search(dn, "(objectClass=*)", "BASE", attributes=["nTSecurityDescriptor"], controls=control)
        found = sd.parse(connection.response[0]["raw_attributes"]["nTSecurityDescriptor"][0])
        own = tuple(ace for ace in found.dacl or () if not ace.inherited)
        value = sd.SecurityDescriptor(dacl=(*entries, *own), control=found.control).to_bytes()
        change = {"nTSecurityDescriptor": [(ldap3.MODIFY_REPLACE, [value])]}
        self.administrator.done(connection.modify(dn, change, controls=control))

    def hide(self, dn: str, *attributes: str, permissions: bool = False) -> None:
        """Take from the account of the tests the right to read these attributes of an object, or its descriptor."""
        reader = self.sid_of(self.eye.target.user)
        hidden = [self._guid(name) for name in attributes]
        denied = [sd.entry(sd.DENY_OBJECT, reader, sd.READ_PROPERTY, object_type=guid) for guid in hidden]
        self.grant(dn, *([sd.deny(reader, sd.READ_CONTROL)] if permissions else []), *denied)

    def _guid(self, attribute: str) -> str:
        connection = self.administrator.connection
        base = f"CN=Schema,CN=Configuration,{self.eye.target.domain_dn}"
        connection.search(base, f"(lDAPDisplayName={attribute})", "LEVEL", attributes=["schemaIDGUID"])
        return values.guid_from_bytes(connection.response[0]["raw_attributes"]["schemaIDGUID"][0])

    def allow_to_act(self, dn: str, *sids: str) -> None:
        """Resource-based delegation."""
        value = sd.for_readers(sids).to_bytes()
        change = {"msDS-AllowedToActOnBehalfOfOtherIdentity": [(ldap3.MODIFY_REPLACE, [value])]}
        self.eye.done(self.eye.connection.modify(dn, change))

    def trust(self, dn: str, control: int, *services: str) -> None:
        """Delegation that only an administrator may give."""
        change = {"userAccountControl": [(ldap3.MODIFY_REPLACE, [str(control)])]}
        if services:
            change["msDS-AllowedToDelegateTo"] = [(ldap3.MODIFY_REPLACE, list(services))]
        self.administrator.done(self.administrator.connection.modify(dn, change))
