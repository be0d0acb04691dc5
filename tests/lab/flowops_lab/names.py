# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's fixed names and addresses. Public on purpose; the passwords are generated, see secret_files."""

from __future__ import annotations

import os
from dataclasses import dataclass

REALM = "LAB.TEST"
DNS_DOMAIN = "lab.test"
NETBIOS = "LAB"
BASE_DN = "DC=lab,DC=test"
DELEGATED_OU = f"OU=FlowOps,{BASE_DN}"

DC_NAME = "dc1"
DC_FQDN = f"{DC_NAME}.{DNS_DOMAIN}"
DC_ADDRESS = "127.0.0.77"

PREFECT_ADDRESS = "127.0.0.90"
PREFECT_PORT = 4200
PREFECT_API_URL = f"http://{PREFECT_ADDRESS}:{PREFECT_PORT}/api"

CLOUD_ADDRESS = "127.0.0.91"
CLOUD_PORT = 4200
CLOUD_URL = f"http://{CLOUD_ADDRESS}:{CLOUD_PORT}"

ADMINISTRATOR = "Administrator"
ANSIBLE_ACCOUNT = "svc-ansible"
USER = "alice"
GROUP = "GG-Data-Engineers"

WINRM_HTTP_PORT = 5985
WINRM_HTTPS_PORT = 5986


@dataclass(frozen=True)
class WindowsHost:
    """One stand-in: its computer account is NAME$ in capitals."""

    name: str
    address: str

    @property
    def fqdn(self) -> str:
        return f"{self.name}.{DNS_DOMAIN}"

    @property
    def computer(self) -> str:
        return self.name.upper()

    @property
    def principals(self) -> list[str]:
        """The service principal names of the host, also the entries of its keytab."""
        return [f"{service}/{host}" for service in ("HTTP", "HOST") for host in (self.fqdn, self.name)]


def windows_hosts(number: int) -> tuple[WindowsHost, ...]:
    """win1, win2, ..., each with an address of its own."""
    first = (WindowsHost("win1", "127.0.0.81"), WindowsHost("win2", "127.0.0.82"))
    return (first + tuple(WindowsHost(f"win{index}", f"127.0.1.{index}") for index in range(3, number + 1)))[:number]


# Two do for all suites but endurance. Another number is another domain, which wants a lab folder of its own.
WINDOWS_HOSTS = windows_hosts(int(os.environ.get("FLOWOPS_LAB_HOSTS") or 2))
