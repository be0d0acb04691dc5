# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One JSON line per call. No secret ever gets in: masking is by field, and what cannot be judged is left out."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path
from typing import Any

from .payload import Invocation

HIDDEN = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"
# Options that are secrets although a module without an argument spec in its source cannot say so.
SECRET_OPTIONS = {
    "password",
    "url_password",
    "proxy_password",
    "become_pass",
    "certificate_password",
    "client_key",
    "secret",
    "api_key",
    "token",
    "auth_string",
    "stdin",
}
# Free text that may carry anything: only its length is kept.
FREE_TEXT = {"_raw_params", "cmd", "argv", "content", "data", "body", "headers", "value", "variables", "arguments"}


def mask_options(options: dict[str, dict] | None, values: Any) -> Any:
    """A copy of a module's arguments without secrets; ``options`` is the argument spec's, where it is known."""
    if isinstance(values, list):
        return [mask_options(options, item) for item in values]
    if not isinstance(values, dict):
        return HIDDEN
    low = {}
    for name, option in (options or {}).items():
        if isinstance(option, dict):
            aliases = option.get("aliases") or []
            for spelled in [name, *(aliases if isinstance(aliases, list) else [aliases])]:
                low[str(spelled).lower()] = option
    return {name: _mask_one(name, value, low.get(name.lower())) for name, value in values.items()}


def _mask_one(name: str, value: Any, option: dict | None) -> Any:
    if value is None or value == "":
        return value
    word = name.lower()
    if (option or {}).get("no_log") is True or word in SECRET_OPTIONS or "password" in word:
        return HIDDEN
    if word in FREE_TEXT:
        return f"<{len(json.dumps(value, default=str))} characters>"
    nested = (option or {}).get("options")
    if isinstance(nested, dict):
        return mask_options(nested, value)
    if isinstance(value, dict):
        return mask_options(None, value)
    return value


class Journal:
    """Appends to ``path``; without one it keeps nothing."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._lock = threading.Lock()
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)

    def call(
        self,
        invocation: Invocation,
        options: dict | None,
        transport: str,
        user: str,
        code: int,
        seconds: float,
        note: str,
    ) -> None:
        """``note`` must be a fixed phrase or a name, never a module's output."""
        if self._path is None:
            return
        no_log = invocation.no_log
        record = {
            "time": round(time.time(), 3),
            "transport": transport,
            "user": user,
            "kind": invocation.kind,
            "name": invocation.name,
            "arguments": HIDDEN if no_log else mask_options(options, invocation.args),
            "check": invocation.check_mode,
            "diff": invocation.diff,
            "become": (invocation.become or {}).get("BecomeUser"),
            "asynchronous": bool(invocation.asynchronous),
            "environment": sorted(invocation.environment),
            "exit_code": code,
            "seconds": round(seconds, 3),
            "note": note,
        }
        with self._lock, self._path.open("a") as file:
            file.write(json.dumps(record, default=str) + "\n")
