# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One double of Prefect Cloud for all tests. Every test gets names of its own and leaves the double's switches off."""

from __future__ import annotations

import importlib
import pathlib
import sys
import threading
import typing as t
import uuid

import pytest
import requests
from ansible_collections.flowops.prefect.tests.unit.support.module_runner import Ran, run_module

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "lab"))

from prefect_cloud.harness import CloudDouble

Run = t.Callable[..., Ran]
_MODULES = "ansible_collections.flowops.prefect.plugins.modules"
_OURS = (
    "PREFECT_API_URL", "PREFECT_API_KEY", "PREFECT_API_AUTH_STRING", "PREFECT_CLIENT_CUSTOM_HEADERS",
    "PREFECT_API_SSL_CERT_FILE", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE",
)  # fmt: skip


@pytest.fixture(scope="session")
def double(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[CloudDouble]:
    with CloudDouble(tmp_path_factory.mktemp("cloud")) as double:
        # the server behind the workspace takes seconds to start, and most tests don't need it
        headers = {"Authorization": f"Bearer {double.owner_key}"}
        address = f"{double.url_of()}/hello"
        awake = threading.Thread(target=requests.get, args=[address], kwargs={"headers": headers, "timeout": 120})
        awake.start()
        yield double
        awake.join()


@pytest.fixture
def cloud(double: CloudDouble) -> t.Iterator[CloudDouble]:
    """The double; the test fails when it broke the published API on the way."""
    yield double
    double.calm()
    assert double.violations() == []


@pytest.fixture
def run(cloud: CloudDouble, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a module in this process against the workspace main, as the owner of the account unless it is told another
    key."""
    monkeypatch.setenv("NO_PROXY", "*")
    for variable in _OURS:
        monkeypatch.delenv(variable, raising=False)

    def run(module: str, /, *, check_mode: bool = False, **options: t.Any) -> Ran:
        connection = {"api_url": cloud.url_of(), "api_key": cloud.owner_key}
        main = importlib.import_module(f"{_MODULES}.{module}").main
        return run_module(main, check_mode=check_mode, **{**connection, **options})

    return run


@pytest.fixture
def cycle(run: Run) -> Run:
    """Runs a module in check mode, for real and for real again; returns the real run, which changed something."""

    def cycle(module: str, /, **options: t.Any) -> Ran:
        promised, done, again = run(module, check_mode=True, **options), run(module, **options), run(module, **options)
        for ran in (promised, done, again):
            assert "failed" not in ran.result, ran.result["msg"]
        assert (promised.result["changed"], promised.result["diff"]) == (done.result["changed"], done.result["diff"])
        assert done.result["changed"] is True
        assert again.result["changed"] is False
        assert again.result["diff"]["before"] == again.result["diff"]["after"]
        return done

    return cycle


@pytest.fixture
def same(run: Run) -> Run:
    """Runs a module that has nothing to do."""

    def same(module: str, /, **options: t.Any) -> Ran:
        ran = run(module, **options)
        assert ran.result.get("changed") is False, ran.result.get("msg", ran.result)
        return ran

    return same


@pytest.fixture
def refused(run: Run, cloud: CloudDouble) -> t.Callable[..., str]:
    """Runs a module that is refused in check mode and for real, in the same words and before anything is written; the
    words."""

    def refused(module: str, /, **options: t.Any) -> str:
        cloud.requests(reset=True)
        ran = [run(module, check_mode=check_mode, **options).result for check_mode in (True, False)]
        assert ran[0].get("failed"), ran[0]
        assert ran[0]["msg"] == ran[1]["msg"]
        assert [sent for sent in cloud.requests() if _writes(sent)] == []
        return ran[0]["msg"]

    return refused


def _writes(sent: str) -> bool:
    method, _blank, path = sent.partition(" ")
    return method != "GET" and not path.rstrip("/").endswith("/filter") and "/by-owner/" not in path


@pytest.fixture
def name() -> str:
    """A name that nothing else has."""
    return f"n-{uuid.uuid4().hex[:10]}"


@pytest.fixture
def email(name: str) -> str:
    """An address that nobody else has, with a capital letter."""
    return f"{name.capitalize()}@example.com"


@pytest.fixture
def works(cloud: CloudDouble) -> t.Callable[[str], bool]:
    """Whether a key opens the account."""
    return lambda key: cloud.ask("GET", "me/accounts", key=key).status_code == 200
