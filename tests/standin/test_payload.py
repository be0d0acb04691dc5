# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ansible-core sends is understood, for the oldest and the newest supported release. No server needed."""

from __future__ import annotations

import base64
import json
import pathlib
import subprocess

import pytest
from flowops_lab.paths import Paths
from standin_support.playbooks import NEWEST, OLDEST, Ansible
from windows_standin import payload
from windows_standin.powershell_spec import read_spec
from windows_standin.upload import Input

MAKER = pathlib.Path(__file__).parent / "standin_support" / "payloads.py"
CORES = [core for core in (OLDEST, NEWEST) if Ansible.has_core(Paths.from_environment(), core)]


@pytest.fixture(scope="module", params=CORES)
def made(request):
    python = Paths.from_environment().virtual_environments / f"ansible-{request.param}" / "bin" / "python"
    arguments = json.dumps({"name": "svc", "password": "geheim", "state": "started"})
    command = [str(python), str(MAKER), "ansible.windows.win_service", arguments]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    answer = json.loads(done.stdout)
    return answer["script"], base64.b64decode(answer["stdin"])


def test_a_module_is_decoded(made):
    script, stdin = made
    invocation = payload.decode(script, stdin)
    assert (invocation.kind, invocation.name) == ("module", "ansible.windows.win_service")
    assert invocation.args == {"name": "svc", "password": "geheim", "state": "started"}
    assert invocation.check_mode
    assert invocation.diff
    assert invocation.environment == {"ONE": "1"}


def test_the_spec_comes_out_of_the_payload(made):
    spec = read_spec(payload.decode(*made).source)
    assert spec.style == "basic"
    assert spec.supports_check_mode
    assert spec.options["password"]["no_log"] is True
    assert spec.options["state"]["choices"] == ["started", "stopped", "restarted", "absent", "paused"]


def test_free_powershell_is_no_module():
    assert payload.decode("Get-Process", b"").kind == "script"


def test_a_bootstrap_without_manifest_is_refused(made):
    with pytest.raises(payload.UnknownPayload):
        payload.decode(made[0], b"{}")


def test_an_upload_is_streamed_to_the_disk(made, tmp_path):
    script = made[0]
    head = {"name": "exec_wrapper", "params": {}}
    manifest = {
        "scripts": {"winrm_put_file.ps1": {"script": base64.b64encode(b"x").decode()}},
        "actions": [{"name": "winrm_put_file.ps1", "params": {"Path": "C:\\x"}, "secure_params": {}}],
    }
    content = bytes(range(256)) * 999
    lines = [base64.b64encode(content[at : at + 1000]) for at in range(0, len(content), 1000)]
    whole = payload.SEPARATOR.join([json.dumps(head).encode(), json.dumps(manifest).encode(), b"\n".join(lines)])
    given = Input(script, tmp_path)
    for at in range(0, len(whole), 777):
        given.feed(whole[at : at + 777])
    assert given.upload is not None
    given.upload.finish()
    assert given.upload.path.read_bytes() == content
    assert given.invocation(script, "").args == {"Path": "C:\\x"}
