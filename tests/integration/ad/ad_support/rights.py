# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rights that the modules need on one organizational unit. The guide's table is this one, and so is what the tests
grant, all of it and all of it but one.

Masks of access rights: MS-ADTS 5.1.3.2. To rename takes the attribute that is the first part of the name, and C(name);
to move takes the same, to create in the new container and to delete in the old one (MS-ADTS 3.1.1.5.4.1).
"""

from __future__ import annotations

import dataclasses
import textwrap

CREATE, DELETE, WRITE, RESET, READ = "create", "delete", "write", "reset", "read"
# List contents, read properties, list object, read permissions.
MASKS = {CREATE: 0x1, DELETE: 0x2, WRITE: 0x20, RESET: 0x100, READ: 0x20094}
RESET_PASSWORD = "User-Force-Change-Password"

UNIT, GROUP, USER, COMPUTER = "organizationalUnit", "group", "user", "computer"
GMSA, SMSA = "msDS-GroupManagedServiceAccount", "msDS-ManagedServiceAccount"

_TYPE = {GMSA: "gmsa", SMSA: "smsa", USER: "user"}
_POLICIES = {
    "msDS-AssignedAuthNPolicy": "authentication_policy",
    "msDS-AssignedAuthNPolicySilo": "authentication_policy_silo",
}
_MANAGED = {
    "description": "description",
    "dNSHostName": "dns_hostname",
    "info": "ticket, decommissioned",
    "managedBy": "managed_by",
    "msDS-SupportedEncryptionTypes": "kerberos_encryption_types",
    "servicePrincipalName": "service_principal_names",
    "userAccountControl": "enabled, account_not_delegated",
    **_POLICIES,
}
# module and class -> attribute -> options that write it
WRITES: dict[tuple[str, str], dict[str, str]] = {
    ("ad_ou", UNIT): {"description": "description", "managedBy": "managed_by"},
    ("ad_group", GROUP): {
        "description": "description",
        "groupType": "scope, category",
        "managedBy": "managed_by",
        "member": "members",
        "sAMAccountName": "sam_account_name",
    },
    ("ad_group_members", GROUP): {"member": "members"},
    ("ad_user", USER): {
        "department": "department",
        "description": "description",
        "displayName": "display_name",
        "givenName": "firstname",
        "mail": "email",
        "manager": "manager",
        "sAMAccountName": "sam_account_name",
        "sn": "surname",
        "title": "title",
        "userAccountControl": "enabled, account_not_delegated, password_never_expires",
        "userPrincipalName": "upn",
        **_POLICIES,
    },
    ("ad_computer", COMPUTER): {
        "description": "description",
        "dNSHostName": "dns_hostname",
        "location": "location",
        "managedBy": "managed_by",
        "msDS-HostServiceAccount": "service_accounts",
        "msDS-SupportedEncryptionTypes": "kerberos_encryption_types",
        "sAMAccountName": "sam_account_name",
        "servicePrincipalName": "service_principal_names",
        "userAccountControl": "enabled",
        **_POLICIES,
    },
    ("ad_service_account", GMSA): {**_MANAGED, "msDS-GroupMSAMembership": "principals_allowed_to_retrieve"},
    ("ad_service_account", SMSA): _MANAGED,
    ("ad_service_account", USER): {
        "description": "description",
        "info": "ticket, decommissioned",
        "manager": "managed_by",
        "msDS-SupportedEncryptionTypes": "kerberos_encryption_types",
        "servicePrincipalName": "service_principal_names",
        "userAccountControl": "enabled, account_not_delegated, password_never_expires",
        "userPrincipalName": "upn",
        "userWorkstations": "logon_workstations",
        **_POLICIES,
    },
    **{
        ("ad_delegation", on): {"msDS-AllowedToActOnBehalfOfOtherIdentity": "allowed_to_act"}
        for on in (COMPUTER, GMSA, SMSA, USER)
    },
}


@dataclasses.dataclass(frozen=True)
class Right:
    """One right.

    does   one of the constants above
    on     class of the objects; for CREATE and DELETE of what the unit may hold; empty for READ, which is about all
    names  attributes of WRITE, extended right of RESET
    """

    does: str
    on: str = ""
    names: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """In words, as in the guide."""
        named = " and ".join(f"``{name}``" for name in self.names)
        return {
            CREATE: "create, in the unit and the units below",
            DELETE: "delete, from the unit and the units below",
            WRITE: f"write {named}",
            RESET: "the extended right Reset Password",
            READ: "list contents, read all properties, read permissions",
        }[self.does]


@dataclasses.dataclass(frozen=True)
class Need:
    """What a right is needed for: options of a module, or of all modules."""

    right: Right
    module: str
    options: str

    @property
    def why(self) -> str:
        """In words, as in the guide."""
        if not self.module:
            return self.options
        kind = _TYPE.get(self.right.on, "")
        typed = f" (``type: {kind}``)" if kind and self.module == "ad_service_account" else ""
        return f"``{self.module}``{typed}: {self.options}"


def needs() -> list[Need]:
    """All of them, class by class."""
    every = (
        "every module: find what is there, tell what is empty from what is hidden, and prove what was written;"
        " ``ad_privilege_info``: who may change it"
    )
    found = [Need(Right(READ), "", every)]
    for (module, on), attributes in WRITES.items():
        if module not in ("ad_group_members", "ad_delegation"):
            first = "ou" if on == UNIT else "cn"
            found += [
                Need(Right(CREATE, on), module, "create, move"),
                Need(Right(DELETE, on), module, "remove, move"),
                Need(Right(WRITE, on, (first, "name")), module, "rename, move"),
            ]
        found += [
            Need(Right(WRITE, on, (attribute,)), module, options) for attribute, options in sorted(attributes.items())
        ]
        if on == USER and module != "ad_delegation":
            found.append(
                Need(Right(RESET, on, (RESET_PASSWORD,)), module, "account_password, of an account that is there")
            )
    order = (READ, CREATE, DELETE, RESET, WRITE)
    classes = ("", UNIT, GROUP, USER, COMPUTER, GMSA, SMSA)
    return sorted(
        found, key=lambda need: (classes.index(need.right.on), order.index(need.right.does), need.right.names)
    )


def rights() -> list[Right]:
    """Each right once."""
    return list(dict.fromkeys(need.right for need in needs()))


def tables() -> list[str]:
    """The guide's tables, one for each class of objects."""
    lines: list[str] = []
    for on in dict.fromkeys(right.on for right in rights()):
        title = f"Objects of the class ``{on}``" if on else "The unit itself and everything below"
        lines += [f".. list-table:: {title}", "   :header-rows: 1", "   :widths: 40 60", ""]
        lines += ["   * - Right", "     - Needed for"]
        for right in rights():
            if right.on == on:
                reasons = "; ".join(need.why for need in needs() if need.right == right)
                first, *more = textwrap.wrap(reasons, 120, break_on_hyphens=False)
                lines += [f"   * - {right.label}", f"     - {first}", *(f"       {line}" for line in more)]
        lines.append("")
    return lines


def commands() -> list[str]:
    """The same for the command prompt of Windows: inherited by the unit and all below, or by all below of a class."""
    lines = ["set OU=OU=FlowOps,DC=example,DC=com", "set WHO=EXAMPLE\\svc-ansible"]
    for on in dict.fromkeys(right.on for right in rights()):
        of_class = [right for right in rights() if right.on == on]
        if not on:
            lines.append('dsacls "%OU%" /I:T /G "%WHO%:GR"')
            continue
        lines.append(f'dsacls "%OU%" /I:T /G "%WHO%:CCDC;{on}"')
        names = " ".join(dict.fromkeys(name for right in of_class if right.does == WRITE for name in right.names))
        lines += [f"{line} ^" for line in textwrap.wrap(f"for %a in ({names})", 110, break_on_hyphens=False)]
        lines.append(f' do dsacls "%OU%" /I:S /G "%WHO%:WP;%a;{on}"')
        if any(right.does == RESET for right in of_class):
            lines.append(f'dsacls "%OU%" /I:S /G "%WHO%:CA;Reset Password;{on}"')
    return lines
