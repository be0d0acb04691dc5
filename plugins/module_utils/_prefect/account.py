# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The account itself and its settings. For internal use by this collection only."""

from __future__ import annotations

from .._engine.spec import Compare, Field
from .answers import Errand
from .cloud import CloudSpec, ModuleStore, SingleStore, account_of, email_problem
from .connection import Place
from .kind import Kind
from .names import NO_LIMIT, filled, limit_problem
from .store import Object


def _billing_problem(email: str) -> str:
    return email_problem(email) if email else ""


class AccountStore(SingleStore, ModuleStore):
    """The account that the address names, with the domains of its people where they are asked for."""

    def read(self, identity: Object) -> Object | None:
        found = account_of(self.stores)
        if not self.stores.whole and self.asked.get("domains") is None:
            return found
        domains = self.client.read_value("/domains", self.errand("read", identity))
        names = [one.get("name") if isinstance(one, dict) else one for one in domains] if domains else []
        return {**found, "domains": sorted(str(name) for name in names if name)}

    def change(self, current: Object, body: Object, identity: Object) -> None:
        errand = Errand("update account", str(current.get("handle") or self.label(identity)))
        own = {key: value for key, value in body.items() if key != "domains"}
        if own:
            self.client.change("", own, errand)
        if "domains" in body:
            self.client.change("/domains", {"domain_names": body["domains"]}, errand)


ACCOUNT = Kind(
    plural="accounts",
    place=Place.ACCOUNT,
    store=AccountStore,
    spec=CloudSpec(
        kind="account",
        result="account",
        fields=(
            Field("name", problem=filled),
            Field("handle", problem=filled),
            Field("location", clears=""),
            Field("link", clears=""),
            Field("billing_email", clears="", problem=_billing_problem),
            Field("auth_expiration_seconds", "int", clears=NO_LIMIT, problem=limit_problem),
            Field("domains", "list", elements="str", compare=Compare.SET, normalize=str.lower),
        ),
        removable=False,
    ),
)


class AccountSettingsStore(SingleStore):
    """Settings are read with their account; what is not sent stays."""

    def read(self, identity: Object) -> Object | None:
        del identity
        account = account_of(self.stores)
        return {**(account.get("settings") or {}), "id": account["id"]}

    def change(self, current: Object, body: Object, identity: Object) -> None:
        del current
        self.client.change("/settings", body, self.errand("update", identity))


ACCOUNT_SETTINGS = Kind(
    plural="account_settings",
    place=Place.ACCOUNT,
    store=AccountSettingsStore,
    spec=CloudSpec(
        kind="account settings",
        result="account_settings",
        fields=(
            Field("ai_log_summaries", "bool"),
            Field("allow_public_workspaces", "bool"),
            Field("managed_execution", "bool"),
            Field("enforce_webhook_authentication", "bool"),
            Field("self_healing_enabled", "bool"),
            # holds credentials in places that only its schema knows
            Field("default_result_storage", "dict", compare=Compare.SUBSET, secret=True, clears={}),
        ),
        removable=False,
    ),
)
