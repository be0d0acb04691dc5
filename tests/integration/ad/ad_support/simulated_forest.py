# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The objects that simulated domain controllers serve: domains of one forest, in memory.

Modelled is what the tests need: identifiers, classes, names, and C(member) with C(memberOf) as links that follow a
renamed object and end with a deleted one. There is a schema of a few attributes, no access control but C(hidden) and
C(unreadable), and no replication: all domain controllers of one process look at the same objects.
"""

from __future__ import annotations

import functools
import itertools
import re
import struct
import typing as t
import uuid

from ldap3.utils.dn import parse_dn

DN_ATTRIBUTES = frozenset({"distinguishedname", "member", "memberof", "managedby", "ncname"})
_CLASSES = {
    "organizationalUnit": ["top", "organizationalUnit"],
    "container": ["top", "container"],
    "group": ["top", "group"],
    "user": ["top", "person", "organizationalPerson", "user"],
    "computer": ["top", "person", "organizationalPerson", "user", "computer"],
    "contact": ["top", "person", "organizationalPerson", "contact"],
    "foreignSecurityPrincipal": ["top", "foreignSecurityPrincipal"],
    "domainDNS": ["top", "domain", "domainDNS"],
    "crossRef": ["top", "crossRef"],
    "crossRefContainer": ["top", "crossRefContainer"],
    "dMD": ["top", "dMD"],
    "attributeSchema": ["top", "attributeSchema"],
}
# What the schema tells of; none of it is confidential.
_ATTRIBUTES = ("cn", "description", "mail", "member", "objectClass", "sAMAccountName")
_PRINCIPALS = ("user", "computer", "group")
NORMAL_ACCOUNT, DISABLED = 0x200, 0x2
GLOBAL, DOMAIN_LOCAL, UNIVERSAL = 0x80000002, 0x80000004, 0x80000008
DOMAIN_USERS = 513


@functools.lru_cache(maxsize=100_000)
def canonical(dn: str) -> str:
    """One spelling for all of one name."""
    return ",".join(f"{kind}={value}".casefold() for kind, value, _comma in parse_dn(dn, strip=True)) if dn else ""


@functools.lru_cache(maxsize=100_000)
def parent_of(dn: str) -> str:
    """Name of the container; empty above the topmost."""
    parts = parse_dn(dn)
    return ",".join(f"{kind}={value}" for kind, value, _comma in parts[1:])


def sid_bytes(sid: str) -> bytes:
    """Wire form (MS-DTYP 2.4.2.2)."""
    _s, _revision, authority, *subs = sid.split("-")
    return struct.pack(f"<BB6s{len(subs)}I", 1, len(subs), int(authority).to_bytes(6, "big"), *map(int, subs))


class Item:
    """One object.

    version     counts the changes of its members
    hidden      the account of the tests does not see it at all, though links lead to it
    unreadable  attributes, in lower case, that this account may not read
    """

    def __init__(self, dn: str, attributes: dict[str, list[bytes]]) -> None:
        self.dn = dn
        self.attributes = {name.lower(): (name, list(values)) for name, values in attributes.items()}
        self.members: dict[Item, None] = {}
        self.groups: dict[Item, None] = {}
        self.version = 1
        self.hidden = False
        self.unreadable: frozenset[str] = frozenset()

    def values(self, attribute: str) -> list[bytes]:
        """All values, links as the names that they have now."""
        wanted = attribute.lower()
        if wanted == "distinguishedname":
            return [self.dn.encode()]
        kind, value, _comma = parse_dn(self.dn)[0]
        if wanted in ("name", kind.lower()):
            return [re.sub(r"\\(.)", r"\1", value).encode()]
        if wanted == "usnchanged":
            return [str(self.version).encode()]
        if wanted in ("member", "memberof"):
            return [item.dn.encode() for item in (self.members if wanted == "member" else self.groups)]
        return self.attributes.get(wanted, ("", []))[1]

    def names(self) -> list[str]:
        """Attributes that it has."""
        links = (("member", self.members), ("memberOf", self.groups))
        return [
            *(name for name, values in self.attributes.values() if values),
            *("distinguishedName", "uSNChanged", "name", parse_dn(self.dn)[0][0].lower()),
            *(name for name, found in links if found),
        ]

    def link(self, other: Item) -> None:
        """Make the other one a member of this group."""
        self.members[other], other.groups[self] = None, None
        self.version += 1

    def unlink(self, other: Item) -> None:
        """The opposite."""
        del self.members[other], other.groups[self]
        self.version += 1

    def chain(self) -> set[Item]:
        """Every group that it is in, by whatever way."""
        found: set[Item] = set()
        ahead = list(self.groups)
        while ahead:
            group = ahead.pop()
            if group not in found:
                found.add(group)
                ahead += group.groups
        return found


class Domain:
    """One domain: its DNS name, its DN, and the SID that its accounts begin with."""

    def __init__(self, name: str, number: int) -> None:
        self.name = name
        self.dn = ",".join(f"DC={label}" for label in name.split("."))
        self.sid = f"S-1-5-21-100-200-{number}"
        self.rids = itertools.count(1101)


class Forest:
    """Domains and their objects. The first domain is the root."""

    def __init__(self, *names: str) -> None:
        self.domains = [Domain(name, 300 + number) for number, name in enumerate(names)]
        self.items: dict[str, Item] = {}
        self.configuration = f"CN=Configuration,{self.domains[0].dn}"
        for domain in self.domains:
            self.add(domain.dn, "domainDNS", objectSid=sid_bytes(domain.sid))
            self.add(f"CN=Users,{domain.dn}", "container")
            self.add(f"CN=ForeignSecurityPrincipals,{domain.dn}", "container")
        self.add(self.configuration, "container")
        self.add(f"CN=Partitions,{self.configuration}", "crossRefContainer")
        schema = f"CN=Schema,{self.configuration}"
        self.add(schema, "dMD")
        for name in _ATTRIBUTES:
            guid = uuid.uuid5(uuid.NAMESPACE_OID, name).bytes_le
            self.add(f"CN={name},{schema}", "attributeSchema", lDAPDisplayName=name, schemaIDGUID=guid)
        for domain in self.domains:
            label = domain.name.partition(".")[0].upper()
            self.add(
                f"CN={label},CN=Partitions,{self.configuration}",
                "crossRef",
                nCName=domain.dn,
                dnsRoot=domain.name,
                systemFlags="3",
            )

    def domain_of(self, dn: str) -> Domain:
        """The domain that a name belongs to: the one with the longest name of those that fit."""
        return max((domain for domain in self.domains if within(dn, domain.dn)), key=lambda domain: len(domain.dn))

    def get(self, dn: str) -> Item | None:
        """The object of this name."""
        return self.items.get(canonical(dn))

    def add(self, dn: str, kind: str, **attributes: str | bytes | list[bytes]) -> Item:
        """Create an object of a class, with the attributes that Windows gives it by itself."""
        given = {name: _values(value) for name, value in attributes.items()}
        given.setdefault("objectClass", [name.encode() for name in _CLASSES[kind]])
        given["objectGUID"] = [uuid.uuid4().bytes_le]
        if kind in _PRINCIPALS:
            domain = self.domain_of(dn)
            given.setdefault("objectSid", [sid_bytes(f"{domain.sid}-{next(domain.rids)}")])
            given.setdefault("sAMAccountName", [dn.partition(",")[0].partition("=")[2].encode()])
        if kind in ("user", "computer"):
            given.setdefault("userAccountControl", [str(NORMAL_ACCOUNT).encode()])
            given.setdefault("primaryGroupID", [str(DOMAIN_USERS).encode()])
        if kind == "group":
            given.setdefault("groupType", [str(GLOBAL - 2**32).encode()])
        item = self.items[canonical(dn)] = Item(dn, given)
        return item

    def users(self, container: str, count: int, prefix: str = "u") -> list[Item]:
        """Many accounts at once."""
        return [self.add(f"CN={prefix}{number},{container}", "user") for number in range(count)]

    def group(self, dn: str, members: t.Iterable[Item] = (), scope: int = GLOBAL, **attributes: t.Any) -> Item:
        """A group with members."""
        item = self.add(dn, "group", groupType=str(scope - 2**32), **attributes)
        for member in members:
            item.link(member)
        return item

    def foreign(self, domain: Domain, sid: str) -> Item:
        """What stands for a principal of another forest."""
        dn = f"CN={sid},CN=ForeignSecurityPrincipals,{domain.dn}"
        return self.add(dn, "foreignSecurityPrincipal", objectSid=sid_bytes(sid))

    def rename(self, item: Item, dn: str) -> None:
        """Give an object a new name; links follow."""
        del self.items[canonical(item.dn)]
        item.dn = dn
        self.items[canonical(dn)] = item

    def delete(self, item: Item) -> None:
        """Remove an object and every link from and to it."""
        for group in list(item.groups):
            group.unlink(item)
        for member in list(item.members):
            item.unlink(member)
        del self.items[canonical(item.dn)]


def within(dn: str, base: str) -> bool:
    """Whether a name is the other one or lies below it."""
    return not base or f",{canonical(dn)}".endswith(f",{canonical(base)}")


def _values(value: str | bytes | list[bytes]) -> list[bytes]:
    if isinstance(value, list):
        return value
    return [value.encode() if isinstance(value, str) else value]
