# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The part ``cloud``: a double of Prefect Cloud on loopback. Its own README says what in it is real."""

from __future__ import annotations

import shutil
from pathlib import Path

from flowops_lab import names, prefect_server, processes, readiness, virtual_environments
from flowops_lab.paths import REPOSITORY, Paths

PART = "cloud"


def reset(paths: Paths) -> None:
    """The account as it is at first, with another key; no workspace has content."""
    prefect_server.prepare(paths)
    shutil.rmtree(paths.run / PART, ignore_errors=True)


def owner_key_file(paths: Paths) -> Path:
    """Holds the API key of the account's owner."""
    return paths.run / PART / "owner.key"


def estate_file(paths: Paths) -> Path:
    """JSON with api_url, account_id and workspace_id of the first workspace."""
    return paths.run / PART / "estate.json"


def start(paths: Paths) -> None:
    """Its state is kept between a stop and a start. The servers behind the workspaces come when they are asked."""
    home = paths.run / PART
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    venv = virtual_environments.ensure(paths, "prefect")
    command = [venv / "bin" / "python", "-m", "prefect_cloud", "--host", names.CLOUD_ADDRESS]
    command += ["--port", str(names.CLOUD_PORT), "--home", home, "--prefect", venv / "bin" / "prefect"]
    command += ["--template", paths.templates / "prefect" / prefect_server.DATABASE]
    readiness.require_free("the double of Prefect Cloud", names.CLOUD_ADDRESS, names.CLOUD_PORT)
    process = processes.start(paths, PART, command, address=names.CLOUD_URL, env=_environment(home), cwd=home)
    readiness.wait(
        "the double of Prefect Cloud",
        process,
        processes.log_file(paths, PART),
        lambda: readiness.answers_http(names.CLOUD_ADDRESS, names.CLOUD_PORT, "/api/health"),
        seconds=60,
    )


def stop(paths: Paths, grace: float = 10) -> None:
    processes.stop(paths, PART, grace)


def _environment(home: Path) -> dict[str, str]:
    return {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "HOME": str(home),
        "LC_ALL": "C.UTF-8",
        "PYTHONPATH": str(REPOSITORY / "tests" / "lab"),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
