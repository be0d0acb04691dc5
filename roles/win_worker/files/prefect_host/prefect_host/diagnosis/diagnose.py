# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All checks, in the order in which one explains the next; and how the service is asked for them."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import pathlib
import threading
import typing as t

from prefect_host import files
from prefect_host.diagnosis.finding import Finding, Result, failed, ok

if t.TYPE_CHECKING:
    import logging

    from prefect_host.configuration import Configuration
    from prefect_host.credential.providers import Found
    from prefect_host.local_api import LocalApi

QUESTION, ANSWER = "diagnose", "diagnosis.json"
NOT_ASKED = "not asked: the service does not run, and only it has the key and the way"


def checks(settings: Configuration, found: Found | None, api: LocalApi | None) -> list[Finding]:
    """C(found) and C(api) are the service's; without it what needs them is failed, and says why."""
    # Not at the top: the service has no other use for what they import.
    from prefect_host.diagnosis import host_checks, prefect_checks

    now = datetime.datetime.now(datetime.UTC)
    asked: list[t.Callable[[], Finding]] = [
        lambda: host_checks.disk(settings),
        lambda: host_checks.event_log(settings),
        lambda: host_checks.injector_program(settings),
    ]
    if found is not None:
        asked.append(lambda: host_checks.credential(found, now))
    if api is not None:
        asked += [
            lambda: prefect_checks.prefect(settings, api),
            lambda: prefect_checks.websocket(settings, api),
            lambda: prefect_checks.worker_online(settings, api),
            lambda: prefect_checks.clock(api, now),
        ]
    findings = host_checks.folders(settings) + [check() for check in asked]
    missing = ([] if found else ["credential"]) + ([] if api else ["prefect", "websocket", "worker", "clock"])
    return findings + [failed(name, NOT_ASKED, "start the service") for name in missing]


def configuration_in_use(wanted: str, running: str) -> Finding:
    """Both are SHA-256 of a configuration file."""
    if wanted == running:
        return ok("configuration", f"the service runs with it ({wanted[:12]})")
    return failed("configuration", f"the service runs with another one ({running[:12]})", "restart the service")


def verdict(findings: list[Finding]) -> Result:
    """The worst of them."""
    results = {finding.result for finding in findings}
    return next((result for result in (Result.FAILED, Result.WARNING) if result in results), Result.OK)


class Responder:
    """Answers in a thread of its own: a question must not hold up the service. C(ask) makes the findings."""

    def __init__(self, control: str, home: str, ask: t.Callable[[], list[Finding]], logger: logging.Logger) -> None:
        self._question, self._answer = pathlib.Path(control) / QUESTION, pathlib.Path(home) / ANSWER
        self._ask, self._logger = ask, logger
        self._thread: threading.Thread | None = None

    def look(self) -> None:
        """Once a second. Never raises."""
        if (self._thread is not None and self._thread.is_alive()) or not self._question.exists():
            return
        try:
            question = self._question.read_text(encoding="utf-8").strip()[:64]
            self._question.unlink()
        except (OSError, ValueError) as error:
            self._logger.warning("a diagnosis was asked for, but %s", error)
            return
        self._thread = threading.Thread(target=self._respond, args=(question,), daemon=True)
        self._thread.start()

    def _respond(self, question: str) -> None:
        try:
            findings = [dataclasses.asdict(finding) for finding in self._ask()]
            files.replace_json(self._answer, {"question": question, "findings": findings})
        except Exception:
            self._logger.exception("a diagnosis can't be given")


def answer_to(home: str, question: str) -> list[Finding] | None:
    """The service's answer to this question, None while there is none."""
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        document = files.read_json(pathlib.Path(home) / ANSWER) or {}
        if document.get("question") == question:
            return [Finding(**{**item, "result": Result(item["result"])}) for item in document["findings"]]
    return None
