# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The part ``directory``: a Samba domain controller in the root folder."""

from __future__ import annotations

from flowops_lab import directory_template, names, processes, readiness, root_folder, secret_files
from flowops_lab.isolation import ENVIRONMENT, inside, own_namespaces
from flowops_lab.paths import Paths

PART = "directory"
ADDRESS = f"{names.DC_ADDRESS}:636 (LDAPS), :88 (Kerberos)"


def prepare(paths: Paths) -> None:
    directory_template.ensure(paths)


def reset(paths: Paths) -> None:
    directory_template.restore(paths)


def start(paths: Paths) -> None:
    """Start the domain controller on the present state; the first run restores the clean one."""
    root = root_folder.ensure(paths)
    state = paths.run / "directory"
    if not (state / "etc" / "smb.conf").is_file():
        directory_template.restore(paths)
    samba = ["samba", "--foreground", "--no-process-group", "-s", f"{directory_template.STATE}/etc/smb.conf"]
    readiness.require_free("the directory", names.DC_ADDRESS, 636)
    process = processes.start(
        paths,
        PART,
        own_namespaces(inside(root, samba, {state: directory_template.STATE})),
        address=ADDRESS,
        env={**ENVIRONMENT, "TDB_NO_FSYNC": "1"},
    )
    password = secret_files.read(paths.secrets / names.ANSIBLE_ACCOUNT)
    user, ca = f"{names.ANSIBLE_ACCOUNT}@{names.DNS_DOMAIN}", paths.run / "certificates" / "ca.pem"
    readiness.wait(
        "the directory",
        process,
        processes.log_file(paths, PART),
        lambda: (
            readiness.accepts_ldap_bind(names.DC_ADDRESS, names.DC_FQDN, ca, user, password)
            and readiness.accepts_tcp(names.DC_ADDRESS, 88)
        ),
        seconds=60,
    )


def stop(paths: Paths, grace: float = 10) -> None:
    processes.stop(paths, PART, grace)
