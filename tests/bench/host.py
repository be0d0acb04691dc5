# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What our part of a worker's host costs: the injector on the way of each request, the service while nothing happens.

No peer does the same, so the figures stand beside what was promised. The injector is the real Caddy with the service's
own configuration, on this system, in front of one that answers at once. The service is the one of a stand-in host: its
Python is Windows', the system below it is Wine, which counts for part of the memory.
"""

from __future__ import annotations

import contextlib
import http.client
import importlib
import json
import os
import pathlib
import socket
import statistics
import subprocess
import sys
import time
import typing as t

from meter import BenchFailed
from rows import Row
from stage import ROOT, Stage, home

PACKAGE = ROOT / "roles" / "win_worker" / "files" / "prefect_host"
SITE_SECONDS = 1800
REQUESTS, ROUNDS = 500, 6
IDLE_SECONDS = 120
HOST = "win1"
# The promises of the design.
ADDED_MS, IDLE_MB, IDLE_PERCENT = 1.0, 60.0, 1.0
SECRET = "bench-secret"


def measure(stage: Stage, caddy: pathlib.Path) -> list[Row]:
    """The injector's row, then those of the service on win1, which the site playbook brings about first."""
    return [injector(caddy), *idle(stage)]


def injector(caddy: pathlib.Path) -> Row:
    """Median of one request through the injector less that of one without it, in milliseconds."""
    print("bench: the injector's share of a request ...", flush=True)
    sys.path.insert(0, str(PACKAGE))
    config = importlib.import_module("prefect_host.injector.caddy_config")
    folder = ROOT / "build" / "bench" / "injector"
    (folder / "control").mkdir(parents=True, exist_ok=True)
    upstream, port = _free_port(), _free_port()
    settings = config.Settings(
        port,
        SECRET,
        f"http://127.0.0.1:{upstream}/api",
        str(folder / "control"),
        authorization=config.bearer("pnu_bench"),
    )
    with (
        _running(caddy, _null_server(upstream), upstream, folder),
        _running(caddy, config.document(settings), port, folder),
    ):
        direct, through = [], []
        for _round in range(ROUNDS):
            direct.append(_median_ms(upstream))
            through.append(_median_ms(port))
    row = Row("injector: added to a request, beside the promise", min(through) - min(direct), ADDED_MS, 1.0, unit="ms")
    row.further.update({"direct_ms": round(min(direct), 3), "through_ms": round(min(through), 3)})
    return row


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def _null_server(port: int) -> dict[str, t.Any]:
    answer = {"handler": "static_response", "status_code": 200, "body": "[]"}
    server = {
        "listen": [f"127.0.0.1:{port}"],
        "automatic_https": {"disable": True},
        "routes": [{"handle": [answer]}],
    }
    return {
        "admin": {"disabled": True, "config": {"persist": False}},
        "logging": {"logs": {"default": {"level": "ERROR"}}},
        "apps": {"http": {"servers": {"null": server}}},
    }


@contextlib.contextmanager
def _running(caddy: pathlib.Path, config: dict[str, t.Any], port: int, folder: pathlib.Path) -> t.Iterator[None]:
    with (folder / f"{port}.log").open("wb") as log:
        child = subprocess.Popen(
            [caddy, "run", "--config", "-"],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=subprocess.STDOUT,
            env={"HOME": str(folder), "PATH": "/usr/bin:/bin"},
        )
    try:
        child.stdin.write(json.dumps(config).encode())
        child.stdin.close()
        end = time.monotonic() + 20
        while not _listens(port):
            if child.poll() is not None or time.monotonic() > end:
                raise BenchFailed(f"caddy does not listen: read {folder / f'{port}.log'}")
            time.sleep(0.1)
        yield
    finally:
        child.terminate()
        child.wait(10)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _median_ms(port: int) -> float:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    taken = []
    for _number in range(REQUESTS):
        start = time.perf_counter()
        connection.request("GET", "/api/health", headers={"X-Flowops-Local": SECRET})
        answer = connection.getresponse()
        answer.read()
        taken.append(time.perf_counter() - start)
        if answer.status != http.client.OK:
            raise BenchFailed(f"port {port} answers {answer.status}")
    connection.close()
    return statistics.median(taken) * 1000


def idle(stage: Stage) -> list[Row]:
    """Memory and processor of the service's process on a host whose worker has nothing to do."""
    print(f"bench: the service on {HOST} while nothing happens ...", flush=True)
    _converge(stage)
    sys.path.append(str(ROOT / "tests" / "e2e"))
    processes = importlib.import_module("e2e_support.host_processes").processes
    found = [process for process in processes(HOST) if process.kind == "service"]
    if len(found) != 1:
        raise BenchFailed(f"{HOST} has {len(found)} service processes, not one")
    pid = found[0].pid
    before, start = _processor_seconds(pid), time.monotonic()
    time.sleep(IDLE_SECONDS)
    percent = (_processor_seconds(pid) - before) / (time.monotonic() - start) * 100
    return [
        Row("prefect_host idle: memory, beside the promise", _resident_mb(pid), IDLE_MB, 1.0, unit="MB"),
        Row("prefect_host idle: share of a core, beside the promise", percent, IDLE_PERCENT, 1.0, unit="%"),
    ]


def _converge(stage: Stage) -> None:
    folder = ROOT / "build" / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    inventory = home() / "run" / "inventory" / "ntlm"
    command = [str(stage.ansible / "bin" / "ansible-playbook"), "-i", str(inventory), "flowops.prefect.site"]
    environment = {
        **stage.environment(),
        "ANSIBLE_CONFIG": str(ROOT / "tests" / "lab" / "ansible.cfg"),
        "KRB5_CONFIG": str(home() / "run" / "krb5.conf"),
    }
    log = folder / "host-site.log"
    with log.open("wb") as out:
        done = subprocess.run(
            [*command, "--limit", f"{HOST},localhost"],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            env=environment,
            timeout=SITE_SECONDS,
            check=False,
        )
    if done.returncode:
        raise BenchFailed(f"the site playbook ended with {done.returncode}: read {log}")
    time.sleep(30)  # the worker has just been started


def _processor_seconds(pid: int) -> float:
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _resident_mb(pid: int) -> float:
    lines = pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS:"))
