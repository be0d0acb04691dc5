# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What in the directory still uses an account: to be known before it goes. For internal use by this collection only.

A service that merely has the account's name in its configuration is known to its host only, not to the directory.
"""

from __future__ import annotations

import datetime
import typing as t

from . import dn, filters
from . import security_descriptor as sd
from . import verdicts as say
from .account_facts import ACTORS, READERS

if t.TYPE_CHECKING:
    from .directory import Directory, Entry
    from .rules import Facts

_DELEGATES_TO = "msDS-AllowedToDelegateTo"
_HOSTS, _SILOS, _MANAGED = (
    "msDS-HostServiceAccountBL",
    "msDS-AuthNPolicySiloMembersBL",
    ("managedObjects", "directReports"),
)
# Backlinks, to be read with the account.
ATTRIBUTES = (_HOSTS, _SILOS, *_MANAGED)


def uses(
    directory: Directory, entries: list[Entry], accounts: list[Facts], since: datetime.datetime | None
) -> list[Facts]:
    """For each account what still uses it, in searches for all of them together.

    entries   with ATTRIBUTES
    accounts  facts of each of them
    since     a logon after this moment counts as use
    """
    services = sorted({name.lower() for facts in accounts for name in facts["spns"]})
    delegating: list[Entry] = []
    for some in filters.portions(services):
        condition = filters.any_of(*(filters.equals(_DELEGATES_TO, name) for name in some))
        delegating += directory.forest_search(condition, [_DELEGATES_TO, "sAMAccountName"])
    named = {
        attribute: [
            (entry, _sids(entry, attribute))
            for entry in directory.forest_search(filters.present(attribute), [attribute, "sAMAccountName"])
        ]
        for attribute in (ACTORS, READERS)
    }
    return [
        _told(
            {
                "delegated_to_by": _delegating(facts, delegating),
                "acts_before": _naming(facts, named[ACTORS]),
                "reads_password_of": _naming(facts, named[READERS]),
                "password_readers": [who["name"] for who in facts["password_readers"]],
                "groups": say.own_groups(facts),
                "hosts": sorted(map(dn.leaf, entry.texts(_HOSTS))),
                "manages": sorted(name for attribute in _MANAGED for name in entry.texts(attribute)),
                "authentication_policy_silos": sorted(map(dn.leaf, entry.texts(_SILOS))),
                "logged_on_since": _logged_on(facts, since),
            }
        )
        for entry, facts in zip(entries, accounts, strict=True)
    ]


def _told(found: Facts) -> Facts:
    """With a sentence for each use. What merely lets it do something is told, and is no use."""
    at_work = [
        ("It logged on since the given moment.", found["logged_on_since"]),
        ("It is installed on {}.", found["hosts"]),
        ("{} may act as their callers before its services.", [each["name"] for each in found["delegated_to_by"]]),
        ("It manages {}.", found["manages"]),
        ("It is a member of the silo {}.", found["authentication_policy_silos"]),
    ]
    able = [
        ("Its password can be read by {}.", found["password_readers"]),
        ("It is a member of {}.", found["groups"]),
        ("It may act as anybody before {}.", [each["name"] for each in found["acts_before"]]),
        ("It may read the password of {}.", [each["name"] for each in found["reads_password_of"]]),
    ]
    sentences = [
        text.format(say.quoted(what) if isinstance(what, list) else "") for text, what in (*at_work, *able) if what
    ]
    return {**found, "in_use": any(what for _text, what in at_work), "verdicts": sentences}


def _delegating(facts: Facts, entries: list[Entry]) -> list[Facts]:
    own = {name.lower() for name in facts["spns"]}
    found = []
    for entry in entries:
        services = sorted(name for name in entry.texts(_DELEGATES_TO) if name.lower() in own)
        if services and dn.canonical(entry.dn) != dn.canonical(facts["distinguished_name"]):
            found.append({**_called(entry), "services": services})
    return sorted({each["distinguished_name"]: each for each in found}.values(), key=lambda each: each["name"])


def _naming(facts: Facts, entries: list[tuple[Entry, set[str]]]) -> list[Facts]:
    """Objects whose descriptor names the account, or a group that it is in."""
    found = []
    for entry, sids in entries:
        if facts["sid"] in sids:
            found.append({**_called(entry), "through": None})
        else:
            groups = [group["name"] for group in facts["groups"] if group["sid"] in sids]
            found += [{**_called(entry), "through": name} for name in groups[:1]]
    return sorted(found, key=lambda each: each["name"])


def _sids(entry: Entry, attribute: str) -> set[str]:
    raw = entry.first(attribute)
    return {ace.sid for ace in sd.parse(raw).dacl or () if ace.allows and ace.sid} if raw else set()


def _called(entry: Entry) -> Facts:
    return {"distinguished_name": entry.dn, "name": entry.text("sAMAccountName") or dn.leaf(entry.dn)}


def _logged_on(facts: Facts, since: datetime.datetime | None) -> bool | None:
    """None if nobody asked, or if nothing is known of a logon."""
    if since is None or facts["last_logon"] is None:
        return None
    return datetime.datetime.fromisoformat(facts["last_logon"]) > since
