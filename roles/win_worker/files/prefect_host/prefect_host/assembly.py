# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Puts the service together. What talks to Windows is handed in: how processes are made, and how a key is kept."""

from __future__ import annotations

import dataclasses
import typing as t

from prefect_host import environment, prefect_probe, processes, state, work_folder
from prefect_host.backoff import Backoff
from prefect_host.credential.key_store import KeyStore
from prefect_host.credential.providers import ApiKey, NoCredential, Provider, TokenFile
from prefect_host.diagnosis import diagnose
from prefect_host.environment import Local
from prefect_host.injector import caddy_config, keeper, ports
from prefect_host.local_api import LocalApi
from prefect_host.markers import Control
from prefect_host.orders import Orders
from prefect_host.parts import Parts
from prefect_host.poll_watch import PollWatch
from prefect_host.runs.journal import Journal
from prefect_host.runs.repair import Repaired, repair
from prefect_host.status import Status
from prefect_host.worker_keeper import Child, WorkerKeeper

if t.TYPE_CHECKING:
    import logging

    from prefect_host.configuration import Configuration
    from prefect_host.credential.key_store import Protector
    from prefect_host.events import Events

# One question of the service. It must not hold up the loop, nor an order to stop.
API_SECONDS = 5.0


@dataclasses.dataclass(frozen=True)
class System:
    """What Windows does, or a double of it."""

    make_worker: t.Callable[[Local], Child]
    make_injector: t.Callable[[caddy_config.Settings], keeper.Child]
    protector: t.Callable[[], Protector]
    handover: t.Callable[[str], bool]
    entered: t.Callable[[str], None]
    other_account: t.Callable[[], str]


def parts(
    settings: Configuration, system: System, orders: Orders, control: Control, events: Events, logger: logging.Logger
) -> Parts:
    """One service, ready to run."""
    health = ports.Choice(settings.health.port)
    journal = Journal(environment.runs_folder(settings))

    def local() -> Local:
        return Local(injector.port, injector.secret, health.port)

    def api() -> LocalApi:
        return LocalApi(local().api_url(settings), local().headers, API_SECONDS)

    def probe() -> prefect_probe.Answer:
        return prefect_probe.ask(api(), settings.api_url, settings.worker.work_pool)

    def mend(reason: str, only: t.Mapping[str, str] | None, deadline: float) -> Repaired:
        return repair(journal, api(), reason, logger, events, only, deadline)

    def findings() -> list[diagnose.Finding]:
        return diagnose.checks(settings, provider.find(), api())

    def start_injector(port: int, authorization: str | None) -> keeper.Child:
        caddy = caddy_config.Settings(
            port, injector.secret, settings.api_url, settings.folders.control, settings.injector.ca_path, authorization
        )
        return system.make_injector(caddy)

    def told(pid: int | None, starts: int) -> None:
        state.write_processes(settings, pid, starts, logger)

    provider = _provider(settings, system, logger)

    def start_worker() -> Child:
        work_folder.sweep(settings.folders.work)
        health.renew()
        return system.make_worker(local())

    injector = keeper.InjectorKeeper(
        start_injector, lambda port: keeper.answers(port, injector.secret), settings.injector.port, logger, events
    )
    worker = WorkerKeeper(start_worker, settings.restart, Backoff(settings.restart), logger, events, told)
    watch = PollWatch(
        environment.poll_file(settings), settings.health.poll_timeout_seconds, lambda: probe().is_ok
    )  # fmt: skip
    return Parts(
        settings=settings, orders=orders, control=control, journal=journal,
        provider=provider, injector=injector, worker=worker, watch=watch, probe=probe,
        repair=mend, entered=system.entered, alive=processes.is_alive, status=Status(settings, logger),
        responder=diagnose.Responder(settings.folders.control, settings.folders.home, findings, logger),
        health_port=lambda: health.port, other_account=system.other_account, events=events, logger=logger,
    )  # fmt: skip


def _provider(settings: Configuration, system: System, logger: logging.Logger) -> Provider:
    if settings.credential.kind == "token_file":
        return TokenFile(settings.credential.token_file)
    if settings.credential.kind == "api_key":
        store = KeyStore(settings.folders.home, settings.folders.control, system.protector(), logger)
        return ApiKey(store, system.handover)
    return NoCredential()
