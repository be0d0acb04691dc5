# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two real servers: one open, one with basic authentication and CSRF protection. Every test gets names of its own."""

from __future__ import annotations

import pathlib
import sys
import typing as t
import uuid

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

from prefectkit.module_process import Ran, run_module, run_module_here
from prefectkit.real_server import RealServer

PASSWORD = "real-s3cr3t"


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[dict[str, RealServer]]:
    home = tmp_path_factory.mktemp("prefect")
    found = {
        "open": RealServer(home / "open"),
        "protected": RealServer(home / "protected", auth_string=f"admin:{PASSWORD}:x", csrf=True),
    }
    try:
        for server in found.values():
            server.start()
        for server in found.values():
            server.wait()
        yield found
    finally:
        for server in found.values():
            server.stop()


@pytest.fixture(params=["open", "protected"])
def server(request: pytest.FixtureRequest, servers: dict[str, RealServer]) -> RealServer:
    """Each server in turn."""
    return servers[request.param]


@pytest.fixture
def protected(servers: dict[str, RealServer]) -> RealServer:
    """The server that wants a password and CSRF tokens."""
    return servers["protected"]


@pytest.fixture
def run(server: RealServer, monkeypatch: pytest.MonkeyPatch) -> t.Callable[..., Ran]:
    """Runs a module against the server, in this process, which takes a tenth of the time of one of its own."""
    for variable in ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "PREFECT_API_SSL_CERT_FILE", "PREFECT_API_KEY"):
        monkeypatch.delenv(variable, raising=False)

    def run(module: str, /, *, check_mode: bool = False, **options: t.Any) -> Ran:
        connection = {"api_url": server.url, "auth_string": server.auth_string}
        return run_module_here(module, {**connection, **options}, check_mode=check_mode)

    return run


@pytest.fixture
def run_apart(protected: RealServer) -> t.Callable[..., Ran]:
    """Runs a module against the protected server in a process of its own, as Ansible does."""

    def run(module: str, /, *, check_mode: bool = False, **options: t.Any) -> Ran:
        connection = {"api_url": protected.url, "auth_string": protected.auth_string}
        return run_module(module, {**connection, **options}, check_mode=check_mode)

    return run


@pytest.fixture
def cycle(run: t.Callable[..., Ran]) -> t.Callable[..., Ran]:
    """Runs a module in check mode, for real and for real again; returns the real run, which changed something."""

    def cycle(module: str, /, **options: t.Any) -> Ran:
        promised, done, again = run(module, check_mode=True, **options), run(module, **options), run(module, **options)
        assert promised.plan == done.plan
        assert done.result["changed"] is True
        assert again.result["changed"] is False
        assert again.result["diff"]["before"] == again.result["diff"]["after"]
        return done

    return cycle


@pytest.fixture
def name() -> str:
    """A name that nothing else has."""
    return f"n-{uuid.uuid4().hex[:12]}"


@pytest.fixture
def pool(server: RealServer, name: str) -> str:
    """A work pool that exists."""
    server.ask("POST", "/work_pools/", {"name": name, "type": "process"})
    return name


@pytest.fixture
def flow(server: RealServer, name: str) -> str:
    """A flow that exists."""
    server.ask("POST", "/flows/", {"name": name})
    return name


@pytest.fixture
def deployment(server: RealServer, flow: str) -> str:
    """The whole name of a deployment that exists."""
    found = server.ask("GET", f"/flows/name/{flow}")
    server.ask("POST", "/deployments/", {"name": "nightly", "flow_id": found["id"]})
    return f"{flow}/nightly"
