# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Account names and SIDs: well-known ones, this host's, its services', and the domain's from the real controller."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable

from .configuration import Configuration
from .directory import DirectoryAccount, DomainDirectory
from .errors import DirectoryUnavailable, NotResolved

SID = re.compile(r"S-1-\d+(-\d+)+$", re.IGNORECASE)
WELL_KNOWN = {
    "Everyone": "S-1-1-0",
    "CREATOR OWNER": "S-1-3-0",
    "CREATOR GROUP": "S-1-3-1",
    "OWNER RIGHTS": "S-1-3-4",
    "NT AUTHORITY\\NETWORK": "S-1-5-2",
    "NT AUTHORITY\\BATCH": "S-1-5-3",
    "NT AUTHORITY\\INTERACTIVE": "S-1-5-4",
    "NT AUTHORITY\\SERVICE": "S-1-5-6",
    "NT AUTHORITY\\ANONYMOUS LOGON": "S-1-5-7",
    "NT AUTHORITY\\SELF": "S-1-5-10",
    "NT AUTHORITY\\Authenticated Users": "S-1-5-11",
    "NT AUTHORITY\\SYSTEM": "S-1-5-18",
    "NT AUTHORITY\\LOCAL SERVICE": "S-1-5-19",
    "NT AUTHORITY\\NETWORK SERVICE": "S-1-5-20",
    "NT SERVICE\\ALL SERVICES": "S-1-5-80-0",
}
BUILTIN = {
    "Administrators": 544,
    "Users": 545,
    "Guests": 546,
    "Power Users": 547,
    "Backup Operators": 551,
    "Remote Desktop Users": 555,
    "Network Configuration Operators": 556,
    "Performance Monitor Users": 558,
    "Performance Log Users": 559,
    "Distributed COM Users": 562,
    "IIS_IUSRS": 568,
    "Cryptographic Operators": 569,
    "Event Log Readers": 573,
    "Certificate Service DCOM Access": 574,
    "Hyper-V Administrators": 578,
    "Access Control Assistance Operators": 579,
    "Remote Management Users": 580,
}
LOCAL_USERS = {"Administrator": 500, "Guest": 501, "DefaultAccount": 503}
SHORT = {
    "SYSTEM": "NT AUTHORITY\\SYSTEM",
    "LOCALSYSTEM": "NT AUTHORITY\\SYSTEM",
    "LOCALSERVICE": "NT AUTHORITY\\LOCAL SERVICE",
    "NETWORKSERVICE": "NT AUTHORITY\\NETWORK SERVICE",
    "NT AUTHORITY\\LOCALSERVICE": "NT AUTHORITY\\LOCAL SERVICE",
    "NT AUTHORITY\\NETWORKSERVICE": "NT AUTHORITY\\NETWORK SERVICE",
}
SERVICE_ACCOUNTS = ("S-1-5-18", "S-1-5-19", "S-1-5-20")


def service_sid(name: str) -> str:
    """The SID of the virtual account ``NT SERVICE\\name``: a hash of the upper-case name."""
    digest = hashlib.sha1(name.upper().encode("utf-16-le"), usedforsecurity=False).digest()
    return "S-1-5-80-" + "-".join(str(int.from_bytes(digest[at : at + 4], "little")) for at in range(0, 20, 4))


class Accounts:
    """Both directions, strict: what nobody knows is :class:`NotResolved`, never a guess."""

    def __init__(
        self, configuration: Configuration, directory: DomainDirectory, services: Callable[[], list[str]]
    ) -> None:
        self._configuration, self._directory, self._services = configuration, directory, services
        seed = hashlib.sha256(configuration.fqdn.lower().encode()).digest()
        self.machine_sid = "S-1-5-21-" + "-".join(str(int.from_bytes(seed[at : at + 4], "little")) for at in (0, 4, 8))
        self._fixed = {name.lower(): (name, sid) for name, sid in WELL_KNOWN.items()}
        for name, rid in BUILTIN.items():
            self._fixed[f"builtin\\{name}".lower()] = (f"BUILTIN\\{name}", f"S-1-5-32-{rid}")
        for name, rid in LOCAL_USERS.items():
            spelled = f"{configuration.node}\\{name}"
            self._fixed[spelled.lower()] = (spelled, f"{self.machine_sid}-{rid}")
        self._names = {sid: name for name, sid in self._fixed.values()}

    def sid(self, name: str) -> str:
        """The SID of an account name, or of a SID itself. Raises :class:`NotResolved`."""
        name = name.strip()
        if SID.match(name):
            return name.upper()
        name = SHORT.get(name.upper(), name)
        if name.startswith(".\\"):
            name = f"{self._configuration.node}\\{name[2:]}"
        authority, _slash, short = name.rpartition("\\")
        if authority.upper() == "NT SERVICE" and short.upper() != "ALL SERVICES":
            return self._service(short)
        candidates = (
            [name]
            if authority
            else [name, f"NT AUTHORITY\\{name}", f"BUILTIN\\{name}", f"{self._configuration.node}\\{name}"]
        )
        if authority.upper() == self._configuration.node:
            candidates.append(f"BUILTIN\\{short}")
        for candidate in candidates:
            if candidate.lower() in self._fixed:
                return self._fixed[candidate.lower()][1]
        account = self.domain_account(name)
        if account is None:
            raise NotResolved(name)
        return account.sid

    def _service(self, short: str) -> str:
        known = {name.lower() for name in self._services()} | {"trustedinstaller"}
        if short.lower() not in known:
            raise NotResolved(f"NT SERVICE\\{short}")
        return service_sid(short)

    def domain_account(self, name: str) -> DirectoryAccount | None:
        """The domain's account ``LAB\\x``, ``x@lab.test`` or ``x``; None: proven absent, or not the domain's."""
        settings = self._configuration
        authority, _slash, short = name.rpartition("\\")
        if "@" in short and not authority:
            short, _at, authority = short.partition("@")
        if authority and authority.upper() not in (settings.netbios.upper(), settings.realm.upper()):
            return None
        if not self._directory.is_joined:
            return None
        return self._directory.by_name(short)

    def name(self, sid: str) -> str:
        """The account name of a SID, or the SID when it belongs to nobody."""
        if sid in self._names:
            return self._names[sid]
        if sid.startswith("S-1-5-80-"):
            for name in [*self._services(), "TrustedInstaller"]:
                if service_sid(name) == sid:
                    return f"NT SERVICE\\{name}"
            return sid
        if not sid.startswith("S-1-5-21-") or sid.startswith(self.machine_sid) or not self._directory.is_joined:
            return sid
        try:
            account = self._directory.by_sid(sid)
        except DirectoryUnavailable:
            return sid
        return f"{self._configuration.netbios}\\{account.name}" if account else sid
