# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""win_file: files and folders in Wine."""

from __future__ import annotations

import base64
import ntpath
import time
from datetime import UTC, datetime

from ..agent_client import AgentError
from ..errors import ModuleFailure, NotModelled

DEFAULT_FORMAT = "yyyy-MM-dd HH:mm:ss"
# The parts of .NET's custom date formats that have one meaning.
FORMAT_PARTS = (("yyyy", "%Y"), ("MM", "%m"), ("dd", "%d"), ("HH", "%H"), ("mm", "%M"), ("ss", "%S"))


def _seconds(call, option: str, default: str) -> float | None:
    text = call.args.get(option) or default
    if text == "preserve":
        return None
    if text == "now":
        return time.time()
    pattern = call.args.get(f"{option}_format") or DEFAULT_FORMAT
    for net, python in FORMAT_PARTS:
        pattern = pattern.replace(net, python)
    if any(letter.isalpha() for letter in pattern.replace("%", "\0").split("\0")[0]):
        raise NotModelled(f"win_file {option}_format")
    try:
        return datetime.strptime(text, pattern).replace(tzinfo=UTC).timestamp()
    except ValueError:
        raise ModuleFailure(f"Invalid {option} '{text}'") from None


def _peek(call, path: str, kind: str) -> dict:
    head = base64.b64decode(call.agent("files.head", path=path, size=8192)) if kind == "file" else b""
    return {
        "path": path,
        "change": False,
        "appears_binary": b"\0" in head,
        "state": "absent" if kind == "absent" else "file",
    }


def _set_times(call, path: str, times: dict) -> bool:
    if times["accessed"] is None and times["written"] is None:
        return False
    if not call.check:
        call.agent("files.set_times", path=path, **times)
    return True


def run(call) -> dict:
    args = call.args
    path, state = args["path"], args.get("state")
    kind = call.agent("files.kind", path=path)
    if kind == "folder" and args.get("_original_basename"):
        path = ntpath.join(path, args["_original_basename"])
        kind = call.agent("files.kind", path=path)
    if args.get("_diff_peek") is not None or "_diff_peek" in call.invocation.args:
        return _peek(call, path, kind)
    default = "now" if state == "touch" else "preserve"
    times = {
        "accessed": _seconds(call, "access_time", default),
        "written": _seconds(call, "modification_time", default),
    }
    try:
        return {"changed": _apply(call, path, kind, state, times)}
    except AgentError as error:
        verb = "delete" if state == "absent" else "create"
        raise ModuleFailure(f"Failed to {verb} {path}: {error.message}") from None


def _apply(call, path: str, kind: str, state: str | None, times: dict) -> bool:
    if state == "touch":
        return _touch(call, path, kind, times)
    if kind != "absent":
        return _existing(call, path, kind, state)
    if state is None:
        state = "file" if ntpath.basename(path.rstrip("\\")) else "directory"
    if state == "file":
        raise ModuleFailure(f"path {path} will not be created")
    if state == "directory":
        if not call.check:
            call.agent("files.make_folder", path=path)
            _set_times(call, path, times)
        return True
    return False


def _touch(call, path: str, kind: str, times: dict) -> bool:
    if kind == "absent" and not call.check:
        call.agent("files.touch", path=path)
    if kind != "absent" or not call.check:
        _set_times(call, path, times)
    return True


def _existing(call, path: str, kind: str, state: str | None) -> bool:
    if state == "absent":
        if not call.check:
            call.agent("files.remove", path=path)
            call.host.access_lists.forget(path)
        return True
    if state == "directory" and kind != "folder":
        raise ModuleFailure(f"path {path} is not a directory")
    if state == "file" and kind == "folder":
        raise ModuleFailure(f"path {path} is not a file")
    return False
