# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the module C(flow_run) cannot do: know who launched the job, and show how far a run is while it waits."""

from __future__ import annotations

import time
import typing as t

from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action.normal import ActionModule as NormalActionModule
from ansible.utils.display import Display
from ansible_collections.flowops.prefect.plugins.module_utils._prefect.connection import argument_spec
from ansible_collections.flowops.prefect.plugins.module_utils._prefect.requester import launched_by

Result = dict[str, t.Any]

# A module says nothing before it ends, so one that waits is started anew in between.
_LOOK_SECONDS = 15
_PATIENCE_SECONDS = 300
# A run that was only just made may be unknown for a moment.
_UNKNOWN_SECONDS = 10
_PASSING = ("ConnectionFailed", "ServerError", "ServerBusy")
_WAIT_OPTIONS = ("wait_interval", "fail_on", "logs", "logs_limit")


class ActionModule(NormalActionModule):
    """Like any module's, with a default for C(requested_by), and with progress while it waits."""

    def run(self, tmp: None = None, task_vars: dict[str, t.Any] | None = None) -> Result:
        person = launched_by(task_vars or {})
        if person and not self._task.args.get("requested_by"):
            self._task.args = {**self._task.args, "requested_by": person}
        if self._shows_progress():
            return self._followed(task_vars or {})
        return super().run(tmp, task_vars)

    def _shows_progress(self) -> bool:
        """Whether there is something to wait for and somebody who may see it."""
        waits = boolean(self._task.args.get("wait") or False, strict=False)
        seconds = str(self._task.args.get("wait_timeout") or _LOOK_SECONDS)
        # only a module that is told the secrets can hide them in what the run says
        secret = self._task.args.get("secret_parameters")
        alone = self._task.check_mode or self._task.async_val or self._task.no_log or secret
        return waits and not alone and seconds.isdigit() and int(seconds) > 0

    def _followed(self, task_vars: dict[str, t.Any]) -> Result:
        """Start the run, then wait for its end a little at a time, and say in between how far it is."""
        args = self._task.args
        started = self._ask({**args, "wait": False}, task_vars)
        run = started.get("flow_run") or {}
        if started.get("failed") or not run.get("id"):
            return started
        kept = {name: args[name] for name in (*argument_spec(), *_WAIT_OPTIONS) if name in args}
        state = {"state": args["state"]} if "state" in args else {}
        seconds = int(args.get("wait_timeout") or 3600)
        begun = answered = time.monotonic()
        while True:
            self._tell(run)
            part = max(1, min(_LOOK_SECONDS, round(begun + seconds - time.monotonic())))
            look = {**kept, **state, "id": run["id"], "wait": True, "wait_timeout": part}
            result = self._ask(look, task_vars)
            run = {**run, **(result.get("flow_run") or {})}
            kind, now = (result.get("error") or {}).get("kind"), time.monotonic()
            answered = answered if kind in _PASSING else now
            passing = kind == "RunUnfinished" or (kind in _PASSING and now - answered < _PATIENCE_SECONDS)
            passing = passing or (kind == "NotFound" and now - begun < _UNKNOWN_SECONDS)
            if not passing or now - begun >= seconds:
                break
        self._tell(run)
        return {**_with_seconds(result, part, seconds), **_first(started), "flow_run": run}

    def _ask(self, args: dict[str, t.Any], task_vars: dict[str, t.Any]) -> Result:
        return self._execute_module(module_args=args, task_vars=task_vars)

    def _tell(self, run: Result) -> None:
        since = run.get("seconds_in_state")
        shown = f" for {since} s" if since is not None and run.get("end_time") is None else ""
        Display().display(f"flow run '{run.get('name')}': {run.get('state')}{shown}")


def _first(started: Result) -> Result:
    """What the start of the run has to say; the waits after it change nothing."""
    return {key: started[key] for key in ("changed", "diff", "warnings") if key in started}


def _with_seconds(result: Result, part: int, seconds: int) -> Result:
    """The error of the last wait, as one about the whole of it."""
    error = result.get("error")
    if not error or error.get("kind") != "RunUnfinished":
        return result
    said, meant = f"after {part} seconds", f"after {seconds} seconds"
    reason = error["reason"].replace(said, meant)
    return {**result, "msg": result["msg"].replace(said, meant), "error": {**error, "reason": reason}}
