# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which domain controller the tests talk to.

Without C(FLOWOPS_DIRECTORY) it is the lab's. With it, it is the one that this JSON file describes, such as a Windows
Server 2016: server, tls_server_name, ca_cert, dns_domain, base (a container in which the account has full control),
user (full control over base and no other right), other_user (any account), administrator (of the domain, for the few
things that need one), computers (two, which may log on), and passwords (account -> password). The lab's values below
show the shape.
"""

from __future__ import annotations

import dataclasses
import json
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[4]
LAB = ROOT / "tests" / "lab" / "lab"


@dataclasses.dataclass(frozen=True)
class Target:
    """One domain controller and the accounts that the tests use."""

    server: str
    tls_server_name: str
    ca_cert: str
    dns_domain: str
    base: str
    user: str
    other_user: str
    administrator: str
    computers: tuple[str, str]
    passwords: dict[str, str] = dataclasses.field(repr=False)

    @property
    def realm(self) -> str:
        """Kerberos realm of the domain."""
        return self.dns_domain.upper()

    @property
    def domain_dn(self) -> str:
        """DN of the domain."""
        return ",".join(f"DC={label}" for label in self.dns_domain.split("."))

    def upn(self, account: str) -> str:
        """Account as a user principal name."""
        return f"{account}@{self.dns_domain}"

    @property
    def password(self) -> str:
        """Password of the account that the tests use."""
        return self.passwords[self.user]

    def options(self, account: str = "") -> dict[str, object]:
        """Connection options of the modules, for the account that the tests use unless another one is named."""
        account = account or self.user
        return {
            "server": self.server,
            "tls_server_name": self.tls_server_name,
            "ca_cert": self.ca_cert,
            "username": self.upn(account),
            "password": self.passwords[account],
        }


def home() -> pathlib.Path:
    """The lab's folder."""
    cache = os.environ.get("XDG_CACHE_HOME") or str(pathlib.Path.home() / ".cache")
    return pathlib.Path(os.environ.get("FLOWOPS_LAB") or f"{cache}/flowops-lab").absolute()


def lab(*arguments: str) -> str:
    """Run one verb of the lab; its standard output."""
    done = subprocess.run(
        [sys.executable, str(LAB), *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"lab {' '.join(arguments)} ended with {done.returncode}: {done.stderr or done.stdout}"
    return done.stdout


def lab_runs_directory() -> bool:
    """Whether the lab's domain controller is up already."""
    done = subprocess.run(
        [sys.executable, str(LAB), "status"], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    return any(line.split()[:2] == ["directory", "running"] for line in done.stdout.splitlines())


def described(file: str) -> Target:
    """The domain controller that a file describes."""
    found = json.loads(pathlib.Path(file).read_text())
    return Target(**{**found, "computers": tuple(found["computers"])})


def of_the_lab() -> Target:
    """The lab's domain controller, with the passwords of this run."""
    run = home() / "run"
    accounts = ("svc-ansible", "alice", "Administrator", "WIN1", "WIN2")
    return Target(
        server="127.0.0.77",
        tls_server_name="dc1.lab.test",
        ca_cert=str(run / "certificates" / "ca.pem"),
        dns_domain="lab.test",
        base="OU=FlowOps,DC=lab,DC=test",
        user="svc-ansible",
        other_user="alice",
        administrator="Administrator",
        computers=("WIN1", "WIN2"),
        passwords={name: (run / "secrets" / name).read_text().strip() for name in accounts},
    )
