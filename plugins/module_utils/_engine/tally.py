# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run over many objects did, as a module returns it. For internal use by this collection only."""

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    from .estate import Step

_COUNTED = {"create": "created", "update": "updated", "delete": "deleted", "none": "unchanged"}


def done_of(steps: list[Step]) -> list[Step]:
    """Steps that changed something, or would, or may have. One that failed before its write did not."""
    return [step for step in steps if step.changed and (step.error is None or step.reached)]


def result_of(
    steps: list[Step], plural_of: t.Callable[[str], str], change: t.Callable[[Step], dict[str, t.Any]]
) -> dict[str, t.Any]:
    """changed, diff (by plural and name), changes, summary (counts), consequences and predicted.

    change  what the list of changes says about a step besides kind, name and action
    """
    done = done_of(steps)
    before: dict[str, t.Any] = {}
    after: dict[str, t.Any] = {}
    for step in done:
        plural = plural_of(step.entry.kind)
        if step.plan.action != "create":
            before.setdefault(plural, {})[step.entry.name] = step.plan.before
        if step.plan.action != "delete":
            after.setdefault(plural, {})[step.entry.name] = step.plan.after
    counts = dict.fromkeys(_COUNTED.values(), 0)
    for step in steps:
        counts[_COUNTED[step.plan.action]] += step in done or not step.changed
    result: dict[str, t.Any] = {
        "changed": bool(done),
        "diff": {"before": before, "after": after},
        "changes": [
            {"kind": step.entry.kind, "name": step.entry.name, "action": step.plan.action, **change(step)}
            for step in done
        ],
        "summary": counts,
    }
    told = [step for step in steps if step in done or not step.changed]
    consequences = list(dict.fromkeys(sentence for step in told for sentence in step.plan.consequences))
    predicted = sorted({name for step in steps for name in step.predicted})
    return {
        **result,
        **({"consequences": consequences} if consequences else {}),
        **({"predicted": predicted} if predicted else {}),
    }
