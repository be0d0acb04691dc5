# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Programs of Windows that Wine does not have, simulated from the host's model; every other use of them is unknown."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from ..errors import DirectoryUnavailable

NO_LOGON_SERVERS = 1311
WORDS = {0: "NERR_Success", 5: "ERROR_ACCESS_DENIED", NO_LOGON_SERVERS: "ERROR_NO_LOGON_SERVERS"}


def _secure_channel(call, match: re.Match) -> tuple[int, str] | None:
    """C(nltest /sc_query:DOMAIN): the state that Netlogon remembers."""
    settings, number = call.host.configuration, call.host.machine.secure_channel
    if match["domain"] not in (settings.netbios.lower(), settings.dns_domain):
        return 1355, "I_NetLogonControl failed: Status = 1355 0x54b ERROR_NO_SUCH_DOMAIN\r\n"
    if number not in WORDS:
        return None
    server = f"\\\\{settings.directory.tls_server_name}" if settings.directory and number == 0 else ""
    lines = [
        "Flags: 30 HAS_IP  HAS_TIMESERV ",
        f"Trusted DC Name {server} ",
        f"Trusted DC Connection Status Status = {number} {number:#x} {WORDS[number]}",
        "The command completed successfully",
    ]
    return 0, "\r\n".join([*lines, ""])


def _offset(call, match: re.Match) -> tuple[int, str]:
    """C(w32tm /stripchart): how far the computer's clock is from this host's."""
    now, offset = datetime.now(UTC), call.host.machine.clock_offset
    lines = [f"Tracking {match['computer']} [127.0.0.1:123].", "Collecting 1 samples."]
    lines.append(f"The current time is {now:%m/%d/%Y %I:%M:%S %p}.")
    try:
        call.host.accounts.domain_account("krbtgt")
    except DirectoryUnavailable:
        offset = None
    answer = "error: 0x800705B4" if offset is None else f"{offset:+011.7f}s"
    return 0, "\r\n".join([*lines, f"{now:%H:%M:%S}, {answer}", ""])


KNOWN = (
    (re.compile(r"nltest(?:\.exe)? /sc_query:(?P<domain>\S+)"), _secure_channel),
    (
        re.compile(r"w32tm(?:\.exe)? /stripchart /computer:(?P<computer>\S+) /samples:1 /dataonly"),
        _offset,
    ),
)


def answer(call, line: str) -> tuple[int, str] | None:
    """(exit code, output), or None where nothing is modelled. C(line) is in lower case."""
    for pattern, program in KNOWN:
        match = pattern.fullmatch(line)
        if match:
            return program(call, match)
    return None
