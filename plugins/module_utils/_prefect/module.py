# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the modules call. For internal use by this collection only."""

from __future__ import annotations

import contextlib
import typing as t

from ansible.module_utils.basic import missing_required_lib

from .._engine.module import Module, finish, run_resource
from . import client as http
from . import workers
from .connection import Connection, argument_spec
from .rest import RestBackend

if t.TYPE_CHECKING:
    from ansible.module_utils.basic import AnsibleModule

    from .._engine.spec import ResourceSpec
    from .rest import Routes


@contextlib.contextmanager
def _session(module: AnsibleModule) -> t.Iterator[http.Client]:
    if http.REQUESTS_IMPORT_ERROR is not None:
        module.fail_json(msg=missing_required_lib("requests"), exception=http.REQUESTS_IMPORT_ERROR)
    connection = Connection.from_params(module.params, module.no_log_values.update)
    with http.Client(connection, read_only=module.check_mode) as client:
        yield client


def run(spec: ResourceSpec, routes: Routes) -> None:
    """Run a module that manages one object of Prefect."""

    @contextlib.contextmanager
    def open_backend(module: AnsibleModule) -> t.Iterator[RestBackend]:
        with _session(module) as client:
            yield RestBackend(client, spec, routes)

    run_resource(spec, argument_spec(), open_backend)


def run_worker_info() -> None:
    """Run the module C(worker_info)."""
    module = Module(argument_spec={**argument_spec(), **workers.argument_spec()}, supports_check_mode=True)

    def work() -> dict[str, t.Any]:
        with _session(module) as client:
            wanted = (module.params[name] for name in ("work_pool", "name", "status"))
            predicted: list[str] = []
            result = {"changed": False, "workers": workers.find_workers(client, *wanted, predicted)}
        return {**result, "predicted": predicted} if predicted else result

    finish(module, work)
