# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""On which hosts an account is a local administrator, by what the hosts told. For internal use by this collection only.

A host calls a member of its group Administrators C(DOMAIN\\name), or by its SID where it cannot ask the domain.
"""

from __future__ import annotations

import dataclasses
import typing as t

from . import dn, filters, values, well_known

if t.TYPE_CHECKING:
    from .directory import Directory

_EVERYBODY = {(well_known.name_of(sid) or "").lower(): sid for sid in well_known.IMPLICIT}
_NO_DOMAINS = ("", "nt authority", "builtin")


@dataclasses.dataclass(frozen=True)
class Told:
    """What one host told: SIDs, and account names of the domain in lower case."""

    host: str
    sids: frozenset[str]
    names: frozenset[str]


def understood(directory: Directory, told: t.Mapping[str, t.Sequence[str]]) -> list[Told]:
    """The members as SIDs and names. Those of other domains, and accounts of the host itself, can be nobody whom the
    directory knows; a name without a domain is taken for one of the domain."""
    domains = {dn.domain_of(directory.base).lower()}
    if any("\\" in member for members in told.values() for member in members):
        domains |= _short_names(directory)
    return [_understood(host, members, domains) for host, members in sorted(told.items())]


def places(told: t.Iterable[Told], facts: dict[str, t.Any]) -> list[dict[str, str | None]]:
    """Hosts on which the account is an administrator, and the group through which; None: it itself."""
    found = []
    for host in told:
        through = _way(host, facts)
        if through is not None:
            found.append({"host": host.host, "through": through or None})
    return found


def _way(host: Told, facts: dict[str, t.Any]) -> str | None:
    """Empty for the account itself; None if there is no way."""
    if facts["sid"] in host.sids or (facts["sam_account_name"] or "").lower() in host.names:
        return ""
    for group in facts["groups"]:
        if group["sid"] in host.sids or group["name"].lower() in host.names:
            return group["name"]
    return next((well_known.name_of(sid) for sid in well_known.IMPLICIT if sid in host.sids), None)


def _understood(host: str, members: t.Iterable[str], domains: set[str]) -> Told:
    sids, names = set(), set()
    for member in members:
        domain, backslash, name = member.rpartition("\\")
        if values.is_sid(member):
            sids.add(member.upper())
        elif domain.lower() in _NO_DOMAINS and name.lower() in _EVERYBODY:
            sids.add(_EVERYBODY[name.lower()])
        elif "@" in name and not backslash:
            account, _at, domain = name.rpartition("@")
            names |= {account.lower()} if domain.lower() in domains else set()
        elif not backslash or domain.lower() in domains:
            names.add(name.lower())
    return Told(host, frozenset(sids), frozenset(names))


def _short_names(directory: Directory) -> set[str]:
    """The domain's NetBIOS name."""
    found = directory.search(
        filters.equals("nCName", directory.base),
        ["nETBIOSName"],
        base=f"CN=Partitions,{directory.configuration}",
        scope="LEVEL",
    )
    return {name.lower() for entry in found for name in entry.texts("nETBIOSName")}
