# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The host package is tested from its sources; nothing here needs Windows or pywin32."""

from __future__ import annotations

import json
import pathlib
import sys
import typing as t

import pytest

SOURCES = pathlib.Path(__file__).parents[3] / "roles" / "win_worker" / "files" / "prefect_host"
sys.path.insert(0, str(SOURCES))
# ansible-test does not add a test's own folder: C(host_stage) is there.
sys.path.insert(0, str(pathlib.Path(__file__).parent))


@pytest.fixture
def document() -> dict[str, t.Any]:
    """A configuration as the role writes it."""
    return {
        "schema": 2,
        "instance": "default",
        "service_name": "flowops-prefect-worker-default",
        "service_account": "EXAMPLE\\svc-prefect$",
        "python": "C:\\Program Files\\flowops\\venvs\\abc\\Scripts\\python.exe",
        "api_url": "http://127.0.0.90:4200/api",
        "worker": {"name": "win1-default", "work_pool": "windows", "work_queues": ["high", "low"]},
        "folders": {
            "config": "C:\\ProgramData\\flowops\\workers\\default\\config",
            "home": "C:\\ProgramData\\flowops\\workers\\default\\home",
            "work": "C:\\ProgramData\\flowops\\workers\\default\\work",
            "logs": "C:\\ProgramData\\flowops\\workers\\default\\logs",
            "control": "C:\\ProgramData\\flowops\\workers\\default\\control",
        },
    }


@pytest.fixture
def parse() -> t.Callable[[t.Any], t.Any]:
    from prefect_host import configuration

    return lambda document: configuration.parse(json.dumps(document).encode(), "worker.json")


@pytest.fixture
def host_settings(document: dict[str, t.Any], parse: t.Callable[[t.Any], t.Any], tmp_path: pathlib.Path) -> t.Any:
    """The configuration with folders that exist and a restart that a test can wait for."""
    from host_stage import restart_quickly

    for name in ("config", "home", "work", "logs", "control"):
        (tmp_path / name).mkdir()
        document["folders"][name] = str(tmp_path / name)
    return restart_quickly(parse(document))


@pytest.fixture
def stage(host_settings: t.Any) -> t.Any:
    """The service's loop on a clock of its own."""
    from host_stage import Stage

    return Stage(host_settings)
