# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An account that has exactly the rights that a test gives it, on one organizational unit and nowhere else.

The unit inherits nothing from above, so that no right comes from the domain's defaults.
"""

from __future__ import annotations

import secrets
import typing as t
import uuid

import ldap3
from ansible_collections.flowops.prefect.plugins.module_utils._ad import security_descriptor as sd
from ansible_collections.flowops.prefect.plugins.module_utils._ad import values
from ldap3.protocol.microsoft import security_descriptor_control

from ad_support.eye import Eye
from ad_support.rights import CREATE, DELETE, MASKS, RESET, Right

_DACL = 0x4
_PROTECTED = 0x1000
_NORMAL_ACCOUNT, _NEVER_EXPIRES = 0x200, 0x10000


class Delegate:
    """The account. unit is where it has rights; C(grant()) says which."""

    def __init__(self, eye: Eye, place: str) -> None:
        self._eye = eye
        self._guids: dict[tuple[str, str], str] = {}
        self.name = f"r{uuid.uuid4().hex[:12]}"
        self.password = f"Aa1{secrets.token_urlsafe(24)}"
        self.unit = f"OU=Delegated-{self.name},{place}"
        account = f"CN={self.name},{place}"
        eye.add(
            account,
            ["user"],
            sAMAccountName=self.name,
            userPrincipalName=eye.target.upn(self.name),
            userAccountControl=str(_NORMAL_ACCOUNT | _NEVER_EXPIRES),
            unicodePwd=f'"{self.password}"'.encode("utf-16-le"),
        )
        eye.add(self.unit, ["organizationalUnit"])
        self._sid = self._sid_of(account)
        self._keeper = self._sid_of(eye.dn_of(eye.target.user))

    def options(self) -> dict[str, object]:
        """Connection options of the modules, as this account."""
        target = self._eye.target
        return {**target.options(), "username": target.upn(self.name), "password": self.password}

    def grant(self, rights: t.Iterable[Right]) -> None:
        """Exactly these from now on. The account of the tests and administrators keep full control."""
        keepers = (self._keeper, sd.BUILTIN_ADMINISTRATORS)
        entries = [sd.allow(sid, sd.FULL_CONTROL, sd.CONTAINER_INHERIT) for sid in keepers]
        for right in rights:
            entries += self._entries(right)
        value = sd.SecurityDescriptor(dacl=tuple(entries), control=_PROTECTED).to_bytes()
        change = {"nTSecurityDescriptor": [(ldap3.MODIFY_REPLACE, [value])]}
        controls = security_descriptor_control(sdflags=_DACL)
        self._eye.done(self._eye.connection.modify(self.unit, change, controls=controls))

    def _entries(self, right: Right) -> list[sd.Ace]:
        """On the unit and all units below for children, on the objects of the class below for everything else."""
        mask = MASKS[right.does]
        if not right.on:
            return [sd.allow(self._sid, mask, sd.CONTAINER_INHERIT)]
        about = self._guid("class", right.on)
        if right.does in (CREATE, DELETE):
            return [self._entry(mask, sd.CONTAINER_INHERIT, about, None)]
        kind, flags = "right" if right.does == RESET else "attribute", sd.CONTAINER_INHERIT | sd.INHERIT_ONLY
        return [self._entry(mask, flags, self._guid(kind, name), about) for name in right.names]

    def _entry(self, mask: int, flags: int, about: str, below: str | None) -> sd.Ace:
        return sd.entry(sd.ALLOW_OBJECT, self._sid, mask, flags, object_type=about, inherited_object_type=below)

    def _guid(self, kind: str, name: str) -> str:
        """GUID of an attribute or a class of the schema, or of an extended right."""
        if (kind, name) not in self._guids:
            configuration = f"CN=Configuration,{self._eye.target.domain_dn}"
            if kind == "right":
                found = self._eye.get(f"CN={name},CN=Extended-Rights,{configuration}", "rightsGuid")
                assert found is not None, f"there is no right {name}"
                self._guids[kind, name] = found["rightsGuid"][0].decode()
            else:
                self._eye.connection.search(
                    f"CN=Schema,{configuration}", f"(lDAPDisplayName={name})", "LEVEL", attributes=["schemaIDGUID"]
                )
                (entry,) = self._eye.connection.response
                self._guids[kind, name] = values.guid_from_bytes(entry["raw_attributes"]["schemaIDGUID"][0])
        return self._guids[kind, name]

    def _sid_of(self, dn: str) -> str:
        found = self._eye.get(dn, "objectSid")
        assert found is not None, f"there is no {dn}"
        return values.sid_from_bytes(found["objectSid"][0])
