# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Environment fallback. For internal use by this collection only."""

from __future__ import annotations

import os

from ansible.module_utils.basic import AnsibleFallbackNotFound


def env_fallback(*names: str, **_kwargs: object) -> str:
    """First variable that is set and not empty.

    AWX injects an empty value for an optional credential field that was left out; Ansible's own fallback would take it
    for a value and then complain about mutually exclusive options.
    """
    for name in names:
        value = os.environ.get(name, "")
        if value:
            return value
    raise AnsibleFallbackNotFound


def given(value: object) -> bool:
    """Whether an option carries a value; an empty string is none."""
    return value is not None and value != ""
