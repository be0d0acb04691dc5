# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""slurp."""

from __future__ import annotations

from ..errors import ModuleFailure


def run(call) -> dict:
    path = call.args["src"]
    kind = call.agent("files.kind", path=path)
    if kind == "folder":
        raise ModuleFailure(f"Path {path} is a directory")
    if kind == "absent":
        raise ModuleFailure(f"Path {path} is not found")
    return {"changed": False, "encoding": "base64", "content": call.agent("files.read", path=path)}
