# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who answers for an account, and whether anybody still uses it. For internal use by this collection only."""

from __future__ import annotations

from . import verdicts as say
from .rules import INFO, WARNING, Rule, Topic, age, when

TOPICS: tuple[Topic, ...] = (
    Topic(
        "owner",
        "who owns it",
        ("managedBy", "manager"),
        (
            Rule(
                "no_owner",
                WARNING,
                "Nobody owns it.",
                "Find out who needs it and set 'managed_by', or switch it off.",
                lambda facts, _limits: when(facts["owner"] is None),
                absence=True,
            ),
            Rule(
                "owner_gone",
                WARNING,
                "Its owner '{name}' does not exist any more, or is hidden from the account that is used.",
                "Set 'managed_by' to whoever answers for it now.",
                lambda facts, _limits: when(facts["owner"] and not facts["owner"]["exists"], **(facts["owner"] or {})),
            ),
            Rule(
                "owner_disabled",
                WARNING,
                "Its owner '{name}' is disabled.",
                "Set 'managed_by' to whoever answers for it now.",
                lambda facts, _limits: when(
                    facts["owner"] and facts["owner"]["enabled"] is False, **(facts["owner"] or {})
                ),
            ),
            Rule(
                "owner_unreadable",
                INFO,
                "Its owner '{name}' cannot be read, so whether that account is still in use is not known.",
                "Grant the account that is used the right to read the owner.",
                lambda facts, _limits: when(
                    facts["owner"] and facts["owner"]["exists"] and not facts["owner"]["readable"],
                    **(facts["owner"] or {}),
                ),
            ),
        ),
        lambda facts, _limits: f"It is owned by '{facts['owner']['name']}'.",
    ),
    Topic(
        "purpose",
        "what it is for",
        ("description",),
        (
            Rule(
                "no_purpose",
                WARNING,
                "Nothing says what it is for.",
                "Set 'description'.",
                lambda facts, _limits: when(not facts["purpose"]),
                absence=True,
            ),
        ),
        lambda facts, _limits: f"It is for: {facts['purpose']}",
    ),
    Topic(
        "ticket",
        "by which ticket it was ordered",
        ("info",),
        (
            Rule(
                "no_ticket",
                WARNING,
                "Nothing says by which ticket it was ordered.",
                "Set 'ticket'.",
                lambda facts, _limits: when(not facts["ticket"]),
                absence=True,
            ),
        ),
        lambda facts, _limits: f"It was ordered with the ticket {facts['ticket']}.",
    ),
    Topic(
        "logon",
        "whether it is in use",
        ("userAccountControl", "lastLogonTimestamp"),
        (
            Rule(
                "disabled_member",
                WARNING,
                "It is disabled and still a member of {groups}.",
                "Take it out of the groups, or remove it.",
                lambda facts, _limits: when(
                    facts["enabled"] is False and say.own_groups(facts), groups=say.quoted(say.own_groups(facts))
                ),
            ),
            Rule(
                "never_logged_on",
                WARNING,
                "It has never logged on since it was made {days} days ago.",
                "Ask its owner, and remove it if nobody needs it.",
                lambda facts, limits: when(
                    facts["enabled"] and not facts["last_logon"] and age(facts["created"], limits) > limits.stale_days,
                    days=age(facts["created"], limits),
                ),
                absence=True,
            ),
            Rule(
                "not_used_yet",
                INFO,
                "It has not logged on yet.",
                "Look again when its service runs.",
                lambda facts, limits: when(
                    facts["enabled"] and not facts["last_logon"] and age(facts["created"], limits) <= limits.stale_days
                ),
                absence=True,
            ),
            Rule(
                "stale",
                WARNING,
                "It has not logged on for {days} days.",
                "Ask its owner, and remove it if nobody needs it.",
                lambda facts, limits: when(
                    facts["enabled"] and age(facts["last_logon"], limits) > limits.stale_days,
                    days=age(facts["last_logon"], limits),
                ),
            ),
        ),
        lambda facts, _limits: (
            f"It logged on last at {facts['last_logon']}."
            if facts["enabled"]
            else "It is disabled, and in no group but its primary one."
        ),
    ),
)
