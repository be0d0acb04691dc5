# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""community.windows.win_unzip: plain zip archives."""

from __future__ import annotations

import ntpath

from ..agent_client import AgentError
from ..errors import ModuleFailure, NotModelled


def run(call) -> dict:
    args = call.args
    source, dest, creates = args["src"], args["dest"], args.get("creates")
    result = {"changed": False, "dest": dest.replace("$", ""), "src": source.replace("$", ""), "removed": False}
    if creates and call.agent("files.kind", path=creates) != "absent":
        return {**result, "skipped": True, "msg": f"The file or directory '{creates}' already exists."}
    if call.agent("files.kind", path=source) == "absent":
        raise ModuleFailure(f"File '{source}' does not exist.", **result)
    if ntpath.splitext(source)[1].lower() != ".zip" or args.get("recurse") or args.get("password"):
        raise NotModelled("win_unzip of anything but a plain zip archive")
    try:
        if call.check:
            members = len(call.agent("archives.entries", path=source))
        else:
            call.agent("files.make_folder", path=dest)
            members = call.agent("archives.unpack", path=source, dest=dest)
    except AgentError as error:
        reason = (
            f"Error unzipping '{source}' to '{dest}'!. Method: System.IO.Compression.ZipFile, "
            f"Exception: {error.message}"
        )
        raise ModuleFailure(reason, **result) from None
    result["changed"] = members > 0
    if args.get("delete_archive"):
        if not call.check:
            call.agent("files.remove", path=source)
        result["removed"] = True
    return result
