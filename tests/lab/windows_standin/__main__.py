# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``python -m windows_standin serve --config FILE``: one Windows stand-in until SIGTERM. SIGUSR1 reboots it."""

from __future__ import annotations

import argparse
import json
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from . import authentication
from .configuration import Configuration, ConfigurationError, load
from .execution import Execution
from .host import Host
from .psrp import PSRPShell
from .server import WinRMServer, tls_context
from .winrs import WinRSShell
from .wsman import CMD, POWERSHELL, Service

SHUTDOWN_PATIENCE_S = 15.0


def make_service(host: Host) -> Service:
    execution = Execution(host, host.spool)

    def make_shell(request, user: str, transport: str):
        if request.resource == CMD:
            return WinRSShell(execution, user, transport)
        if request.resource.startswith(POWERSHELL):
            return PSRPShell(execution, user, transport, request)
        return None

    return Service(host.configuration.node, make_shell)


def listen(configuration: Configuration, host: Host, service: Service) -> dict[str, WinRMServer]:
    servers = {"http": WinRMServer((configuration.address, configuration.http_port), configuration.fqdn, service, host)}
    if configuration.https_port is not None and configuration.cert and configuration.key:
        tls = tls_context(configuration.cert, configuration.key)
        servers["https"] = WinRMServer(
            (configuration.address, configuration.https_port), configuration.fqdn, service, host, tls
        )
    for server in servers.values():
        threading.Thread(target=server.serve_forever, daemon=True, name=server.transport).start()
    return servers


def reap(keep: Callable[[], set[int]]) -> None:
    """As process 1 of a namespace: collect ended orphans (Wine's programs), but not this program's own children."""
    while True:
        time.sleep(5)
        for entry in Path("/proc").iterdir():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
                if entry.name.isdigit() and fields[0] == "Z" and fields[1] == "1" and int(entry.name) not in keep():
                    os.waitpid(int(entry.name), os.WNOHANG)
            except (OSError, IndexError):
                continue


def serve(configuration: Configuration) -> int:
    authentication.prepare(configuration)
    host = Host(configuration)
    service = make_service(host)
    host.power.on_down = service.drop_shells
    finished = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: finished.set())
    signal.signal(signal.SIGINT, lambda *_: finished.set())
    signal.signal(signal.SIGUSR1, lambda *_: host.power.schedule_reboot(0))
    servers = listen(configuration, host, service)
    if os.getpid() == 1:
        threading.Thread(target=reap, args=(lambda: host.power.own_processes,), daemon=True, name="reaper").start()
    try:
        host.power.boot()
        if configuration.ready_file is not None:
            ports = {name: server.server_port for name, server in servers.items()}
            fresh = configuration.ready_file.with_suffix(".new")
            fresh.write_text(json.dumps({"pid": os.getpid(), "address": configuration.address, **ports}))
            fresh.replace(configuration.ready_file)
        finished.wait()
    finally:
        for server in servers.values():
            server.shutdown()
        host.power.shutdown(patience=SHUTDOWN_PATIENCE_S)
        if configuration.ready_file is not None:
            configuration.ready_file.unlink(missing_ok=True)
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(prog="windows_standin", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    run = verbs.add_parser("serve", help="be one Windows host until SIGTERM")
    run.add_argument("--config", required=True)
    run.add_argument("--debug", action="store_true")
    given = parser.parse_args()
    logging.basicConfig(
        level=logging.DEBUG if given.debug else logging.WARNING,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )
    try:
        return serve(load(given.config))
    except (ConfigurationError, RuntimeError, OSError) as error:
        print(f"windows_standin: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
