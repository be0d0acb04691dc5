# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Packs what a Windows host needs to build an environment offline into one archive, on the controller.

C(wheelhouse.py --lock LOCK --cache FOLDER --python-version 3.13) makes it once per lock: the archive's name carries the
lock's hash, it appears whole or not at all, and a second run finds it. The wheels come from a package index, or with
C(--source PATH) from a folder of wheels or a zip archive of them, such as the one that this program makes elsewhere.
Either way each of them is checked against the lock's hashes. The archive holds C(wheels/) and C(lock.txt). Prints as
JSON C(path) and C(sha256) of the archive, C(uv_wheel), the wheel of uv in it, and C(uv), the program in that wheel.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import hashlib
import io
import json
import pathlib
import subprocess
import sys
import tempfile
import typing as t
import zipfile

OLDEST_ZIP_DATE = (1980, 1, 1, 0, 0, 0)


class WheelhouseError(Exception):
    """One line: what failed and what to do."""


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--lock", required=True, type=pathlib.Path)
    parser.add_argument("--cache", required=True, type=pathlib.Path)
    parser.add_argument("--python-version", required=True)
    parser.add_argument("--platform", default="win_amd64")
    parser.add_argument("--source", type=pathlib.Path, default=None)
    chosen = parser.parse_args(arguments)
    try:
        archive = provide(chosen.lock, chosen.cache, chosen.python_version, chosen.platform, chosen.source)
        told = {"path": str(archive), "sha256": _sha256(archive)} | _uv(archive)
    except (WheelhouseError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(json.dumps(told) + "\n")
    return 0


def provide(
    lock: pathlib.Path, cache: pathlib.Path, python_version: str, platform: str, source: pathlib.Path | None = None
) -> pathlib.Path:
    """The archive for C(lock), built first when it isn't there: the lock's hashes say what is in it, whatever the
    source."""
    key = hashlib.sha256(lock.read_bytes() + f"{python_version} {platform}".encode()).hexdigest()[:16]
    cache.mkdir(parents=True, exist_ok=True)
    archive = cache / f"wheelhouse-{key}.zip"
    # Several hosts are prepared at once, each by its own process.
    with _alone(cache / f"wheelhouse-{key}.lock"):
        if not archive.is_file():
            with tempfile.TemporaryDirectory(dir=cache, prefix="wheelhouse-") as folder:
                wheels = pathlib.Path(folder) / "wheels"
                offered = None if source is None else _offered(source, pathlib.Path(folder) / "offered")
                _download(lock, wheels, python_version, platform, offered)
                packed = pathlib.Path(folder) / "wheelhouse.zip"
                _pack(lock, wheels, packed)
                packed.replace(archive)
    return archive


@contextlib.contextmanager
def _alone(path: pathlib.Path) -> t.Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _offered(source: pathlib.Path, folder: pathlib.Path) -> pathlib.Path:
    """Folder with the wheels of C(source), which are unpacked first when it is an archive."""
    if source.is_dir():
        return source
    folder.mkdir()
    try:
        with zipfile.ZipFile(source) as archive:
            for name in archive.namelist():
                if name.endswith(".whl"):
                    # by its last part: an archive can't write anywhere else
                    (folder / pathlib.PurePosixPath(name).name).write_bytes(archive.read(name))
    except FileNotFoundError:
        raise WheelhouseError(
            f"{source} is not there; correct win_runtime_source_path, a path on the controller"
        ) from None
    except zipfile.BadZipFile:
        raise WheelhouseError(f"{source} is neither a folder of wheels nor a zip archive of them") from None
    return folder


def _download(
    lock: pathlib.Path, wheels: pathlib.Path, python_version: str, platform: str, offered: pathlib.Path | None
) -> None:
    # --no-deps: the lock is complete, and pip would resolve for the controller's system instead of Windows.
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-input"]
    command += ["--require-hashes", "--no-deps", "--only-binary", ":all:", "--platform", platform]
    command += ["--python-version", python_version, "--dest", str(wheels), "--requirement", str(lock)]
    command += [] if offered is None else ["--no-index", "--find-links", str(offered)]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        errors = [line for line in done.stderr.splitlines() if line.strip() and not line.startswith("WARNING")]
        why = errors[-1].removeprefix("ERROR: ") if errors else f"exit code {done.returncode}"
        todo = "give that Python pip and a package index it can reach (PIP_INDEX_URL), or compile the lock file again"
        if offered is not None:
            todo = "put the wheels of this very lock file, for this Python on Windows, into win_runtime_source_path"
        raise WheelhouseError(f"the wheels of {lock.name} can't be had with {sys.executable} -m pip: {why}; {todo}")


def _pack(lock: pathlib.Path, wheels: pathlib.Path, target: pathlib.Path) -> None:
    # Wheels are compressed already.
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for wheel in sorted(wheels.iterdir()):
            _add(archive, f"wheels/{wheel.name}", wheel.read_bytes())
        _add(archive, "lock.txt", lock.read_bytes())


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(name, OLDEST_ZIP_DATE)
    entry.external_attr = 0o644 << 16
    archive.writestr(entry, content)


def _uv(archive: pathlib.Path) -> dict[str, str]:
    with zipfile.ZipFile(archive) as content:
        for name in content.namelist():
            if name.startswith("wheels/uv-"):
                with zipfile.ZipFile(io.BytesIO(content.read(name))) as wheel:
                    program = next((inside for inside in wheel.namelist() if inside.endswith("/uv.exe")), None)
                if program is not None:
                    return {"uv_wheel": name, "uv": program}
    raise WheelhouseError(
        "the lock file has no uv for Windows; add uv to what it is compiled from and compile it again"
    )


def _sha256(path: pathlib.Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
