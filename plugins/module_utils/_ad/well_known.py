# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Principals that every domain or every Windows has, and what they can do. For internal use by this collection only.

Numbers: MS-DTYP 2.4.2.4. What they can do: Microsoft's "Privileged accounts and groups in Active Directory" and "Active
Directory security groups". A group is known by the end of its SID, because its name is translated and can be changed;
a few groups get whatever number is free, and are known by their name.
"""

from __future__ import annotations

import dataclasses

CRITICAL, WARNING, INFO = "critical", "warning", "info"

SELF, OWNER_RIGHTS, CREATOR_OWNER = "S-1-5-10", "S-1-3-4", "S-1-3-0"
EVERYONE, AUTHENTICATED_USERS, LOCAL_SYSTEM = "S-1-1-0", "S-1-5-11", "S-1-5-18"
# What every account of the domain is, without being a member of it.
IMPLICIT = (EVERYONE, AUTHENTICATED_USERS)
_BUILTIN = "S-1-5-32-"
_DOMAIN = "S-1-5-21-"


@dataclasses.dataclass(frozen=True)
class Privilege:
    """What a member can do, as the predicate of a sentence, and how bad that is for an account that needs it not."""

    can: str
    severity: str


# Last number of a group of a domain.
_DOMAIN_GROUPS = {
    498: Privilege("holds copies of the forest's directory", WARNING),  # Enterprise Read-only Domain Controllers
    512: Privilege("administers the domain and every host in it", CRITICAL),  # Domain Admins
    516: Privilege("is treated as a domain controller and may copy every password", CRITICAL),  # Domain Controllers
    517: Privilege("publishes certificates for all accounts", WARNING),  # Cert Publishers
    518: Privilege("changes the schema of the forest", CRITICAL),  # Schema Admins
    519: Privilege("administers every domain of the forest", CRITICAL),  # Enterprise Admins
    520: Privilege("makes group policies, with which hosts run code", WARNING),  # Group Policy Creator Owners
    521: Privilege("holds a copy of the directory", WARNING),  # Read-only Domain Controllers
    522: Privilege("may be cloned as a domain controller", WARNING),  # Cloneable Domain Controllers
    526: Privilege("gives accounts keys to log on with", CRITICAL),  # Key Admins
    527: Privilege("gives accounts of the forest keys to log on with", CRITICAL),  # Enterprise Key Admins
    553: Privilege("reads the remote access properties of all users", INFO),  # RAS and IAS Servers
    571: Privilege(
        "has its password copied to read-only domain controllers", INFO
    ),  # Allowed RODC Password Replication
}
# Last number of a builtin group. Those of the domain are about its domain controllers.
_BUILTIN_GROUPS = {
    544: Privilege("administers the domain controllers, and so the domain", CRITICAL),  # Administrators
    548: Privilege("creates and changes accounts and groups of the domain", CRITICAL),  # Account Operators
    549: Privilege("changes services and files on domain controllers", CRITICAL),  # Server Operators
    550: Privilege("loads drivers on domain controllers", CRITICAL),  # Print Operators
    551: Privilege("reads and replaces every file on domain controllers", CRITICAL),  # Backup Operators
    552: Privilege("replicates files between domain controllers", WARNING),  # Replicator
    554: Privilege("reads all properties of users and groups", INFO),  # Pre-Windows 2000 Compatible Access
    555: Privilege("logs on to domain controllers by remote desktop", WARNING),  # Remote Desktop Users
    556: Privilege(
        "changes the network configuration of domain controllers", WARNING
    ),  # Network Configuration Operators
    557: Privilege("makes the forest trust another one", CRITICAL),  # Incoming Forest Trust Builders
    558: Privilege("reads performance counters of domain controllers", INFO),  # Performance Monitor Users
    559: Privilege("collects performance logs of domain controllers", INFO),  # Performance Log Users
    562: Privilege("starts COM objects on domain controllers", INFO),  # Distributed COM Users
    569: Privilege("changes cryptographic settings of domain controllers", WARNING),  # Cryptographic Operators
    573: Privilege("reads the event logs of domain controllers", INFO),  # Event Log Readers
    574: Privilege("talks to certification authorities on domain controllers", INFO),  # Certificate Service DCOM Access
    578: Privilege("controls virtual machines, domain controllers among them", WARNING),  # Hyper-V Administrators
    579: Privilege("queries rights and permissions on domain controllers", INFO),  # Access Control Assistance Operators
    580: Privilege("logs on to domain controllers by WinRM", WARNING),  # Remote Management Users
    582: Privilege("controls storage replication, disks of domain controllers among it", WARNING),  # Storage Replica
}
_NAMED_GROUPS = {
    "dnsadmins": Privilege("makes the DNS service of domain controllers load code", CRITICAL),
    "dnsupdateproxy": Privilege("makes DNS records that everybody may change", WARNING),
    "dhcp administrators": Privilege("changes the DHCP servers, domain controllers among them", WARNING),
    "exchange windows permissions": Privilege("may change permissions on the domain", CRITICAL),
    "exchange trusted subsystem": Privilege("may change permissions on the domain", CRITICAL),
    "organization management": Privilege("administers Exchange, and through it accounts of the domain", CRITICAL),
}
# Accounts, and groups whose members the directory marks with adminCount and keeps from inheriting rights; it calls them
# protected (MS-ADTS 3.1.1.6.1.2).
_PROTECTED = frozenset({500, 502, 512, 516, 518, 519, 521, 526, 527})
_PROTECTED_BUILTIN = frozenset({544, 548, 549, 550, 551, 552})
_PROTECTED_USERS = 525
# Groups that are "everybody" in practice: by default each user may add computers to the domain.
_BROAD_DOMAIN_GROUPS = {513: "Domain Users", 514: "Domain Guests", 515: "Domain Computers"}
_BROAD_SIDS = frozenset(
    {EVERYONE, AUTHENTICATED_USERS, "S-1-5-2", "S-1-5-4", "S-1-5-7", "S-1-5-15"}
    | {f"{_BUILTIN}{number}" for number in (545, 546, 554)}
)
# Who administers a domain by default: System, Enterprise Domain Controllers, Administrators, Account Operators, and the
# account itself, which by default may write a few of its own attributes.
_ADMINISTRATORS = frozenset({LOCAL_SYSTEM, "S-1-5-9", f"{_BUILTIN}544", f"{_BUILTIN}548", SELF})
_ADMINISTERING_DOMAIN_GROUPS = frozenset({512, 526})
_ADMINISTERING_FOREST_GROUPS = frozenset({518, 519, 527})

_FUTURE_GROUPS = {526: "Key Admins", 527: "Enterprise Key Admins"}
# Principals that have no object.
_NAMES = {
    "S-1-0-0": "Nobody",
    EVERYONE: "Everyone",
    "S-1-2-0": "Local",
    CREATOR_OWNER: "Creator Owner",
    "S-1-3-1": "Creator Group",
    OWNER_RIGHTS: "Owner Rights",
    "S-1-5-1": "Dialup",
    "S-1-5-2": "Network",
    "S-1-5-3": "Batch",
    "S-1-5-4": "Interactive",
    "S-1-5-6": "Service",
    "S-1-5-7": "Anonymous Logon",
    "S-1-5-9": "Enterprise Domain Controllers",
    SELF: "Self",
    AUTHENTICATED_USERS: "Authenticated Users",
    "S-1-5-12": "Restricted",
    "S-1-5-13": "Terminal Server User",
    "S-1-5-14": "Remote Interactive Logon",
    "S-1-5-15": "This Organization",
    LOCAL_SYSTEM: "System",
    "S-1-5-19": "Local Service",
    "S-1-5-20": "Network Service",
    "S-1-5-1000": "Other Organization",
    "S-1-18-1": "Authentication authority asserted identity",
    "S-1-18-2": "Service asserted identity",
}


def name_of(sid: str) -> str | None:
    """Name of a principal that needs no object; None for all others."""
    return _NAMES.get(sid)


def name_of_future(sid: str) -> str | None:
    """Name of a group that a domain has only once it had a new enough domain controller, and that is granted something
    before; None for all others."""
    return _FUTURE_GROUPS.get(_last_number(sid)) if sid.startswith(_DOMAIN) else None


def privilege(sid: str, name: str) -> Privilege | None:
    """What members of a group can do that others cannot.

    sid   of the group; empty if it cannot be read, then only the name tells
    name  sAMAccountName
    """
    number = _last_number(sid)
    found = _DOMAIN_GROUPS.get(number) if sid.startswith(_DOMAIN) else None
    if sid.startswith(_BUILTIN):
        found = _BUILTIN_GROUPS.get(number)
    return found or _NAMED_GROUPS.get(name.lower())


def privilege_of(sid: str, name: str) -> str | None:
    """Why no service account should be in a group; None for a group that is nothing special."""
    found = privilege(sid, name)
    return None if found is None or found.severity == INFO else f"it {found.can}"


def is_protected(sid: str) -> bool:
    """Whether the directory keeps adminCount on the account with this SID, or on the members of the group."""
    if sid.startswith(_BUILTIN):
        return _last_number(sid) in _PROTECTED_BUILTIN
    return sid.startswith(_DOMAIN) and _last_number(sid) in _PROTECTED


def is_protected_users(sid: str) -> bool:
    """Whether it is the group whose members have no RC4, no NTLM and no delegation: a good one to be in, for people."""
    return sid.startswith(_DOMAIN) and _last_number(sid) == _PROTECTED_USERS


def is_broad(sid: str) -> bool:
    """Whether practically everybody is in it."""
    return sid in _BROAD_SIDS or (sid.startswith(_DOMAIN) and _last_number(sid) in _BROAD_DOMAIN_GROUPS)


def administers(sid: str, domain: str, *, in_forest: bool) -> bool:
    """Whether a principal may change everything in the domain anyhow.

    domain     SID of the domain
    in_forest  whether the principal is of this forest; groups of other forests have the same last numbers
    """
    if sid in _ADMINISTRATORS or sid == f"{domain}-500":
        return True
    number = _last_number(sid)
    if sid.startswith(f"{domain}-") and number in _ADMINISTERING_DOMAIN_GROUPS:
        return True
    return (in_forest or sid.startswith(f"{domain}-")) and number in _ADMINISTERING_FOREST_GROUPS


def domain_of(sid: str) -> str:
    """SID of the domain of an account or group; empty for a principal that is of no domain."""
    return sid.rpartition("-")[0] if sid.startswith(_DOMAIN) else ""


def _last_number(sid: str) -> int:
    return int(sid.rpartition("-")[2]) if sid else -1
