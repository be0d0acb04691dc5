# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From an AnsibleModule to a directory. For internal use by this collection only."""

from __future__ import annotations

import contextlib
import typing as t

from ansible.module_utils.basic import missing_required_lib

from .._engine.module import run_resource
from . import connection, directory
from .backend import DirectoryBackend, ObjectKind

if t.TYPE_CHECKING:
    from ansible.module_utils.basic import AnsibleModule

    from .._engine.reconcile import Outcome


def run_object(kind: ObjectKind) -> None:
    """Run a module that manages one directory object."""
    opened: list[DirectoryBackend] = []

    @contextlib.contextmanager
    def open_backend(module: AnsibleModule) -> t.Iterator[DirectoryBackend]:
        kind.check(module.params)
        with session(module) as found:
            opened.append(DirectoryBackend(found, kind, module.params))
            yield opened[-1]

    def describe(outcome: Outcome) -> dict[str, t.Any]:
        return opened[-1].describe(outcome)

    run_resource(kind.spec, connection.argument_spec(), open_backend, describe)


@contextlib.contextmanager
def session(module: AnsibleModule) -> t.Iterator[directory.Directory]:
    """The task's connection; in check mode it cannot write."""
    if directory.LDAP3_IMPORT_ERROR is not None:
        module.fail_json(msg=missing_required_lib("ldap3"), exception=directory.LDAP3_IMPORT_ERROR)
    options = connection.from_params(module.params)
    with directory.open_directory(options, read_only=module.check_mode) as found:
        yield found
