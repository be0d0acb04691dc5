# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of the option that every managed object has."""

from __future__ import annotations


class ModuleDocFragment:
    """Whether the object shall exist."""

    DOCUMENTATION = r"""
options:
  state:
    description:
      - V(present) creates the object or changes the properties that are given; what is not given stays as it is.
      - V(absent) removes the object.
    type: str
    choices:
      - present
      - absent
    default: present
"""
