# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole estate: up, down, reset, status. One command at a time works on it; others wait for the lock."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor

from flowops_lab import (
    host_packages,
    inventory,
    parts,
    prefect_server,
    processes,
    python_artifact,
    root_folder,
    virtual_environments,
)
from flowops_lab.console import LabError, say
from flowops_lab.isolation import mounts_below
from flowops_lab.locks import held
from flowops_lab.parts import Part
from flowops_lab.paths import Paths

LOCK = "estate"


def together(actions: Iterable[Callable[[], object]]) -> None:
    """Run all at once, wait for all, raise the first error."""
    with ThreadPoolExecutor(max_workers=8) as pool:
        futures = [pool.submit(action) for action in actions]
    for future in futures:
        future.result()


def up(paths: Paths, chosen: list[Part], auth: str = "none", csrf: bool = False) -> None:
    """Bring the parts up: what runs stays; what does not is started, clean when no state is kept."""
    _require_machine(chosen)
    with held(paths.locks, LOCK):
        _prepare(paths, chosen)
        if not any(processes.recorded(paths, name) for name in parts.PARTS) and not processes.members(paths):
            shutil.rmtree(paths.run, ignore_errors=True)
        _start_clean(paths, chosen, auth, csrf)


def prepare(paths: Paths) -> None:
    """Everything that ``up`` would build, with nothing started."""
    everything = list(parts.PARTS.values())
    _require_machine(everything)
    _prepare(paths, everything)


def reset(paths: Paths, chosen: list[Part], auth: str = "none", csrf: bool = False) -> None:
    """The chosen parts as if newly made. Nothing of their state is kept, so nothing is asked to end nicely."""
    _require_machine(chosen)
    with held(paths.locks, LOCK):
        _prepare(paths, chosen)
        together(lambda part=part: part.stop(paths, 0) for part in chosen)
        for part in chosen:
            shutil.rmtree(paths.run / part.name, ignore_errors=True)
            processes.log_file(paths, part.name).unlink(missing_ok=True)
        _start_clean(paths, chosen, auth, csrf)


def down(paths: Paths) -> None:
    """End everything the lab started, also what a crash left, and drop the running state (logs are kept)."""
    with held(paths.locks, LOCK):
        together(lambda part=part: part.stop(paths, part.grace) for part in parts.PARTS.values())
        # More hosts may run than this call was told of: FLOWOPS_LAB_HOSTS need not be what it was at up.
        others = sorted({file.stem for file in paths.pids.glob("*.json")} - set(parts.PARTS))
        together(lambda name=name: processes.stop(paths, name) for name in others)
        left = processes.members(paths)
        if left:
            raise LabError(f"processes {left} of the lab still run", paths.home, "look at them, then lab down again")
        mounted = mounts_below(paths.home)
        if mounted:
            raise LabError(f"{mounted[0]} is still mounted", paths.home, f"umount {mounted[0]}, then lab down again")
        if paths.run.is_dir():
            for entry in paths.run.iterdir():
                if entry != paths.run_logs:
                    shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
    say("everything is down")


def start(paths: Paths, part: Part) -> None:
    with held(paths.locks, LOCK):
        part.prepare(paths)
        _start(paths, part)


def stop(paths: Paths, part: Part) -> None:
    with held(paths.locks, LOCK):
        part.stop(paths, part.grace)
    say(f"{part.name} is stopped")


def reboot(paths: Paths, part: Part) -> None:
    """Stop and start with the state kept: services stop, those that start by themselves come back."""
    if part.after is None:
        raise LabError(f"{part.name} is no Windows host", "lab reboot", "choose win1 or win2")
    with held(paths.locks, LOCK):
        part.stop(paths, part.grace)
        _start(paths, part)


def status(paths: Paths) -> tuple[str, bool]:
    """A table for people, and whether every part runs."""
    rows = [("PART", "STATE", "ADDRESS", "PID", "SINCE")]
    running = True
    for part in parts.PARTS.values():
        process = processes.recorded(paths, part.name)
        if process:
            since = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(process.since))
            rows.append((part.name, "running", process.address, str(process.pid), since))
        else:
            running = False
            crashed = (paths.pids / f"{part.name}.json").exists()
            rows.append((part.name, "crashed" if crashed else "stopped", part.address, "-", "-"))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join(lines), running


def _require_machine(chosen: list[Part]) -> None:
    rooted = [part.name for part in chosen if part.needs_root]
    if rooted:
        host_packages.require_machine(f"the lab's {', '.join(rooted)}")


def _prepare(paths: Paths, chosen: list[Part]) -> None:
    """Build what is missing, everything at once: the environments compile while the root folder downloads."""
    # the hosts share one template: what one of them needs is what all of them need
    builders = {part.prepare: part for part in chosen}

    def in_root_folder() -> None:
        root_folder.ensure(paths)
        together(lambda build=build: build(paths) for build, part in builders.items() if part.needs_root)

    actions: list[Callable[[], object]] = []
    if any(part.needs_root for part in chosen):
        actions.append(in_root_folder)
    if any(part.after for part in chosen):
        actions.append(lambda: python_artifact.ensure(paths))
        actions.append(lambda: virtual_environments.ensure(paths, "ansible-2.19"))
    actions += [lambda build=build: build(paths) for build, part in builders.items() if not part.needs_root]
    together(actions)


def _start_clean(paths: Paths, chosen: list[Part], auth: str, csrf: bool) -> None:
    stopped = [part for part in chosen if not processes.recorded(paths, part.name)]
    if any(part.name == "directory" for part in stopped) and not (paths.run / "directory").is_dir():
        parts.PARTS["directory"].reset(paths)
    if any(part.name == prefect_server.PART for part in stopped):
        prefect_server.configure(paths, auth, csrf)
    first = [part for part in stopped if part.after is None and part.name == "directory"]
    hosts = [part for part in stopped if part.after is not None]
    others = [part for part in stopped if part not in first and part not in hosts]

    def directory_then_hosts() -> None:
        for part in first:
            _start(paths, part)
        together(lambda part=part: _start(paths, part) for part in hosts)

    together([directory_then_hosts, *(lambda part=part: _start(paths, part) for part in others)])
    if (paths.run / "certificates").is_dir():
        for transport in inventory.transports():
            inventory.render(paths, transport)


def _start(paths: Paths, part: Part) -> None:
    if processes.recorded(paths, part.name):
        say(f"{part.name} runs already")
        return
    processes.stop(paths, part.name, 0)  # what a crashed leader left behind
    if part.after and not processes.recorded(paths, part.after):
        raise LabError(f"{part.name} needs {part.after}, which does not run", "lab", f"lab start {part.after}")
    part.start(paths)
    say(f"{part.name} is up at {part.address}")
