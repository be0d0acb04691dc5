# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""win_command: the program really runs, in Wine."""

from __future__ import annotations

import base64
import fnmatch
import locale
from datetime import UTC, datetime

from ..agent_client import AgentError
from ..errors import ModuleFailure, NotModelled
from . import programs
from .scheduled_task import as_xml

STAMP = "%Y-%m-%d %H:%M:%S.%f"
# Programs of Windows that Wine only pretends to have: they exit with 0 and do nothing.
PRETENDED = {
    "icacls",
    "cacls",
    "netsh",
    "secedit",
    "wevtutil",
    "powershell",
    "schtasks",
    "setx",
    "gpupdate",
    "dism",
    "auditpol",
    "robocopy",
    "nltest",
    "w32tm",
    "gpresult",
    "wmic",
    "klist",
}


def _program(args: dict) -> str:
    line = (args.get("argv") or [None])[0] or args.get("cmd") or args.get("_raw_params") or ""
    word = line[1:].split('"', 1)[0] if line.startswith('"') else line.split(None, 1)[0] if line else ""
    word = word.replace("/", "\\").rsplit("\\", 1)[-1].lower()
    return word.removesuffix(".exe")


def _simulated(call, program: str) -> tuple[int, str] | None:
    """(exit code, output) of what Wine would answer wrongly: it has one user, no tasks and no domain."""
    node = call.host.configuration.node
    line = (
        str(call.args.get("cmd") or call.args.get("_raw_params") or " ".join(call.args.get("argv") or []))
        .strip()
        .lower()
    )
    if program == "whoami" and line in ("whoami", "whoami.exe"):
        return 0, f"{call.logon.account.lower()}\r\n"
    if program == "hostname":
        return 0, f"{node}\r\n"
    if program == "schtasks" and line.split()[1:] == ["/query", "/xml", "one"]:
        return 0, as_xml(call)
    return programs.answer(call, line)


def _shown(args: dict) -> str:
    return args.get("cmd") or (args.get("_raw_params") or "").strip() or " ".join(args.get("argv") or [])


def run(call) -> dict:
    args = call.args
    result = {"cmd": _shown(args), "rc": 0}
    for option, wanted in (("creates", False), ("removes", True)):
        path = args.get(option)
        if path and (_matches(call, path)) is not wanted:
            word = "exists" if option == "creates" else "does not exist"
            return {**result, "changed": False, "skipped": True, "msg": f"skipped, since {path} {word}"}
    program = _program(args)
    began = datetime.now(UTC)
    simulated = _simulated(call, program)
    if simulated is None and program in PRETENDED:
        raise NotModelled(f"the program {program}, which Wine only pretends to run")
    if simulated is not None:
        answer = {
            "rc": simulated[0],
            "stdout": base64.b64encode(simulated[1].encode()).decode(),
            "stderr": "",
            "command": result["cmd"],
        }
    else:
        answer = _run(call, result)
    ended = datetime.now(UTC)
    encoding = args.get("output_encoding_override") or "utf-8"
    result.update(
        changed=True,
        cmd=answer["command"],
        rc=answer["rc"],
        stdout=_text(answer["stdout"], encoding),
        stderr=_text(answer["stderr"], encoding),
        start=began.strftime(STAMP),
        end=ended.strftime(STAMP),
        delta=str(ended - began),
    )
    if result["rc"] != 0:
        raise ModuleFailure("non-zero return code", **result)
    return result


def _matches(call, path: str) -> bool:
    if "*" not in path and "?" not in path:
        return call.agent("files.kind", path=path) != "absent"
    folder, _slash, pattern = path.rpartition("\\")
    if call.agent("files.kind", path=folder) != "folder":
        return False
    names = [entry["name"] for entry in call.agent("files.listing", path=folder)]
    return any(fnmatch.fnmatch(name.lower(), pattern.lower()) for name in names)


def _run(call, result: dict) -> dict:
    args = call.args
    stdin = args.get("stdin")
    try:
        return call.agent(
            "processes.run",
            line=None if args.get("argv") else result["cmd"],
            argv=args.get("argv"),
            folder=args.get("chdir"),
            stdin=base64.b64encode((stdin + "\r\n").encode()).decode() if stdin else None,
            environment=call.environment,
        )
    except AgentError as error:
        number = error.winerror or 2
        raise ModuleFailure(f"Failed to run: '{result['cmd']}': {error.message}", **{**result, "rc": number}) from None


def _text(encoded: str, encoding: str) -> str:
    raw = base64.b64decode(encoded)
    try:
        return raw.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return raw.decode(locale.getpreferredencoding(False), errors="replace")
