# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be seen through the injector: Prefect, WebSockets, our worker, the clock."""

from __future__ import annotations

import base64
import datetime
import email.utils
import os
import typing as t

from prefect_host import prefect_probe
from prefect_host.diagnosis.finding import Finding, failed, ok, warning
from prefect_host.local_api import ApiUnreachable, LocalApi, quoted

if t.TYPE_CHECKING:
    from prefect_host.configuration import Configuration

WEBSOCKET_PATHS = ("/events/in", "/workers/connect")
PAGE, MOST_WORKERS = 200, 10_000
MUCH_SECONDS, TOO_MUCH_SECONDS = 30, 300


def prefect(settings: Configuration, api: LocalApi) -> Finding:
    """It answers, takes the credential and knows the pool."""
    answer = prefect_probe.ask(api, settings.api_url, settings.worker.work_pool)
    if answer.is_ok:
        return ok("prefect", f"{settings.api_url} answers, and has the work pool {settings.worker.work_pool}")
    found, _semicolon, todo = answer.reason.partition("; ")
    return failed("prefect", found, todo)


def websocket(settings: Configuration, api: LocalApi) -> Finding:
    """Events and the worker's channel need one. What an HTTP proxy on the way does to it shows here."""
    upgrade = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(),
        "Sec-WebSocket-Protocol": "prefect",
    }
    answers = []
    for path in WEBSOCKET_PATHS:
        try:
            status, _headers, _content = api.raw("GET", path, None, upgrade)
        except ApiUnreachable as error:
            answers.append(f"{path}: {error}")
            continue
        if status == 101:
            return ok("websocket", f"{settings.api_url}{path} is open")
        answers.append(f"{path}: HTTP {status}")
    todo = "let the way to Prefect pass WebSockets: look at proxies and load balancers"
    return failed("websocket", "no WebSocket to Prefect (" + "; ".join(answers) + ")", todo)


def worker_online(settings: Configuration, api: LocalApi) -> Finding:
    """As Prefect sees it: a worker that polls has a heartbeat."""
    name, pool = settings.worker.name, settings.worker.work_pool
    workers: list[dict[str, t.Any]] = []
    # Prefect can't filter by name.
    for offset in range(0, MOST_WORKERS, PAGE):
        try:
            status, found = api.post(f"/work_pools/{quoted(pool)}/workers/filter", {"limit": PAGE, "offset": offset})
        except ApiUnreachable as error:
            return failed("worker", str(error), "look at the lines above")
        if status != 200 or not isinstance(found, list):
            return failed("worker", f"Prefect does not tell (HTTP {status})", "look at the lines above")
        workers = [item for item in found if isinstance(item, dict) and item.get("name") == name]
        if workers or len(found) < PAGE:
            break
    if not workers:
        return failed("worker", f"Prefect knows no worker {name} in {pool}", "read worker.log")
    state, beat = workers[0].get("status"), workers[0].get("last_heartbeat_time")
    if state == "ONLINE":
        return ok("worker", f"{name} is ONLINE, last heartbeat {beat}")
    return failed("worker", f"{name} is {state}, last heartbeat {beat}", "read worker.log and service.log")


def clock(api: LocalApi, now: datetime.datetime) -> Finding:
    """Tokens and Kerberos need the same time everywhere."""
    todo = "let Windows Time follow the domain (w32tm /resync)"
    try:
        _status, headers, _content = api.raw("GET", "/health")
        difference = (email.utils.parsedate_to_datetime(headers["Date"]) - now).total_seconds()
    except (ApiUnreachable, TypeError, ValueError):
        return warning("clock", "Prefect's time is not known", "compare the clocks by hand")
    found = f"{abs(difference):.0f} s {'behind' if difference > 0 else 'ahead of'} Prefect"
    if abs(difference) > TOO_MUCH_SECONDS:
        return failed("clock", found, todo)
    return warning("clock", found, todo) if abs(difference) > MUCH_SECONDS else ok("clock", found)
