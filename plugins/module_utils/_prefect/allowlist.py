# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From which addresses an account may be reached. For internal use by this collection only.

The routes are not in the published description of the API; they are those of Prefect's own command line.
"""

from __future__ import annotations

import ipaddress
import re
import typing as t

from .._engine.errors import Forbidden
from .._engine.spec import Compare, Field
from .answers import Errand
from .cloud import CloudSpec, SingleStore, account_of
from .connection import Place
from .kind import Kind
from .store import Object

if t.TYPE_CHECKING:
    from .._engine.plan import Plan
    from .rest import RestBackend

_MOST_ENTRIES = 25
_ADDRESS = re.compile(r"[0-9a-fA-F:.]*[0-9a-fA-F][0-9a-fA-F:.]*")


def _network(text: t.Any) -> t.Any:
    try:
        return str(ipaddress.ip_network(str(text).strip(), strict=False))
    except ValueError:
        return text


def _plain(entry: t.Any) -> t.Any:
    """An entry in one form: as the server writes networks, and without when it was last of use."""
    if not isinstance(entry, dict):
        return entry
    return {
        "ip_network": _network(entry.get("ip_network")),
        "enabled": entry.get("enabled") is not False,
        "description": entry.get("description") or "",
    }


def _entries_problem(entries: list[t.Any]) -> str:
    seen = set()
    for entry in entries:
        network = _plain(entry)["ip_network"]
        try:
            ipaddress.ip_network(network)
        except ValueError:
            return f"'{network}' is no IP address and no network such as 203.0.113.0/24"
        if network in seen:
            return f"{network} is there twice"
        seen.add(network)
    if len(entries) > _MOST_ENTRIES:
        return f"{len(entries)} entries are more than the {_MOST_ENTRIES} that an account may have"
    return ""


class AllowlistStore(SingleStore):
    """The list is replaced as a whole; whether it is enforced is a setting of the account."""

    def read(self, identity: Object) -> Object | None:
        found = self.client.read_value("/ip_allowlist", self.errand("read", identity))
        account = account_of(self.stores)
        enforced = (account.get("settings") or {}).get("enforce_ip_allowlist", False)
        entries = found.get("entries") or []
        seen = {one["ip_network"]: one.get("last_seen") for one in entries}
        return {
            "id": account["id"],
            "entries": [_plain(one) for one in entries],
            "enforce": enforced,
            "last_seen": seen,
        }

    def change(self, current: Object, body: Object, identity: Object) -> None:
        del current
        errand = self.errand("update", identity)
        # a list that is not enforced any more may leave us out, one that will be must let us in
        if body.get("enforce") is False:
            self.client.change("/settings", {"enforce_ip_allowlist": False}, errand)
        if "entries" in body:
            self.client.change("/ip_allowlist", {"entries": [_plain(one) for one in body["entries"]]}, errand, "PUT")
        if body.get("enforce"):
            self.client.change("/settings", {"enforce_ip_allowlist": True}, errand)

    def own_address(self) -> str:
        """The address that the server sees us at; empty if it does not say."""
        answer = self.client.read_value("/ip_allowlist/my_access", Errand("find out from which address we come"))
        for word in _ADDRESS.findall(str(answer.get("detail", "")) if isinstance(answer, dict) else ""):
            try:
                return str(ipaddress.ip_address(word.strip(".")))
            except ValueError:
                continue
        return ""


def _admits(entries: list[Object], address: str) -> bool:
    networks = [ipaddress.ip_network(one["ip_network"]) for one in map(_plain, entries) if one["enabled"]]
    return any(ipaddress.ip_address(address) in network for network in networks)


def _refuse_to_lock_out(backend: RestBackend, plan: Plan, current: Object | None, _params: Object) -> list[str]:
    """An enforced list without our own address would be the last thing that we could ever write."""
    after = {**(current or {}), **{key: change.value for key, change in plan.changes.items()}}
    if not after.get("enforce"):
        return []
    address = backend.store.own_address()
    # what the server does not tell, it checks by itself
    if address and not _admits(after.get("entries") or [], address):
        raise Forbidden(
            "update IP allowlist",
            server=backend.server,
            why=f"the list is enforced and would lock out {address}, the address that this task comes from",
            todo="Add an enabled entry for it, or set enforce: false",
        )
    return []


IP_ALLOWLIST = Kind(
    plural="ip_allowlists",
    place=Place.ACCOUNT,
    store=AllowlistStore,
    spec=CloudSpec(
        kind="IP allowlist",
        result="ip_allowlist",
        fields=(
            Field(
                "entries",
                "list",
                elements="dict",
                compare=Compare.SET,
                options={
                    "ip_network": {"type": "str", "required": True},
                    "enabled": {"type": "bool", "default": True},
                    "description": {"type": "str", "default": ""},
                },
                problem=_entries_problem,
                normalize=_plain,
            ),
            Field("enforce", "bool"),
        ),
        removable=False,
        guard=_refuse_to_lock_out,
    ),
)
