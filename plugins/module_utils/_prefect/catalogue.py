# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every kind of object that the collection knows. For internal use by this collection only."""

from __future__ import annotations

from .account import ACCOUNT, ACCOUNT_SETTINGS
from .allowlist import IP_ALLOWLIST
from .automations import AUTOMATION
from .block_types import BLOCK_SCHEMA, BLOCK_TYPE
from .blocks import BLOCK_DOCUMENT
from .content import VARIABLE
from .flows import DEPLOYMENT, FLOW
from .kind import Kind
from .limits import CONCURRENCY_LIMIT
from .members import ACCOUNT_INVITATION, ACCOUNT_MEMBER
from .object_access import ACCESS_CONTROL
from .roles import ACCOUNT_ROLE, WORKSPACE_ROLE
from .schedules import DEPLOYMENT_SCHEDULE
from .service_accounts import SERVICE_ACCOUNT
from .slas import RESOURCE_SLA
from .teams import TEAM, TEAM_MEMBERS
from .users import USER, USER_API_KEY
from .webhooks import WEBHOOK
from .work import WORK_POOL, WORK_QUEUE
from .workspaces import WORKSPACE, WORKSPACE_ACCESS

# In the order in which they lean on each other; removals go the other way.
KINDS: tuple[Kind, ...] = (
    ACCOUNT,
    ACCOUNT_SETTINGS,
    IP_ALLOWLIST,
    USER,
    USER_API_KEY,
    ACCOUNT_ROLE,
    ACCOUNT_MEMBER,
    ACCOUNT_INVITATION,
    SERVICE_ACCOUNT,
    TEAM,
    TEAM_MEMBERS,
    WORKSPACE_ROLE,
    WORKSPACE,
    WORKSPACE_ACCESS,
    BLOCK_TYPE,
    BLOCK_SCHEMA,
    BLOCK_DOCUMENT,
    VARIABLE,
    CONCURRENCY_LIMIT,
    WORK_POOL,
    WORK_QUEUE,
    FLOW,
    DEPLOYMENT,
    DEPLOYMENT_SCHEDULE,
    AUTOMATION,
    WEBHOOK,
    RESOURCE_SLA,
    ACCESS_CONTROL,
)
CATALOGUE = {kind.name: kind for kind in KINDS}
BY_PLURAL = {kind.plural: kind for kind in KINDS}
