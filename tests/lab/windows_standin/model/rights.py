# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""User rights (privileges and logon rights), simulated: which SIDs hold which."""

from __future__ import annotations

from .store import Store

ADMINISTRATORS, USERS, BACKUP = "S-1-5-32-544", "S-1-5-32-545", "S-1-5-32-551"
LOCAL_SERVICE, NETWORK_SERVICE, SERVICE, EVERYONE = "S-1-5-19", "S-1-5-20", "S-1-5-6", "S-1-1-0"
ALL_SERVICES = "S-1-5-80-0"
# Server 2016's defaults for a member server.
DEFAULTS: dict[str, list[str]] = {
    "SeAssignPrimaryTokenPrivilege": [LOCAL_SERVICE, NETWORK_SERVICE],
    "SeAuditPrivilege": [LOCAL_SERVICE, NETWORK_SERVICE],
    "SeBackupPrivilege": [ADMINISTRATORS, BACKUP],
    "SeBatchLogonRight": [ADMINISTRATORS, BACKUP, "S-1-5-32-559"],
    "SeChangeNotifyPrivilege": [EVERYONE, LOCAL_SERVICE, NETWORK_SERVICE, ADMINISTRATORS, USERS, BACKUP],
    "SeCreateGlobalPrivilege": [LOCAL_SERVICE, NETWORK_SERVICE, ADMINISTRATORS, SERVICE],
    "SeCreatePagefilePrivilege": [ADMINISTRATORS],
    "SeCreatePermanentPrivilege": [],
    "SeCreateSymbolicLinkPrivilege": [ADMINISTRATORS],
    "SeCreateTokenPrivilege": [],
    "SeDebugPrivilege": [ADMINISTRATORS],
    "SeDelegateSessionUserImpersonatePrivilege": [ADMINISTRATORS],
    "SeDenyBatchLogonRight": [],
    "SeDenyInteractiveLogonRight": [],
    "SeDenyNetworkLogonRight": [],
    "SeDenyRemoteInteractiveLogonRight": [],
    "SeDenyServiceLogonRight": [],
    "SeEnableDelegationPrivilege": [],
    "SeImpersonatePrivilege": [LOCAL_SERVICE, NETWORK_SERVICE, ADMINISTRATORS, SERVICE],
    "SeIncreaseBasePriorityPrivilege": [ADMINISTRATORS],
    "SeIncreaseQuotaPrivilege": [LOCAL_SERVICE, NETWORK_SERVICE, ADMINISTRATORS],
    "SeIncreaseWorkingSetPrivilege": [USERS],
    "SeInteractiveLogonRight": [ADMINISTRATORS, USERS, BACKUP],
    "SeLoadDriverPrivilege": [ADMINISTRATORS],
    "SeLockMemoryPrivilege": [],
    "SeMachineAccountPrivilege": [],
    "SeManageVolumePrivilege": [ADMINISTRATORS],
    "SeNetworkLogonRight": [EVERYONE, ADMINISTRATORS, USERS, BACKUP],
    "SeProfileSingleProcessPrivilege": [ADMINISTRATORS],
    "SeRelabelPrivilege": [],
    "SeRemoteInteractiveLogonRight": [ADMINISTRATORS, "S-1-5-32-555"],
    "SeRemoteShutdownPrivilege": [ADMINISTRATORS],
    "SeRestorePrivilege": [ADMINISTRATORS, BACKUP],
    "SeSecurityPrivilege": [ADMINISTRATORS],
    "SeServiceLogonRight": [ALL_SERVICES],
    "SeShutdownPrivilege": [ADMINISTRATORS, BACKUP],
    "SeSyncAgentPrivilege": [],
    "SeSystemEnvironmentPrivilege": [ADMINISTRATORS],
    "SeSystemProfilePrivilege": [ADMINISTRATORS],
    "SeSystemtimePrivilege": [LOCAL_SERVICE, ADMINISTRATORS],
    "SeTakeOwnershipPrivilege": [ADMINISTRATORS],
    "SeTcbPrivilege": [],
    "SeTimeZonePrivilege": [LOCAL_SERVICE, ADMINISTRATORS],
    "SeTrustedCredManAccessPrivilege": [],
    "SeUndockPrivilege": [ADMINISTRATORS],
}


class Rights:
    def __init__(self, store: Store) -> None:
        self._store = store

    def holders(self, right: str) -> list[str] | None:
        """The SIDs that hold ``right``, or None when Windows knows no such right."""
        known = {name.lower(): name for name in DEFAULTS}
        name = known.get(right.lower())
        if name is None:
            return None
        return list(self._store.read("rights", {}).get(name, DEFAULTS[name]))

    def set_holders(self, right: str, sids: list[str]) -> None:
        name = {known.lower(): known for known in DEFAULTS}[right.lower()]
        self._store.update("rights", {}, lambda rights: rights.__setitem__(name, sids))
