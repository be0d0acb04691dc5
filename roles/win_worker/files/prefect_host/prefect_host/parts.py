# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the service is made of. Everything that touches a system is handed in, so that tests need none."""

from __future__ import annotations

import dataclasses
import time
import typing as t

if t.TYPE_CHECKING:
    import logging

    from prefect_host.configuration import Configuration
    from prefect_host.credential.providers import Provider
    from prefect_host.diagnosis.diagnose import Responder
    from prefect_host.events import Events
    from prefect_host.injector.keeper import InjectorKeeper
    from prefect_host.markers import Control
    from prefect_host.orders import Orders
    from prefect_host.poll_watch import PollWatch
    from prefect_host.prefect_probe import Answer
    from prefect_host.runs.journal import Journal
    from prefect_host.runs.repair import Repaired
    from prefect_host.status import Status
    from prefect_host.worker_keeper import WorkerKeeper


@dataclasses.dataclass
class Parts:
    """C(probe) asks Prefect. C(repair) takes a reason, the entries to look at (id and time of the claim; None: all) and
    the time of C(clock) at which it leaves the rest. C(entered) is told each new state. C(alive): whether a process id
    lives. C(health_port): that of the last start. C(other_account): as whom
    this runs, where it is not the account of the configuration."""

    settings: Configuration
    orders: Orders
    control: Control
    journal: Journal
    provider: Provider
    injector: InjectorKeeper
    worker: WorkerKeeper
    watch: PollWatch
    probe: t.Callable[[], Answer]
    repair: t.Callable[[str, t.Mapping[str, str] | None, float], Repaired]
    entered: t.Callable[[str], None]
    alive: t.Callable[[int], bool]
    status: Status
    responder: Responder
    health_port: t.Callable[[], int]
    other_account: t.Callable[[], str]
    events: Events
    logger: logging.Logger
    clock: t.Callable[[], float] = time.monotonic
