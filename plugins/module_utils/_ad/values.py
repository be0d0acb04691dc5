# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values of directory attributes, between their wire form and ours. For internal use by this collection only.

Layouts: SID MS-DTYP 2.4.2.2, GUID MS-DTYP 2.3.4.2, userAccountControl and groupType MS-ADTS 2.2.16 and 2.2.12,
msDS-SupportedEncryptionTypes MS-KILE 2.2.7.
"""

from __future__ import annotations

import datetime
import re
import struct
import typing as t
import uuid

_SID = re.compile(r"S-1-(\d+)((?:-\d+){0,15})", re.IGNORECASE)
_SID_HEAD_BYTES = 8

# Bits of userAccountControl.
ACCOUNT_DISABLED = 0x2
NORMAL_ACCOUNT = 0x200
WORKSTATION_TRUST_ACCOUNT = 0x1000
DONT_EXPIRE_PASSWORD = 0x10000
TRUSTED_FOR_DELEGATION = 0x80000
NOT_DELEGATED = 0x100000
TRUSTED_TO_AUTH_FOR_DELEGATION = 0x1000000

_SECURITY_ENABLED = 0x80000000
_SCOPES = {"global": 0x2, "domainlocal": 0x4, "universal": 0x8}
_ENCRYPTION_BITS = {"des_crc": 0x1, "des_md5": 0x2, "rc4": 0x4, "aes128": 0x8, "aes256": 0x10}

NO_GUID = str(uuid.UUID(int=0))
NO_SID = "S-1-5-0000"


# Of a FILETIME, which counts 100 ns since 1601 (MS-DTYP 2.3.3).
_TICKS_PER_SECOND = 10_000_000
_EPOCH = datetime.datetime(1601, 1, 1, tzinfo=datetime.UTC)


def moment(ticks: int) -> datetime.datetime:
    """A FILETIME as a moment in UTC."""
    return _EPOCH + datetime.timedelta(seconds=ticks / _TICKS_PER_SECOND)


def password(text: str) -> bytes:
    """unicodePwd's wire form: the quoted password in UTF-16."""
    return f'"{text}"'.encode("utf-16-le")


def is_sid(candidate: str) -> bool:
    """Whether the text is a security identifier."""
    return bool(_SID.fullmatch(candidate))


def sid_to_bytes(sid: str) -> bytes:
    """Binary form; ValueError if it is none or a number is too large."""
    match = _SID.fullmatch(sid)
    if not match:
        raise ValueError(f"'{sid}' is not a security identifier")
    authority, subs = int(match[1]), [int(number) for number in match[2].split("-")[1:]]
    try:
        return bytes((1, len(subs))) + authority.to_bytes(6, "big") + struct.pack(f"<{len(subs)}I", *subs)
    except (OverflowError, struct.error) as error:
        raise ValueError(f"'{sid}' holds a number that is too large for a security identifier") from error


def sid_from_bytes(raw: bytes) -> str:
    """Text form; ValueError if the bytes are not exactly one SID."""
    if len(raw) < _SID_HEAD_BYTES or raw[0] != 1 or len(raw) != sid_length(raw):
        raise ValueError(f"not a security identifier: {raw.hex()}")
    subs = struct.unpack(f"<{raw[1]}I", raw[_SID_HEAD_BYTES:])
    return "-".join(["S-1", str(int.from_bytes(raw[2:8], "big")), *map(str, subs)])


def sid_length(raw: bytes) -> int:
    """Number of bytes of the SID that the bytes begin with."""
    return _SID_HEAD_BYTES + 4 * raw[1]


def is_guid(candidate: str) -> bool:
    """Whether the text is a GUID in its usual form, with or without braces."""
    return bool(re.fullmatch(r"\{?[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\}?", candidate))


def guid_to_bytes(guid: str) -> bytes:
    """Wire form of objectGUID: the first three groups are little-endian."""
    return uuid.UUID(guid).bytes_le


def guid_from_bytes(raw: bytes) -> str:
    """Text form of objectGUID."""
    return str(uuid.UUID(bytes_le=raw))


def group_type(scope: str, category: str) -> int:
    """groupType as the signed 32-bit number that the directory stores."""
    bits = _SCOPES[scope] | (_SECURITY_ENABLED if category == "security" else 0)
    return bits - (1 << 32) if bits & _SECURITY_ENABLED else bits


def group_scope(number: int) -> str | None:
    """Scope of a groupType; None for the kinds that only the system makes."""
    return next((name for name, bit in _SCOPES.items() if number & bit), None)


def group_category(number: int) -> str:
    """C(security) or C(distribution)."""
    return "security" if number & _SECURITY_ENABLED else "distribution"


def encryption_types(names: t.Iterable[str], mask: int = 0) -> int:
    """Bit mask of msDS-SupportedEncryptionTypes, with the other bits of C(mask): they say what else a service can do,
    such as claims."""
    others = mask & ~sum(_ENCRYPTION_BITS.values())
    return others | sum(_ENCRYPTION_BITS[name] for name in set(names))


def encryption_names(mask: int) -> list[str]:
    """Names of the known bits."""
    return [name for name, bit in _ENCRYPTION_BITS.items() if mask & bit]
