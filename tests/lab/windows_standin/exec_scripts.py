# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The small scripts of ansible-core itself: temporary folder, home folder, put and fetch a file."""

from __future__ import annotations

import json
import ntpath
from typing import TYPE_CHECKING

from .errors import NotModelled
from .execution import Output
from .logon import Logon
from .modules import expand
from .payload import Invocation
from .upload import Upload

if TYPE_CHECKING:
    from .host import Host


def run(host: Host, invocation: Invocation, upload: Upload | None, logon: Logon) -> Output:
    scripts = {
        "powershell_mkdtemp.ps1": _make_temporary_folder,
        "powershell_expand_user.ps1": _expand_user,
        "winrm_put_file.ps1": _put,
        "psrp_put_file.ps1": _put,
        "winrm_fetch_file.ps1": _fetch_part,
        "psrp_fetch_file.ps1": _fetch_whole,
    }
    script = scripts.get(invocation.name)
    if script is None:
        raise NotModelled(f"ansible-core script {invocation.name}")
    return script(host, invocation, upload, logon)


def _make_temporary_folder(host: Host, invocation: Invocation, _upload: Upload | None, logon: Logon) -> Output:
    environment = host.sessions.environment(logon, invocation.environment)
    path = ntpath.join(expand(invocation.args["Directory"], environment), invocation.args["Name"])
    host.agent.call("files.make_folder", path=path)
    return Output(path.encode() + b"\r\n")


def _expand_user(_host: Host, invocation: Invocation, _upload: Upload | None, logon: Logon) -> Output:
    path = invocation.args["Path"]
    if path == "~" or path.startswith("~\\"):
        path = logon.profile + path[1:]
    return Output(path.encode() + b"\r\n")


def _put(host: Host, invocation: Invocation, upload: Upload | None, _logon: Logon) -> Output:
    if upload is None:
        return Output(stderr=b"stand-in: an upload without data", code=1)
    digest = upload.finish()
    host.agent.call("files.take", source=f"C:\\standin\\spool\\{upload.path.name}", path=invocation.args["Path"])
    return Output(json.dumps({"sha1": digest}).encode())


def _missing(path: str) -> Output:
    return Output(stderr=f"{path} does not exist".encode(), code=1)


def _fetch_part(host: Host, invocation: Invocation, _upload: Upload | None, _logon: Logon) -> Output:
    path = invocation.args["Path"]
    kind = host.agent.call("files.kind", path=path)
    if kind == "folder":
        return Output(b"[DIR]")
    if kind == "absent":
        return _missing(path)
    offset, size = invocation.args["Offset"], invocation.args["BufferSize"]
    return Output(host.agent.call("files.read", path=path, offset=offset, size=size).encode())


def _fetch_whole(host: Host, invocation: Invocation, _upload: Upload | None, _logon: Logon) -> Output:
    path, size = invocation.args["Path"], invocation.args["BufferSize"]
    kind = host.agent.call("files.kind", path=path)
    if kind == "folder":
        return Output(b"[DIR]")
    if kind == "absent":
        return _missing(path)
    lines, offset = ["[FILE]"], 0
    while part := host.agent.call("files.read", path=path, offset=offset, size=size):
        lines.append(part)
        offset += size
    return Output("\n".join(lines).encode())
