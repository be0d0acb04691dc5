# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Does Prefect answer, and does it take our credential? Asked through the injector, as the worker will."""

from __future__ import annotations

import dataclasses
import typing as t

from prefect_host.injector.caddy_config import REFUSED
from prefect_host.local_api import ApiUnreachable, quoted


class Api(t.Protocol):
    """C(local_api.LocalApi), or its double."""

    def get(self, path: str) -> tuple[int, t.Any]:
        """Status and parsed JSON. Raises ApiUnreachable."""


OK, UNREACHABLE, CREDENTIAL_REFUSED, NO_POOL = "ok", "unreachable", "refused", "no pool"


@dataclasses.dataclass(frozen=True)
class Answer:
    """C(kind) is one of the four above; C(reason) is for people: what, and what to do."""

    kind: str
    reason: str = ""

    @property
    def is_ok(self) -> bool:
        return self.kind == OK


def ask(api: Api, api_url: str, work_pool: str) -> Answer:
    """Never raises. C(api_url), Prefect's own, is what people know it by."""
    try:
        status, body = api.get("/health")
        if status == 200:
            # The health of a server tells nothing about our credential.
            status, body = api.get(f"/work_pools/{quoted(work_pool)}")
    except ApiUnreachable as error:
        return Answer(UNREACHABLE, f"{api_url} does not answer ({error}); the injector itself is away")
    if status == 200:
        return Answer(OK)
    detail = body.get("detail", "") if isinstance(body, dict) else ""
    if status in (401, 403) or (status == 503 and detail == REFUSED):
        return Answer(CREDENTIAL_REFUSED, f"{api_url} refuses the credential of this worker; hand over a valid one")
    if status == 404:
        if detail:
            return Answer(NO_POOL, f"{api_url} has no work pool {work_pool!r}; create it, or correct the name")
        return Answer(UNREACHABLE, f"{api_url} is no API of Prefect (HTTP 404); correct the URL")
    return Answer(UNREACHABLE, f"{api_url} does not answer (HTTP {status}); look at the server and the way to it")
