# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All kinds of objects of a directory that we manage. For internal use by this collection only."""

from __future__ import annotations

from .authentication_policy import AUTHENTICATION_POLICIES, POLICIES_HOSTS
from .authentication_policy_silo import AUTHENTICATION_POLICY_SILOS, SILOS_MEMBERS
from .computer import COMPUTERS
from .delegation import DELEGATIONS
from .group import GROUPS, GROUPS_MEMBERS
from .organizational_unit import ORGANIZATIONAL_UNITS
from .owner import OWNERS
from .service_account import SERVICE_ACCOUNTS
from .user import USERS

# In the order in which they mostly need each other. Each has a module of its own, but for the last three.
FAMILIES = (
    ORGANIZATIONAL_UNITS,
    AUTHENTICATION_POLICIES,
    AUTHENTICATION_POLICY_SILOS,
    GROUPS,
    USERS,
    COMPUTERS,
    SERVICE_ACCOUNTS,
    GROUPS_MEMBERS,
    DELEGATIONS,
    SILOS_MEMBERS,
    POLICIES_HOSTS,
    OWNERS,
)
FAMILY_OF = {family.name: family for family in FAMILIES}
