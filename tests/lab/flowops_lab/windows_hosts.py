# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The parts ``win1`` and ``win2``: Windows stand-ins, each with a Wine prefix of its own.

A host and everything in it runs in one process namespace: ending the host ends Wine, its services and their flow runs.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from flowops_lab import names, processes, python_artifact, readiness, root_folder, secret_files, virtual_environments
from flowops_lab.console import LabError, say
from flowops_lab.isolation import own_namespaces
from flowops_lab.locks import held
from flowops_lab.names import WindowsHost
from flowops_lab.paths import REPOSITORY, Paths

_BOOT_SECONDS = 90


def template(paths: Paths) -> Path:
    return paths.templates / "windows"


def prepare(paths: Paths) -> None:
    """The archive of Windows Python and the prefix template."""
    python_artifact.ensure(paths)
    root = root_folder.ensure(paths)
    from windows_standin import wine

    with held(paths.locks, "template-windows"):
        try:
            wine.build_template(
                root, paths.artifacts, template(paths), uv=virtual_environments.installer(paths), say=say
            )
        except RuntimeError as error:
            raise LabError(
                f"the Windows template can't be built: {error}", template(paths), "read the log, then try again"
            ) from error


def reset(paths: Paths, host: WindowsHost) -> None:
    """A host as if newly installed: a fresh clone of the prefix, an empty model, an empty journal."""
    from windows_standin import wine

    folder = paths.run / host.name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / "state").mkdir(mode=0o700)
    try:
        wine.clone(template(paths), folder / "prefix")
    except RuntimeError as error:
        raise LabError(
            f"{host.name} can't be made: {error}", folder, "check the disk's free space, then try again"
        ) from error
    _write_configuration(paths, host)


def start(paths: Paths, host: WindowsHost) -> None:
    folder = paths.run / host.name
    if not (folder / "prefix").is_dir():
        reset(paths, host)
    _write_configuration(paths, host)
    ready = folder / "ready"
    ready.unlink(missing_ok=True)
    python = virtual_environments.ensure(paths, "ansible-2.19") / "bin" / "python"
    readiness.require_free(f"the stand-in {host.name}", host.address, names.WINRM_HTTP_PORT)
    process = processes.start(
        paths,
        host.name,
        own_namespaces([python, "-B", "-m", "windows_standin", "serve", "--config", folder / "config.json"]),
        address=f"{host.address}:{names.WINRM_HTTP_PORT} (http), :{names.WINRM_HTTPS_PORT} (https)",
        env={
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
            "LC_ALL": "C.UTF-8",
            "HOME": str(folder),
            "PYTHONPATH": str(REPOSITORY / "tests" / "lab"),
            "KRB5_CONFIG": str(paths.run / "krb5.conf"),
            "FLOWOPS_LAB": str(paths.home),
        },
        cwd=folder,
    )
    readiness.wait(
        f"the stand-in {host.name}",
        process,
        processes.log_file(paths, host.name),
        lambda: ready.exists() and readiness.accepts_tcp(host.address, names.WINRM_HTTP_PORT),
        seconds=_BOOT_SECONDS,
    )


def stop(paths: Paths, host: WindowsHost, grace: float = 20) -> None:
    processes.stop(paths, host.name, grace)


def _write_configuration(paths: Paths, host: WindowsHost) -> None:
    folder, certificates = paths.run / host.name, paths.run / "certificates"
    user, password = names.ANSIBLE_ACCOUNT, secret_files.read(paths.secrets / names.ANSIBLE_ACCOUNT)
    ntlm = paths.secrets / "ntlm-users"
    # pyspnego's NTLM server looks a user up by its domain, and by nothing where the client sent none (a UPN)
    domains = (names.NETBIOS, names.DNS_DOMAIN, names.REALM)
    upns = (f"{user}@{names.DNS_DOMAIN}", f"{user}@{names.REALM}")
    lines = [f"{domain}:{user}:{password}\n" for domain in domains] + [f":{upn}:{password}\n" for upn in upns]
    secret_files.write(ntlm, "".join(lines))
    configuration = {
        "name": host.name,
        "fqdn": host.fqdn,
        "address": host.address,
        "http_port": names.WINRM_HTTP_PORT,
        "https_port": names.WINRM_HTTPS_PORT,
        "cert": str(certificates / f"{host.name}.pem"),
        "key": str(certificates / f"{host.name}.key"),
        "state_dir": str(folder / "state"),
        "prefix": str(folder / "prefix"),
        "rootfs": str(paths.root_folder),
        "realm": names.REALM,
        "netbios": names.NETBIOS,
        "keytab": str(paths.run / "keytabs" / f"{host.name}.keytab"),
        "krb5_config": str(paths.run / "krb5.conf"),
        "ntlm_user_file": str(ntlm),
        "journal": str(folder / "journal.jsonl"),
        "directory": {
            "server": names.DC_ADDRESS,
            "tls_server_name": names.DC_FQDN,
            "ca": str(certificates / "ca.pem"),
        },
        "machine_account": f"{host.computer}$",
        "machine_password_file": str(paths.secrets / host.computer),
        "hosts": {names.DC_FQDN: names.DC_ADDRESS, **{other.fqdn: other.address for other in names.WINDOWS_HOSTS}},
        "local_admins": [f"{names.NETBIOS}\\{user}"],
        "ready_file": str(folder / "ready"),
    }
    (folder / "config.json").write_text(json.dumps(configuration, indent=2))
