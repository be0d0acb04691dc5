# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make a module's payload with an installed ansible-core, as its connection plugins would send it. Prints JSON."""

from __future__ import annotations

import base64
import inspect
import json
import pathlib
import sys

import ansible_collections
from ansible.executor.module_common import modify_module
from ansible.executor.powershell import module_manifest
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.loader import init_plugin_loader, shell_loader
from ansible.template import Templar


def main() -> None:
    module, arguments = sys.argv[1], json.loads(sys.argv[2])
    init_plugin_loader()
    namespace, collection, name = module.split(".")
    root = pathlib.Path(next(iter(ansible_collections.__path__)))
    # Newer releases ask the shell whether the host runs Windows.
    knows_shells = "shell_plugin" in inspect.signature(modify_module).parameters
    shell = {"shell_plugin": shell_loader.get("powershell")} if knows_shells else {}
    path = root / namespace / collection / "plugins" / "modules" / f"{name}.ps1"
    internal = {
        "_ansible_check_mode": True,
        "_ansible_diff": True,
        "_ansible_no_log": False,
        "_ansible_module_name": module,
    }
    built = modify_module(
        module_name=module,
        module_path=str(path),
        module_args={**arguments, **internal},
        templar=Templar(loader=DataLoader()),
        task_vars={},
        environment={"ONE": "1"},
        async_timeout=0,
        **shell,
    )
    script = module_manifest._get_powershell_script("bootstrap_wrapper.ps1").decode()
    print(json.dumps({"script": script, "stdin": base64.b64encode(built.b_module_data).decode()}))


main()
