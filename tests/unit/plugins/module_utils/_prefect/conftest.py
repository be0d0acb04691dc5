# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A simulated server and a client for it whose pauses take no time."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flowops.prefect.plugins.module_utils._prefect.client import Client
from ansible_collections.flowops.prefect.plugins.module_utils._prefect.connection import Connection
from ansible_collections.flowops.prefect.tests.unit.support.simulated_server import SimulatedServer, simulated_server

VARIABLES = (
    "PREFECT_API_URL",
    "PREFECT_API_KEY",
    "PREFECT_API_AUTH_STRING",
    "PREFECT_CLIENT_CUSTOM_HEADERS",
    "PREFECT_API_SSL_CERT_FILE",
    "SSL_CERT_FILE",
)


class Pauses:
    """A clock that moves only when somebody sleeps."""

    def __init__(self) -> None:
        self.now, self.taken = 0.0, []

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.taken.append(seconds)


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NO_PROXY", "*")


@pytest.fixture
def server() -> t.Iterator[SimulatedServer]:
    with simulated_server() as found:
        yield found


@pytest.fixture
def pauses() -> Pauses:
    return Pauses()


@pytest.fixture
def connect(server: SimulatedServer, pauses: Pauses) -> t.Callable[..., Client]:
    def make(*, read_only: bool = False, **params: t.Any) -> Client:
        given = {"api_url": server.url, "timeout": 30, **params}
        connection = Connection.from_params(given, lambda _texts: None)
        return Client(connection, read_only=read_only, clock=pauses.clock, sleep=pauses.sleep)

    return make
