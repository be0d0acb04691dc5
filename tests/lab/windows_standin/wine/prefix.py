# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clone, boot and shut down a Wine prefix. Nothing of it is left afterwards: no process, no mount."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

from . import registry_text
from .namespace import Placement, run, start

AGENT_PYTHON = "C:\\standin\\python\\python.exe"
AGENT_MAIN = "C:\\standin\\agent\\main.py"
BUILTIN_SERVICES = "standin-builtin-services"
HELD_BACK = "standin-held-back"
AGENT_SOURCE = Path(__file__).resolve().parents[1] / "agent"


def clone(template: str | Path, prefix: str | Path) -> Path:
    """Copy the template to ``prefix`` (which must not exist), sharing blocks where the file system can."""
    prefix = Path(prefix)
    prefix.parent.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        ["cp", "--archive", "--reflink=auto", "--no-target-directory", str(template), str(prefix)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(f"Wine prefix {prefix} cannot be cloned from {template}: {done.stderr.strip()[-300:]}")
    return prefix


def boot(
    rootfs: str | Path,
    prefix: str | Path,
    endpoint: tuple[str, int],
    token: str,
    *,
    node: str = "standin",
    hosts: Mapping[str, str] | None = None,
    log: Path | None = None,
) -> subprocess.Popen[bytes]:
    """Start Wine with the agent, which connects to ``endpoint`` and shows ``token``.

    Automatic services are held back (their names: :func:`held_back`); who called starts them after its checks.
    """
    place = Placement(Path(rootfs), Path(prefix), node, hosts or {})
    place.check()
    _hold_back(place.prefix)
    agent = place.drive_c / "standin/agent"
    shutil.rmtree(agent, ignore_errors=True)
    shutil.copytree(AGENT_SOURCE, agent, ignore=shutil.ignore_patterns("__pycache__"))
    private = place.drive_c / "standin/run"
    private.mkdir(mode=0o700, exist_ok=True)
    secret = private / "token"
    secret.unlink(missing_ok=True)
    with os.fdopen(os.open(secret, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(token)
    command = ["wine", AGENT_PYTHON, "-B", AGENT_MAIN, endpoint[0], str(endpoint[1]), "C:\\standin\\run\\token"]
    return start(place, command, log or place.prefix / "agent.log")


def _hold_back(prefix: Path) -> None:
    """Record first, edit then: a boot that is cut short loses no service."""
    builtin = set((prefix / BUILTIN_SERVICES).read_text().split("\n"))
    system_reg, record = prefix / "system.reg", prefix / HELD_BACK
    names = set(held_back(prefix))
    scratch = prefix / "system.reg.scratch"
    shutil.copy2(system_reg, scratch)
    names.update(registry_text.hold_back_automatic_services(scratch, builtin))
    record.write_text("".join(f"{name}\n" for name in sorted(names)))
    scratch.replace(system_reg)


def held_back(prefix: str | Path) -> list[str]:
    """Names of the automatic services that wait for their checks."""
    record = Path(prefix) / HELD_BACK
    return [line for line in record.read_text().splitlines() if line] if record.exists() else []


def release(prefix: str | Path) -> None:
    """Forget the held-back services: they are automatic again."""
    (Path(prefix) / HELD_BACK).unlink(missing_ok=True)


def processes_of(rootfs: str | Path, prefix: str | Path) -> list[int]:
    """Process ids that run with exactly this prefix inside exactly this root folder."""
    mark = b"WINEPREFIX=" + Placement(Path(rootfs), Path(prefix)).inside.encode()
    root = os.path.realpath(rootfs)
    found = []
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            environment = Path("/proc", entry, "environ").read_bytes().split(b"\0")
            if mark in environment and os.readlink(f"/proc/{entry}/root") == root:
                found.append(int(entry))
        except OSError:
            continue
    return found


def is_running(rootfs: str | Path, prefix: str | Path) -> bool:
    return bool(processes_of(rootfs, prefix))


def shutdown(rootfs: str | Path, prefix: str | Path, *, patience: float = 10) -> None:
    """End this prefix's wineserver and every process of the prefix; returns when none is left."""
    place = Placement(Path(rootfs), Path(prefix))
    if not place.prefix.exists() or not processes_of(rootfs, prefix):
        return
    run(place, ["wineserver", "-k"], place.prefix / "shutdown.log", timeout=patience)
    end = time.monotonic() + patience
    while (left := processes_of(rootfs, prefix)) and time.monotonic() < end:
        time.sleep(0.05)
    for pid in left:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    while processes_of(rootfs, prefix) and time.monotonic() < end + patience:
        time.sleep(0.05)
