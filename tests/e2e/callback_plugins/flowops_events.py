# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes one line of JSON per task, host and item to the file FLOWOPS_EVENTS; kills the whole run at a chosen task."""

from __future__ import annotations

import json
import os
import pathlib
import signal
import time

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: flowops_events
type: notification
short_description: Events of a playbook run as lines of JSON, for the tests
description:
  - Writes what happened to the file in the environment variable E(FLOWOPS_EVENTS).
  - With E(FLOWOPS_KILL_AT) set to N it kills the process group when the N-th task starts, as a power cut would.
"""

# Modules that name every object they changed.
OVER_MANY = ("flowops.prefect.ad_objects", "flowops.prefect.resources")


class CallbackModule(CallbackBase):
    """Needs to be enabled; does nothing without its environment variable."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "flowops_events"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self):
        super().__init__()
        path = os.environ.get("FLOWOPS_EVENTS")
        self.disabled = not path
        self.path = pathlib.Path(path or os.devnull)
        self.kill_at = int(os.environ.get("FLOWOPS_KILL_AT") or 0)
        self.started = 0

    def _write(self, **event):
        # Opened anew each time: nothing is lost in a buffer when the run is killed.
        with self.path.open("a", encoding="utf-8") as out:
            out.write(json.dumps({"time": time.time(), **event}, default=str) + "\n")

    def _outcome(self, outcome, result, item=None):
        data = result.result
        self._write(
            event="result",
            outcome=outcome,
            host=result.host.get_name(),
            task=result.task.get_name(),
            action=result.task.action,
            item=item,
            changed=bool(data.get("changed")),
            message=data.get("msg", ""),
            diff=data.get("diff"),
            changes=data.get("changes") if result.task.action in OVER_MANY else None,
        )

    @staticmethod
    def _label(result):
        return str(result.result.get("_ansible_item_label", result.result.get("item")))

    def v2_playbook_on_play_start(self, play):
        self._write(event="play", play=play.get_name())

    def _start(self, task):
        self.started += 1
        self._write(event="task", number=self.started, task=task.get_name(), action=task.action)
        if self.started == self.kill_at:
            os.killpg(os.getpgid(0), signal.SIGKILL)

    def v2_playbook_on_task_start(self, task, **_how):
        self._start(task)

    def v2_playbook_on_handler_task_start(self, task):
        self._start(task)

    def v2_runner_on_ok(self, result):
        if not result.task.loop:
            self._outcome("ok", result)

    def v2_runner_item_on_ok(self, result):
        self._outcome("ok", result, self._label(result))

    def v2_runner_on_failed(self, result, **_how):
        self._outcome("failed", result)

    def v2_runner_item_on_failed(self, result):
        self._outcome("failed", result, self._label(result))

    def v2_runner_on_unreachable(self, result):
        self._outcome("unreachable", result)

    def v2_runner_on_skipped(self, result):
        self._outcome("skipped", result)

    def v2_playbook_on_stats(self, stats):
        self._write(event="stats", hosts={host: stats.summarize(host) for host in stats.processed})
