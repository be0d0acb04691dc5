# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the result of every task as one line of JSON."""

from __future__ import annotations

import json
import os

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: keep_results
type: notification
short_description: Results of all tasks as lines of JSON
description:
  - For tests. Appends to the file named by E(FLOWOPS_TEST_RESULTS).
"""


class CallbackModule(CallbackBase):
    """One line per result, failures included."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "keep_results"
    CALLBACK_NEEDS_ENABLED = True

    def v2_runner_on_ok(self, result):
        self._keep(result, failed=False)

    def v2_runner_on_failed(self, result, **_ignored):
        self._keep(result, failed=True)

    def _keep(self, result, failed):
        with open(os.environ["FLOWOPS_TEST_RESULTS"], "a", encoding="utf-8") as file:
            whose = {"_host": result._host.get_name(), "_task": result._task.get_name()}
            json.dump({**result._result, **whose, "failed": failed}, file, default=str)
            file.write("\n")
