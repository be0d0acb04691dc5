# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of what the modules of this collection have in common."""

from __future__ import annotations


class ModuleDocFragment:
    """Attributes, and how one action group gets its options."""

    INFO = r"""
attributes:
  check_mode:
    description: Reports in check mode exactly the changes that the real run would make, without making them.
    support: full
    details: This module changes nothing.
  diff_mode:
    description: Returns what was there before and what is there after. Secret values are masked.
    support: N/A
    details: This module changes nothing.
"""

    RESOURCE = r"""
attributes:
  check_mode:
    description: Reports in check mode exactly the changes that the real run would make, without making them.
    support: full
  diff_mode:
    description: Returns what was there before and what is there after. Secret values are masked.
    support: full
"""

    PREFECT = r"""
attributes:
  action_group:
    description: Use C(group/flowops.prefect.prefect) in C(module_defaults) to set connection options once.
    support: full
    membership:
      - flowops.prefect.prefect
"""

    AD = r"""
attributes:
  action_group:
    description: Use C(group/flowops.prefect.ad) in C(module_defaults) to set connection options once.
    support: full
    membership:
      - flowops.prefect.ad
"""
