# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who a SID is. For internal use by this collection only."""

from __future__ import annotations

import dataclasses
import typing as t

from . import batches, dn, well_known
from .member import enabled

if t.TYPE_CHECKING:
    from .directory import Directory, Entry

_ATTRIBUTES = ["objectClass", "objectSid", "sAMAccountName", "userAccountControl"]
_BUILTIN = "S-1-5-32-"
USER, GROUP, COMPUTER, SERVICE_ACCOUNT = "user", "group", "computer", "service_account"
WELL_KNOWN, FOREIGN, UNKNOWN = "well_known", "foreign", "unknown"
MANAGED_CLASSES = {
    "msds-groupmanagedserviceaccount": "gmsa",
    "msds-managedserviceaccount": "smsa",
    "msds-delegatedmanagedserviceaccount": "dmsa",
}


@dataclasses.dataclass(frozen=True)
class Principal:
    """One account, group or well-known principal.

    name       sAMAccountName; the SID itself if nobody knows it
    dn         None for what has no object in the forest
    kind       one of the constants above. FOREIGN: of another forest; UNKNOWN: deleted, or of a domain that is not
               reachable
    enabled    None for what cannot log on
    in_forest  whether it is of this forest
    """

    sid: str
    name: str
    dn: str | None = None
    kind: str = UNKNOWN
    enabled: bool | None = None
    in_forest: bool = False

    @property
    def broad(self) -> bool:
        """Whether practically everybody is in it."""
        return well_known.is_broad(self.sid)


def resolved(directory: Directory, sids: t.Iterable[str]) -> dict[str, Principal]:
    """Each of the SIDs. A domain that cannot be asked is an error; a SID that nobody has is UNKNOWN."""
    wanted = list(dict.fromkeys(sids))
    asked = [sid for sid in wanted if well_known.domain_of(sid) or sid.startswith(_BUILTIN)]
    entries = batches.by_sid(directory, asked, _ATTRIBUTES)
    missing = [sid for sid in asked if sid not in entries and well_known.domain_of(sid)]
    if missing and len(directory.domains) > 1:
        entries.update(batches.by_sid(directory, missing, _ATTRIBUTES, elsewhere=True))
    return {sid: _principal(sid, entries.get(sid)) for sid in wanted}


def kind_of(entry: Entry) -> str:
    """USER, GROUP, COMPUTER, SERVICE_ACCOUNT or FOREIGN; UNKNOWN for anything else."""
    classes = [name.lower() for name in entry.texts("objectClass")]
    if any(name in MANAGED_CLASSES for name in classes):
        return SERVICE_ACCOUNT
    for name, kind in (("computer", COMPUTER), ("user", USER), ("group", GROUP), ("foreignsecurityprincipal", FOREIGN)):
        if name in classes:
            return kind
    return UNKNOWN


def _principal(sid: str, entry: Entry | None) -> Principal:
    name = well_known.name_of(sid)
    if name is not None:
        return Principal(sid, name, kind=WELL_KNOWN, in_forest=True)
    if entry is None:
        future = well_known.name_of_future(sid)
        return Principal(sid, future, kind=WELL_KNOWN) if future else Principal(sid, sid)
    kind = kind_of(entry)
    called = entry.text("sAMAccountName") or dn.leaf(entry.dn)
    return Principal(sid, called, entry.dn, kind, enabled(entry), in_forest=kind != FOREIGN)
