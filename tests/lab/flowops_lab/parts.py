# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The parts of the estate and what can be done with each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from flowops_lab import cloud_double, directory, names, prefect_server, windows_hosts
from flowops_lab.console import LabError
from flowops_lab.paths import Paths


@dataclass(frozen=True)
class Part:
    """One part. ``after`` names the part that must answer first; ``reset`` needs the part to be stopped."""

    name: str
    address: str
    needs_root: bool
    after: str | None
    prepare: Callable[[Paths], None]
    reset: Callable[[Paths], None]
    start: Callable[[Paths], None]
    stop: Callable[[Paths, float], None]
    grace: float


def _windows(host: names.WindowsHost) -> Part:
    return Part(
        host.name,
        host.address,
        True,
        directory.PART,
        windows_hosts.prepare,
        partial(_with_host, windows_hosts.reset, host),
        partial(_with_host, windows_hosts.start, host),
        partial(_stop_host, host),
        20,
    )


def _with_host(action: Callable[[Paths, names.WindowsHost], None], host: names.WindowsHost, paths: Paths) -> None:
    action(paths, host)


def _stop_host(host: names.WindowsHost, paths: Paths, grace: float) -> None:
    windows_hosts.stop(paths, host, grace)


PARTS = {
    part.name: part
    for part in (
        Part(
            directory.PART,
            names.DC_ADDRESS,
            True,
            None,
            directory.prepare,
            directory.reset,
            directory.start,
            directory.stop,
            10,
        ),
        Part(
            prefect_server.PART,
            names.PREFECT_ADDRESS,
            False,
            None,
            prefect_server.prepare,
            prefect_server.reset,
            prefect_server.start,
            prefect_server.stop,
            10,
        ),
        Part(
            cloud_double.PART,
            names.CLOUD_ADDRESS,
            False,
            None,
            prefect_server.prepare,
            cloud_double.reset,
            cloud_double.start,
            cloud_double.stop,
            10,
        ),
        *(_windows(host) for host in names.WINDOWS_HOSTS),
    )
}


def find(name: str) -> Part:
    if name not in PARTS:
        raise LabError(f'no part is called "{name}"', "lab", f"choose one of {', '.join(PARTS)}")
    return PARTS[name]
