# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""win_copy: the modes its action plugin sends (query, single, explode) and copies on the host (remote)."""

from __future__ import annotations

import ntpath
import time

from ..errors import ModuleFailure


def run(call) -> dict:
    modes = {"query": _query, "single": _single, "explode": _explode, "remote": _remote}
    return modes[call.args.get("_copy_mode") or "single"](call)


def _kind(call, path: str) -> str:
    return call.agent("files.kind", path=path)


def _force(call) -> bool:
    return call.args.get("force") is not False


def _query(call) -> dict:
    dest, files, folders = call.args["dest"], [], []
    for file in call.args.get("files") or []:
        name = file["dest"].replace("/", "\\")
        path = ntpath.join(dest, name)
        if _kind(call, path) == "folder":
            path = ntpath.join(path, ntpath.basename(file["src"].replace("/", "\\")))
        kind = _kind(call, path)
        if kind == "folder":
            raise ModuleFailure(f"cannot copy file to dest '{path}': object at path is already a directory")
        if kind == "absent" or (_force(call) and call.agent("files.checksum", path=path) != file["checksum"]):
            files.append(file)
    for folder in call.args.get("directories") or []:
        path = ntpath.join(dest, folder["dest"].replace("/", "\\"))
        for taken in (ntpath.dirname(path), path):
            if _kind(call, taken) == "file":
                raise ModuleFailure(f"cannot copy folder to dest '{path}': object at path is already a file")
        if _kind(call, path) != "folder":
            folders.append(folder)
    return {"changed": False, "files": files, "directories": folders, "symlinks": []}


def _target(call, dest: str, name: str) -> str:
    """Where a single file goes; its folder must exist unless ``dest`` said "into this folder"."""
    inside = dest.endswith(("\\", "/")) or _kind(call, dest) == "folder"
    target = ntpath.join(dest, name) if inside else dest
    parent = ntpath.dirname(target.replace("/", "\\"))
    kind = _kind(call, parent)
    if kind == "file":
        raise ModuleFailure(f"object at destination parent dir '{parent}' is currently a file")
    if kind == "absent":
        if not inside:
            raise ModuleFailure(f"Destination directory '{parent}' does not exist")
        call.agent("files.make_folder", path=parent)
    return target


def _backup(call, path: str) -> str | None:
    if not call.args.get("backup") or _kind(call, path) != "file":
        return None
    name = f"{path}.{call.host.configuration.node.lower()}.{time.strftime('%Y%m%d-%H%M%S')}.bak"
    if not call.check:
        call.agent("files.copy", source=path, path=name)
    return name


def _single(call) -> dict:
    source = call.args["src"]
    if _kind(call, source) != "file":
        raise ModuleFailure(f"Cannot copy src file: '{source}' as it does not exist")
    target = _target(call, call.args["dest"], call.args.get("_original_basename") or ntpath.basename(source))
    result = {"changed": True}
    backup = _backup(call, target)
    if backup:
        result["backup_file"] = backup
    call.agent("files.copy", source=source, path=target)
    return result


def _explode(call) -> dict:
    source = call.args["src"]
    if _kind(call, source) != "file":
        raise ModuleFailure(f"Cannot expand src zip file: '{source}' as it does not exist")
    if not call.check:
        call.agent("archives.explode", path=source, dest=call.args["dest"])
    return {"changed": True}


class _RemoteCopy:
    def __init__(self, call) -> None:
        self.call, self.changed, self.lines = call, False, ""

    def file(self, source: str, dest: str) -> str | None:
        call = self.call
        checksum = call.agent("files.checksum", path=source) if _force(call) else None
        kind = _kind(call, dest)
        if kind == "folder":
            raise ModuleFailure(f"cannot copy file from '{source}' to '{dest}': dest is already a folder")
        if kind == "file" and (not _force(call) or call.agent("files.checksum", path=dest) == checksum):
            return checksum
        parent = ntpath.dirname(dest)
        if _kind(call, parent) == "absent":
            self.lines += f"+{parent}\\\n"
            if not call.check:
                call.agent("files.make_folder", path=parent)
        _backup(call, dest)
        if kind == "file":
            self.lines += f"-{dest}\n"
        self.lines += f"+{dest}\n"
        self.changed = True
        if not call.check:
            call.agent("files.copy", source=source, path=dest)
        return checksum

    def folder(self, source: str, dest: str) -> None:
        call = self.call
        kind = _kind(call, dest)
        if kind == "file":
            raise ModuleFailure(f"cannot copy folder from '{source}' to '{dest}': dest is already a file")
        if kind == "absent":
            self.lines += f"+{dest}\\\n"
            self.changed = True
            if not call.check:
                call.agent("files.make_folder", path=dest)
        for entry in call.agent("files.listing", path=source):
            member = self.folder if entry["is_folder"] else self.file
            member(ntpath.join(source, entry["name"]), ntpath.join(dest, entry["name"]))


def _remote(call) -> dict:
    source, dest = call.args["src"], call.args["dest"]
    kind = _kind(call, source)
    if kind == "absent":
        raise ModuleFailure(f"Cannot copy src file: '{source}' as it does not exist", src=source, dest=dest)
    work, result = _RemoteCopy(call), {"src": source, "dest": dest}
    if kind == "folder":
        result["operation"] = "folder_copy"
        if not source.endswith(("\\", "/")):
            result["dest"] = ntpath.join(dest, ntpath.basename(source))
            work.folder(source, result["dest"])
        else:
            work.folder(source.rstrip("\\/"), dest.rstrip("\\/"))
    else:
        name = ntpath.basename(source)
        result.update(operation="file_copy", original_basename=name)
        result["dest"] = _target(call, dest, name)
        result["checksum"] = work.file(source, result["dest"])
    entry = call.agent("files.stat", path=result["dest"], size=True)
    result.update(changed=work.changed, size=entry["size"] if entry else None, diff={"prepared": work.lines})
    return result
