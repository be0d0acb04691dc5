# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The configuration of one stand-in: a JSON file that the lab writes."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, fields
from pathlib import Path


class ConfigurationError(Exception):
    """The file says something the stand-in cannot use."""


@dataclass(frozen=True)
class Directory:
    """The domain controller: its address, the name in its certificate, the CA that signed it. ``port`` is LDAPS."""

    server: str
    tls_server_name: str
    ca: str
    port: int = 636


@dataclass(frozen=True)
class Configuration:
    """One host. Paths are host paths; ``*_port`` 0 means "any free port" (written to ``ready_file``).

    ``windows`` is the release that the host reports, such as 2022.
    """

    name: str
    fqdn: str
    address: str
    state_dir: Path
    prefix: Path
    rootfs: Path
    realm: str
    netbios: str
    ntlm_user_file: str
    http_port: int = 5985
    https_port: int | None = 5986
    cert: str | None = None
    key: str | None = None
    keytab: str | None = None
    krb5_config: str | None = None
    journal: Path | None = None
    directory: Directory | None = None
    machine_account: str | None = None
    machine_password_file: str | None = None
    local_admins: list[str] = field(default_factory=list)
    hosts: dict[str, str] = field(default_factory=dict)
    windows: str = "2016"
    ready_file: Path | None = None

    @property
    def node(self) -> str:
        """The NetBIOS name: at most 15 characters, upper case."""
        return self.name[:15].upper()

    @property
    def dns_domain(self) -> str:
        return self.realm.lower()


PATHS = ("state_dir", "prefix", "rootfs", "journal", "ready_file")


def load(path: str | Path) -> Configuration:
    try:
        data = json.loads(Path(path).read_text())
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"{path}: {error}") from None
    known = {item.name for item in fields(Configuration)}
    unknown = sorted(set(data) - known)
    if unknown:
        raise ConfigurationError(f"{path}: unknown settings {', '.join(unknown)}")
    for name in PATHS:
        if data.get(name) is not None:
            data[name] = Path(data[name])
    if data.get("directory") is not None:
        data["directory"] = Directory(**data["directory"])
    try:
        return Configuration(**data)
    except TypeError as error:
        raise ConfigurationError(f"{path}: {error}") from None
