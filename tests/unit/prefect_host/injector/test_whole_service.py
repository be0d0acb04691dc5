# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole service as it is put together, with a real Caddy; Prefect, the worker and DPAPI are doubles."""

from __future__ import annotations

import base64
import json
import logging
import os
import pathlib
import shutil
import subprocess
import sys
import sysconfig
import threading
import time

import pytest
from prefect_host import assembly, environment
from prefect_host.credential import sealing
from prefect_host.credential.key_store import KeyStore
from prefect_host.host import Host
from prefect_host.injector import caddy_config
from prefect_host.markers import Control
from prefect_host.orders import Orders
from prefect_host.runs.repair import Repaired

LOGGER = logging.getLogger("test")
# Asks once a second, as our worker's class does; ends when it is asked to.
WORKER = """
import json, os, pathlib, time, urllib.request
headers = json.loads(os.environ["PREFECT_CLIENT_CUSTOM_HEADERS"])
url = os.environ["PREFECT_API_URL"] + "/work_pools/windows/get_scheduled_flow_runs"
while True:
    pathlib.Path(os.environ["FLOWOPS_POLL_FILE"]).write_text("x")
    try:
        urllib.request.urlopen(urllib.request.Request(url, b"{}", headers), timeout=5).read()
    except OSError:
        pass
    time.sleep(0.2)
"""


class _Child:
    """A process of this system, as a job object would hold it."""

    def __init__(self, command, variables, document=None):
        self._process = subprocess.Popen(command, env=variables, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.pid = self._process.pid
        with self._process.stdin as stream:
            stream.write(document or b"")

    def poll(self):
        return self._process.poll()

    def ask_to_stop(self):
        self._process.terminate()

    def end(self):
        self._process.kill()
        self._process.wait()


class _Paper:
    """DPAPI of paper."""

    def protect(self, clear):
        return base64.b64encode(clear)

    def unprotect(self, protected):
        return base64.b64decode(protected)


class _Service:
    """A service in a thread."""

    def __init__(self, settings, prepare):
        self.settings, self.orders, self.written = settings, Orders(), []
        self._prepare = prepare
        system = assembly.System(self._worker, self._injector, _Paper, self._handover, lambda _name: None, str)
        control = Control(settings.folders.control)
        self.parts = assembly.parts(settings, system, self.orders, control, self, LOGGER)
        self.code = None
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self):
        self.code = Host(self.parts).run()

    def write(self, event_id, _text, **_fields):
        self.written.append(int(event_id))

    def _worker(self, local):
        return _Child([sys.executable, "-c", WORKER], environment.worker_environment(self.settings, local, os.environ))

    def _injector(self, settings):
        command = [self.settings.injector.program, "run", "--config", "-"]
        return _Child(command, {}, json.dumps(caddy_config.document(settings)).encode())

    def _handover(self, action):
        folders = self.settings.folders
        store = KeyStore(folders.home, folders.control, _Paper(), LOGGER)
        if action == "prepare":
            self._prepare(store)
            return True
        return store.take_over() is not None

    def status(self):
        return json.loads((pathlib.Path(self.settings.folders.home) / "status.json").read_text())

    def until(self, holds):
        end = time.monotonic() + 30
        while time.monotonic() < end:
            if pathlib.Path(self.settings.folders.home, "status.json").exists() and holds(self.status()):
                return self.status()
            time.sleep(0.1)
        raise AssertionError(self.status())

    def stop(self):
        self.orders.stop(0, 5, "a test")
        self.thread.join(30)
        assert not self.thread.is_alive()


@pytest.fixture
def service(document, parse, upstream, tmp_path):
    for name in ("config", "home", "work", "logs", "control"):
        (tmp_path / name).mkdir()
        document["folders"][name] = str(tmp_path / name)
    document |= {
        "api_url": f"http://127.0.0.1:{upstream.server_port}/api",
        "injector": {"program": shutil.which("caddy", path=sysconfig.get_path("scripts"))},
        "credential": {"kind": "api_key"},
    }
    made = _Service(parse(document), lambda store: store.prepare())
    yield made
    made.stop()


def _polls(upstream):
    return [headers for _method, path, headers, _body in upstream.seen if path.endswith("/get_scheduled_flow_runs")]


def test_from_no_key_to_a_worker_that_polls_through_a_killed_injector_to_a_clean_end(service, upstream, caplog):
    assert service.until(lambda seen: seen["state"] == "waiting")["credential"]["state"] == "missing"
    home, control = (pathlib.Path(getattr(service.settings.folders, name)) for name in ("home", "control"))
    (control / "credential.sealed").write_bytes(
        sealing.seal("pnu_good", (home / "handover" / "public.pem").read_bytes())
    )
    seen = service.until(lambda seen: seen["state"] == "running" and _polls(upstream))
    assert (seen["credential"]["state"], seen["worker"]["starts"]) == ("present", 1)
    assert _polls(upstream)[-1]["Authorization"] == "Bearer pnu_good"

    os.kill(seen["injector"]["pid"], 9)
    again = service.until(lambda now: now["injector"]["pid"] not in (None, seen["injector"]["pid"]))
    assert (again["injector"]["port"], again["worker"]) == (seen["injector"]["port"], again["worker"])
    assert again["worker"]["pid"] == seen["worker"]["pid"]

    (control / "draining").write_text("")
    service.until(lambda seen: seen["state"] == "drained")
    upstream.seen.clear()
    time.sleep(1)
    assert _polls(upstream) == []

    service.stop()
    assert (service.code, service.status()["state"]) == (0, "stopped")
    assert service.written == [142, 140, 110, 101, 160, 120, 121, 102]
    assert "pnu_good" not in caplog.text
    assert not assembly.processes.is_alive(seen["worker"]["pid"])


def test_a_worker_that_is_killed_is_back_and_so_is_its_truth(service, upstream, monkeypatch):
    repaired = []
    monkeypatch.setattr(service.parts, "repair", lambda *told: repaired.append(told[:2]) or Repaired())
    home, control = (pathlib.Path(getattr(service.settings.folders, name)) for name in ("home", "control"))
    service.until(lambda seen: seen["state"] == "waiting")
    (control / "credential.sealed").write_bytes(
        sealing.seal("pnu_good", (home / "handover" / "public.pem").read_bytes())
    )
    seen = service.until(lambda seen: seen["state"] == "running")
    os.kill(seen["worker"]["pid"], 9)
    service.until(lambda now: now["worker"]["starts"] == 2 and now["state"] == "running")
    assert ("the worker's process ended with code -9", None) in repaired
    assert _polls(upstream)
