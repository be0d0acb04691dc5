# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files and folders, by Windows' own rules."""

from __future__ import annotations

import base64
import hashlib
import os
import shutil
import stat as mode

READ_ONLY, HIDDEN, DIRECTORY, ARCHIVE, REPARSE = 0x1, 0x2, 0x10, 0x20, 0x400
ATTRIBUTES = (
    (0x1, "ReadOnly"),
    (0x2, "Hidden"),
    (0x4, "System"),
    (0x10, "Directory"),
    (0x20, "Archive"),
    (0x400, "ReparsePoint"),
)
CHUNK = 1 << 20


def real_case(path: str) -> str:
    """The path as the file system spells it."""
    drive, tail = os.path.splitdrive(os.path.abspath(path))
    spelled = drive.upper() + "\\"
    for part in [piece for piece in tail.split("\\") if piece]:
        try:
            names = {name.lower(): name for name in os.listdir(spelled)}
        except OSError:
            names = {}
        spelled = os.path.join(spelled, names.get(part.lower(), part))
    return spelled


def checksum(path: str, algorithm: str = "sha1") -> str:
    digest = hashlib.new(algorithm)
    with open(path, "rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def tree_size(path: str) -> int:
    return sum(os.path.getsize(os.path.join(top, name)) for top, _folders, names in os.walk(path) for name in names)


def stat(path: str, algorithm: str | None = None, size: bool = False) -> dict | None:
    """What is known of ``path``, or None when nothing is there."""
    if path.endswith(("\\", "/")) and len(path) > 3:
        path = path.rstrip("\\/")
    try:
        info = os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    bits = info.st_file_attributes
    folder = mode.S_ISDIR(info.st_mode)
    full = real_case(path)
    result = {
        "path": full,
        "name": os.path.basename(full) or full,
        "is_folder": folder,
        "attributes": ", ".join(name for bit, name in ATTRIBUTES if bits & bit) or "Normal",
        "created": info.st_birthtime if hasattr(info, "st_birthtime") else info.st_ctime,
        "accessed": info.st_atime,
        "written": info.st_mtime,
        "links": info.st_nlink,
    }
    if folder:
        result["size"] = tree_size(path) if size else None
    else:
        result["size"] = info.st_size
        result["checksum"] = checksum(path, algorithm) if algorithm else None
    return result


def kind(path: str) -> str:
    """'folder', 'file' or 'absent'."""
    if os.path.isdir(path):
        return "folder"
    return "file" if os.path.exists(path) else "absent"


def _writable(function, path, _error) -> None:
    os.chmod(path, mode.S_IWRITE)
    function(path)


def remove(path: str) -> None:
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path, onexc=_writable)
        return
    try:
        os.unlink(path)
    except PermissionError:
        os.chmod(path, mode.S_IWRITE)
        os.unlink(path)


def make_folder(path: str, parents: bool = True) -> None:
    os.makedirs(path, exist_ok=True) if parents else os.mkdir(path)


def touch(path: str) -> None:
    with open(path, "ab"):
        pass


def set_times(path: str, accessed: float | None = None, written: float | None = None) -> bool:
    """Seconds since 1970. True when something differed."""
    info = os.stat(path)
    new = (info.st_atime if accessed is None else accessed, info.st_mtime if written is None else written)
    os.utime(path, new)
    return new != (info.st_atime, info.st_mtime)


def read(path: str, offset: int = 0, size: int | None = None) -> str:
    with open(path, "rb") as file:
        file.seek(offset)
        return base64.b64encode(file.read() if size is None else file.read(size)).decode()


def head(path: str, size: int) -> str:
    return read(path, 0, size)


def write(path: str, content: str) -> None:
    with open(path, "wb") as file:
        file.write(base64.b64decode(content))


def take(source: str, path: str) -> None:
    """Move a finished upload to its place; the target keeps no old bytes."""
    with open(path, "wb"):
        pass
    os.replace(source, path)


def copy(source: str, path: str) -> None:
    if os.path.exists(path):
        remove(path)
    shutil.copyfile(source, path)


def listing(path: str) -> list[dict]:
    with os.scandir(path) as entries:
        return [
            {"name": entry.name, "is_folder": entry.is_dir()}
            for entry in sorted(entries, key=lambda item: item.name.lower())
        ]


def walk(path: str) -> list[str]:
    return [os.path.join(top, name) for top, folders, names in os.walk(path) for name in folders + names]


OPERATIONS = {
    "stat": stat,
    "kind": kind,
    "remove": remove,
    "make_folder": make_folder,
    "touch": touch,
    "set_times": set_times,
    "read": read,
    "head": head,
    "write": write,
    "take": take,
    "copy": copy,
    "listing": listing,
    "walk": walk,
    "checksum": checksum,
    "tree_size": tree_size,
    "real_case": real_case,
}
