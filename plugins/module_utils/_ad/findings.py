# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What facts about an account mean. For internal use by this collection only.

Facts go in and verdicts come out: nothing here, and nothing in the tables of rules, knows a directory.
"""

from __future__ import annotations

import typing as t

from . import rules_ownership, rules_rights, rules_secrets
from . import verdicts as say
from .rules import CRITICAL, INFO, OK, SEVERITIES, WARNING, Facts, Limits, Topic

TOPICS = (*rules_ownership.TOPICS, *rules_rights.TOPICS, *rules_secrets.TOPICS)


def judge(facts: Facts, limits: Limits) -> list[Facts]:
    """Findings, by topic: id, topic, severity, verdict, todo. A topic with nothing wrong is a finding as well."""
    return [finding for topic in TOPICS if topic.applies(facts, limits) for finding in _judged(topic, facts, limits)]


def summary(findings: t.Sequence[Facts]) -> Facts:
    """The worst severity, and a sentence for the account as a whole."""
    worst = max((finding["severity"] for finding in findings), key=SEVERITIES.index, default=OK)
    if worst in (OK, INFO):
        return {"severity": worst, "verdict": "Nothing has to be done."}
    parts = [
        say.counted(sum(finding["severity"] == level for finding in findings), called)
        for level, called in ((CRITICAL, "critical finding"), (WARNING, "warning"))
    ]
    first = next(finding["verdict"] for finding in findings if finding["severity"] == worst)
    return {"severity": worst, "verdict": f"{' and '.join(filter(None, parts))}. {first}"}


def _judged(topic: Topic, facts: Facts, limits: Limits) -> list[Facts]:
    hidden = [name for name in topic.needs if name in facts["unreadable"]]
    found = []
    for rule in topic.rules:
        if not (rule.absence and hidden):
            for words in rule.found(facts, limits):
                severity = words.get("severity", rule.severity)
                found.append(_finding(topic, rule.id, severity, rule.says.format(**words), rule.todo.format(**words)))
    if hidden:
        seen, be = say.quoted(hidden), "is" if len(hidden) == 1 else "are"
        found.append(
            _finding(
                topic,
                "cannot_judge",
                WARNING,
                f"It cannot be judged {topic.asks}: {seen} {be} not shown to the account that is used.",
                "Grant it the right, or ask as somebody who has it.",
            )
        )
    if not found and topic.fine is not None:
        found.append(_finding(topic, topic.id, OK, topic.fine(facts, limits), ""))
    return found


def _finding(topic: Topic, rule: str, severity: str, verdict: str, todo: str) -> Facts:
    return {"id": rule, "topic": topic.id, "severity": severity, "verdict": verdict, "todo": todo}
