# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""win_reg_stat."""

from __future__ import annotations

from ..errors import ModuleFailure
from .regedit import PATH

NAMES = {
    "binary": "REG_BINARY",
    "string": "REG_SZ",
    "dword": "REG_DWORD",
    "qword": "REG_QWORD",
    "multistring": "REG_MULTI_SZ",
    "expandstring": "REG_EXPAND_SZ",
    "none": "REG_NONE",
}


def _property(entry: dict) -> dict:
    raw = entry["value"]
    if entry["type"] in ("binary", "none"):
        raw = [f"0x{byte:02x}" for byte in raw]
    return {"type": NAMES.get(entry["type"], "Unknown"), "value": entry["expanded"], "raw_value": raw}


def run(call) -> dict:
    path, name = call.args["path"].rstrip("\\"), call.args.get("name")
    if not PATH.match(call.args["path"]):
        raise ModuleFailure(f"path: {path} is not a valid registry path, see module documentation for examples.")
    if name is None:
        key = call.agent("registry.read_key", path=path)
        if key is None:
            return {"changed": False, "exists": False}
        properties = {name: _property(entry) for name, entry in key["values"].items() if entry}
        return {"changed": False, "exists": True, "properties": properties, "sub_keys": key["keys"]}
    entry = call.agent("registry.read_value", path=path, name=name)
    if entry is None:
        return {"changed": False, "exists": False}
    return {"changed": False, "exists": True, **_property(entry)}
