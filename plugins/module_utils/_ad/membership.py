# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Members of a group: all of them, or an error. For internal use by this collection only.

Somebody takes rights away from whoever is not in the answer. So a member that the group names and nobody can show is an
error with its name, and a group that only looks empty is one as well. That is asked in two ways, because servers differ
in them: for groups without C(member), which is neither true nor false where C(member) may not be read (RFC 4511
4.5.1.7), and for objects that name the group in C(memberOf).

Members by way of their primary group are in no C(member). Where the reader may not read C(primaryGroupID), nothing
tells of them.
"""

from __future__ import annotations

import dataclasses
import typing as t

from .._engine.errors import Forbidden, NotFound
from . import dn, filters, values
from .member import ATTRIBUTES, Member

if t.TYPE_CHECKING:
    from .directory import Directory, Entry

# A member may be renamed between two reads. Who is renamed more often than this is not waited for.
_REREADS = 2
_UNIVERSAL = 0x8
_DOMAIN_SID = "S-1-5-21-"
_NAMED = 3


def members_of(directory: Directory, group_dn: str, *, nested: bool, attributes: t.Iterable[str] = ()) -> list[Member]:
    """Members of a group, those of the group itself first.

    nested      also members of groups that are members, at any depth; a circle of groups ends
    attributes  further ones to read of each member

    Raises NotFound without such a group, Forbidden if a member cannot be read, and whatever the directory raises. A
    failed or incomplete read never gives a shorter list.
    """
    return _Reader(directory, nested, attributes).read(group_dn)


@dataclasses.dataclass(frozen=True)
class _Open:
    """A group whose members are read next.

    path  groups from the one that was asked for to this one; the former is not among them
    """

    entry: Entry
    path: tuple[str, ...] = ()
    other_domain: bool = False

    @property
    def sid(self) -> str:
        raw = self.entry.first("objectSid")
        return values.sid_from_bytes(raw) if raw else ""


class _Reader:
    def __init__(self, directory: Directory, nested: bool, attributes: t.Iterable[str]) -> None:
        self.directory = directory
        self._nested = nested
        more = ("member",) if nested else ()
        self._attributes = list(dict.fromkeys([*ATTRIBUTES, *more, *attributes]))
        self._known: dict[str, Member] = {}
        self._seen: set[object] = set()
        self._found: list[Member] = []

    def read(self, group_dn: str) -> list[Member]:
        start = self.directory.get(group_dn, [*ATTRIBUTES, "member"])
        if start is None:
            raise NotFound(
                "read the members of group",
                obj=group_dn,
                server=self.directory.server,
                why="there is no such object",
                todo="Correct the name, or create the group first",
            )
        self._seen.add(_key(start))
        level = [_Open(start)]
        while level:
            level = self._read_level(level)
        return self._found

    def _read_level(self, groups: list[_Open]) -> list[_Open]:
        """Read the members of these groups; those that are to be read next."""
        self._expect_empty(groups)
        groups = self._resolved(groups)
        deeper: list[_Open] = []
        for group in groups:
            for key in _names(group.entry):
                deeper += self._take(self._known[key], group)
        for group, member in self._by_primary_group(groups):
            deeper += self._take(member, group)
        return deeper

    def _take(self, member: Member, group: _Open) -> list[_Open]:
        """Note a member that is new; the group that it opens, if any."""
        if _key(member.entry) in self._seen:
            return []
        self._expect_readable(member, group)
        self._seen.add(_key(member.entry))
        self._found.append(dataclasses.replace(member, through=group.path))
        if not self._nested or not member.is_group:
            return []
        self._expect_members_known(member)
        return [_Open(member.entry, (*group.path, member.dn), member.other_domain)]

    def _expect_readable(self, member: Member, group: _Open) -> None:
        """Without its class nobody knows whether it is a group."""
        if not member.entry.all("objectClass") or not member.entry.all("objectGUID"):
            raise Forbidden(
                "read the members of group",
                obj=group.entry.dn,
                server=self.directory.server,
                why=f"the account that is used may not read what its member '{member.dn}' is",
                todo="Grant the account the right to read the member's properties, or use another one",
            )

    def _expect_members_known(self, group: Member) -> None:
        """The global catalog holds the members of universal groups only (MS-ADTS 3.1.1.1.8)."""
        if group.other_domain and not group.entry.number("groupType") & _UNIVERSAL:
            raise NotFound(
                "read the members of group",
                obj=group.dn,
                server=self.directory.server,
                why="it belongs to another domain of the forest, and only that domain knows who is in a group that is"
                " not universal",
                todo="Ask a domain controller of that domain for this group, and leave 'nested' out here",
            )

    def _search(self, other_domain: bool) -> t.Callable[..., list[Entry]]:
        return self.directory.forest_search if other_domain else self.directory.search

    def _expect_empty(self, groups: list[_Open]) -> None:
        """An error if the members of a group without any are only hidden."""
        for other_domain in (False, True):
            search = self._search(other_domain)
            silent = [
                group.entry for group in groups if group.other_domain is other_domain and not group.entry.all("member")
            ]
            for some in filters.portions(silent):
                none = filters.all_of(_any_of(some), filters.negate(filters.present("member")))
                empty = {_key(entry) for entry in search(none, ["objectGUID"])}
                inside = filters.any_of(*(filters.equals("memberOf", entry.dn) for entry in some))
                named = {
                    dn.canonical(name) for entry in search(inside, ["memberOf"]) for name in entry.texts("memberOf")
                }
                for entry in some:
                    if _key(entry) not in empty or dn.canonical(entry.dn) in named:
                        raise self._hidden(entry)

    def _hidden(self, group: Entry) -> Forbidden:
        return Forbidden(
            "read the members of group",
            obj=group.dn,
            server=self.directory.server,
            why="the account that is used may not see who is in it",
            todo="Grant the account the right to read 'member' of the group, or use another one",
        )

    def _resolved(self, groups: list[_Open]) -> list[_Open]:
        """The groups as they are once each of their members is known."""
        missing = self._fetch(groups)
        for _again in range(_REREADS):
            if missing:
                groups = [self._again(group) if missing & _names(group.entry).keys() else group for group in groups]
                missing = self._fetch(groups)
        for group in groups:
            self._read_alone(group.entry, missing)
        return groups

    def _again(self, group: _Open) -> _Open:
        """The group as it is now: a member that was renamed in the meantime has another name in it."""
        attributes = list(dict.fromkeys([*self._attributes, "member"]))
        found = self._search(group.other_domain)(_any_of([group.entry]), attributes)
        return dataclasses.replace(group, entry=found[0]) if found else group

    def _fetch(self, groups: list[_Open]) -> set[str]:
        """Read all members that are not known yet; in one spelling, the DNs of those that nobody shows."""
        wanted = {key: name for group in groups for key, name in _names(group.entry).items()}

        def missing() -> list[str]:
            return [name for key, name in wanted.items() if key not in self._known]

        if len(missing()) > filters.MOST_TERMS:
            self._ask("memberOf", [group.entry.dn for group in groups])
        for other_domain in (False, True):
            names = [name for name in missing() if dn.same_domain(name, self.directory.base) is not other_domain]
            self._ask("distinguishedName", names, other_domain=other_domain)
        return wanted.keys() - self._known.keys()

    def _ask(self, attribute: str, names: list[str], *, other_domain: bool = False) -> None:
        for some in filters.portions(names):
            condition = filters.any_of(*(filters.equals(attribute, name) for name in some))
            for entry in self._search(other_domain)(condition, self._attributes):
                self._known[dn.canonical(entry.dn)] = Member(
                    entry, other_domain=not dn.same_domain(entry.dn, self.directory.base)
                )

    def _member(self, entry: Entry, *, primary: bool = False) -> Member:
        elsewhere = not dn.same_domain(entry.dn, self.directory.base)
        return Member(entry, primary=primary, other_domain=elsewhere)

    def _read_alone(self, group: Entry, missing: set[str]) -> None:
        """Members that cannot be searched for, but perhaps read. Raises Forbidden for those that nobody shows."""
        hidden: list[str] = []
        for key, name in _names(group).items():
            if key not in missing:
                continue
            try:
                entry = self.directory.get(name, self._attributes)
            except (Forbidden, NotFound):
                entry = None
            if entry is None:
                hidden.append(f"'{name}'")
                if len(hidden) == _NAMED:
                    break
            else:
                self._known[key] = Member(entry)
        if hidden:
            raise Forbidden(
                "read the members of group",
                obj=group.dn,
                server=self.directory.server,
                why="there are members that the account that is used cannot see, or that exist no more, such as "
                + ", ".join(hidden),
                todo="Grant the account the right to list and read them, use an account that has it, or take what is no"
                " more out of the group by its distinguished name",
            )

    def _by_primary_group(self, groups: list[_Open]) -> t.Iterator[tuple[_Open, Member]]:
        """Members that have one of the groups as their primary group."""
        for other_domain in (False, True):
            asked = {
                group.sid: group
                for group in groups
                if group.sid.startswith(_DOMAIN_SID) and group.other_domain is other_domain
            }
            for some in filters.portions(asked):
                rids = {sid.rpartition("-")[2] for sid in some}
                condition = filters.any_of(*(filters.equals("primaryGroupID", rid) for rid in sorted(rids)))
                for entry in self._search(other_domain)(condition, [*self._attributes, "primaryGroupID"]):
                    member = self._member(entry, primary=True)
                    domain = (member.sid or "").rpartition("-")[0]
                    group = asked.get(f"{domain}-{entry.number('primaryGroupID')}")
                    if group is not None:
                        yield group, member


def _key(entry: Entry) -> object:
    """What stays the same when an object is renamed."""
    return entry.first("objectGUID") or dn.canonical(entry.dn)


def _names(group: Entry) -> dict[str, str]:
    """DNs of the members by the form in which they are compared."""
    return {dn.canonical(name): name for name in group.texts("member")}


def _any_of(entries: t.Iterable[Entry]) -> filters.Filter:
    """The very objects, whatever they are called by now."""
    return filters.any_of(*map(_this, entries))


def _this(entry: Entry) -> filters.Filter:
    guid = entry.first("objectGUID")
    return filters.equals("objectGUID", guid) if guid else filters.equals("distinguishedName", entry.dn)
