# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a module's main function in this process, as Ansible would in a process of its own."""

from __future__ import annotations

import contextlib
import io
import json
import logging
import typing as t
from unittest import mock

from ansible.module_utils import basic
from ansible.module_utils.common import warnings
from ansible.module_utils.testing import patch_module_args


@contextlib.contextmanager
def _logged() -> t.Iterator[list[str]]:
    """What the module sends to the system log."""
    lines: list[str] = []
    with mock.patch.object(
        basic.AnsibleModule, "log", lambda _module, msg, log_args=None: lines.append(f"{msg} {log_args}")
    ):
        yield lines


class Ran(t.NamedTuple):
    """result as Ansible receives it; output is every text that left the module, system log included."""

    result: dict[str, t.Any]
    output: str


def run_module(
    main: t.Callable[[], None], *, check_mode: bool = False, diff_mode: bool = True, **options: t.Any
) -> Ran:
    """Run a module with these options, with as much detail as -vvv gives."""
    modes = {"_ansible_check_mode": check_mode, "_ansible_diff": diff_mode, "_ansible_verbosity": 3}
    arguments = {**options, **modes}
    stdout, stderr = io.StringIO(), io.StringIO()
    records = io.StringIO()
    handler = logging.StreamHandler(records)
    logging.getLogger().addHandler(handler)
    try:
        with (
            patch_module_args(arguments),
            # a process of its own would begin without the warnings of the run before
            mock.patch.dict(warnings._global_warnings, clear=True),
            _logged() as lines,
            contextlib.redirect_stdout(stdout),
            contextlib.redirect_stderr(stderr),
            contextlib.suppress(SystemExit),
        ):
            main()
    finally:
        logging.getLogger().removeHandler(handler)
    output = "\n".join([stdout.getvalue(), stderr.getvalue(), records.getvalue(), *lines])
    return Ran(json.loads(stdout.getvalue()), output)
