# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The only file that knows ldap3. For internal use by this collection only.

One connection per task to one domain controller, so that what is read back is what was written. Referrals are never
followed: they would carry the credentials to another server. Ranges are put together here, because ldap3 takes a range
that breaks off for a complete one. In check mode every write is refused here, because ldap3's own C(read_only) lets
C(add) pass.
"""

from __future__ import annotations

import contextlib
import re
import ssl
import traceback
import typing as t

from .._engine.errors import (
    AuthFailed,
    CheckModeWriteRefused,
    ConnectionFailed,
    EngineError,
    Forbidden,
    InvalidInput,
    ServerError,
)
from . import filters, result_codes, tls
from .connection import WHAT, ConnectionOptions

LDAP3_IMPORT_ERROR: str | None = None
try:
    import ldap3
    from ldap3.core.exceptions import LDAPException, LDAPPackageUnavailableError

    class _CheckedTls(ldap3.Tls):
        """TLS as the standard library does it; C(failure) keeps the reason, which ldap3 turns into a mere text."""

        def __init__(self, options: ConnectionOptions) -> None:
            super().__init__()
            self.context = tls.context_for(options)
            self.name = options.tls_server_name
            self.failure: Exception | None = None

        def wrap_socket(self, connection: t.Any, do_handshake: bool = False) -> None:
            try:
                connection.socket = self.context.wrap_socket(
                    connection.socket, do_handshake_on_connect=do_handshake, server_hostname=self.name
                )
            except (OSError, ValueError) as error:
                self.failure = error
                raise

except ImportError:
    LDAP3_IMPORT_ERROR = traceback.format_exc()

_PAGE_SIZE = 500
_PAGED_RESULTS = "1.2.840.113556.1.4.319"
_RANGE = re.compile(r"(?P<name>[^;]+);range=\d+-(?P<high>\d+|\*)", re.IGNORECASE)
_ERRNO = re.compile(r"\[Errno -?\d+\] ([^'\"\]]+)")
_GSS_MINOR = re.compile(r"Minor \(\d+\): (.+)$")


class Entry:
    """One object as it was read. Names of attributes are matched without case; values are bytes."""

    def __init__(self, dn: str, attributes: dict[str, list[bytes]]) -> None:
        self.dn = dn
        self._values = {name.lower(): list(values) for name, values in attributes.items()}

    def all(self, name: str) -> list[bytes]:
        """All values; none if the object has no such attribute, or if we may not read it."""
        return self._values.get(name.lower(), [])

    def first(self, name: str) -> bytes | None:
        """The value of a single-valued attribute."""
        return next(iter(self.all(name)), None)

    def text(self, name: str) -> str | None:
        """The first value as text."""
        value = self.first(name)
        return None if value is None else value.decode()

    def texts(self, name: str) -> list[str]:
        """All values as text."""
        return [value.decode() for value in self.all(name)]

    def number(self, name: str) -> int:
        """The first value as a number, 0 if there is none."""
        return int(self.first(name) or 0)


class Swap(t.NamedTuple):
    """Single values to take out of, and to put into, an attribute that may be long."""

    removed: list[bytes]
    added: list[bytes]


# All values that the attribute shall have, or what to swap.
Modification: t.TypeAlias = "list[bytes] | Swap"


class Directory:
    """Reads and writes over one connection.

    server  what to call the server in an error
    """

    def __init__(self, connection: t.Any, server: str, *, read_only: bool) -> None:
        self._connection = connection
        self.server = server
        self.read_only = read_only
        self._base: str | None = None

    @property
    def base(self) -> str:
        """DN of the domain that the server serves."""
        if self._base is None:
            root = self.get("", ["defaultNamingContext"])
            self._base = root.text("defaultNamingContext") if root else None
            if not self._base:
                raise ServerError(
                    "read the root of the directory",
                    server=self.server,
                    why="the server names no default naming context",
                    todo="Check that 'server' is an Active Directory domain controller",
                )
        return self._base

    def get(self, dn: str, attributes: list[str]) -> Entry | None:
        """The object with this DN; None if the server says that there is none."""
        found = self._page(dn, filters.present("objectClass"), "BASE", attributes, None, absent_ok=True)
        if found is None:
            return None
        if not found[0]:
            raise Forbidden(
                "read the object",
                obj=dn,
                server=self.server,
                why="it exists, but the account that is used may not read it",
                todo="Grant the account the right to read the object",
            )
        return found[0][0]

    def search(
        self, condition: filters.Filter, attributes: list[str], *, base: str | None = None, scope: str = "SUBTREE"
    ) -> list[Entry]:
        """All objects that meet the condition, to the last page. scope is BASE, LEVEL or SUBTREE."""
        entries: list[Entry] = []
        cookie: bytes | None = b""
        while cookie is not None:
            page = self._page(self.base if base is None else base, condition, scope, attributes, cookie)
            entries += page[0] if page else []
            cookie = page[1] if page else None
        return entries

    def add(self, dn: str, attributes: dict[str, list[bytes]]) -> None:
        """Create an object; objectClass is among the attributes."""
        self._write("create the object", dn, lambda: self._connection.add(dn, attributes=attributes))

    def modify(self, dn: str, changes: dict[str, Modification]) -> None:
        """All changes in one operation: either every one happens or none."""
        operations = {name: _operations(change) for name, change in changes.items()}
        self._write("change the object", dn, lambda: self._connection.modify(dn, operations))

    def move(self, dn: str, name: str, parent: str | None) -> None:
        """Rename to C(name), such as C(CN=new); move as well if a container is given."""
        self._write("rename or move the object", dn, lambda: self._connection.modify_dn(dn, name, new_superior=parent))

    def delete(self, dn: str) -> None:
        """Delete one object without children."""
        self._write("delete the object", dn, lambda: self._connection.delete(dn))

    def _page(
        self,
        base: str,
        condition: filters.Filter,
        scope: str,
        attributes: list[str],
        cookie: bytes | None,
        absent_ok: bool = False,
    ) -> tuple[list[Entry], bytes | None] | None:
        """Entries and the cookie of the next page. No cookie asked for means no paging. None: the base is absent."""
        what, obj = "search the directory" if cookie is not None else "read the object", base or "rootDSE"
        paging = (
            {}
            if cookie is None
            else {"paged_size": _PAGE_SIZE, "paged_criticality": True, "paged_cookie": cookie or None}
        )
        with self._talking(what, obj):
            self._connection.search(
                base, str(condition), search_scope=scope, attributes=attributes or ["1.1"], **paging
            )
            result, response = self._connection.result, self._connection.response
        if absent_ok and result["result"] == result_codes.NO_SUCH_OBJECT:
            return None
        self._expect_success(what, obj)
        entries = [self._entry(item) for item in response or [] if item["type"] == "searchResEntry"]
        control = (result.get("controls") or {}).get(_PAGED_RESULTS)
        return entries, (control or {}).get("value", {}).get("cookie") or None

    def _entry(self, item: dict[str, t.Any]) -> Entry:
        values: dict[str, list[bytes]] = {}
        for label, chunk in item["raw_attributes"].items():
            ranged = _RANGE.fullmatch(label)
            if ranged:
                values[ranged["name"]] = self._whole(item["dn"], ranged["name"], list(chunk), ranged["high"])
            else:
                values.setdefault(label, list(chunk))
        return Entry(item["dn"], values)

    def _whole(self, dn: str, name: str, values: list[bytes], high: str) -> list[bytes]:
        """The rest of a long attribute: AD hands out 1500 values at a time. A missing piece is an error."""
        while high != "*":
            wanted = f"{name};range={int(high) + 1}-*"
            with self._talking("read the object", dn):
                self._connection.search(dn, "(objectClass=*)", search_scope="BASE", attributes=[wanted])
                response = self._connection.response
            self._expect_success("read the object", dn)
            pieces = [
                (match, chunk)
                for item in response or []
                if item["type"] == "searchResEntry"
                for label, chunk in item["raw_attributes"].items()
                if (match := _RANGE.fullmatch(label)) and match["name"].lower() == name.lower()
            ]
            if len(pieces) != 1:
                raise ServerError(
                    "read the object",
                    obj=dn,
                    server=self.server,
                    why=f"after {len(values)} values of '{name}' the server did not hand out the rest",
                    todo="Run again",
                )
            match, chunk = pieces[0]
            values += chunk
            high = match["high"]
        return values

    def _write(self, what: str, dn: str, operation: t.Callable[[], t.Any]) -> None:
        if self.read_only:
            raise CheckModeWriteRefused(
                what, obj=dn, server=self.server, why="this is check mode", todo="Report this as a defect"
            )
        with self._talking(what, dn):
            operation()
        self._expect_success(what, dn)

    def _expect_success(self, what: str, obj: str) -> None:
        result = self._connection.result
        if result["result"] != result_codes.SUCCESS:
            raise result_codes.error_for(
                result["result"],
                result["description"],
                result["message"] or "",
                what=what,
                obj=obj,
                server=self.server,
            )

    @contextlib.contextmanager
    def _talking(self, what: str, obj: str) -> t.Iterator[None]:
        try:
            yield
        except (LDAPException, OSError) as error:
            raise ConnectionFailed(
                what,
                obj=obj,
                server=self.server,
                why=f"the connection broke off ({error})",
                todo="Check that the domain controller runs, then run again: what was done is found and kept",
            ) from error


@contextlib.contextmanager
def open_directory(options: ConnectionOptions, *, read_only: bool) -> t.Iterator[Directory]:
    """A connection that is bound; closed at the end."""
    security = _CheckedTls(options)
    connection = _prepared(options, security)
    try:
        _connect(connection, security, options)
        _bind(connection, options)
        yield Directory(connection, options.server, read_only=read_only)
    finally:
        with contextlib.suppress(LDAPException, OSError):
            connection.unbind()


def _prepared(options: ConnectionOptions, security: t.Any) -> t.Any:
    """A connection that is not open yet."""
    logon = _logon(options)
    try:
        server = ldap3.Server(
            options.host,
            port=options.port,
            use_ssl=not options.start_tls,
            tls=security,
            get_info=ldap3.NONE,
            connect_timeout=options.timeout,
        )
        return ldap3.Connection(
            server,
            **logon,
            auto_range=False,
            auto_referrals=False,
            auto_escape=False,
            auto_encode=False,
            check_names=False,
            return_empty_attributes=False,
            receive_timeout=options.timeout,
        )
    except LDAPException as error:
        raise InvalidInput(
            WHAT,
            server=options.server,
            why=f"ldap3 does not take the connection options ({str(error) or type(error).__name__})",
            todo="Check 'server', which is a name or an address, and 'port'",
        ) from error


def _logon(options: ConnectionOptions) -> dict[str, t.Any]:
    if not options.kerberos:
        return {"user": options.username, "password": options.password, "authentication": ldap3.SIMPLE}
    kerberos: dict[str, t.Any] = {"authentication": ldap3.SASL, "sasl_mechanism": ldap3.KERBEROS}
    if options.password is not None:
        return {**kerberos, "sasl_credentials": (options.tls_server_name, None, _ticket(options))}
    return {**kerberos, "user": _principal(options.username), "sasl_credentials": (options.tls_server_name,)}


def _principal(username: str | None) -> str | None:
    """A UPN as Kerberos wants it: AD's realms are in capitals, its UPNs usually are not."""
    name, at, realm = (username or "").partition("@")
    return f"{name}{at}{realm.upper()}" or None


def _ticket(options: ConnectionOptions) -> t.Any:
    """Kerberos credentials from a password, in memory only."""
    try:
        import gssapi
    except ImportError as error:
        raise _no_gssapi(options) from error
    try:
        name = gssapi.Name(_principal(options.username), gssapi.NameType.user)
        return gssapi.raw.acquire_cred_with_password(name, options.password.encode(), usage="initiate").creds
    except gssapi.exceptions.GSSError as error:
        raise _kerberos_failed(error, options) from error


def _connect(connection: t.Any, security: t.Any, options: ConnectionOptions) -> None:
    try:
        connection.open(read_server_info=False)
        encrypted = not options.start_tls or connection.start_tls(read_server_info=False)
    except (LDAPException, OSError, UnicodeError) as error:
        if security.failure is not None:
            raise tls.error_for(security.failure, options) from error
        found = _ERRNO.search(str(error)) or _ERRNO.search(str(connection.last_error))
        raise ConnectionFailed(
            WHAT,
            server=options.server,
            why=found[1].lower() if found else f"{connection.last_error or error}",
            todo="Check 'server' and 'port', that the domain controller runs, and the firewall between",
        ) from error
    # whatever ldap3 made of the options: a bind would send the password over this very socket
    if not encrypted or connection.closed or not isinstance(connection.socket, ssl.SSLSocket):
        raise ConnectionFailed(
            WHAT,
            server=options.server,
            why="the connection is not encrypted, so nothing was sent to log on",
            todo="Check that 'port' fits 'tls_mode' and that the domain controller has a certificate",
        )


def _bind(connection: t.Any, options: ConnectionOptions) -> None:
    try:
        connection.bind(read_server_info=False)
    except LDAPPackageUnavailableError as error:
        raise _no_gssapi(options) from error
    except (LDAPException, OSError) as error:
        raise ConnectionFailed(
            WHAT, server=options.server, why=f"the logon broke off ({error})", todo="Look at the server's event log"
        ) from error
    except Exception as error:
        if type(error).__module__.partition(".")[0] == "gssapi":
            raise _kerberos_failed(error, options) from error
        raise
    result = connection.result
    if result["result"] != result_codes.SUCCESS:
        raise result_codes.error_for(
            result["result"],
            result["description"],
            result["message"] or "",
            what="log on to the directory as",
            obj=options.username or "the owner of the Kerberos ticket",
            server=options.server,
        )


def _kerberos_failed(error: Exception, options: ConnectionOptions) -> EngineError:
    text = " ".join(str(error).split())
    found = _GSS_MINOR.search(text)
    return AuthFailed(
        "log on to the directory as",
        obj=options.username or "the owner of the Kerberos ticket",
        server=options.server,
        why=f"Kerberos says: {found[1] if found else text or type(error).__name__}",
        todo="Check user name and password or get a ticket with kinit, check that 'tls_server_name' is the domain"
        " controller's full name, and that the clocks agree",
    )


def _no_gssapi(options: ConnectionOptions) -> EngineError:
    return InvalidInput(
        WHAT,
        server=options.server,
        why="auth_protocol=kerberos needs the Python packages 'gssapi' and 'cryptography' on the controller",
        todo="Install them, or use auth_protocol=simple",
    )


def _operations(change: Modification) -> list[tuple[str, list[bytes]]]:
    if not isinstance(change, Swap):
        return [(ldap3.MODIFY_REPLACE, change)]
    both = ((ldap3.MODIFY_DELETE, change.removed), (ldap3.MODIFY_ADD, change.added))
    return [(operation, values) for operation, values in both if values]
