# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a simulated domain controller answers, by the rules of Windows that Samba doesn't have or that tests provoke.

Rules in MS-ADTS: ranges 3.1.1.3.1.3.3, limits 3.1.1.3.4.6, referrals 3.1.1.4.6, continuations 3.1.1.4.7, the global
catalog 3.1.1.1.8. Texts follow what domain controllers are known to say; the DSID in them is any. What is not modelled
is refused with a text that says so.
"""

from __future__ import annotations

import dataclasses
import itertools
import re
import time
import typing as t

from ad_support.simulated_catalog import CatalogItem
from ad_support.simulated_filters import NotModelledError, meets, prepared
from ad_support.simulated_forest import Domain, Forest, Item, canonical, parent_of, within
from ad_support.simulated_protocol import Attributes, Bind, Request, Search, Write
from ad_support.simulated_writes import Refused, apply

MAX_VALUES, MAX_PAGE = 1500, 1000
SIZE_LIMIT_EXCEEDED, REFERRAL, NO_SUCH_OBJECT, UNWILLING = 4, 10, 32, 53
OPERATIONS_ERROR, INVALID_CREDENTIALS = 1, 49
_RANGE = re.compile(r"(?P<name>[^;]+);range=(?P<low>\d+)-(?P<high>\d+|\*)", re.IGNORECASE)


@dataclasses.dataclass(frozen=True)
class Faults:
    """How a server misbehaves.

    logon              the C(data) number with which every logon is refused
    answers            kind of an operation -> code and text of its answer, instead of doing it
    breaks_after       operations after which the connection is cut, instead of an answer to the next
    breaks_on          kind of an operation that is done, but the connection is cut before its answer
    ranges_break_off   the first range of a long attribute comes, and no other
    changes_between_ranges  so often the first member of a group goes after a range of its members was handed out
    renames            so often a member gets another name right after the members of a group were handed out
    forgets_writes     every write is answered as a success and not done
    no_catalog         nothing answers on the port of the global catalog
    """

    logon: str = ""
    answers: dict[str, tuple[int, str]] = dataclasses.field(default_factory=dict)
    breaks_after: int | None = None
    breaks_on: str = ""
    ranges_break_off: bool = False
    changes_between_ranges: int = 0
    renames: int = 0
    forgets_writes: bool = False
    no_catalog: bool = False


@dataclasses.dataclass(frozen=True)
class Answer:
    """The end of an operation, and what comes before it. cookie None means that paging was not asked for."""

    code: int = 0
    text: str = ""
    referral: str = ""
    entries: list[tuple[str, Attributes]] = dataclasses.field(default_factory=list)
    references: list[str] = dataclasses.field(default_factory=list)
    cookie: bytes | None = None


class Conversation:
    """One connection to one port of one domain controller.

    catalog  whether it is the port of the global catalog
    """

    def __init__(self, forest: Forest, domain: Domain, *, catalog: bool, faults: Faults, passwords: dict[str, str]):
        self.forest, self.domain, self.catalog, self.faults = forest, domain, catalog, faults
        self._passwords = {name.lower(): password for name, password in passwords.items()}
        self._logged_on = False
        self._pages: dict[bytes, list[Item]] = {}
        self._cookies = itertools.count(1)
        self._changes_left, self._renames_left = faults.changes_between_ranges, faults.renames

    def answer(self, request: Request) -> Answer:
        """Do what is asked."""
        if request.kind in self.faults.answers:
            return Answer(*self.faults.answers[request.kind])
        try:
            if isinstance(request, Bind):
                return self._log_on(request)
            if isinstance(request, Search) and not request.base and request.scope == "base":
                return Answer(entries=[("", _asked(_root(self), request.attributes))])
            if not self._logged_on:
                return Answer(OPERATIONS_ERROR, _NOT_BOUND)
            if isinstance(request, Search):
                return self._search(request)
            if isinstance(request, Write):
                return self._write(request)
        except NotModelledError as error:
            return Answer(UNWILLING, f"the simulated domain controller does not know {error}")
        return Answer(UNWILLING, f"the simulated domain controller does not know {request.kind}")

    def _log_on(self, request: Bind) -> Answer:
        wrong = "" if self._passwords.get(request.dn.lower()) == request.password else "52e"
        data = self.faults.logon or wrong
        if request.password is None or not data:
            self._logged_on = request.password is not None
            return Answer() if self._logged_on else Answer(UNWILLING, "the simulation knows simple logons only")
        text = f"80090308: LdapErr: DSID-0C090447, comment: AcceptSecurityContext error, data {data}, v3839\x00"
        return Answer(INVALID_CREDENTIALS, text)

    def _search(self, request: Search) -> Answer:
        elsewhere = self._elsewhere(request.base)
        if elsewhere is not None:
            return elsewhere
        paging = request.paging
        if paging is not None and paging.cookie:
            if paging.cookie not in self._pages:
                raise NotModelledError("a page of another search")
            found, references = self._pages.pop(paging.cookie), []
        else:
            if request.base and self._visible(request.base) is None:
                return self._no_object(request.base)
            found, references = self._found(request), self._continuations(request)
        size = min(paging.size, MAX_PAGE) if paging is not None else MAX_PAGE
        page, rest = found[:size], found[size:]
        entries = [(item.dn, self._attributes(item, request.attributes)) for item in page]
        self._meanwhile(request, page)
        if paging is None:
            return Answer(SIZE_LIMIT_EXCEEDED if rest else 0, entries=entries, references=references)
        cookie = b""
        if rest:
            cookie = f"page {next(self._cookies)}".encode()
            self._pages[cookie] = rest
        return Answer(entries=entries, references=references, cookie=cookie)

    def _meanwhile(self, request: Search, page: list[Item]) -> None:
        """What somebody else does after an answer: takes a member away, so that the others move up, or renames one."""
        group = self.forest.get(request.base) if any(_RANGE.fullmatch(name) for name in request.attributes) else None
        if group is not None and self._changes_left:
            self._changes_left -= 1
            group.unlink(next(iter(group.members)))
        read = [item for item in page if "member" in request.attributes and item.values("member")]
        if read and self._renames_left:
            member = next(iter(self.forest.items[canonical(read[0].dn)].members))
            self.forest.rename(member, f"CN=renamed{self._renames_left},{parent_of(member.dn)}")
            self._renames_left -= 1

    def _elsewhere(self, base: str) -> Answer | None:
        """A referral, for a base that another domain holds."""
        if self.catalog or not base:
            return None
        if not any(within(base, domain.dn) for domain in self.forest.domains):
            return self._no_object(base)
        holder = self.forest.domain_of(base)
        if holder is self.domain or within(base, self.forest.configuration):
            return None
        text = f"0000202B: RefErr: DSID-03100835, data 0, 1 access points\n\tref 1: '{holder.name}'\n\x00"
        return Answer(REFERRAL, text, referral=f"ldap://{holder.name}/{base}")

    def _continuations(self, request: Search) -> list[str]:
        """Where the rest of the tree is, for a search that would go on into another partition."""
        if self.catalog or request.scope != "subtree" or canonical(request.base) != canonical(self.domain.dn):
            return []
        below = [domain.dn for domain in self.forest.domains if parent_of(domain.dn) == self.domain.dn]
        own = [self.forest.configuration] if self.domain is self.forest.domains[0] else []
        parts = [f"DC=DomainDnsZones,{self.domain.dn}", *own, *below]
        return [f"ldap://{_dns_name(part) or self.domain.name}/{part}" for part in parts]

    def _found(self, request: Search) -> list[Item]:
        condition = prepared(request.condition)
        return [item for item in self._candidates(request) if meets(item, condition)]

    def _candidates(self, request: Search) -> t.Iterator[Item]:
        """Objects in the scope, as this port shows them."""
        base = canonical(request.base)
        if request.scope == "base":
            item = self._visible(request.base)
            yield from [item] if item is not None else []
            return
        for item in self.forest.items.values():
            if item.hidden or not within(item.dn, request.base) or not self._holds(item.dn, request.base):
                continue
            if request.scope == "subtree" or canonical(parent_of(item.dn)) == base:
                yield self._shown(item)

    def _visible(self, dn: str) -> Item | None:
        item = self.forest.get(dn)
        return None if item is None or item.hidden or not self._holds(item.dn, dn) else self._shown(item)

    def _holds(self, dn: str, base: str) -> bool:
        """Whether this port has the object, in the partition that is searched."""
        if self.catalog:
            return True
        in_configuration = within(dn, self.forest.configuration)
        return in_configuration == within(base, self.forest.configuration) and (
            in_configuration or self.forest.domain_of(dn) is self.domain
        )

    def _shown(self, item: Item) -> Item:
        """The global catalog has the own domain's objects whole as well, but hands out only what it is made for."""
        return t.cast("Item", CatalogItem(item)) if self.catalog else item

    def _attributes(self, item: Item, names: list[str]) -> Attributes:
        readable = {name: item.values(name) for name in item.names() if name.lower() not in item.unreadable}
        return _asked(readable, names, ranges_break_off=self.faults.ranges_break_off)

    def _write(self, request: Write) -> Answer:
        if self.catalog:
            raise NotModelledError("a write to the global catalog")
        elsewhere = self._elsewhere(request.dn)
        if elsewhere is not None:
            return elsewhere
        if self.faults.forgets_writes:
            return Answer()
        try:
            apply(self.forest, request)
        except Refused as refusal:
            return Answer(refusal.code, refusal.text)
        return Answer()

    def _no_object(self, dn: str) -> Answer:
        text = f"0000208D: NameErr: DSID-03100238, problem 2001 (NO_OBJECT), data 0, best match of:\n\t'{dn}'\n\x00"
        return Answer(NO_SUCH_OBJECT, text)


_NOT_BOUND = (
    "000004DC: LdapErr: DSID-0C090A5C, comment: In order to perform this operation a successful bind must be completed"
    " on the connection., data 0, v3839\x00"
)


def _root(conversation: Conversation) -> Attributes:
    root = conversation.forest.domains[0]
    ready = "FALSE" if conversation.faults.no_catalog else "TRUE"
    return {
        "defaultNamingContext": [conversation.domain.dn.encode()],
        "rootDomainNamingContext": [root.dn.encode()],
        "configurationNamingContext": [conversation.forest.configuration.encode()],
        "isGlobalCatalogReady": [ready.encode()],
        "currentTime": [time.strftime("%Y%m%d%H%M%S.0Z", time.gmtime()).encode()],
    }


def _asked(found: Attributes, names: list[str], *, ranges_break_off: bool = False) -> Attributes:
    """The attributes that were asked for; a long one in its first range, or in the range that was asked for."""
    by_name = {name.lower(): name for name in found}
    wanted = list(found) if "*" in names or not names else names
    answer: Attributes = {}
    for label in wanted:
        ranged = _RANGE.fullmatch(label)
        name = by_name.get((ranged["name"] if ranged else label).lower())
        if name is None:
            continue
        values = found[name]
        if ranged is None and len(values) <= MAX_VALUES:
            answer[name] = values
            continue
        low = int(ranged["low"]) if ranged else 0
        if low >= len(values):
            raise NotModelledError("a range behind the last value")
        if ranged is None:
            answer[name] = []
        elif ranges_break_off and low:
            continue
        limit = MAX_VALUES if ranged is None or ranged["high"] == "*" else int(ranged["high"]) - low + 1
        chunk = values[low : low + min(limit, MAX_VALUES)]
        high = "*" if low + len(chunk) == len(values) else str(low + len(chunk) - 1)
        answer[f"{name};range={low}-{high}"] = chunk
    return answer


def _dns_name(dn: str) -> str:
    return ".".join(part.partition("=")[2] for part in dn.split(",") if part.startswith("DC="))
