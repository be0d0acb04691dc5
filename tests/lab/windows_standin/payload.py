# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ansible-core (2.19 and later) sends to PowerShell, as a structure.

The command is a small bootstrap script; its input is ``{"name": "exec_wrapper", "params"}``, a line of four NUL bytes,
the manifest ``{"scripts": {name: {"script": base64}}, "actions": [{"name", "params", "secure_params"}]}`` and, behind
another such line, data. The last action of a module is ``module_wrapper.ps1``; become and async come before it. Only
``raw``, the removal of the temporary folder and ``win_reboot`` arrive as free PowerShell.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from dataclasses import dataclass, field

SEPARATOR = b"\n\0\0\0\0\n"
MODULE_NAME = re.compile(r"ansible_collections\.(\w+)\.(\w+)\.plugins\.modules\.(.+)$")


class UnknownPayload(Exception):
    """Not a form of ansible-core's that is understood here."""


@dataclass
class Invocation:
    """One call. ``kind`` is module, exec_script, user_script, script (free PowerShell) or command (anything else)."""

    kind: str
    name: str = ""
    args: dict = field(default_factory=dict)
    internal: dict = field(default_factory=dict)
    environment: dict = field(default_factory=dict)
    become: dict | None = None
    asynchronous: dict | None = None
    source: str = ""
    data: bytes = b""

    @property
    def check_mode(self) -> bool:
        return bool(self.internal.get("_ansible_check_mode"))

    @property
    def diff(self) -> bool:
        return bool(self.internal.get("_ansible_diff"))

    @property
    def no_log(self) -> bool:
        return bool(self.internal.get("_ansible_no_log"))

    @property
    def short_name(self) -> str:
        return self.name.rsplit(".", 1)[-1]


def encoded_script(command_line: str) -> str | None:
    """The text behind ``-EncodedCommand``, or None."""
    match = re.search(r"-EncodedCommand\s+(\S+)", command_line, re.IGNORECASE)
    return base64.b64decode(match.group(1)).decode("utf-16-le") if match else None


def is_bootstrap(script: str) -> bool:
    """By its marks, not by equality: the text differs between ansible-core 2.19, 2.20 and 2.21."""
    return "$code.script" in script and '"`0`0`0`0"' in script and "ConvertFrom-Json" in script


def decode(script: str, stdin: bytes) -> Invocation:
    """``script`` is the text of the command, ``stdin`` what was fed to it."""
    if not is_bootstrap(script):
        return Invocation(kind="script", source=script, data=stdin)
    parts = stdin.split(SEPARATOR, 2)
    if len(parts) < 2:
        raise UnknownPayload("the bootstrap script came without a manifest")
    try:
        bootstrap, manifest = json.loads(parts[0]), json.loads(parts[1])
    except ValueError:
        raise UnknownPayload("the manifest is not JSON") from None
    if bootstrap.get("name") != "exec_wrapper" or "actions" not in manifest:
        raise UnknownPayload("the manifest is of another ansible-core")
    invocation = Invocation(kind="", data=parts[2] if len(parts) > 2 else b"")
    for action in manifest["actions"]:
        _apply(invocation, action, manifest["scripts"])
    match = MODULE_NAME.match(invocation.name)
    if match:
        invocation.name = ".".join(match.groups())
    return invocation


def _source(scripts: dict, name: str) -> str:
    try:
        return base64.b64decode(scripts[name]["script"]).decode("utf-8-sig")
    except (KeyError, binascii.Error, UnicodeDecodeError):
        raise UnknownPayload(f"the manifest has no readable script {name}") from None


def _apply(invocation: Invocation, action: dict, scripts: dict) -> None:
    name, params = action["name"], dict(action.get("params") or {})
    if name == "become_wrapper.ps1":
        invocation.become = {**params, **(action.get("secure_params") or {})}
    elif name in ("async_wrapper.ps1", "async_watchdog.ps1"):
        invocation.asynchronous = {**(invocation.asynchronous or {}), **params}
    elif name == "coverage_wrapper.ps1":
        return
    elif name == "module_wrapper.ps1":
        _apply_module(invocation, params, scripts)
    elif name in scripts:
        invocation.kind, invocation.name, invocation.args = "exec_script", name, params
        invocation.source = _source(scripts, name)
    else:
        raise UnknownPayload(f"unknown action {name}")


def _apply_module(invocation: Invocation, params: dict, scripts: dict) -> None:
    invocation.kind = "module" if params.get("ForModule") else "user_script"
    invocation.name = params["Script"].rpartition(".")[0]
    invocation.source = _source(scripts, params["Script"])
    invocation.environment = params.get("Environment") or {}
    for variable in params.get("Variables") or []:
        if variable.get("Name") != "complex_args":
            continue
        for name, value in variable["Value"].items():
            (invocation.internal if name.startswith("_ansible_") else invocation.args)[name] = value
