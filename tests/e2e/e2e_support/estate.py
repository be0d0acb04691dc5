# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is really there: the directory, Prefect, the workers. Read without the collection, so that it can be wrong."""

from __future__ import annotations

import dataclasses
import pathlib
import ssl
import typing as t

import ldap3
import requests

from e2e_support.patient_session import patient_session

BASE = "OU=Prefect,OU=FlowOps,DC=lab,DC=test"
READ = ("objectClass", "member", "managedBy", "description", "servicePrincipalName", "msDS-SupportedEncryptionTypes")


@dataclasses.dataclass(frozen=True)
class Estate:
    """Where to look. C(user) and the content of C(password_file) read the directory; C(ca) is the lab's authority."""

    directory: str
    directory_name: str
    ca: pathlib.Path
    user: str
    password_file: pathlib.Path
    api: str

    def directory_objects(self) -> dict[str, dict[str, t.Any]]:
        """Everything below the branch that the estate describes, by DN; empty when the branch is not there."""
        tls = ldap3.Tls(validate=ssl.CERT_REQUIRED, ca_certs_file=str(self.ca), valid_names=[self.directory_name])
        server = ldap3.Server(self.directory, use_ssl=True, tls=tls, connect_timeout=10, get_info=ldap3.NONE)
        password = self.password_file.read_text().strip()
        with ldap3.Connection(server, self.user, password, auto_bind=True) as connection:
            connection.search(BASE, "(objectClass=*)", attributes=list(READ))
            return {
                entry["dn"]: {name: sorted(map(str, _list(value))) for name, value in entry["attributes"].items()}
                for entry in connection.response or []
                if entry["type"] == "searchResEntry"
            }

    def _post(self, path: str, body: dict[str, t.Any] | None = None) -> t.Any:
        answer = patient_session().post(f"{self.api}/{path}", json=body or {}, timeout=30)
        answer.raise_for_status()
        return answer.json()

    def workers(self, pool: str = "windows") -> dict[str, str]:
        """Status by worker name; empty when the work pool is not there."""
        answer = patient_session().post(f"{self.api}/work_pools/{pool}/workers/filter", json={}, timeout=30)
        if answer.status_code == requests.codes.not_found:
            return {}
        answer.raise_for_status()
        return {worker["name"]: worker["status"] for worker in answer.json()}

    def heartbeats(self, pool: str = "windows") -> dict[str, str]:
        """Time of the last heartbeat by worker name."""
        return {
            worker["name"]: worker["last_heartbeat_time"] for worker in self._post(f"work_pools/{pool}/workers/filter")
        }

    def registered(self, pool: str = "windows") -> dict[str, str]:
        """When each worker registered for the first time, by name."""
        return {worker["name"]: worker["created"] for worker in self._post(f"work_pools/{pool}/workers/filter")}

    def flow_runs_of(self, host: str) -> list[str]:
        """Names of the finished verification runs for one host."""
        wanted = {"tags": {"all_": ["verification", f"host:{host}"]}, "state": {"type": {"any_": ["COMPLETED"]}}}
        return [run["name"] for run in self._post("flow_runs/filter", {"flow_runs": wanted})]

    def content(self) -> dict[str, list[tuple[t.Any, ...]]]:
        """Work pools, queues and variables: what the estate says about them, without identifiers and times."""
        pools = self._post("work_pools/filter")
        queues = self._post("work_queues/filter")
        variables = self._post("variables/filter")
        return {
            "work pools": sorted((p["name"], p["type"], p["description"], p["concurrency_limit"]) for p in pools),
            "work queues": sorted((q["work_pool_name"], q["name"], q["priority"], q["description"]) for q in queues),
            "variables": sorted((v["name"], str(v["value"]), tuple(v["tags"])) for v in variables),
        }

    def everything(self) -> dict[str, t.Any]:
        """What a cut-off run may neither lose nor double."""
        return {"directory": self.directory_objects(), **self.content()}


def _list(value: t.Any) -> list[t.Any]:
    return value if isinstance(value, list) else [value]
