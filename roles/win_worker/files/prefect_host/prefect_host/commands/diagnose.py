# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""C(diagnose): what is there, what is not, and what to do."""

from __future__ import annotations

import dataclasses
import pathlib
import time
import typing as t
import uuid

from prefect_host.commands import service_state
from prefect_host.commands.table import print_json, print_rows
from prefect_host.diagnosis import diagnose
from prefect_host.diagnosis.finding import Finding, Result, failed, ok

if t.TYPE_CHECKING:
    from prefect_host.configuration import Configuration

WAIT_SECONDS = 60.0


def run(
    settings: Configuration,
    as_json: bool,
    clock: t.Callable[[], float] = time.monotonic,
    sleep: t.Callable[[float], None] = time.sleep,
) -> int:
    """0 nothing failed, 1 something did."""
    state = service_state.read(settings)
    findings = [_service(state)]
    answer = None
    if state["alive"]:
        findings.append(diagnose.configuration_in_use(settings.sha256, str(state.get("config_sha256", ""))))
        answer = _ask(settings, clock, sleep)
        if answer is None:
            findings.append(failed("answer", "the service did not answer", "read service.log"))
    findings += diagnose.checks(settings, None, None) if answer is None else answer
    result = diagnose.verdict(findings)
    if as_json:
        listed = [dataclasses.asdict(finding) for finding in findings]
        print_json({"instance": settings.instance, "result": result, "findings": listed})
    else:
        print_rows([(finding.result, finding.check, finding.found, finding.todo) for finding in findings])
    return 1 if result is Result.FAILED else 0


def _service(state: dict[str, t.Any]) -> Finding:
    text = f"{state['state']}: {state['reason']}" if state.get("reason") else str(state["state"])
    if not state["alive"]:
        return failed("service", text, "start the service, and read service.log when it does not stay")
    if state["state"] in ("starting", "waiting"):
        return failed("service", text, "do what the reason asks for")
    return ok("service", text)


def _ask(
    settings: Configuration, clock: t.Callable[[], float], sleep: t.Callable[[float], None]
) -> list[Finding] | None:
    question = str(uuid.uuid4())
    try:
        (pathlib.Path(settings.folders.control) / diagnose.QUESTION).write_text(question, encoding="utf-8")
    except OSError as error:
        return [failed("question", f"can't be asked: {error.strerror}", "ask as an administrator of this host")]
    until = clock() + WAIT_SECONDS
    while clock() < until:
        answer = diagnose.answer_to(settings.folders.home, question)
        if answer is not None:
            return answer
        sleep(0.5)
    return None
