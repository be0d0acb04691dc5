# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What of Prefect's API the collection manages, and what it leaves out because of something.

Operations are written as method and path, with {} for each parameter, W for a workspace of Prefect Cloud and A for its
account; a self-hosted server is a workspace and nothing else.
"""

from __future__ import annotations

import re
import typing as t

Document = dict[str, t.Any]

# Operation that writes -> kind that does it.
MANAGED: dict[str, str] = {
    "POST W/automations/": "automation",
    "PUT W/automations/{}": "automation",
    "POST W/block_documents/": "block document",
    "PATCH W/block_documents/{}": "block document",
    "POST W/block_schemas/": "block schema",
    "POST W/block_types/": "block type",
    "PATCH W/block_types/{}": "block type",
    "POST W/concurrency_limits/": "concurrency limit",
    "POST W/v2/concurrency_limits/": "concurrency limit",
    "PATCH W/v2/concurrency_limits/{}": "concurrency limit",
    "POST W/deployments/": "deployment",
    "PATCH W/deployments/{}": "deployment",
    "POST W/deployments/{}/schedules": "deployment schedule",
    "PATCH W/deployments/{}/schedules/{}": "deployment schedule",
    "POST W/deployments/{}/create_flow_run": "flow run",
    "POST W/flow_runs/{}/set_state": "flow run",
    "POST W/flows/": "flow",
    "PATCH W/flows/{}": "flow",
    "POST W/variables/": "variable",
    "PATCH W/variables/name/{}": "variable",
    "POST W/work_pools/": "work pool",
    "PATCH W/work_pools/{}": "work pool",
    "POST W/work_pools/{}/queues": "work queue",
    "PATCH W/work_pools/{}/queues/{}": "work queue",
    "PATCH A": "account",
    "PATCH A/domains": "account",
    "PATCH A/settings": "account settings",
    "PATCH A/account_roles/{}": "account role",
    "PATCH A/account_memberships/{}": "account member",
    "PATCH A/account_memberships/{}/active": "account member",
    "POST A/invitations/": "account invitation",
    "POST A/invitations/{}/revoke": "account invitation",
    "POST A/workspaces/": "workspace",
    "PATCH W": "workspace",
    "POST A/workspace_roles/": "workspace role",
    "PATCH A/workspace_roles/{}": "workspace role",
    "POST W/user_access/": "workspace access",
    "POST W/bot_access/": "workspace access",
    "PUT W/team_access/": "workspace access",
    "POST A/teams/": "team",
    "PUT A/teams/{}": "team",
    "PUT A/teams/{}/members": "team members",
    "POST A/bots/": "service account",
    "PATCH A/bots/{}": "service account",
    "POST A/bots/{}/rotate_api_key": "service account",
    "PATCH /users/{}": "user",
    "POST /users/{}/api_keys": "user API key",
    "POST W/webhooks/": "webhook",
    "PUT W/webhooks/{}": "webhook",
    "POST W/webhooks/{}/rotate": "webhook",
    "POST W/slas/apply-resource-slas/{}": "resource SLA",
    "PUT W/block_documents/{}/access": "access control",
    "PUT W/deployments/{}/access": "access control",
    "PUT W/work_pools/{}/access": "access control",
}

# Pattern of operations -> why nothing manages them.
LEFT_OUT: dict[str, str] = {
    r"POST W/ui/.*": "serves Prefect's own pages and changes nothing",
    r"POST .*/(count-by/\{\}|my-access|by-owner/\{\}|related|flow-runs)": "reads, although it is asked by POST",
    r"POST W/(work_pools|work_queues)/\{\}/concurrency_status": "reads, although it is asked by POST",
    r"POST W/work_pools/configuration/preview": "reads, although it is asked by POST",
    r"POST W/(automations/)?templates/validate|POST W/validate_transfer": "checks and changes nothing",
    r"POST W/transfer": "moves a workspace to another account, which is done once and by a person",
    r"(POST|PATCH) W/artifacts/.*": "flows write artifacts; artifact_info reads them",
    r"PATCH W/automations/\{\}": "the whole automation is written instead, which carries enabled as well",
    r"PATCH W/webhooks/\{\}": "the whole webhook is written instead, which carries enabled as well",
    r"PUT W/automations/managed/\{\}|POST A/managed-automations/.*": "Prefect manages these itself",
    r"PUT W/block_documents/": "creation and change are told apart, so that the plan can say which it is",
    r"POST W/block_types/install_system_block_types": "the server does it when it starts",
    r"POST W/concurrency_limits/(increment|decrement|tag/\{\}/reset)": "flow runs take and give back their slots",
    r"POST W/v2/concurrency_limits/.+": "flow runs take and give back their slots",
    r"POST W/(deployments|flows|flow_runs)/bulk_(delete|set_state)": "removals are planned and said one by one",
    r"POST W/(deployments|work_pools)/(\{\}/)?get_scheduled_flow_runs": "workers ask it",
    r"POST W/work_queues/\{\}/get_runs": "agents of Prefect 2 asked it",
    r"POST W/work_queues/": "makes queues without a work pool, for agents of Prefect 2",
    r"PATCH W/work_queues/\{\}": "the queue is changed by its name in its work pool",
    r"POST W/work_pools/\{\}/workers/heartbeat": "workers send it",
    r"PATCH W/variables/\{\}": "the variable is changed by its name",
    r"POST W/deployments/\{\}/branch|POST W/deployments/\{\}/versions/.*": "versions come from the build that deploys",
    r"POST W/deployments/\{\}/create_flow_run/bulk": "flow_run runs one, so that each run has one who asked",
    r"POST W/deployments/\{\}/(pause|resume)_deployment": "the option paused does it",
    r"POST W/deployments/\{\}/(disable|enable)": "Prefect Cloud disables a deployment when its plan says so",
    r"POST W/deployments/\{\}/schedule": "schedules its runs now; the server does that by itself",
    r"POST W/deployments/\{\}/set_schedule_(in)?active": "the option active of a schedule does it",
    r"POST W/flow_runs/|PATCH W/flow_runs/.*|POST W/flow_runs/\{\}/(input|resume)": "done while a run goes on",
    r"(POST|PATCH) W/task_runs/.*": "flow runs write their task runs",
    r"POST W/logs/|POST [WA]/events": "runs and workers write them",
    r"PUT W/saved_searches/|POST W/pins/|POST W/resources/hidden-resources/.*": "what one person sees",
    r"(POST|PATCH) W/(event|asset)-(publications|subscriptions)/.*": "in preview; shared between accounts by people",
    r"PATCH W/settings": "switches of features in preview, which its schema does not describe",
    r"POST W/invitations/.*": "invites to a workspace whom account_invitation and workspace_access bring there",
    r"POST /invitations/\{\}/(accept|reject)": "only the invited person can do it",
    r"PATCH W/slas/\{\}|POST W/slas/(default)?": "resource_sla writes all of a resource at once",
    r"POST A/account_memberships/set_active": "account_member does it one by one, so that the plan can say whom",
    r"POST A/sso/.*": "single sign-on is set up once, by a person, at the identity provider",
    r"PUT A/(image|rate-limit-allocations/)|.* /me/(profile-image|sessions).*": "pictures, sessions, shares of limits",
    r"POST /billing/.*": "money is spent by people",
    r"PUT W/admin/storage": "where a server keeps results belongs to the server's own configuration",
}

# Property of a request body -> why no option sets it; by schema, or for all schemas.
LEFT_OUT_FIELDS: dict[tuple[str, str], str] = {
    ("*", "infrastructure_document_id"): "infrastructure blocks ended with Prefect 2",
    ("*", "denied_slots"): "counted by the server",
    ("*", "active_slots"): "taken and given back by flow runs; writing it would reset them",
    ("*", "owner_resource"): "set by the server for automations that belong to a deployment",
    ("*", "is_anonymous"): "anonymous blocks belong to the code that makes them",
    ("*", "merge_existing_data"): "always true, so that secrets that are not given stay",
    ("*", "block_schema_id"): "the newest schema of the block type is taken",
    ("*", "last_polled"): "written by workers",
    ("*", "replaces"): "renames a schedule; our schedules are found by their slug",
    ("*", "schedules"): "the kind deployment schedule manages each of them",
    ("*", "schedule"): "deprecated in favour of schedules",
    ("*", "is_schedule_active"): "deprecated in favour of paused",
    ("*", "infra_overrides"): "deprecated in favour of job_variables",
    ("*", "manifest_path"): "a relic of Prefect 2",
    ("*", "disabled"): "Prefect Cloud disables a deployment when its plan says so",
    ("*", "context"): "written by the engine of a flow",
    ("*", "empirical_policy"): "retries belong to the flow",
    ("*", "parent_task_run_id"): "for flows that run others",
    ("*", "emit_event"): "events of runs are never held back",
    ("DeploymentFlowRunCreate", "enforce_parameter_schema"): "the deployment says whether its parameters are checked",
    ("*", "force"): "rules of the server are not passed over",
    ("AccountUpdate", "settings"): "the kind account settings manages them",
    ("AccountUpdate", "workos_directory_ids"): "set when single sign-on is set up",
    ("AccountUpdate", "workos_organization_id"): "set when single sign-on is set up",
    ("AccountUpdate", "workos_connection_ids"): "set when single sign-on is set up",
    ("AccountSettingsUpdate", "enforce_ip_allowlist"): "ip_allowlist sets it and looks first who would be shut out",
    ("TeamUpdate", "workos_directory_group_id"): "the identity provider says which of its groups a team is",
    ("UserUpdate", "image_location"): "set together with a picture, by a person",
    ("UserUpdate", "settings"): "what one person sees in the pages of Prefect",
    ("UserUpdate", "last_login"): "written by the server",
    ("*", "branch"): "versions of a deployment come from the build that deploys",
    ("*", "base"): "versions of a deployment come from the build that deploys",
    ("*", "root"): "versions of a deployment come from the build that deploys",
}
# Property of a request body -> option that sets it, where the two have different names.
ALIASES: dict[tuple[str, str], str] = {
    ("ConcurrencyLimitCreate", "concurrency_limit"): "limit",
    ("Body_update_account_domains_api_accounts__account_id__domains_patch", "domain_names"): "domains",
    ("AccountMembershipUpdate", "account_role_id"): "account_role",
    ("BotCreate", "account_role_id"): "account_role",
    ("BotUpdate", "account_role_id"): "account_role",
    ("BotRotateAPIKey", "old_key_expires_in_seconds"): "overlap",
    ("WorkspaceUserAccessCreate", "user_id"): "user",
    ("WorkspaceBotAccessCreate", "bot_id"): "service_account",
    ("WorkspaceTeamAccessCreate", "team_id"): "team",
    ("Body_upsert_team_members_api_accounts__account_id__teams__id__members_put", "members"): "users",
    **{
        (
            f"Body_set_{what}_access_api_accounts__account_id__workspaces__workspace_id__{path}_access_put",
            "access_control",
        ): "managers"
        for what, path in (
            ("deployment", "deployments__id_"),
            ("block_document", "block_documents__id_"),
            ("work_pool", "work_pools__name_"),
        )
    },
    ("DeploymentFlowRunCreate", "work_queue_name"): "work_queue",
}

_PREFIX = re.compile(r"^(/api)?/accounts/\{\w+\}(/workspaces/\{\w+\})?")
_READS = re.compile(r"/(filter|filter-minimal|count|paginate|history|lateness)$")


def operations(document: Document) -> dict[str, Document]:
    """All operations of a document that write, by their name as above."""
    is_cloud = any(_PREFIX.match(path) for path in document["paths"])
    found = {}
    for path, methods in document["paths"].items():
        name = _name(path, is_cloud)
        for method in ("post", "put", "patch"):
            if method in methods and not _READS.search(path):
                found[f"{method.upper()} {name}"] = methods[method]
    return found


def _name(path: str, is_cloud: bool) -> str:
    prefix = _PREFIX.match(path)
    if prefix:
        rest = ("W" if prefix[2] else "A") + path[prefix.end() :]
    else:
        rest = path.removeprefix("/api") if is_cloud else f"W{path}"
    # the account and the workspace themselves end in a slash in one document and in none in the other
    return re.sub(r"\{\w+\}", "{}", rest).removesuffix("/") if rest in ("A/", "W/") else re.sub(r"\{\w+\}", "{}", rest)


def bodies(document: Document, operation: Document) -> dict[str, list[str]]:
    """Properties of the objects that an operation takes, by the name of their schema."""
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    found: dict[str, list[str]] = {}

    def look(schema: Document) -> None:
        if "$ref" in schema:
            name = schema["$ref"].rpartition("/")[2]
            found[name] = list(document["components"]["schemas"][name].get("properties", {}))
        for inner in (*schema.get("anyOf", []), *schema.get("oneOf", []), *filter(None, [schema.get("items")])):
            look(inner)

    look(content)
    return found


def why_left_out(operation: str) -> list[str]:
    """Patterns that leave an operation out."""
    return [pattern for pattern in LEFT_OUT if re.fullmatch(pattern, operation)]


def is_covered(schema: str, field: str, known: set[str]) -> bool:
    """Whether an option sets a property of a request body."""
    return field in known or ALIASES.get((schema, field)) in known


def is_left_out(schema: str, field: str) -> bool:
    """Whether a property of a request body is left out because of something."""
    return (schema, field) in LEFT_OUT_FIELDS or ("*", field) in LEFT_OUT_FIELDS
