# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which domain controllers there are, and in which order to try them. For internal use by this collection only.

Either the task names them, or DNS does: SRV records (RFC 2782) under the names that domain controllers register
(MS-ADTS 6.3.2.3). Nobody signs these answers. So a server that is not in the domain that was asked for is left out: a
certificate for its name would prove nothing, and it would get the password.
"""

from __future__ import annotations

import re
import secrets
import typing as t

from .._engine.errors import ConnectionFailed, InvalidInput
from . import kerberos
from .connection import WHAT, ConnectionOptions, Endpoint, is_address

# A large domain has hundreds of domain controllers; if so many do not answer, the next will not either.
MOST_FOUND = 6
_WHAT = "find a server of the directory"
_PACKAGE = "dnspython"
_ANSWERED = re.compile(r"answered ([A-Z]+)\b")


class Service(t.NamedTuple):
    """One SRV record."""

    priority: int
    weight: int
    host: str


class Locator:
    """Finds the servers for one task."""

    def __init__(self, options: ConnectionOptions) -> None:
        self._options = options

    def controllers(self) -> list[str]:
        """Names or addresses of domain controllers in the order in which to try them."""
        options = self._options
        if options.servers:
            return list(options.servers)
        domain = domain_for(options)
        everywhere = ("_ldap", "_tcp", "dc", "_msdcs")
        if options.site is None:
            return self._found("a domain controller", everywhere, domain, (domain,))
        # the site's own first; the others serve when none of these answers
        what = f"a domain controller for the site '{options.site}'"
        near = self._found(what, ("_ldap", "_tcp", options.site, "_sites", "dc", "_msdcs"), domain, (domain,))
        far = self._found("a domain controller", everywhere, domain, (domain,))
        return list(dict.fromkeys([*near, *far]))[:MOST_FOUND]

    def catalogs(self, forest: str, domains: tuple[str, ...]) -> list[str]:
        """Names of global catalogs of the forest; each is in one of its domains."""
        return self._found("a global catalog", ("_gc", "_tcp"), forest, domains)

    def endpoints(self, host: str) -> list[Endpoint]:
        """Where to connect to for a name: one for each address, if they are to be asked from certain DNS servers."""
        if not self._options.dns_servers or is_address(host):
            return [self._options.at(host)]
        return [self._options.at(host, address) for address in _Dns(self._options).addresses(host)]

    def _found(self, what: str, labels: tuple[str, ...], domain: str, within: tuple[str, ...]) -> list[str]:
        hosts = list(
            dict.fromkeys(service.host for service in in_order(_Dns(self._options).services(what, labels, domain)))
        )
        ours = [host for host in hosts if any(_is_within(host, name) for name in within)]
        if not ours:
            raise ConnectionFailed(
                _WHAT,
                why=f"DNS names only servers that are not in {' or '.join(within)}: {', '.join(hosts)}",
                todo="If they are right, name them in 'server'; else look who changed the SRV records",
            )
        return ours[:MOST_FOUND]


def domain_for(options: ConnectionOptions) -> str:
    """The domain to look in: as given, else that of the user principal name, else the Kerberos realm."""
    found = options.domain or (options.username or "").partition("@")[2]
    if not found and options.kerberos:
        found = (kerberos.realm(options) or "").lower()
    if not found:
        raise InvalidInput(
            WHAT,
            why="neither a domain controller nor a domain is given, and the logon does not tell the domain",
            todo="Set 'server' or 'domain', or MICROSOFT_AD_LDAP_SERVER or MICROSOFT_AD_LDAP_DOMAIN in the"
            " environment, or write 'username' like svc@example.com",
        )
    return found


def in_order(services: list[Service], draw: t.Callable[[int], int] = secrets.randbelow) -> list[Service]:
    """Lowest priority first, and within one at random, more often first with more weight (RFC 2782).

    draw  a random number from 0 up to, but not including, its argument
    """
    ordered: list[Service] = []
    for priority in sorted({service.priority for service in services}):
        left = sorted((service for service in services if service.priority == priority), key=lambda one: one.weight)
        while left:
            wanted, running = draw(sum(service.weight for service in left) + 1), 0
            for service in left:
                running += service.weight
                if running >= wanted:
                    break
            left.remove(service)
            ordered.append(service)
    return ordered


class _Dns:
    """Questions to the task's DNS servers, or to those of this machine."""

    def __init__(self, options: ConnectionOptions) -> None:
        try:
            import dns.exception
            import dns.name
            import dns.resolver
        except ImportError as error:
            raise InvalidInput(
                WHAT,
                why=f"finding servers by DNS needs the Python package '{_PACKAGE}' on the controller",
                todo=f"Install {_PACKAGE}, or name the domain controllers in 'server' and leave 'dns_servers' out",
            ) from error
        self._dns = dns
        self._asked = f"the DNS server {', '.join(options.dns_servers)}" if options.dns_servers else "DNS"
        try:
            self._resolver = dns.resolver.Resolver(configure=not options.dns_servers)
        except dns.exception.DNSException as error:
            raise self._failed(f"this machine has no usable DNS configuration ({error})") from error
        if options.dns_servers:
            self._resolver.nameservers = list(options.dns_servers)
        self._timeout = options.timeout
        self._resolver.lifetime = float(options.timeout)

    def services(self, what: str, labels: tuple[str, ...], domain: str) -> list[Service]:
        """The SRV records of a name."""
        try:
            # a site may have characters in its name that mean something in the text form of a name
            prefix = self._dns.name.Name([label.encode() for label in labels])
            answer = self._resolver.resolve(prefix + self._dns.name.from_text(domain), "SRV", search=False)
            found = [
                Service(item.priority, item.weight, item.target.to_text(omit_final_dot=True))
                for item in answer
                # RFC 2782: the root as target says that the service is decidedly not available
                if item.target != self._dns.name.root
            ]
        except (self._dns.resolver.NXDOMAIN, self._dns.resolver.NoAnswer):
            found = []
        except (self._dns.exception.DNSException, OSError, UnicodeError) as error:
            raise self._failed(
                f"{self._asked} did not say who is {what} of '{domain}' ({_plain(error, self._timeout)})"
            ) from error
        if not found:
            raise self._failed(f"{self._asked} knows no SRV record '{'.'.join((*labels, domain))}' for {what}")
        return found

    def addresses(self, host: str) -> list[str]:
        """Addresses of a name, IPv4 first."""
        found: list[str] = []
        try:
            name = self._dns.name.from_text(host)
            for kind in ("A", "AAAA"):
                answer = self._resolver.resolve(name, kind, search=False, raise_on_no_answer=False)
                found += [item.address for item in answer]
        except self._dns.resolver.NXDOMAIN:
            found = []
        except (self._dns.exception.DNSException, OSError, UnicodeError) as error:
            raise self._failed(
                f"{self._asked} did not say the address of '{host}' ({_plain(error, self._timeout)})"
            ) from error
        if not found:
            raise self._failed(f"{self._asked} knows no address of '{host}'")
        return found

    def _failed(self, why: str) -> ConnectionFailed:
        return ConnectionFailed(
            _WHAT,
            why=why,
            todo="Check 'domain', 'site' and 'dns_servers', or name the domain controllers in 'server'",
        )


def _is_within(host: str, domain: str) -> bool:
    """Whether a name is that of the domain, or of something in it."""
    return f".{host}".lower().endswith(f".{domain}".lower())


def _plain(error: Exception, timeout: int) -> str:
    """Why there was no answer. dnspython counts up every try."""
    text = " ".join(str(error).split())
    if "timed out" in text or "lifetime expired" in text:
        return f"no answer for {timeout} seconds"
    found = sorted(set(_ANSWERED.findall(text)))
    return f"it answered {', '.join(found)}" if found else text or type(error).__name__
