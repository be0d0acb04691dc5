# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the modules call. For internal use by this collection only."""

from __future__ import annotations

import contextlib
import typing as t

from ansible.module_utils.basic import missing_required_lib

from .._engine.errors import EngineError
from .._engine.module import Module, finish, run_resource
from . import client as http
from . import workers
from .catalogue import CATALOGUE
from .cloud import ModuleStore
from .connection import Connection, argument_spec
from .rest import RestBackend
from .stores import Stores

if t.TYPE_CHECKING:
    from ansible.module_utils.basic import AnsibleModule

    from .._engine.reconcile import Outcome
    from .kind import Kind


@contextlib.contextmanager
def session(module: AnsibleModule) -> t.Iterator[http.Client]:
    """The one session of a module."""
    if http.REQUESTS_IMPORT_ERROR is not None:
        module.fail_json(msg=missing_required_lib("requests"), exception=http.REQUESTS_IMPORT_ERROR)
    connection = Connection.from_params(module.params, module.no_log_values.update)
    with http.Client(connection, read_only=module.check_mode) as client:
        yield client


def run(kind: Kind) -> None:
    """Run a module that manages one object of Prefect."""
    attentive: list[ModuleStore] = []

    @contextlib.contextmanager
    def open_backend(module: AnsibleModule) -> t.Iterator[RestBackend]:
        with session(module) as client:
            secrets = module.params.get("update_secrets") == "when_changed"
            backend = RestBackend(Stores(client, CATALOGUE, whole=False), kind, with_secrets=secrets)
            if isinstance(backend.store, ModuleStore):
                attentive.append(backend.store)
                backend.store.begin(kind.spec.given(module.params))
            try:
                yield backend
            except EngineError as error:
                for store in attentive:
                    store.explain(error)
                raise

    def describe(outcome: Outcome) -> dict[str, t.Any]:
        return {key: value for store in attentive for key, value in store.tell(outcome).items()}

    run_resource(kind.spec, argument_spec(), open_backend, describe)


def run_worker_info() -> None:
    """Run the module C(worker_info)."""
    module = Module(argument_spec={**argument_spec(), **workers.argument_spec()}, supports_check_mode=True)

    def work() -> dict[str, t.Any]:
        with session(module) as client:
            wanted = (module.params[name] for name in ("work_pool", "name", "status"))
            predicted: list[str] = []
            result = {"changed": False, "workers": workers.find_workers(client, *wanted, predicted)}
        return {**result, "predicted": predicted} if predicted else result

    finish(module, work)
