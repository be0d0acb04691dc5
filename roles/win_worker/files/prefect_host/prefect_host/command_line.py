# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command lines of the worker and of the injector."""

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    from prefect_host.configuration import Configuration


def worker_arguments(configuration: Configuration) -> list[str]:
    """Arguments of the worker's process, the program first. Nothing here is secret or asks a question."""
    worker = configuration.worker
    arguments = [configuration.python, "-m", "prefect_host.worker_main", "--no-prompt", "worker", "start"]
    arguments += ["--pool", worker.work_pool, "--name", worker.name, "--type", "process"]
    for queue in worker.work_queues:
        arguments += ["--work-queue", queue]
    if worker.limit is not None:
        arguments += ["--limit", str(worker.limit)]
    return [*arguments, "--with-healthcheck", "--install-policy", "never", "--no-create-pool-if-not-found"]


def injector_arguments(configuration: Configuration) -> list[str]:
    """Arguments of the injector's process, the program first. Its configuration comes over standard input."""
    return [configuration.injector.program, "run", "--config", "-"]
