# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may change an object, from its security descriptor. For internal use by this collection only.

Told is what leads to the account itself: whoever may do it can act as the account, or give it rights. What the account
itself may do elsewhere is no part of its descriptor. Bits and extended rights: MS-ADTS 5.1.3.2 and 5.1.3.2.1.
"""

from __future__ import annotations

import dataclasses
import typing as t

from . import security_descriptor as sd
from .well_known import EVERYONE, OWNER_RIGHTS

if t.TYPE_CHECKING:
    from .schema import Attribute

# Whoever writes one of these takes the account over, or makes it stronger or its protection weaker.
SENSITIVE = (
    "altSecurityIdentities",
    "dNSHostName",
    "member",
    "msDS-AllowedToActOnBehalfOfOtherIdentity",
    "msDS-AllowedToDelegateTo",
    "msDS-AssignedAuthNPolicy",
    "msDS-AssignedAuthNPolicySilo",
    "msDS-GroupMSAMembership",
    "msDS-KeyCredentialLink",
    "msDS-SupportedEncryptionTypes",
    "sAMAccountName",
    "servicePrincipalName",
    "userAccountControl",
    "userPrincipalName",
)
_FORCE_CHANGE = "00299570-246d-11d0-a768-00aa006e0529"

FULL_CONTROL, OWNER = "full_control", "owner"
WRITE_DACL, WRITE_OWNER = "write_dacl", "write_owner"
WRITE_ALL, WRITE_ONE = "write_all_properties", "write:"
ALL_EXTENDED, RESET_PASSWORD = "all_extended_rights", "reset_password"
_SINGLE = (OWNER, WRITE_DACL, WRITE_OWNER, WRITE_ALL, ALL_EXTENDED, RESET_PASSWORD)


@dataclasses.dataclass(frozen=True)
class Grant:
    """What one principal may do.

    rights       the constants above; WRITE_ONE is followed by the name of an attribute
    inherited    whether it comes from a container above
    conditional  whether it counts only where a condition is met that is not judged here
    """

    sid: str
    rights: tuple[str, ...]
    inherited: bool = False
    conditional: bool = False


def grants(descriptor: sd.SecurityDescriptor, attributes: t.Mapping[str, Attribute]) -> list[Grant]:
    """All who may change the object, the owner first.

    attributes  those of SENSITIVE that the forest knows

    A refusal counts if it stands before and names the same principal; what a group is refused is not taken away from
    its members here, so rather too many are told than too few. Without an access control list everybody may do
    everything.
    """
    if descriptor.dacl is None:
        return [Grant(EVERYONE, (FULL_CONTROL,))]
    effective = [ace for ace in descriptor.dacl if ace.sid and not ace.inherit_only]
    found: dict[tuple[str, bool, bool], set[str]] = {}
    # the owner may change permissions, unless entries for "owner rights" say what else he may (MS-ADTS 5.1.3.3.1)
    if descriptor.owner and all(ace.sid != OWNER_RIGHTS for ace in effective):
        found[descriptor.owner, False, False] = {OWNER}
    refused: dict[str, set[str]] = {}
    for ace in effective:
        rights = _rights(ace, attributes)
        if ace.denies and ace.condition is None:
            refused.setdefault(ace.sid or "", set()).update(rights)
        elif ace.allows:
            key = (ace.sid or "", ace.inherited, ace.condition is not None)
            found.setdefault(key, set()).update(rights - refused.get(ace.sid or "", set()))
    told = {key: _told(rights, attributes) for key, rights in found.items()}
    return [Grant(sid, rights, *how) for (sid, *how), rights in told.items() if rights]


def _rights(ace: sd.Ace, attributes: t.Mapping[str, Attribute]) -> set[str]:
    """Single rights, all of them apart."""
    everything, about = bool(ace.mask & sd.GENERIC_ALL), ace.object_type
    rights = set()
    if everything or ace.mask & sd.WRITE_DAC:
        rights.add(WRITE_DACL)
    if everything or ace.mask & sd.WRITE_OWNER:
        rights.add(WRITE_OWNER)
    if everything or ace.mask & (sd.WRITE_PROPERTY | sd.GENERIC_WRITE):
        rights |= {f"{WRITE_ONE}{name}" for name, attribute in attributes.items() if attribute.is_meant_by(about)}
        rights |= set() if about else {WRITE_ALL}
    if everything or ace.mask & sd.CONTROL_ACCESS:
        rights |= {RESET_PASSWORD} if about in (None, _FORCE_CHANGE) else set()
        rights |= set() if about else {ALL_EXTENDED}
    return rights


def _told(rights: set[str], attributes: t.Mapping[str, Attribute]) -> tuple[str, ...]:
    """The same without what follows from something else."""
    each = {f"{WRITE_ONE}{name}" for name in attributes}
    if {WRITE_DACL, WRITE_OWNER, WRITE_ALL, ALL_EXTENDED, RESET_PASSWORD, *each} <= rights:
        return (*((OWNER,) if OWNER in rights else ()), FULL_CONTROL)
    whole = WRITE_ALL in rights and each <= rights
    left = rights - each if whole else rights - {WRITE_ALL}
    if ALL_EXTENDED in left:
        left = left - {RESET_PASSWORD} if RESET_PASSWORD in left else left - {ALL_EXTENDED}
    return (*(name for name in _SINGLE if name in left), *sorted(left & each))
