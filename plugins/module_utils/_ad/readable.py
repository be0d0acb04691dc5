# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the account that is used may read. For internal use by this collection only.

A directory leaves out what the reader may not see and says nothing about it, so an attribute that is missing may be
empty or hidden. The descriptor of the object tells which, checked against the reader's own groups (MS-ADTS 5.1.3.3).
"""

from __future__ import annotations

import typing as t

from . import schema, values
from . import security_descriptor as sd
from .well_known import SELF

if t.TYPE_CHECKING:
    from .directory import Directory, Entry

DESCRIPTOR = "nTSecurityDescriptor"
_READ = sd.READ_PROPERTY | sd.GENERIC_READ | sd.GENERIC_ALL
_CONTROL = sd.CONTROL_ACCESS | sd.GENERIC_ALL


class Reader:
    """The account that is used.

    sids        it and all its groups; empty if the server does not say
    attributes  what the schema says about the attributes that are asked about
    """

    def __init__(self, sids: t.Iterable[str], attributes: dict[str, schema.Attribute]) -> None:
        self.sids = tuple(sids)
        self.attributes = attributes
        self._hidden: dict[tuple[bytes, bool], frozenset[str]] = {}

    def hidden(self, entry: Entry, names: t.Iterable[str]) -> list[str]:
        """Those of the attributes that the object may have without showing them. All that it does not show, if its
        descriptor cannot be read. Attributes that the forest does not know cannot be had."""
        missing = [name for name in names if not entry.all(name)]
        raw = entry.first(DESCRIPTOR)
        if raw is None or not self.sids:
            return [name for name in missing if name == DESCRIPTOR or name in self.attributes]
        sid = entry.first("objectSid")
        itself = sid is not None and values.sid_from_bytes(sid) == self.sids[0]
        unreadable = self._unreadable(raw, itself=itself)
        return [name for name in missing if name in unreadable]

    def _unreadable(self, raw: bytes, *, itself: bool) -> frozenset[str]:
        """Cached: a thousand accounts in one container have much the same descriptor."""
        key = (raw, itself)
        if key not in self._hidden:
            dacl = sd.parse(raw).dacl
            sids = {*self.sids, SELF} if itself else set(self.sids)
            self._hidden[key] = frozenset(
                name
                for name, attribute in self.attributes.items()
                if dacl is not None
                and not (
                    _granted(dacl, sids, attribute, _READ)
                    and (not attribute.confidential or _granted(dacl, sids, attribute, _CONTROL))
                )
            )
        return self._hidden[key]


def reader(directory: Directory, names: t.Iterable[str]) -> Reader:
    """The account that is used, in two operations; names are the attributes that will be asked about."""
    root = directory.get("", ["tokenGroups"])
    sids = [values.sid_from_bytes(raw) for raw in root.all("tokenGroups")] if root else []
    return Reader(sids, schema.attributes(directory, [*names, DESCRIPTOR]))


def _granted(dacl: tuple[sd.Ace, ...], sids: set[str], attribute: schema.Attribute, right: int) -> bool:
    """The first entry that speaks about it decides. Conditions cannot be judged here and count for nothing."""
    for ace in dacl:
        speaks = ace.sid in sids and bool(ace.mask & right) and attribute.is_meant_by(ace.object_type)
        if speaks and not ace.inherit_only and ace.condition is None:
            return ace.allows
    return False
