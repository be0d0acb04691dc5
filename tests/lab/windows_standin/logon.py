# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who a command runs as: names, profile folder and environment of a logon session. Simulated: Wine has one user."""

from __future__ import annotations

from dataclasses import dataclass

from .agent_client import AgentClient
from .configuration import Configuration

SYSTEM_PROFILE = "C:\\Windows\\System32\\config\\systemprofile"


@dataclass(frozen=True)
class Logon:
    """``user`` without its ``domain``."""

    domain: str
    user: str

    @property
    def account(self) -> str:
        return f"{self.domain}\\{self.user}"

    @property
    def is_service(self) -> bool:
        return self.domain.upper() == "NT AUTHORITY"

    @property
    def profile(self) -> str:
        if self.user.upper() == "SYSTEM":
            return SYSTEM_PROFILE
        if self.is_service:
            return f"C:\\Windows\\ServiceProfiles\\{self.user.title().replace(' ', '')}"
        return f"C:\\Users\\{self.user}"

    def variables(self, node: str, dns_domain: str) -> dict[str, str]:
        temp = "C:\\Windows\\TEMP" if self.is_service else f"{self.profile}\\AppData\\Local\\Temp"
        return {
            "COMPUTERNAME": node,
            "USERNAME": self.user,
            "USERDOMAIN": self.domain,
            "USERDNSDOMAIN": dns_domain.upper(),
            "USERPROFILE": self.profile,
            "HOMEDRIVE": "C:",
            "HOMEPATH": self.profile[2:],
            "APPDATA": f"{self.profile}\\AppData\\Roaming",
            "LOCALAPPDATA": f"{self.profile}\\AppData\\Local",
            "TEMP": temp,
            "TMP": temp,
        }


def logon_of(account: str, configuration: Configuration) -> Logon:
    """From ``LAB\\x``, ``x@LAB.TEST`` or ``x``."""
    domain, _slash, user = account.rpartition("\\")
    if not domain and "@" in user:
        user, _at, realm = user.partition("@")
        domain = configuration.netbios if realm.upper() == configuration.realm.upper() else realm
    if domain.upper() == configuration.realm.upper():
        domain = configuration.netbios
    if domain == ".":
        domain = configuration.node
    return Logon(domain or configuration.netbios, user)


class Sessions:
    """Makes profile folders at the first logon, and gives environments."""

    def __init__(self, agent: AgentClient, configuration: Configuration) -> None:
        self._agent, self._configuration = agent, configuration
        self._known: set[str] = set()

    def enter(self, logon: Logon) -> None:
        if logon.account in self._known:
            return
        for folder in ("AppData\\Local\\Temp", "AppData\\Roaming", "Desktop", "Documents"):
            self._agent.call("files.make_folder", path=f"{logon.profile}\\{folder}")
        self._agent.call("files.make_folder", path="C:\\Windows\\TEMP")
        self._known.add(logon.account)

    def environment(self, logon: Logon, task: dict[str, str]) -> dict[str, str]:
        own = logon.variables(self._configuration.node, self._configuration.dns_domain)
        return self._agent.call(
            "machine.session_environment", overrides={**own, **{name: str(value) for name, value in task.items()}}
        )
