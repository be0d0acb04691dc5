# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is measured: the same end, with our modules and with what a user would use instead."""

from __future__ import annotations

import typing as t

from stage import Case, Stage

Tasks = list[dict[str, t.Any]]


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
