# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tickets as MIT Kerberos gets them: kinit, kvno and klist with a configuration and a cache of their own."""

from __future__ import annotations

import os
import pathlib
import re
import subprocess
import sys
import typing as t

from ad_support.target import Target

AES = ("aes128-cts-hmac-sha1-96", "aes256-cts-hmac-sha1-96")
RC4 = "arcfour-hmac"
_REFUSAL = re.compile(r"^(?:kinit|kvno|evidence): (?P<said>.+)$", re.MULTILINE)
_TICKET = re.compile(r"^\S+ \S+ +\S+ \S+ +(?P<service>\S+)$")
_KINDS = re.compile(r"Etype \(skey, tkt\): (?P<session>\S+?)(?: \S+)?, (?P<ticket>\S+)")


class Ticket(t.NamedTuple):
    """Service without its realm, and the encryption types of the session key and of the ticket itself."""

    service: str
    session: str
    ticket: str


class Kerberos:
    """A client with a cache of its own. enctypes are the only ones it offers and accepts."""

    def __init__(self, folder: pathlib.Path, target: Target, enctypes: t.Iterable[str] = AES) -> None:
        folder.mkdir(parents=True)
        self.cache = folder / "cache"
        self._realm = target.realm
        configuration = folder / "krb5.conf"
        kinds = " ".join(enctypes)
        configuration.write_text(
            f"[libdefaults]\n default_realm = {target.realm}\n dns_lookup_kdc = false\n dns_lookup_realm = false\n"
            " rdns = false\n dns_canonicalize_hostname = false\n udp_preference_limit = 1\n forwardable = true\n"
            f" allow_weak_crypto = true\n allow_rc4 = true\n default_tkt_enctypes = {kinds}\n"
            f" default_tgs_enctypes = {kinds}\n permitted_enctypes = {kinds}\n"
            f"[realms]\n {target.realm} = {{\n  kdc = {target.server}\n }}\n"
            f"[domain_realm]\n .{target.dns_domain} = {target.realm}\n"
        )
        self._environment = {
            **os.environ,
            "LC_ALL": "C",
            "KRB5_CONFIG": str(configuration),
            "KRB5CCNAME": f"FILE:{self.cache}",
        }

    def logon(self, account: str, *, password: str = "", keytab: pathlib.Path | None = None) -> str:
        """Get a ticket for an account; what the KDC said if it gave none."""
        with_keytab = () if keytab is None else ("-k", "-t", str(keytab))
        return self._run("kinit", *with_keytab, f"{account}@{self._realm}", given=f"{password}\n")

    def service(self, principal: str, *options: str) -> str:
        """Get a service ticket; what the KDC said if it gave none."""
        return self._run("kvno", *options, principal)

    def for_somebody_else(self, user: str, principal: str, *, evidence: bool = True) -> str:
        """Get a service ticket in the name of a user (S4U2Self, then S4U2Proxy), as the account that has logged on.
        What the KDC said if it gave none. Without evidence the first step alone: a ticket to the account itself."""
        return self.service(principal, *(("-P",) if evidence else ()), "-U", f"{user}@{self._realm}")

    def with_evidence(self, user: Kerberos, keytab: pathlib.Path, service: str, other: str) -> str:
        """As a service that a user has called, call another service in the user's name; why not, if it was refused."""
        program = (sys.executable, "-B", str(pathlib.Path(__file__).with_name("evidence.py")))
        return self._run(*program, str(user.cache), str(keytab), service, other)

    def tickets(self) -> list[Ticket]:
        """What is in the cache."""
        done = subprocess.run(["klist", "-e"], env=self._environment, capture_output=True, text=True, check=True)
        found, service = [], ""
        for line in done.stdout.splitlines():
            named, kinds = _TICKET.match(line), _KINDS.search(line)
            if named:
                service = named["service"].partition("@")[0]
            elif kinds:
                found.append(Ticket(service, kinds["session"], kinds["ticket"]))
        return found

    def _run(self, *command: str, given: str = "") -> str:
        done = subprocess.run(
            command, env=self._environment, input=given, capture_output=True, text=True, timeout=30, check=False
        )
        if done.returncode == 0:
            return ""
        said = _REFUSAL.findall(done.stderr + done.stdout)
        assert said, f"{command[0]} ended with {done.returncode}: {done.stdout}{done.stderr}"
        return said[-1]
