# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The part ``prefect``: a real Prefect server on loopback, on a SQLite database copied from a migrated template."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

from flowops_lab import names, processes, readiness, secret_files, virtual_environments
from flowops_lab.commands import run_logged
from flowops_lab.console import LabError, say
from flowops_lab.locks import held
from flowops_lab.paths import Paths

PART = "prefect"
AUTH_USER = "lab"
DATABASE = "prefect.db"
_AUTH = ("none", "basic")


def prepare(paths: Paths) -> None:
    """The environment and the migrated, empty database."""
    venv = virtual_environments.ensure(paths, "prefect")
    template = paths.templates / "prefect"
    digest = hashlib.sha256((paths.requirements / "prefect.txt").read_bytes()).hexdigest()
    stamp = template / ".complete"
    if stamp.is_file() and stamp.read_text() == digest:
        return
    with held(paths.locks, "template-prefect"):
        say("migrating Prefect's empty database")
        shutil.rmtree(template, ignore_errors=True)
        template.mkdir(parents=True)
        run_logged(
            [venv / "bin" / "prefect", "server", "database", "upgrade", "--yes"],
            paths.logs / "prefect-template.log",
            what="migrating Prefect's database",
            todo="read the log, then run the same command again",
            env=_environment(template, {}),
        )
        stamp.write_text(digest)


def configure(paths: Paths, auth: str = "none", csrf: bool = False) -> None:
    """How the server protects its API; kept until the next reset. Basic auth gets a new password in run/secrets."""
    if auth not in _AUTH:
        raise LabError(f"Prefect's authentication can't be \"{auth}\"", "lab up", f"choose one of {', '.join(_AUTH)}")
    paths.run.mkdir(parents=True, exist_ok=True)
    _settings_file(paths).write_text(json.dumps({"auth": auth, "csrf": csrf}))
    if auth == "basic":
        secret_files.write(auth_file(paths), f"{AUTH_USER}:{secret_files.new_password()}")
    else:
        auth_file(paths).unlink(missing_ok=True)


def auth_file(paths: Paths) -> Path:
    """Holds USER:PASSWORD when basic authentication is on; absent otherwise."""
    return paths.secrets / "prefect-auth-string"


def reset(paths: Paths) -> None:
    """The empty database again."""
    prepare(paths)
    home = paths.run / PART
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    shutil.copyfile(paths.templates / "prefect" / DATABASE, home / DATABASE)


def start(paths: Paths) -> None:
    home = paths.run / PART
    if not (home / DATABASE).is_file():
        reset(paths)
    venv = virtual_environments.ensure(paths, "prefect")
    command = [
        venv / "bin" / "prefect",
        "server",
        "start",
        "--host",
        names.PREFECT_ADDRESS,
        "--port",
        str(names.PREFECT_PORT),
    ]
    readiness.require_free("the Prefect server", names.PREFECT_ADDRESS, names.PREFECT_PORT)
    process = processes.start(
        paths, PART, command, address=names.PREFECT_API_URL, env=_environment(home, _settings(paths)), cwd=home
    )
    readiness.wait(
        "the Prefect server",
        process,
        processes.log_file(paths, PART),
        lambda: readiness.answers_http(names.PREFECT_ADDRESS, names.PREFECT_PORT, "/api/ready", _auth_string(paths)),
        seconds=90,
    )


def stop(paths: Paths, grace: float = 10) -> None:
    processes.stop(paths, PART, grace)


def _settings_file(paths: Paths) -> Path:
    return paths.run / "prefect-settings.json"


def _auth_string(paths: Paths) -> str | None:
    return secret_files.read(auth_file(paths)) if auth_file(paths).is_file() else None


def _settings(paths: Paths) -> dict[str, str]:
    chosen = (
        json.loads(_settings_file(paths).read_text())
        if _settings_file(paths).is_file()
        else {"auth": "none", "csrf": False}
    )
    settings = {"PREFECT_SERVER_CSRF_PROTECTION_ENABLED": "true"} if chosen["csrf"] else {}
    password = _auth_string(paths)
    if chosen["auth"] == "basic" and password:
        settings["PREFECT_SERVER_API_AUTH_STRING"] = password
    return settings


def _environment(home: Path, more: dict[str, str]) -> dict[str, str]:
    """The whole environment: nothing of the caller's Prefect settings gets in, nothing is sent out."""
    return {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "HOME": str(home),
        "LC_ALL": "C.UTF-8",
        "PREFECT_HOME": str(home),
        "PREFECT_API_DATABASE_CONNECTION_URL": f"sqlite+aiosqlite:///{home / DATABASE}",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_LOGGING_TO_API_ENABLED": "false",
        "PREFECT_SERVER_LOGGING_LEVEL": "WARNING",
        **more,
    }
