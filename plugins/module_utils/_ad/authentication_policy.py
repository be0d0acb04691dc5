# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Authentication policies: how long tickets live, and from which hosts. For internal use by this collection only.

Which policy counts for an account, and what of it: MS-KILE 3.3.5.5.
"""

from __future__ import annotations

import dataclasses
import typing as t

from .._engine.errors import Conflict
from .._engine.spec import Field, ResourceSpec
from . import allowed_from, dn
from .allowed_from import AllowedFrom
from .family import of_one
from .fields import DESCRIPTION, empty, without_case
from .object_kind import ObjectKind
from .properties import Text

if t.TYPE_CHECKING:
    from .._engine.plan import Change, Plan
    from .directory import Directory, Entry, Modification

POLICY, SILO = "authentication policy", "authentication policy silo"
POLICY_CLASS, SILO_CLASS = "msDS-AuthNPolicy", "msDS-AuthNPolicySilo"
POLICIES = "CN=AuthN Policies,CN=AuthN Policy Configuration,CN=Services"
SILOS = "CN=AuthN Silos,CN=AuthN Policy Configuration,CN=Services"
SILO_ENFORCED = "msDS-AuthNPolicySiloEnforced"
ALLOWED_FROM = {
    "user_allowed_from": "msDS-UserAllowedToAuthenticateFrom",
    "service_allowed_from": "msDS-ServiceAllowedToAuthenticateFrom",
}
# Attribute of a policy -> what the objects that it lists do with the policy.
_USED_BY = {
    "msDS-AssignedAuthNPolicyBL": "is assigned to",
    "msDS-UserAuthNPolicyBL": "is the user policy of",
    "msDS-ServiceAuthNPolicyBL": "is the service policy of",
    "msDS-ComputerAuthNPolicyBL": "is the computer policy of",
}
# Microsoft's tools accept no other lifetimes; the attribute itself is in units of 100 ns (MS-ADA2 2.505).
_LEAST_MINUTES, _MOST_MINUTES = 45, 2**31 - 1
_UNITS_PER_MINUTE = 60 * 10**7
_MOST_NAMED = 5

# Both kinds live in one container of the forest, so their name is all that finds them.
NAME = Field("name", identity=True, required=True, problem=empty, normalize=without_case)


@dataclasses.dataclass(frozen=True)
class Flag(Text):
    """Yes or no; an attribute that is not there is a no."""

    def decode(self, entry: Entry) -> dict[str, t.Any]:
        return {self.key: entry.first(self.attribute) == b"TRUE"}

    def encode(
        self, changes: dict[str, Change], _target: dict[str, t.Any], _entry: Entry | None
    ) -> dict[str, Modification]:
        return {self.attribute: [b"TRUE" if changes[self.key].value else b"FALSE"]}


@dataclasses.dataclass(frozen=True)
class Minutes(Text):
    """An interval in whole minutes; what is none is shown with its fraction, so that it differs from every wanted
    one."""

    def decode(self, entry: Entry) -> dict[str, t.Any]:
        value = entry.first(self.attribute)
        if value is None:
            return {self.key: None}
        whole, rest = divmod(int(value), _UNITS_PER_MINUTE)
        return {self.key: int(value) / _UNITS_PER_MINUTE if rest else whole}

    def encode(
        self, changes: dict[str, Change], _target: dict[str, t.Any], _entry: Entry | None
    ) -> dict[str, Modification]:
        value = changes[self.key].value
        return {self.attribute: [] if value is None else [str(value * _UNITS_PER_MINUTE).encode()]}


def _finder(container: str, object_class: str) -> t.Callable[[Directory, str], str | None]:
    def find(directory: Directory, name: str) -> str | None:
        place = name if dn.is_dn(name) else dn.child("CN", name, f"{container},{directory.configuration}")
        entry = directory.get(place, ["objectClass"])
        return entry.dn if entry is not None and object_class in entry.texts("objectClass") else None

    return find


# Kind of reference -> what finds the DN of the policy or silo with a name or DN; None if there is none.
POLICY_REFERENCES = {POLICY: _finder(POLICIES, POLICY_CLASS), SILO: _finder(SILOS, SILO_CLASS)}


def refuse_used(backend: t.Any, kind: str, name: str, uses: list[str]) -> list[str]:
    """Raise Conflict if there is a use; each is a predicate of the object, such as "is assigned to 'CN=..'". In check
    mode an earlier task of the same run may be going to end it, so there it is only said."""
    if not uses:
        return []
    more = len(uses) - _MOST_NAMED
    why = f"it {'; it '.join(uses[:_MOST_NAMED])}" + (f"; and {more} more" if more > 0 else "")
    if backend.read_only:
        return [f"The {kind} '{name}' is still in use, and is removed only if earlier tasks of the run end that: {why}"]
    raise Conflict(
        f"remove {kind}", obj=name, server=backend.server, why=why, todo=f"Take the {kind} away from these first"
    )


def uses_of(backend: t.Any, attributes: dict[str, str]) -> list[str]:
    """Predicates for C(refuse_used()), from the backlinks of the object that the backend has read. Links from another
    domain of the forest are known to the domain controllers of that domain only."""
    entry = backend.directory.get(backend.entry.dn, list(attributes))
    found = [] if entry is None else [(says, link) for name, says in attributes.items() for link in entry.texts(name)]
    return [f"{says} '{link}'" for says, link in found]


def _guard(backend: t.Any, plan: Plan, current: dict[str, t.Any] | None, params: dict[str, t.Any]) -> list[str]:
    name = params.get("name") or params["identity"]
    if plan.action == "delete":
        return refuse_used(backend, POLICY, name, uses_of(backend, _USED_BY))
    allowed_from.refuse_unmanaged(POLICY, name, backend.server, plan, current, ALLOWED_FROM)
    hosts = {key: plan.changes[key].value or {} for key in ALLOWED_FROM if key in plan.changes}
    return [said for key, value in hosts.items() if value.get("silo") for said in _useless(backend, key, value["silo"])]


def _useless(backend: t.Any, option: str, silo: str) -> list[str]:
    """What the reader should know of a silo that gives its members no claim yet."""
    place = dn.child("CN", silo, f"{SILOS},{backend.directory.configuration}")
    entry = backend.directory.get(place, [SILO_ENFORCED])
    if entry is not None and entry.first(SILO_ENFORCED) == b"TRUE":
        return []
    missing = "there is no such silo yet" if entry is None else "that silo is not enforced"
    said = f"'{option}' names the authentication policy silo '{silo}', but {missing}"
    return [f"{said}; until it is there and enforced, no host counts as its member"]


def _lifetime_problem(minutes: int) -> str:
    if minutes == 0 or _LEAST_MINUTES <= minutes <= _MOST_MINUTES:
        return ""
    return f"{minutes} minutes is outside of {_LEAST_MINUTES} to {_MOST_MINUTES}; 0 removes the limit"


def _lifetime(name: str) -> Field:
    return Field(name, type="int", clears=0, problem=_lifetime_problem)


_HOSTS = tuple(allowed_from.field(name) for name in ALLOWED_FROM)
_HOSTS_PROPERTIES = tuple(AllowedFrom(key, attribute) for key, attribute in ALLOWED_FROM.items())

AUTHENTICATION_POLICY = ObjectKind(
    spec=ResourceSpec(
        kind=POLICY,
        result="authentication_policy",
        fields=(
            NAME,
            DESCRIPTION,
            Field("enforced", type="bool", create_value=False),
            _lifetime("user_ticket_lifetime"),
            _lifetime("service_ticket_lifetime"),
            _lifetime("computer_ticket_lifetime"),
            *_HOSTS,
        ),
        guard=_guard,
    ),
    object_classes=("top", POLICY_CLASS),
    rdn="CN",
    default_path=POLICIES,
    partition="configuration",
    properties=(
        Text("description", "description"),
        Flag("enforced", "msDS-AuthNPolicyEnforced"),
        Minutes("user_ticket_lifetime", "msDS-UserTGTLifetime"),
        Minutes("service_ticket_lifetime", "msDS-ServiceTGTLifetime"),
        Minutes("computer_ticket_lifetime", "msDS-ComputerTGTLifetime"),
        *_HOSTS_PROPERTIES,
    ),
)

# The conditions alone: a policy names groups of hosts, and a host may name a silo which names the policy, so that one
# of them has to come first without the next.
POLICY_HOSTS = ObjectKind(
    spec=ResourceSpec(
        kind="policy hosts",
        result="policy_hosts",
        fields=(Field("identity", identity=True, required=True, reference=POLICY), *_HOSTS),
        title="identity",
        states=("present",),
        guard=_guard,
    ),
    object_classes=("top", POLICY_CLASS),
    rdn="CN",
    default_path=POLICIES,
    partition="configuration",
    properties=_HOSTS_PROPERTIES,
    references=POLICY_REFERENCES,
    part=True,
)

AUTHENTICATION_POLICIES = of_one(AUTHENTICATION_POLICY, POLICY, "authentication_policies")
POLICIES_HOSTS = of_one(POLICY_HOSTS, "policy hosts", "authentication_policy_hosts")
