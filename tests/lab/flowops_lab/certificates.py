# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's own certificate authority, and a second one that nobody trusts (for the tests of wrong trust)."""

from __future__ import annotations

import time
from pathlib import Path

from flowops_lab import names
from flowops_lab.commands import run_logged
from flowops_lab.isolation import ENVIRONMENT, inside

DAYS = 365
_INSIDE = "/srv/certificates"
_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]


def build(root: Path, folder: Path, log: Path) -> None:
    """Write ca.pem, ca.key, unrelated-ca.pem and NAME.pem/NAME.key for the domain controller and the Windows hosts."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name, subject in (("ca", "flowops lab CA"), ("unrelated-ca", "unrelated CA")):
        _openssl(
            root,
            folder,
            log,
            [
                "req",
                "-x509",
                *_KEY,
                "-days",
                str(DAYS),
                "-subj",
                f"/CN={subject}",
                "-keyout",
                f"{name}.key",
                "-out",
                f"{name}.pem",
                "-addext",
                "basicConstraints=critical,CA:TRUE",
                "-addext",
                "keyUsage=critical,keyCertSign,cRLSign",
            ],
        )
    servers = {names.DC_NAME: (names.DC_FQDN, names.DC_ADDRESS, [names.DNS_DOMAIN])}
    servers |= {host.name: (host.fqdn, host.address, [host.name]) for host in names.WINDOWS_HOSTS}
    for name, (fqdn, address, more) in servers.items():
        alternatives = ",".join([f"DNS:{dns}" for dns in (fqdn, *more)] + [f"IP:{address}"])
        (folder / f"{name}.ext").write_text(
            f"subjectAltName={alternatives}\nextendedKeyUsage=serverAuth\nbasicConstraints=CA:FALSE\n"
            "authorityKeyIdentifier=keyid\nkeyUsage=digitalSignature\n"
        )
        _openssl(
            root, folder, log, ["req", *_KEY, "-subj", f"/CN={fqdn}", "-keyout", f"{name}.key", "-out", f"{name}.csr"]
        )
        _openssl(
            root,
            folder,
            log,
            [
                "x509",
                "-req",
                "-in",
                f"{name}.csr",
                "-CA",
                "ca.pem",
                "-CAkey",
                "ca.key",
                "-CAcreateserial",
                "-days",
                str(DAYS),
                "-extfile",
                f"{name}.ext",
                "-out",
                f"{name}.pem",
            ],
        )
    for key in folder.glob("*.key"):
        key.chmod(0o600)


def is_fresh(folder: Path) -> bool:
    """Whether the certificates are there and far from their end."""
    file = folder / "ca.pem"
    return file.is_file() and time.time() - file.stat().st_mtime < (DAYS - 30) * 86400


def _openssl(root: Path, folder: Path, log: Path, arguments: list[str]) -> None:
    command = inside(
        root, ["sh", "-c", 'cd "$0" && umask 077 && exec openssl "$@"', _INSIDE, *arguments], {folder: _INSIDE}
    )
    run_logged(
        command,
        log,
        what="making the lab's certificates",
        todo="read the log, then run the same command again",
        env=ENVIRONMENT,
    )
