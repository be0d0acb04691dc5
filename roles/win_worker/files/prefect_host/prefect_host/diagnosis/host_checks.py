# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be seen on the host itself."""

from __future__ import annotations

import datetime
import pathlib
import shutil
import tempfile
import typing as t

from prefect_host.diagnosis.finding import Finding, failed, ok, warning

if t.TYPE_CHECKING:
    from prefect_host.configuration import Configuration
    from prefect_host.credential.providers import Found

GIGABYTE = 10**9
LEAST_FREE, SCARCE_FREE = 1 * GIGABYTE, 5 * GIGABYTE
# Days after which a credential should have been renewed.
OLD_DAYS = {"api_key": 365, "token_file": 1}


def folders(settings: Configuration) -> list[Finding]:
    """Whether the account that asks can write where the service has to."""
    names = ("home", "work", "logs", "control")
    return [_writable(f"folder {name}", getattr(settings.folders, name)) for name in names]


def _writable(check: str, folder: str) -> Finding:
    try:
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(b"x")
    except OSError as error:
        why = error.strerror or type(error).__name__
        return failed(check, f"{folder} can't be written to: {why}", "run the role win_worker again")
    return ok(check, f"{folder} can be written to")


def disk(settings: Configuration) -> Finding:
    """Room for flows and logs."""
    try:
        free = shutil.disk_usage(settings.folders.work).free
    except OSError as error:
        return failed("disk", f"{settings.folders.work}: {error.strerror}", "run the role win_worker again")
    found, todo = f"{free / GIGABYTE:.1f} GB free for {settings.folders.work}", "make room on this volume"
    if free < LEAST_FREE:
        return failed("disk", found, todo)
    return warning("disk", found, todo) if free < SCARCE_FREE else ok("disk", found)


def injector_program(settings: Configuration) -> Finding:
    """A program that isn't there explains an injector that isn't."""
    if pathlib.Path(settings.injector.program).is_file():
        return ok("injector program", settings.injector.program)
    return failed(
        "injector program", f"{settings.injector.program} is not there", "run the role win_runtime, then win_worker"
    )


def credential(found: Found, now: datetime.datetime) -> Finding:
    """Whether there is one, and how old it is."""
    if found.state != "present":
        return failed("credential", found.reason, "hand over a credential with the role win_worker")
    if found.kind == "none":
        return ok("credential", "none is configured")
    days = _age_days(found.taken_at, now)
    if days is None:
        return warning("credential", f"{found.kind} of unknown age", "hand it over again with the role win_worker")
    text = f"{found.kind}, {days:.0f} days old" if days >= 1 else f"{found.kind}, {days * 24:.1f} hours old"
    if days > OLD_DAYS.get(found.kind, 365):
        return warning("credential", text, "renew it")
    return ok("credential", text)


def _age_days(taken_at: str, now: datetime.datetime) -> float | None:
    try:
        return (now - datetime.datetime.fromisoformat(taken_at)).total_seconds() / 86_400
    except (TypeError, ValueError):
        return None


def event_log(settings: Configuration) -> Finding:
    """A source that isn't registered would write into the log Application."""
    key = rf"SYSTEM\CurrentControlSet\Services\EventLog\{settings.event_log}\{settings.event_log}-Host"
    todo = "run the role win_baseline"
    try:
        import winreg

        import win32evtlog
    except ImportError:
        return warning("event log", "no Windows here", "ask on the host")
    try:
        winreg.CloseKey(winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, key))
    except OSError:
        return failed("event log", f"the log {settings.event_log} is not registered", todo)
    try:
        win32evtlog.DeregisterEventSource(win32evtlog.RegisterEventSource(None, f"{settings.event_log}-Host"))
    except win32evtlog.error as error:
        return failed("event log", f"{settings.event_log} can't be opened: {error.strerror}", todo)
    return ok("event log", f"{settings.event_log} is registered and can be opened")
