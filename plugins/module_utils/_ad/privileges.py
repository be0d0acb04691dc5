# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything about many accounts: who owns them, what they may do, who can become them. For internal use by this
collection only.

All accounts are read together: each look-up is done once for all of them, in filters of many terms.
"""

from __future__ import annotations

import dataclasses
import datetime
import typing as t

from .._engine.errors import Forbidden
from . import (
    account_facts,
    batches,
    dn,
    findings,
    local_administrators,
    people,
    readable,
    sids,
    used_by,
    values,
    well_known,
)
from .account_facts import Surroundings
from .change_rights import SENSITIVE
from .group_closure import GroupPath, closure
from .rules import Limits

if t.TYPE_CHECKING:
    from .directory import Directory, Entry
    from .rules import Facts

_OWNER = ["objectClass", "sAMAccountName", "displayName", "mail", "userAccountControl"]


@dataclasses.dataclass(frozen=True)
class Question:
    """What is asked about the accounts.

    local_administrators  members of the group Administrators by host; None if no host was asked
    token_groups          compare with the groups of each account's token: one operation for each account
    used_by               also what still uses the accounts
    """

    stale_days: int = 90
    key_age_days: int = 180
    local_administrators: t.Mapping[str, t.Sequence[str]] | None = None
    trusted: frozenset[str] = frozenset()
    token_groups: bool = False
    used_by: bool = False
    since: datetime.datetime | None = None


def attributes(question: Question) -> list[str]:
    """What has to be read of each account, together with its descriptor."""
    return [*account_facts.ATTRIBUTES, *(used_by.ATTRIBUTES if question.used_by else ())]


def answers(directory: Directory, entries: list[Entry], question: Question) -> list[Facts]:
    """Facts, findings and a verdict for each account, in the order given."""
    if not entries:
        return []
    reader = readable.reader(directory, [*account_facts.ATTRIBUTES, *SENSITIVE])
    groups = closure(directory, entries, reader=reader, implicit=True)
    tokens = _tokens(directory, entries, groups) if question.token_groups else {}
    named = {sid for entry in entries for sid in account_facts.named_sids(entry)}
    principals = sids.resolved(directory, [*named, *(sid for more in tokens.values() for sid in more or ())])
    for name, more in tokens.items():
        groups[name] = [*groups[name], *(_by_token(principals[sid]) for sid in more or ())]
    around = Surroundings(
        now=directory.now,
        reader=reader,
        groups=groups,
        principals=principals,
        owners=_owners(directory, entries),
        people=people.people_in(directory, _reading_groups(directory, entries, principals)),
        trusted=question.trusted,
    )
    told = question.local_administrators
    hosts = None if told is None else local_administrators.understood(directory, told)
    limits = Limits(directory.now, question.stale_days, question.key_age_days, None if told is None else len(told))
    found = [_judged(entry, around, tokens, hosts, limits) for entry in entries]
    if question.used_by:
        for facts, uses in zip(found, used_by.uses(directory, entries, found, question.since), strict=True):
            facts["used_by"] = uses
    return found


def _judged(
    entry: Entry,
    around: Surroundings,
    tokens: dict[str, list[str] | None],
    hosts: list[local_administrators.Told] | None,
    limits: Limits,
) -> Facts:
    facts = account_facts.facts(entry, around)
    facts["token"] = (
        ("compared" if tokens[entry.dn] is not None else "unreadable") if entry.dn in tokens else "not asked"
    )
    facts["local_administrator_on"] = local_administrators.places(hosts or (), facts)
    facts["findings"] = findings.judge(facts, limits)
    return {**facts, **findings.summary(facts["findings"])}


def _tokens(
    directory: Directory, entries: list[Entry], groups: dict[str, list[GroupPath]]
) -> dict[str, list[str] | None]:
    """SIDs of groups that only the account's token has, by the account's DN; None where it cannot be read.

    The attribute is made up when one object is read, so this is one operation for each account.
    """
    found: dict[str, list[str] | None] = {}
    for entry in entries:
        answer = directory.get(entry.dn, ["tokenGroups"])
        raw = answer.all("tokenGroups") if answer else []
        known = {path.sid for path in groups[entry.dn]}
        new = [sid for sid in map(values.sid_from_bytes, raw) if sid not in known]
        # a token has its primary group at least
        found[entry.dn] = new if raw else None
    return found


def _by_token(principal: sids.Principal) -> GroupPath:
    """A group that only the token shows: of another domain, or by SID history."""
    known = principal.dn is not None or principal.kind == sids.WELL_KNOWN
    return GroupPath(principal.dn or "", principal.sid, principal.name, complete=known)


def _owners(directory: Directory, entries: list[Entry]) -> dict[str, Entry | None]:
    """See Surroundings. One that cannot be searched for may be there all the same, so it is asked for alone."""
    names = {dn.canonical(name): name for entry in entries if (name := account_facts.owner_of(entry))}
    found: dict[str, Entry | None] = dict(batches.by_dn(directory, names.values(), _OWNER))
    for key, name in names.items():
        if key not in found and dn.same_domain(name, directory.base):
            try:
                entry = directory.get(name, _OWNER)
            except Forbidden:
                found[key] = None
            else:
                found.update({key: entry} if entry is not None else {})
    return found


def _reading_groups(
    directory: Directory, entries: list[Entry], principals: dict[str, sids.Principal]
) -> dict[str, str]:
    """Groups of this domain that may read a password, by their SID. Whether hosts only are in those that practically
    everybody is in needs no look."""
    readers = {sid for entry in entries for sid in account_facts.reader_sids(entry)}
    return {
        sid: principals[sid].dn or ""
        for sid in sorted(readers)
        if principals[sid].kind == sids.GROUP
        and not well_known.is_broad(sid)
        and dn.same_domain(principals[sid].dn or directory.base, directory.base)
    }
