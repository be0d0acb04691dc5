# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is measured: the same end, with our modules and with what a user would use instead."""

from __future__ import annotations

import typing as t

from stage import BRANCH, Case, Stage

Tasks = list[dict[str, t.Any]]
UNIT = f"OU=Bench,{BRANCH}"
FEW = 25


def _command(stage: Stage, *words: str) -> dict[str, t.Any]:
    return {
        "name": "With the command line",
        "ansible.builtin.command": {"argv": [str(stage.prefect / "bin/prefect"), *words]},
    }


def _five(task: dict[str, t.Any]) -> dict[str, t.Any]:
    return {**task, "loop": list(range(5))}


POOL = {"name": "A pool", "flowops.prefect.work_pool": {"name": "bench", "type": "process"}}

PREFECT = [
    Case(
        "variable: five values, against 'prefect variable set'",
        "variable",
        0.5,
        [
            _five(
                {
                    "name": "Ours",
                    "flowops.prefect.variable": {"name": "bench_{{ item }}", "value": "{{ 1000 | random }}"},
                }
            )
        ],
        lambda stage: [
            _five(_command(stage, "variable", "set", "--overwrite", "bench_{{ item }}", "{{ 1000 | random }}"))
        ],
    ),
    Case(
        "work_pool: five limits, against 'prefect work-pool'",
        "work-pool",
        0.5,
        [
            _five(
                {"name": "Ours", "flowops.prefect.work_pool": {"name": "bench", "concurrency_limit": "{{ item + 1 }}"}}
            )
        ],
        lambda stage: [_five(_command(stage, "work-pool", "set-concurrency-limit", "bench", "{{ item + 1 }}"))],
        before=[POOL],
    ),
    Case(
        "worker_info: five reads, against 'prefect work-pool inspect'",
        "worker-info",
        0.5,
        [_five({"name": "Ours", "flowops.prefect.worker_info": {"work_pool": "bench"}})],
        lambda stage: [_five(_command(stage, "work-pool", "inspect", "bench"))],
        before=[POOL],
    ),
]


def _group(name: str, members: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
    options = {"name": name, "path": UNIT, "scope": "global"}
    return {"name": "Group", "flowops.prefect.ad_group": {**options, **({"members": members} if members else {})}}


def _names(count: int) -> str:
    return f"{{{{ range(0, {count}) | map('regex_replace', '^', 'bench-member-') | list }}}}"


EMPTY: Tasks = [
    {"name": "Unit", "flowops.prefect.ad_ou": {"name": "Bench", "path": BRANCH}},
    {**_group("bench-member-{{ item }}"), "loop": f"{{{{ range(0, {FEW}) | list }}}}"},
    {"name": "No group", "flowops.prefect.ad_group": {"name": "bench-group", "path": UNIT, "state": "absent"}},
    _group("bench-group"),
]


def _member_by_member(_stage: Stage) -> Tasks:
    one = _group("bench-group", {"add": ["bench-member-{{ item }}"]})
    return [{**one, "loop": f"{{{{ range(0, {FEW}) | list }}}}"}]


DIRECTORY = [
    Case(
        f"ad_group: {FEW} members in one task, against a loop of members",
        "members",
        0.25,
        [_group("bench-group", {"set": _names(FEW)})],
        _member_by_member,
        before=EMPTY,
    ),
]
