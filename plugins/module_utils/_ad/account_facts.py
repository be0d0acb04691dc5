# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What one account says about itself, as plain data. For internal use by this collection only.

Everything that had to be looked up elsewhere comes in with C(Surroundings), so that nothing here asks the directory.
Times: MS-ADTS 3.1.1.3.1.1.5 and MS-DTYP 2.3.3. Bits of userAccountControl: MS-ADTS 2.2.16.
"""

from __future__ import annotations

import dataclasses
import datetime
import typing as t

from . import change_rights, dn, sids, values, well_known
from . import security_descriptor as sd
from .group_closure import GroupPath
from .properties import InfoLines
from .readable import DESCRIPTOR, Reader
from .service_account import DECOMMISSIONED_LABEL, TICKET_LABEL
from .sids import Principal

if t.TYPE_CHECKING:
    from .directory import Entry

Facts = dict[str, t.Any]

OWNERS = ("managedBy", "manager")
READERS, ACTORS = "msDS-GroupMSAMembership", "msDS-AllowedToActOnBehalfOfOtherIdentity"
# Every attribute that a fact comes from.
ATTRIBUTES = (
    *("objectClass", "objectGUID", "objectSid", "sAMAccountName", "userAccountControl", "primaryGroupID", "memberOf"),
    *("adminCount", "description", "info", "whenCreated", "lastLogon", "lastLogonTimestamp", "pwdLastSet"),
    *(
        "msDS-SupportedEncryptionTypes",
        "msDS-ManagedPasswordInterval",
        "msDS-AllowedToDelegateTo",
        "servicePrincipalName",
    ),
    *("userWorkstations", "msDS-AssignedAuthNPolicy", "msDS-AssignedAuthNPolicySilo", "sIDHistory"),
    *("msDS-KeyCredentialLink", READERS, ACTORS, *OWNERS, DESCRIPTOR),
)
_FLAGS = {
    "password_not_required": 0x20,
    "reversible_encryption": 0x80,
    "password_never_expires": values.DONT_EXPIRE_PASSWORD,
    "des_only": 0x200000,
    "no_preauthentication": 0x400000,
}
_NOTES = InfoLines({"ticket": TICKET_LABEL, "decommissioned": DECOMMISSIONED_LABEL})
_READ = sd.READ_PROPERTY | sd.GENERIC_READ | sd.GENERIC_ALL
_ANY = 0xFFFFFFFF


@dataclasses.dataclass
class Surroundings:
    """What was looked up for all accounts together.

    groups      groups of each account, by its DN
    principals  by SID
    owners      by DN in canonical form; None for one that is there and cannot be read; missing for one that is gone
    people      accounts of people in the groups that may read a password, by the group's SID, of groups of this domain
    trusted     SIDs of those who may change accounts on purpose
    """

    now: datetime.datetime
    reader: Reader
    groups: dict[str, list[GroupPath]]
    principals: dict[str, Principal]
    owners: dict[str, Entry | None]
    people: dict[str, list[str]] = dataclasses.field(default_factory=dict)
    trusted: frozenset[str] = frozenset()


def type_of(entry: Entry) -> str | None:
    """C(gmsa), C(smsa), C(dmsa), C(computer) or C(user); None for what is no account."""
    classes = [name.lower() for name in entry.texts("objectClass")]
    managed = next((called for name, called in sids.MANAGED_CLASSES.items() if name in classes), None)
    return managed or next((name for name in ("computer", "user") if name in classes), None)


def named_sids(entry: Entry) -> t.Iterator[str]:
    """Everybody whom the account's descriptors and history name."""
    descriptor = _descriptor(entry, DESCRIPTOR)
    if descriptor is not None:
        yield from (ace.sid for ace in descriptor.dacl or () if ace.sid and not ace.inherit_only)
        yield from filter(None, [descriptor.owner])
    for attribute in (READERS, ACTORS):
        yield from (sid for sid, _conditional in _granted(_descriptor(entry, attribute), _ANY))
    yield from (values.sid_from_bytes(raw) for raw in entry.all("sIDHistory"))


def reader_sids(entry: Entry) -> list[str]:
    """Who may read the account's password."""
    return [sid for sid, _conditional in _granted(_descriptor(entry, READERS), _READ)]


def owner_of(entry: Entry) -> str | None:
    """DN of the account's owner: a user account has a manager instead of managedBy."""
    return next(filter(None, (entry.text(name) for name in OWNERS)), None)


def facts(entry: Entry, around: Surroundings) -> Facts:
    """The account as it is returned, but for findings and uses."""
    sid = values.sid_from_bytes(entry.first("objectSid") or b"")
    called = type_of(entry)
    control = entry.number("userAccountControl") if entry.all("userAccountControl") else None
    groups = around.groups[entry.dn]
    return {
        "distinguished_name": entry.dn,
        "sid": sid,
        "object_guid": values.guid_from_bytes(entry.first("objectGUID") or b""),
        "sam_account_name": entry.text("sAMAccountName"),
        "type": called,
        "enabled": None if control is None else not control & values.ACCOUNT_DISABLED,
        "flags": [name for name, bit in _FLAGS.items() if (control or 0) & bit],
        "owner": _owner(owner_of(entry), around),
        "purpose": entry.text("description"),
        **_NOTES.decode(entry),
        "created": _shown(_created(entry)),
        "last_logon": _shown(_last_logon(entry)),
        "password_last_set": _shown(_moment(entry, "pwdLastSet")),
        "key_age_days": _days(around.now, _moment(entry, "pwdLastSet")),
        "managed_password_interval": entry.number("msDS-ManagedPasswordInterval") or None,
        "encryption_types": values.encryption_names(entry.number("msDS-SupportedEncryptionTypes")),
        "groups": [_group(path) for path in groups],
        "privileged_groups": [
            {**_group(path), "can": found.can, "severity": found.severity}
            for path in groups
            if (found := well_known.privilege(path.sid, path.name)) and found.severity != well_known.INFO
        ],
        "admin_count": entry.number("adminCount") > 0,
        "protected_user": any(well_known.is_protected_users(path.sid) for path in groups),
        "delegation": _delegation(entry, control or 0, around),
        "password_readers": [
            {**_person(who, around), "conditional": conditional, "people": around.people.get(who)}
            for who, conditional in _granted(_descriptor(entry, READERS), _READ)
        ],
        "can_change_it": _changers(entry, well_known.domain_of(sid), around),
        "spns": sorted(entry.texts("servicePrincipalName")),
        "logon_workstations": [name for name in (entry.text("userWorkstations") or "").split(",") if name],
        "authentication_policy": _leaf(entry.text("msDS-AssignedAuthNPolicy")),
        "authentication_policy_silo": _leaf(entry.text("msDS-AssignedAuthNPolicySilo")),
        "sid_history": [_person(values.sid_from_bytes(raw), around) for raw in entry.all("sIDHistory")],
        "key_credentials": len(entry.all("msDS-KeyCredentialLink")),
        "unreadable": around.reader.hidden(entry, _asked(entry)),
    }


def _asked(entry: Entry) -> list[str]:
    """Attributes that matter: who has an owner in one of the two attributes needs none in the other."""
    owned = OWNERS if owner_of(entry) else ()
    return [name for name in ATTRIBUTES if name not in owned]


def _delegation(entry: Entry, control: int, around: Surroundings) -> Facts:
    return {
        "unconstrained": bool(control & values.TRUSTED_FOR_DELEGATION),
        "constrained": sorted(entry.texts("msDS-AllowedToDelegateTo")),
        "protocol_transition": bool(control & values.TRUSTED_TO_AUTH_FOR_DELEGATION),
        "resource_based": [_person(sid, around) for sid, _condition in _granted(_descriptor(entry, ACTORS), _ANY)],
        "not_delegated": bool(control & values.NOT_DELEGATED),
    }


def _changers(entry: Entry, domain: str, around: Surroundings) -> list[Facts]:
    descriptor = _descriptor(entry, DESCRIPTOR)
    if descriptor is None:
        return []
    sensitive = {
        name: around.reader.attributes[name] for name in change_rights.SENSITIVE if name in around.reader.attributes
    }
    return [
        {
            **_person(grant.sid, around),
            "rights": list(grant.rights),
            "inherited": grant.inherited,
            "conditional": grant.conditional,
            "expected": _is_expected(grant.sid, descriptor, domain, around),
        }
        for grant in change_rights.grants(descriptor, sensitive)
    ]


def _is_expected(sid: str, descriptor: sd.SecurityDescriptor, domain: str, around: Surroundings) -> bool:
    who = descriptor.owner if sid == well_known.OWNER_RIGHTS and descriptor.owner else sid
    known = around.principals.get(who)
    in_forest = known is not None and known.in_forest
    return who in around.trusted or well_known.administers(who, domain, in_forest=in_forest)


def _person(sid: str, around: Surroundings) -> Facts:
    found = around.principals.get(sid) or Principal(sid, sid)
    return {
        "sid": sid,
        "name": found.name,
        "distinguished_name": found.dn,
        "kind": found.kind,
        "enabled": found.enabled,
        "broad": found.broad,
    }


def _group(path: GroupPath) -> Facts:
    return {
        "distinguished_name": path.dn or None,
        "sid": path.sid or None,
        "name": path.name,
        "through": list(path.through),
        "by_primary_group": path.primary,
        "complete": path.complete,
    }


def _owner(name: str | None, around: Surroundings) -> Facts | None:
    if name is None:
        return None
    key = dn.canonical(name)
    entry = around.owners.get(key)
    control = entry.first("userAccountControl") if entry else None
    return {
        "distinguished_name": name,
        "name": (entry and (entry.text("displayName") or entry.text("sAMAccountName"))) or dn.leaf(name),
        "mail": entry and entry.text("mail"),
        "exists": key in around.owners,
        "readable": entry is not None,
        "enabled": None if control is None else not int(control) & values.ACCOUNT_DISABLED,
    }


def _descriptor(entry: Entry, attribute: str) -> sd.SecurityDescriptor | None:
    raw = entry.first(attribute)
    return None if raw is None else sd.parse(raw)


def _granted(descriptor: sd.SecurityDescriptor | None, mask: int) -> list[tuple[str, bool]]:
    """Whom a descriptor that is a value grants something, and whether only under a condition."""
    if descriptor is None:
        return []
    if descriptor.dacl is None:
        return [(well_known.EVERYONE, False)]
    found: dict[tuple[str, bool], None] = {}
    refused: set[str] = set()
    for ace in descriptor.dacl:
        if ace.sid and not ace.inherit_only and ace.mask & mask:
            if ace.denies and ace.condition is None:
                refused.add(ace.sid)
            elif ace.allows and ace.sid not in refused:
                found[ace.sid, ace.condition is not None] = None
    return list(found)


def _moment(entry: Entry, attribute: str) -> datetime.datetime | None:
    ticks = entry.number(attribute)
    return values.moment(ticks) if ticks > 0 else None


def _last_logon(entry: Entry) -> datetime.datetime | None:
    """The later of what all domain controllers know (two weeks late at most) and what this one knows."""
    known = [_moment(entry, name) for name in ("lastLogon", "lastLogonTimestamp")]
    return max(filter(None, known), default=None)


def _created(entry: Entry) -> datetime.datetime | None:
    text = entry.text("whenCreated")
    return datetime.datetime.strptime(text, "%Y%m%d%H%M%S.0Z").replace(tzinfo=datetime.UTC) if text else None


def _shown(moment: datetime.datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="seconds")


def _days(now: datetime.datetime, moment: datetime.datetime | None) -> int | None:
    return None if moment is None else max(0, (now - moment).days)


def _leaf(name: str | None) -> str | None:
    return None if name is None else dn.leaf(name)
