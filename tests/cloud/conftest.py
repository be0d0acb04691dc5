# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One double for all tests; every test leaves it without a broken answer and with every switch off."""

from __future__ import annotations

import pathlib
import sys
import threading
import typing as t
import uuid

import pytest
import requests

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lab"))

from prefect_cloud.harness import CloudDouble


@pytest.fixture(scope="session")
def double(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[CloudDouble]:
    with CloudDouble(tmp_path_factory.mktemp("cloud")) as double:
        # the server behind the workspace takes seconds to start; the account's tests come first and don't need it
        awake = threading.Thread(target=requests.get, args=[f"{double.url_of()}/hello"], kwargs=_owner(double))
        awake.start()
        yield double
        awake.join()
        assert double.process
        servers = pathlib.Path(f"/proc/{double.process.pid}/task/{double.process.pid}/children").read_text().split()
    assert servers
    assert [server for server in servers if pathlib.Path(f"/proc/{server}").exists()] == []


def _owner(double: CloudDouble) -> dict[str, t.Any]:
    return {"headers": {"Authorization": f"Bearer {double.owner_key}"}, "timeout": 120}


@pytest.fixture
def cloud(double: CloudDouble) -> t.Iterator[CloudDouble]:
    """The double; the test fails when it broke the published API on the way."""
    yield double
    double.calm()
    broken = double.violations()
    double.lab("DELETE", "violations")
    assert broken == []


@pytest.fixture
def name() -> str:
    """A name that nothing else has."""
    return f"n-{uuid.uuid4().hex[:10]}"
