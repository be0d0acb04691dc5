# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""async_status: reads the job's real result file."""

from __future__ import annotations

import base64
import json

from ..errors import ModuleFailure


def run(call) -> dict:
    job = call.args["jid"]
    folder = (
        call.invocation.internal.get("_ansible_async_dir")
        or call.args.get("_async_dir")
        or "%USERPROFILE%\\.ansible_async"
    )
    path = f"{call.expand(str(folder))}\\{job}"
    known = {"ansible_job_id": job, "started": 1, "finished": 1}
    if call.agent("files.kind", path=path) != "file":
        raise ModuleFailure("could not find job", **known)
    if call.args.get("mode") == "cleanup":
        call.agent("files.remove", path=path)
        return {"ansible_job_id": job, "erased": path}
    text = base64.b64decode(call.agent("files.read", path=path))
    if not text:
        return {"results_file": path, "ansible_job_id": job, "started": 1, "finished": 0}
    return json.loads(text)
