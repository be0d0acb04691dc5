# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""win_feature, on a simulated list of Server 2016's features."""

from __future__ import annotations

from ..errors import ModuleFailure

# Name: (display name, installed on a fresh server, a restart is needed).
FEATURES = {
    "NET-Framework-45-Core": (".NET Framework 4.6", True, False),
    "NET-Framework-Core": (".NET Framework 3.5 (includes .NET 2.0 and 3.0)", False, False),
    "RSAT-AD-PowerShell": ("Active Directory module for Windows PowerShell", False, False),
    "RSAT-ADDS-Tools": ("AD DS Snap-Ins and Command-Line Tools", False, False),
    "FS-SMB1": ("SMB 1.0/CIFS File Sharing Support", True, True),
    "PowerShell-V2": ("Windows PowerShell 2.0 Engine", True, True),
    "Web-Server": ("Web Server (IIS)", False, False),
    "Telnet-Client": ("Telnet Client", False, False),
    "Windows-Defender": ("Windows Defender", True, True),
    "Print-Services": ("Print and Document Services", False, False),
}


def run(call) -> dict:
    args, store = call.args, call.host.store
    known = {name.lower(): name for name in FEATURES}
    wanted = args["state"] == "present"
    names = []
    for asked in args["name"]:
        if asked.lower() not in known:
            raise ModuleFailure(
                f"Unhandled exception while executing module: ArgumentNotValid: The role, role "
                f"service, or feature name is not valid: "
                f"'{asked}'. The name was not found (simulated list of features)."
            )
        names.append(known[asked.lower()])
    state = {name: FEATURES[name][1] for name in FEATURES} | store.read("features", {})
    changing = [name for name in names if state[name] is not wanted]
    if changing and not call.check:
        store.update("features", {}, lambda features: features.update(dict.fromkeys(changing, wanted)))
    restart = any(FEATURES[name][2] for name in changing)
    return {
        "changed": bool(changing),
        "success": True,
        "failed": False,
        "reboot_required": restart,
        "exitcode": "NoChangeNeeded" if not changing else "SuccessRestartRequired" if restart else "Success",
        "feature_result": [
            {
                "id": index,
                "display_name": FEATURES[name][0],
                "message": [],
                "reboot_required": FEATURES[name][2],
                "skip_reason": "NotSkipped",
                "success": True,
            }
            for index, name in enumerate(changing, 1)
        ],
    }
