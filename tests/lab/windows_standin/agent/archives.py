# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Unpack zip archives: plain ones, and those whose member names are base64, as ``win_copy`` sends a folder."""

from __future__ import annotations

import base64
import os
import shutil
import zipfile


def entries(path: str) -> list[str]:
    with zipfile.ZipFile(path) as archive:
        return archive.namelist()


def unpack(path: str, dest: str) -> int:
    """Write every member below ``dest`` (existing files are replaced); the number of members.

    A member that would land outside is refused before anything of it is written.
    """
    base = os.path.abspath(dest)
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            target = os.path.abspath(os.path.join(base, member.filename.replace("/", "\\")))
            if not (target + "\\").lower().startswith(base.rstrip("\\").lower() + "\\"):
                raise ValueError(
                    f"Error unzipping '{path}' to '{dest}'! Filename contains relative paths which would "
                    f"extract outside the "
                    f"destination: {target}"
                )
            _write(archive, member, target, member.is_dir())
        return len(archive.infolist())


def explode(path: str, dest: str) -> list[str]:
    written = []
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            folder = len(member.filename) % 4 == 1
            encoded = member.filename[:-1] if folder else member.filename
            name = base64.b64decode(encoded).decode().replace("/", "\\")
            target = os.path.join(dest, name)
            _write(archive, member, target, folder)
            written.append(target)
    return written


def _write(archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: str, folder: bool) -> None:
    os.makedirs(target if folder else os.path.dirname(target), exist_ok=True)
    if folder:
        return
    with archive.open(member) as source, open(target, "wb") as file:
        shutil.copyfileobj(source, file, 1 << 20)


OPERATIONS = {"entries": entries, "unpack": unpack, "explode": explode}
