# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a table of rules about accounts is written. For internal use by this collection only.

A rule that speaks about something that is missing is silent where it may be hidden; then its topic says that it cannot
be judged, so that nothing is ever passed over.
"""

from __future__ import annotations

import dataclasses
import datetime
import typing as t

OK, INFO, WARNING, CRITICAL = "ok", "info", "warning", "critical"
SEVERITIES = (OK, INFO, WARNING, CRITICAL)
# Accounts whose password hosts fetch and nobody sets.
FETCHED = ("gmsa", "dmsa")

# See C(facts()) of account_facts.
Facts = dict[str, t.Any]
Words = dict[str, t.Any]


@dataclasses.dataclass(frozen=True)
class Limits:
    """What counts as old, in days, and what was told about hosts.

    hosts  how many hosts told their local administrators; None if nobody asked them
    """

    now: datetime.datetime
    stale_days: int = 90
    key_age_days: int = 180
    hosts: int | None = None


@dataclasses.dataclass(frozen=True)
class Rule:
    """One thing that may be wrong.

    says, todo  texts with words in braces
    found       the words of each case; C(severity) among them overrules the rule's own
    absence     whether it speaks about something that is missing
    """

    id: str
    severity: str
    says: str
    todo: str
    found: t.Callable[[Facts, Limits], t.Iterable[Words]]
    absence: bool = False


@dataclasses.dataclass(frozen=True)
class Topic:
    """One question.

    asks     the question, as it stands in "It cannot be judged ..."
    needs    attributes without which there is no whole answer
    fine     what is said if no rule found anything; None says nothing
    applies  whether there is such a question for this account
    """

    id: str
    asks: str
    needs: tuple[str, ...]
    rules: tuple[Rule, ...]
    fine: t.Callable[[Facts, Limits], str] | None = None
    applies: t.Callable[[Facts, Limits], bool] = lambda _facts, _limits: True


def when(condition: object, **words: t.Any) -> list[Words]:
    """One case, or none."""
    return [words] if condition else []


def is_one_of(*types: str) -> t.Callable[[Facts, Limits], bool]:
    """For C(applies): only accounts of these types."""
    return lambda facts, _limits: facts["type"] in types


def age(moment: str | None, limits: Limits) -> int:
    """Days since a moment; 0 if it is not known."""
    return max(0, (limits.now - datetime.datetime.fromisoformat(moment)).days) if moment else 0
