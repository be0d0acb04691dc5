# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From an AnsibleModule to a directory. For internal use by this collection only."""

from __future__ import annotations

import typing as t

from ansible.module_utils.basic import missing_required_lib

from .._engine.module import BulkModule, finish, run_resource
from . import connection, directory, failover, objects, texts
from .backend import DirectoryBackend
from .lookup import Finder

if t.TYPE_CHECKING:
    from ansible.module_utils.basic import AnsibleModule

    from .._engine.backend import Backend
    from .._engine.reconcile import Outcome
    from .family import Family

T = t.TypeVar("T")


def run_object(family: Family) -> None:
    """Run a module that manages one directory object."""
    opened: list[DirectoryBackend] = []

    def around(module: AnsibleModule, work: t.Callable[[Backend], Outcome]) -> Outcome:
        kind = family.choose(module.params)

        def run(found: directory.Directory) -> Outcome:
            opened.append(DirectoryBackend(Finder(found), kind, module.params))
            return work(opened[-1])

        return with_session(module, run)

    def describe(outcome: Outcome) -> dict[str, t.Any]:
        return opened[-1].describe(outcome)

    run_resource(
        family.spec,
        connection.argument_spec(),
        around=around,
        describe=describe,
        choose=lambda params: family.choose(params).spec,
    )


class _BulkModule(BulkModule):
    document = objects.OPTION


def run_objects() -> None:
    """Run the module C(ad_objects)."""
    # no_log: a password inside of the document would otherwise be in the system log before anybody knows it for one
    module = _BulkModule(
        argument_spec={**connection.argument_spec(), objects.OPTION: {"type": "dict", "required": True}},
        supports_check_mode=True,
        no_log=True,
    )

    def work() -> dict[str, t.Any]:
        wanted, hide = module.params[objects.OPTION], module.no_log_values.update
        objects.hide_secrets(wanted, hide)
        result = with_session(module, lambda found: objects.converge(found, wanted, hide, check_mode=module.check_mode))
        for sentence in result.get("consequences", []):
            module.warn(sentence)
        return result

    finish(module, work)


def with_session(module: AnsibleModule, work: t.Callable[[directory.Directory], T]) -> T:
    """Result of the work on the task's directory; in check mode it cannot write.

    The work is begun again on the next domain controller if one fails before the first write; so it must not keep
    anything from a try before.
    """
    if directory.LDAP3_IMPORT_ERROR is not None:
        module.fail_json(msg=missing_required_lib("ldap3"), exception=directory.LDAP3_IMPORT_ERROR)
    texts.expect_whole(module.params)
    return failover.with_directory(connection.from_params(module.params), module.check_mode, work)
