# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The live host: where it listens, how to log on, what it wrote down."""

from __future__ import annotations

import json
import os
import pathlib
import subprocess
import sys

import ldap3
from flowops_lab import names
from flowops_lab.paths import REPOSITORY, Paths

from .descriptor import may_read_password


class LiveHost:
    def __init__(self, paths: Paths, host: names.WindowsHost) -> None:
        self.paths, self._host = paths, host
        self.name, self.address, self.fqdn = host.name, host.address, host.fqdn
        self.user = names.ANSIBLE_ACCOUNT

    @property
    def environment(self) -> dict[str, str]:
        krb5 = {"KRB5_CONFIG": str(self.paths.run / "krb5.conf")}
        return {**os.environ, **krb5, "FLOWOPS_LAB": str(self.paths.home)}

    def lab(self, *arguments: str) -> str:
        command = [sys.executable, str(REPOSITORY / "tests" / "lab" / "lab"), *arguments]
        done = subprocess.run(
            command,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, f"lab {' '.join(arguments)}: {done.stdout}{done.stderr}"
        return done.stdout.strip()

    def password(self, account: str | None = None) -> str:
        return (self.paths.secrets / (account or self.user)).read_text().strip()

    @property
    def ca(self) -> str:
        return str(self.paths.run / "certificates" / "ca.pem")

    @property
    def folder(self) -> pathlib.Path:
        return self.paths.run / self.name

    @property
    def drive_c(self) -> pathlib.Path:
        return self.folder / "prefix" / "drive_c"

    def journal(self) -> list[dict]:
        return [json.loads(line) for line in (self.folder / "journal.jsonl").read_text().splitlines()]

    def logs(self) -> dict[str, str]:
        """Everything the stand-in writes for people or machines to read."""
        files = [
            self.folder / "journal.jsonl",
            *self.paths.run_logs.glob("*.log"),
            *self.folder.glob("state/**/*.json"),
        ]
        files += list(self.folder.glob("state/*.log"))
        return {str(file): file.read_text(errors="replace") for file in files}

    def directory(self) -> ldap3.Connection:
        """A connection as the account that may write below the delegated container only."""
        tls = ldap3.Tls(validate=2, ca_certs_file=self.ca, valid_names=[names.DC_FQDN])
        server = ldap3.Server(names.DC_ADDRESS, port=636, use_ssl=True, tls=tls, get_info=ldap3.NONE)
        return ldap3.Connection(server, f"{self.user}@{names.DNS_DOMAIN}", self.password(), auto_bind=True)

    def add_gmsa(self, name: str) -> str:
        """A group managed service account whose password nobody may retrieve; its DN."""
        dn = f"CN={name},{names.DELEGATED_OU}"
        attributes = {
            "sAMAccountName": f"{name}$",
            "dNSHostName": f"{name}.{names.DNS_DOMAIN}",
            "userAccountControl": 0x1000,
            "msDS-ManagedPasswordInterval": 30,
            "msDS-SupportedEncryptionTypes": 24,
        }
        connection = self.directory()
        assert connection.add(dn, ["msDS-GroupManagedServiceAccount"], attributes), connection.result
        connection.unbind()
        return dn

    def let_read_password(self, dn: str) -> None:
        """This host's machine account may retrieve the password of ``dn``."""
        connection = self.directory()
        condition = f"(sAMAccountName={self._host.computer}$)"
        connection.search(names.BASE_DN, condition, attributes=["objectSid"])
        found = [entry for entry in connection.response if entry["type"] == "searchResEntry"]
        sid = found[0]["raw_attributes"]["objectSid"][0]
        change = {"msDS-GroupMSAMembership": [(ldap3.MODIFY_REPLACE, [may_read_password(sid)])]}
        assert connection.modify(dn, change), connection.result
        connection.unbind()
