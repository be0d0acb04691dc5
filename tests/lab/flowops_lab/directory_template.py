# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The domain as it is before its first start: provisioned and filled once, then kept as a snapshot.

A template is a folder: state.tar, certificates/, keytabs/, secrets/, krb5.conf. A half-made or outdated one is rebuilt.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import string
from pathlib import Path

from flowops_lab import certificates, names, root_folder, secret_files
from flowops_lab.commands import run_logged
from flowops_lab.console import say
from flowops_lab.isolation import ENVIRONMENT, inside
from flowops_lab.locks import held
from flowops_lab.paths import Paths

STATE = "/srv/directory"
_PLAN = "/srv/populate"
STAMP = ".complete"
_TODO = "read the log, then run the same command again"
_SOURCES = (
    "directory_template.py",
    "certificates.py",
    "names.py",
    "inside/populate_directory.py",
    "templates/smb.conf",
    "templates/krb5.conf",
)


def folder(paths: Paths) -> Path:
    return paths.templates / "directory"


def _digest() -> str:
    here = Path(__file__).parent
    content = b"".join((here / name).read_bytes() for name in _SOURCES)
    hosts = "".join(host.name for host in names.WINDOWS_HOSTS)
    return hashlib.sha256(content + f"{root_folder.digest()} {hosts}".encode()).hexdigest()


def is_complete(paths: Paths) -> bool:
    stamp = folder(paths) / STAMP
    return (
        stamp.is_file()
        and stamp.read_text().strip() == _digest()
        and certificates.is_fresh(folder(paths) / "certificates")
    )


def ensure(paths: Paths) -> Path:
    """The folder of the template, built first when it is missing, half-made or outdated."""
    root = root_folder.ensure(paths)
    if not is_complete(paths):
        with held(paths.locks, "template-directory"):
            if not is_complete(paths):
                _build(paths, root)
    return folder(paths)


def _render(name: str, target: Path) -> None:
    text = (Path(__file__).parent / "templates" / name).read_text()
    values = {
        "netbios": names.NETBIOS,
        "realm": names.REALM,
        "dns_domain": names.DNS_DOMAIN,
        "dc_computer": names.DC_NAME.upper(),
        "dc_address": names.DC_ADDRESS,
        "state": STATE,
    }
    target.write_text(string.Template(text).substitute(values))


def _build(paths: Paths, root: Path) -> None:
    say("provisioning the domain")
    template, log = folder(paths), paths.logs / "directory-template.log"
    log.unlink(missing_ok=True)
    shutil.rmtree(template, ignore_errors=True)
    state, secrets, keytabs = template / "state", template / "secrets", template / "keytabs"
    for part in (template, secrets, keytabs):
        part.mkdir(parents=True, mode=0o700)
    for part in ("etc", "run", "lock", "private", "state", "cache", "log", "tls"):
        (state / part).mkdir(parents=True)
    certificates.build(root, template / "certificates", log)
    for source, target in (
        (f"{names.DC_NAME}.pem", "cert.pem"),
        (f"{names.DC_NAME}.key", "key.pem"),
        ("ca.pem", "ca.pem"),
    ):
        shutil.copy2(template / "certificates" / source, state / "tls" / target)
    _render("smb.conf", state / "etc" / "smb.conf")
    _render("krb5.conf", template / "krb5.conf")
    accounts = [
        names.ADMINISTRATOR,
        names.ANSIBLE_ACCOUNT,
        names.USER,
        *(host.computer for host in names.WINDOWS_HOSTS),
    ]
    for account in accounts:
        secret_files.write(secrets / account, secret_files.new_password())
    _provision(root, template, state, log)
    run_logged(
        ["tar", "-C", state, "--sparse", "-cf", template / "state.tar", "."],
        log,
        what="keeping the domain's snapshot",
        todo=_TODO,
    )
    shutil.rmtree(state)
    (template / STAMP).write_text(f"{_digest()}\n")


def _provision(root: Path, template: Path, state: Path, log: Path) -> None:
    configuration = f"{STATE}/etc/smb.conf"
    plan = {
        "configuration": configuration,
        "database": f"{STATE}/private/sam.ldb",
        "base_dn": names.BASE_DN,
        "dns_domain": names.DNS_DOMAIN,
        "delegated_ou": names.DELEGATED_OU,
        "administrator": names.ADMINISTRATOR,
        "ansible_account": names.ANSIBLE_ACCOUNT,
        "user": names.USER,
        "group": names.GROUP,
        "hosts": [
            {"name": host.name, "computer": host.computer, "fqdn": host.fqdn, "principals": host.principals}
            for host in names.WINDOWS_HOSTS
        ],
        "secrets": f"{_PLAN}/secrets",
        "keytabs": f"{_PLAN}/keytabs",
    }
    (template / "plan.json").write_text(json.dumps(plan))
    shutil.copyfile(Path(__file__).parent / "inside" / "populate_directory.py", template / "populate_directory.py")
    environment = {**ENVIRONMENT, "TDB_NO_FSYNC": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    binds = {state: STATE, template: _PLAN}
    provision = [
        "samba-tool",
        "domain",
        "provision",
        "-s",
        configuration,
        f"--realm={names.REALM}",
        f"--domain={names.NETBIOS}",
        f"--host-name={names.DC_NAME}",
        f"--host-ip={names.DC_ADDRESS}",
        "--server-role=dc",
        "--dns-backend=SAMBA_INTERNAL",
        "--function-level=2016",
        "--quiet",
    ]
    steps = (
        (provision, "provisioning the domain"),
        # without it the LDAP service has no principal names and Kerberos binds fail
        (["samba_spnupdate", "-s", configuration], "registering the domain controller's principal names"),
        (["python3", f"{_PLAN}/populate_directory.py", f"{_PLAN}/plan.json"], "filling the domain"),
    )
    for command, what in steps:
        run_logged(inside(root, command, binds), log, what=what, todo=_TODO, env=environment)
    log.chmod(0o600)


def restore(paths: Paths) -> None:
    """Put the clean domain, its certificates, keytabs and passwords into the run folder."""
    template = ensure(paths)
    state = paths.run / "directory"
    shutil.rmtree(state, ignore_errors=True)
    state.mkdir(parents=True)
    what = "restoring the domain's snapshot"
    run_logged(
        ["tar", "-C", state, "-xf", template / "state.tar"], paths.run_logs / "directory.log", what=what, todo=_TODO
    )
    left_out = shutil.ignore_patterns("ca.key", "unrelated-ca.key", "*.csr", "*.ext", "*.srl")
    for name in ("certificates", "keytabs", "secrets"):
        # other parts keep secrets there, too
        shutil.copytree(template / name, paths.run / name, ignore=left_out, dirs_exist_ok=True)
    shutil.copyfile(template / "krb5.conf", paths.run / "krb5.conf")
