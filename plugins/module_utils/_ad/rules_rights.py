# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an account may do, and who may act as it or before it. For internal use by this collection only."""

from __future__ import annotations

from . import verdicts as say
from .account_facts import ACTORS
from .readable import DESCRIPTOR
from .rules import CRITICAL, INFO, OK, WARNING, Rule, Topic, when

TOPICS: tuple[Topic, ...] = (
    Topic(
        "privileged_groups",
        "in which privileged groups it is",
        ("memberOf", "primaryGroupID"),
        (
            Rule(
                "privileged_account",
                CRITICAL,
                "It is the built-in administrator of the domain.",
                "Use it for emergencies only, and another account for every service.",
                lambda facts, _limits: when(facts["sid"].endswith("-500")),
            ),
            Rule(
                "privileged_group",
                CRITICAL,
                "It is a member of the privileged group '{name}'{way}: it {can}.",
                "Take {step}, or say why it needs this.",
                lambda facts, _limits: map(say.membership, facts["privileged_groups"]),
            ),
            Rule(
                "group_incomplete",
                WARNING,
                "It is a member of '{name}'{way}, and which groups that is in cannot be read; there may be more.",
                "Grant the account that is used the right to read the group.",
                lambda facts, _limits: (say.membership(group) for group in facts["groups"] if not group["complete"]),
            ),
            Rule(
                "groups_not_compared",
                INFO,
                "The groups of its token cannot be read, so groups of other domains may be missing.",
                "Make the account that is used a member of 'Windows Authorization Access Group'.",
                lambda facts, _limits: when(facts.get("token") == "unreadable"),
            ),
            Rule(
                "admin_count_left_over",
                WARNING,
                "It was in a privileged group once and is marked with adminCount since: it inherits no rights, so those"
                " who are meant to manage it cannot.",
                "Let an administrator clear 'adminCount' and allow inheritance again.",
                lambda facts, _limits: when(say.is_left_over(facts)),
                absence=True,
            ),
        ),
        lambda facts, _limits: (
            f"It is in no privileged group ({say.counted(len(facts['groups']), 'group') or 'no group'},"
            " nested ones counted)."
        ),
    ),
    Topic(
        "protected_users",
        "whether it is in Protected Users",
        (),
        (
            Rule(
                "protected_service",
                INFO,
                "It is in 'Protected Users', which Microsoft advises against for services: their logons may fail.",
                "Take it out of the group and allow AES only.",
                lambda facts, _limits: when(facts["protected_user"] and (facts["type"] != "user" or facts["spns"])),
            ),
            Rule(
                "protected_user",
                OK,
                "It is in 'Protected Users': no RC4, no NTLM, and nobody may act as it.",
                "",
                lambda facts, _limits: when(facts["protected_user"] and facts["type"] == "user" and not facts["spns"]),
            ),
        ),
    ),
    Topic(
        "sid_history",
        "which other accounts' rights it has",
        ("sIDHistory",),
        (
            Rule(
                "sid_history",
                WARNING,
                "It has the rights of '{name}' as well, by its SID history.",
                "Let an administrator clear 'sIDHistory' when the migration is over.",
                lambda facts, _limits: map(say.history, facts["sid_history"]),
            ),
        ),
    ),
    Topic(
        "delegation",
        "for whom it may act",
        ("userAccountControl", "msDS-AllowedToDelegateTo"),
        (
            Rule(
                "unconstrained_delegation",
                CRITICAL,
                "It keeps the tickets of everybody who logs on to it, and may act as them before every service"
                " (unconstrained delegation){because}.",
                "Take the trust away and list the services with ad_delegation.",
                lambda facts, _limits: when(facts["delegation"]["unconstrained"], **say.unconstrained(facts)),
            ),
            Rule(
                "protocol_transition",
                WARNING,
                "It may act as anybody, without their password or ticket (protocol transition), before {services}.",
                "Set protocol_transition to false with ad_delegation, unless callers log on without Kerberos.",
                lambda facts, _limits: when(
                    facts["delegation"]["protocol_transition"],
                    services=say.listed(facts["delegation"]["constrained"]) or "itself",
                ),
            ),
            Rule(
                "delegation_to_directory",
                CRITICAL,
                "It may act as others before services of domain controllers: {services}.",
                "Take these services out of 'allowed_to_delegate_to' with ad_delegation.",
                lambda facts, _limits: when(
                    services := say.of_directory(facts["delegation"]["constrained"]), services=say.listed(services)
                ),
            ),
            Rule(
                "constrained_delegation",
                INFO,
                "It may act as its callers before {services}.",
                "Check that each of the services is still needed.",
                lambda facts, _limits: when(
                    facts["delegation"]["constrained"], services=say.listed(facts["delegation"]["constrained"])
                ),
            ),
        ),
        lambda _facts, _limits: "It may act for nobody.",
    ),
    Topic(
        "not_delegated",
        "whether services may act as it",
        ("userAccountControl",),
        (
            Rule(
                "may_be_delegated",
                INFO,
                "Services that are trusted for delegation may act as it: it is not marked as sensitive.",
                "Set 'account_not_delegated'.",
                lambda facts, _limits: when(not facts["delegation"]["not_delegated"] and not facts["protected_user"]),
                absence=True,
            ),
        ),
        lambda _facts, _limits: "No service may act as it.",
        lambda facts, _limits: facts["type"] != "computer",
    ),
    Topic(
        "resource_based",
        "who may act as others before it",
        (ACTORS,),
        (
            Rule(
                "resource_based_delegation",
                INFO,
                "'{name}'{what} may act as anybody before it (resource-based delegation).",
                "Take it out of 'allowed_to_act' with ad_delegation, unless it is a service that needs this.",
                lambda facts, _limits: map(say.actor, facts["delegation"]["resource_based"]),
            ),
        ),
        lambda _facts, _limits: "Nobody may act as others before it.",
    ),
    Topic(
        "can_change_it",
        "who may change it",
        (DESCRIPTOR,),
        (
            Rule(
                "changeable_by",
                WARNING,
                "'{name}'{what} may change it: {rights} ({origin}).",
                "Take the right away{where}, or name '{name}' in 'trusted_principals' if it is meant to have it.",
                lambda facts, _limits: say.changers(facts["can_change_it"]),
            ),
        ),
        lambda _facts, _limits: "Only administrators and those who are meant to may change it.",
    ),
    Topic(
        "local_administrators",
        "where it is a local administrator",
        (),
        (
            Rule(
                "local_administrator",
                WARNING,
                "It is a local administrator of {host}{way}.",
                "Take {who} out of the local group Administrators, and give it the rights that it needs.",
                lambda facts, _limits: map(say.local, facts["local_administrator_on"]),
            ),
        ),
        lambda _facts, limits: f"It is a local administrator on none of the {limits.hosts} hosts that were told.",
        lambda _facts, limits: limits.hosts is not None,
    ),
)
