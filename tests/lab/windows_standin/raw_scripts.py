# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Free PowerShell: only the few texts that ansible-core and ``win_reboot`` send are known, by pattern."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from .errors import NotModelled
from .execution import Output
from .logon import Logon
from .payload import Invocation

if TYPE_CHECKING:
    from .host import Host

SHUTDOWN = r"C:\\Windows\\System32\\shutdown\.exe"


def _remove(host: Host, match: re.Match, _logon: Logon) -> Output:
    path = match["bare"] or match["path"].replace("''", "'")
    if host.agent.call("files.kind", path=path) == "absent":
        return Output(stderr=f"Cannot find path '{path}' because it does not exist.".encode(), code=1)
    host.agent.call("files.remove", path=path)
    host.access_lists.forget(path)
    return Output()


def _boot_time(host: Host, _match: re.Match, _logon: Logon) -> Output:
    return Output(f"{host.power.boot_file_time}\r\n".encode())


def _reboot(host: Host, match: re.Match, _logon: Logon) -> Output:
    code, message = host.power.schedule_reboot(float(match["delay"]))
    return Output(json.dumps({"stdout": "", "stderr": message, "rc": code}).encode())


def _abort(host: Host, _match: re.Match, _logon: Logon) -> Output:
    return Output(code=0 if host.power.abort_reboot() else 1116)


def _logged_on_test(_host: Host, match: re.Match, _logon: Logon) -> Output:
    return Output(f"\r\n{match['text']}\r\n".encode())


def _whoami(_host: Host, _match: re.Match, logon: Logon) -> Output:
    return Output(f"{logon.account.lower()}\r\n".encode())


def _hostname(host: Host, _match: re.Match, _logon: Logon) -> Output:
    return Output(f"{host.configuration.node}\r\n".encode())


KNOWN: list[tuple[re.Pattern, Callable[[Host, re.Match, Logon], Output]]] = [
    (
        re.compile(r"Remove-Item (?:'(?P<path>(?:[^']|'')+)'|(?P<bare>[^\s']+)) -Force(?: -Recurse)?;?", re.IGNORECASE),
        _remove,
    ),
    (
        re.compile(
            r"\(?Get-(?:CimInstance|WmiObject) -ClassName Win32_OperatingSystem[^)]*\)\.LastBootUpTime[^;]*",
            re.IGNORECASE,
        ),
        _boot_time,
    ),
    (re.compile(rf".*{SHUTDOWN} /r /t (?P<delay>\d+) /c .*", re.IGNORECASE | re.DOTALL), _reboot),
    (re.compile(rf"{SHUTDOWN} /a", re.IGNORECASE), _abort),
    (
        re.compile(r"Get-Item -LiteralPath 'HKLM:[^']+' -ErrorAction Stop; '(?P<text>success-[0-9a-f-]+)'"),
        _logged_on_test,
    ),
    (re.compile(r"whoami(?:\.exe)?", re.IGNORECASE), _whoami),
    (re.compile(r"hostname(?:\.exe)?", re.IGNORECASE), _hostname),
]
# What ansible-core and win_reboot append to hand on the exit code.
EXIT_CODE = re.compile(r"(?s)(?:;|\r?\n)\s*If \(-not \$\?\).*$", re.IGNORECASE)


def run(host: Host, invocation: Invocation, logon: Logon) -> Output:
    script = EXIT_CODE.sub("", invocation.source).strip().rstrip(";").strip()
    script = re.sub(r"^Set-StrictMode -Version Latest\s*", "", script)
    for pattern, handler in KNOWN:
        match = pattern.fullmatch(script)
        if match:
            return handler(host, match, logon)
    raise NotModelled(f"free PowerShell of {len(script)} characters")
