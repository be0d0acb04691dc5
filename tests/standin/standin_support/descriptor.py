# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The smallest security descriptor that lets one account retrieve a managed password."""

from __future__ import annotations

import struct

SELF_RELATIVE_WITH_DACL = 0x8004
FULL_CONTROL = 0xF01FF
BUILTIN_ADMINISTRATORS = bytes((1, 2, 0, 0, 0, 0, 0, 5)) + struct.pack("<II", 32, 544)


def may_read_password(sid: bytes) -> bytes:
    """MS-DTYP 2.4.6: owner, and one rule that allows ``sid`` (binary) everything."""
    rule = struct.pack("<BBHI", 0, 0, 8 + len(sid), FULL_CONTROL) + sid
    acl = struct.pack("<BBHHH", 4, 0, 8 + len(rule), 1, 0) + rule
    head = struct.pack("<BBHIIII", 1, 0, SELF_RELATIVE_WITH_DACL, 20, 0, 0, 20 + len(BUILTIN_ADMINISTRATORS))
    return head + BUILTIN_ADMINISTRATORS + acl
