# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run one module: check its own argument spec, let a handler work, give the answer the real module's shape."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from . import argument_check
from .agent_client import AgentError
from .argument_check import ArgumentError
from .errors import DirectoryUnavailable, ModuleFailure, NotModelled
from .handlers import HANDLERS
from .journal import HIDDEN
from .logon import Logon
from .payload import Invocation
from .powershell_spec import Spec, read_spec

if TYPE_CHECKING:
    from .host import Host

CORE_OPTIONS = {"path", "str", "bool", "int", "float", "list"}


@dataclass
class Call:
    """What a handler gets. ``args`` are validated and have their defaults."""

    args: dict[str, Any]
    check: bool
    diff: bool
    host: Host
    logon: Logon
    environment: dict[str, str]
    invocation: Invocation

    def agent(self, operation: str, /, **values: Any) -> Any:
        return self.host.agent.call(operation, **values)

    def expand(self, text: str) -> str:
        """``%NAME%`` as this session sees it."""
        return expand(text, self.environment)

    def warn(self, text: str) -> None:
        self.warnings.append(text)

    def __post_init__(self) -> None:
        self.warnings: list[str] = []


def expand(text: str, environment: dict[str, str]) -> str:
    low = {name.upper(): value for name, value in environment.items()}
    return re.sub(r"%([^%]+)%", lambda match: low.get(match.group(1).upper(), match.group(0)), text)


def validate(spec: Spec, invocation: Invocation, environment: dict[str, str]) -> dict[str, Any]:
    """The arguments as the module sees them. Raises :class:`ArgumentError`."""
    if spec.style == "basic":
        values = argument_check.validate(spec.spec, invocation.args, invocation.short_name)
    else:
        values = _legacy(spec, invocation.args)
    for name, option in spec.options.items():
        value = values.get(name)
        if option.get("type") == "path" and isinstance(value, str) and not value.startswith("\\\\?\\"):
            values[name] = expand(value, environment)
    return values


def _legacy(spec: Spec, args: dict) -> dict[str, Any]:
    """As ``Get-AnsibleParam``: unknown options are ignored, known ones are converted."""
    given = {name.lower(): value for name, value in args.items()}
    values: dict[str, Any] = {}
    for name, option in spec.options.items():
        spelled = [name, *argument_check.as_list(option.get("aliases"))]
        asked = (given[word.lower()] for word in spelled if given.get(word.lower()) is not None)
        value = next(asked, option.get("default"))
        if value is None or value == "":
            if option.get("required"):
                raise ArgumentError(f"Get-AnsibleParam: Missing required argument: {name}")
            values[name] = value
            continue
        kind = option.get("type", "raw")
        value = argument_check.convert(name, kind if kind in CORE_OPTIONS else "raw", value)
        choices = option.get("choices")
        if choices:
            known = {choice.lower(): choice for choice in choices}
            if str(value).lower() not in known:
                raise ArgumentError(
                    f"Get-AnsibleParam: Argument {name} needs to be one of {','.join(choices)} but was {value}."
                )
            value = known[str(value).lower()]
        values[name] = value
    return values


def secrets_of(spec: Spec, args: dict) -> set[str]:
    found: set[str] = set()
    for name, option in spec.options.items():
        if option.get("no_log") is True:
            for word in [name, *argument_check.as_list(option.get("aliases"))]:
                value = next((content for key, content in args.items() if key.lower() == str(word).lower()), None)
                if isinstance(value, str) and value:
                    found.add(value)
    return found


def scrub(value: Any, secrets: set[str]) -> Any:
    """As Ansible.Basic: a secret is blanked wherever it turns up in the result."""
    if not secrets:
        return value
    if isinstance(value, dict):
        return {key: scrub(content, secrets) for key, content in value.items()}
    if isinstance(value, list):
        return [scrub(item, secrets) for item in value]
    if isinstance(value, str):
        if value in secrets:
            return HIDDEN
        for secret in secrets:
            value = value.replace(secret, "********")
    return value


def run_module(host: Host, invocation: Invocation, logon: Logon, environment: dict[str, str]) -> dict[str, Any]:
    """The module's result. Raises :class:`NotModelled`."""
    handler = HANDLERS.get(invocation.name)
    if handler is None:
        raise NotModelled(f"module {invocation.name}")
    spec = read_spec(invocation.source)
    secrets = secrets_of(spec, invocation.args)
    call = None
    try:
        args = validate(spec, invocation, environment)
        if invocation.check_mode and not spec.supports_check_mode:
            name = invocation.short_name
            return {"changed": False, "skipped": True, "msg": f"remote module ({name}) does not support check mode"}
        call = Call(args, invocation.check_mode, invocation.diff, host, logon, environment, invocation)
        result = {"changed": False, **handler(call)}
    except (ArgumentError, DirectoryUnavailable) as error:
        result = {"failed": True, "changed": False, "msg": str(error)}
    except ModuleFailure as error:
        result = {"changed": False, **error.result, "failed": True, "msg": error.message}
    except AgentError as error:
        result = {"failed": True, "changed": False, "msg": f"Unhandled exception while executing module: {error}"}
    if call is not None and call.warnings:
        result["warnings"] = call.warnings
    if not invocation.diff:
        result.pop("diff", None)
    if spec.style == "basic":
        shown = dict(invocation.args) if call is None else call.args
        result.setdefault("invocation", {"module_args": shown})
    return scrub(json.loads(json.dumps(result)), secrets)
