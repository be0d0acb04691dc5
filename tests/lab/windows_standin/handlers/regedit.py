# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""win_regedit: the registry in Wine."""

from __future__ import annotations

import re
from typing import Any

from ..agent_client import AgentError
from ..errors import ModuleFailure, NotModelled

PATH = re.compile(r"HK(CC|CR|CU|LM|U):\\", re.IGNORECASE)
LIMITS = {"dword": 0xFFFFFFFF, "qword": 0xFFFFFFFFFFFFFFFF}


def check_path(path: str) -> None:
    if not PATH.match(path):
        raise ModuleFailure(f"path: {path} is not a valid powershell path, see module documentation for examples.")


def _bytes(data: Any) -> list[int]:
    if data is None or data == "":
        return []
    if isinstance(data, int):
        if data > 255:
            raise ModuleFailure(
                f"cannot convert binary data '{data}' to byte array, please specify this value as a "
                f"yaml byte array or a comma "
                "separated hex value string"
            )
        return [data]
    if isinstance(data, list):
        return [int(item) for item in data]
    text = re.sub(r"^hex:", "", re.sub(r"[\\\s]", "", str(data)), flags=re.IGNORECASE)
    return [int(item, 16) for item in text.split(",") if item]


def _number(kind: str, data: Any) -> int:
    if data is None:
        return 0
    if isinstance(data, float) and data % 1:
        raise ModuleFailure(
            f"data '{data}' cannot be a decimal or float value with a remainder when type is dword or qword"
        )
    try:
        value = int(data, 0) if isinstance(data, str) else int(data)
    except ValueError:
        raise ModuleFailure(
            f'Unhandled exception while executing module: Cannot convert value "{data}" to type "System.UInt64"'
        ) from None
    if value < 0:
        value &= LIMITS[kind]
    if value > LIMITS[kind]:
        raise ModuleFailure(f"data cannot be larger than 0x{LIMITS[kind]:x} when type is {kind}")
    return value


def wanted_data(kind: str, name: str | None, data: Any) -> Any:
    """The option ``data`` as the registry keeps it."""
    if kind in ("binary", "none"):
        return _bytes(data)
    if kind in LIMITS:
        return _number(kind, data)
    if kind == "multistring":
        return [] if data is None else [str(item) for item in data] if isinstance(data, list) else [str(data)]
    if data is None:
        return "" if name else None
    return str(data)


def _shown(kind: str, value: Any) -> dict:
    if kind in ("binary", "none"):
        return {"type": kind.title(), "value": [f"0x{byte:02x}" for byte in value]}
    names = {
        "string": "String",
        "expandstring": "ExpandString",
        "dword": "DWord",
        "qword": "QWord",
        "multistring": "MultiString",
    }
    return {"type": names.get(kind, kind), "value": value}


def run(call) -> dict:
    args = call.args
    path, name = args["path"].rstrip("\\"), args["name"] or None
    check_path(args["path"])
    if args.get("hive"):
        raise NotModelled("win_regedit with a hive file")
    result = {"changed": False, "data_changed": False, "data_type_changed": False, "diff": {"before": "", "after": ""}}
    try:
        (_present if args["state"] == "present" else _absent)(call, path, name, result)
    except AgentError as error:
        raise ModuleFailure(
            f"failed to change registry property '{name}' at {path}: {error.message}", **result
        ) from None
    return result


def _present(call, path: str, name: str | None, result: dict) -> None:
    kind = call.args["type"]
    data = wanted_data(kind, name, call.args["data"])
    exists = call.agent("registry.key_exists", path=path)
    if not exists:
        result["changed"] = True
        result["diff"] = {"before": {}, "after": {path: {}}}
        if not call.check:
            call.agent("registry.create_key", path=path)
    else:
        result["diff"] = {"before": {path: {}}, "after": {path: {}}}
    if data is None or (not exists and call.check):
        return
    current = call.agent("registry.read_value", path=path, name=name or "")
    if current is not None:
        result["diff"]["before"][path][name or ""] = _shown(current["type"], current["value"])
        result["data_type_changed"] = current["type"] != kind
        result["data_changed"] = current["value"] != data
        if not result["data_type_changed"] and not result["data_changed"]:
            result["diff"]["after"][path][name or ""] = _shown(kind, data)
            return
    if not call.check:
        call.agent("registry.write_value", path=path, name=name or "", kind=kind, value=data)
    result["changed"] = True
    result["diff"]["after"][path][name or ""] = _shown(kind, data)


def _absent(call, path: str, name: str | None, result: dict) -> None:
    if not call.agent("registry.key_exists", path=path):
        return
    if call.args["delete_key"] and name is None:
        if not call.check:
            call.agent("registry.delete_key", path=path)
            call.host.access_lists.forget(path)
        result.update(changed=True, diff={"before": {path: {}}, "after": {}})
        return
    current = call.agent("registry.read_value", path=path, name=name or "")
    if current is None:
        return
    if not call.check:
        call.agent("registry.delete_value", path=path, name=name or "")
    shown = _shown(current["type"], current["value"])
    result.update(changed=True, diff={"before": {path: {name or "": shown}}, "after": {path: {}}})
