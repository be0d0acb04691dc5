# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads and writes over one connection. With binding.py the only file that knows ldap3. For internal use by this
collection only.

One connection per task to one domain controller, so that what is read back is what was written. Referrals are never
followed: they would carry the credentials to another server. Ranges are put together here, because ldap3 takes a range
that breaks off for a complete one. In check mode every write is refused here, because ldap3's own C(read_only) lets
C(add) pass.
"""

from __future__ import annotations

import contextlib
import datetime
import typing as t

from .._engine.errors import CheckModeWriteRefused, ConnectionFailed, Forbidden, ServerError
from . import binding, filters, forest, ranges, result_codes
from .binding import LDAP3_IMPORT_ERROR

if LDAP3_IMPORT_ERROR is None:
    import ldap3
    from ldap3.core.exceptions import LDAPException
    from ldap3.protocol.microsoft import security_descriptor_control

if t.TYPE_CHECKING:
    from .connection import Endpoint

_PAGE_SIZE = 500
_PAGED_RESULTS = "1.2.840.113556.1.4.319"
# OWNER, GROUP and DACL: to ask for the SACL as well takes a privilege (MS-ADTS 3.1.1.3.4.1.11).
_READABLE_PARTS = 0x1 | 0x2 | 0x4
_ROOT_ATTRIBUTES = [
    "defaultNamingContext",
    "configurationNamingContext",
    "rootDomainNamingContext",
    "isGlobalCatalogReady",
    "currentTime",
]


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

    server      what to call the server in an error
    operations  number of LDAP operations that were sent, the logon not counted
    written     whether a write was sent
    writes      the writes that succeeded, each as a sentence without its subject: "created 'CN=a,DC=b'"
    unanswered  DN of a write that was sent and not answered
    """

    def __init__(
        self, connection: t.Any, server: str, *, read_only: bool, open_catalog: forest.OpenCatalog | None = None
    ) -> None:
        self._connection = connection
        self.server = server
        self.read_only = read_only
        self.operations = 0
        self.written = False
        self.writes: list[str] = []
        self.unanswered: str | None = None
        self._root: Entry | None = None
        self._forest = forest.Forest(self, open_catalog)

    @property
    def base(self) -> str:
        """DN of the domain that the server serves."""
        return self.root_text("defaultNamingContext")

    @property
    def configuration(self) -> str:
        """DN of the forest's configuration partition."""
        return self.root_text("configurationNamingContext")

    @property
    def now(self) -> datetime.datetime:
        """The server's time in UTC, as it was when the connection was first used."""
        return datetime.datetime.strptime(self.root_text("currentTime"), "%Y%m%d%H%M%S.0Z").replace(tzinfo=datetime.UTC)

    @property
    def domains(self) -> list[str]:
        """DNs of all domains of the forest."""
        return self._forest.domains()

    def root_text(self, name: str) -> str:
        """An attribute of the root of the directory, read once."""
        if self._root is None:
            self._root = self.get("", _ROOT_ATTRIBUTES)
        found = self._root.text(name) if self._root else None
        if not found:
            raise ServerError(
                "read the root of the directory",
                server=self.server,
                why=f"the server does not say its {name}",
                todo="Check that 'server' is an Active Directory domain controller",
            )
        return found

    def get(self, dn: str, attributes: list[str], *, descriptors: bool = False) -> Entry | None:
        """The object with this DN; None if the server says that there is none.

        descriptors  read nTSecurityDescriptor without its SACL, which takes no privilege
        """
        condition = filters.present("objectClass")
        found = self._page(dn, condition, "BASE", attributes, None, absent_ok=True, descriptors=descriptors)
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
        self,
        condition: filters.Filter,
        attributes: list[str],
        *,
        base: str | None = None,
        scope: str = "SUBTREE",
        descriptors: bool = False,
    ) -> list[Entry]:
        """All objects that meet the condition, to the last page. scope is BASE, LEVEL or SUBTREE."""
        entries: list[Entry] = []
        cookie: bytes | None = b""
        start = self.base if base is None else base
        while cookie is not None:
            page = self._page(start, condition, scope, attributes, cookie, descriptors=descriptors)
            entries += page[0] if page else []
            cookie = page[1] if page else None
        return entries

    def forest_search(self, condition: filters.Filter, attributes: list[str]) -> list[Entry]:
        """All objects in all domains of the forest that meet the condition, or an error.

        Of other domains only what the global catalog holds is found and returned.
        """
        return self._forest.search(condition, attributes)

    def add(self, dn: str, attributes: dict[str, list[bytes]]) -> None:
        """Create an object; objectClass is among the attributes."""

        def add() -> None:
            self._connection.add(dn, attributes=attributes)

        self._write("create the object", "created", dn, add, attributes)

    def modify(self, dn: str, changes: dict[str, Modification]) -> None:
        """All changes in one operation: either every one happens or none."""
        operations = {name: _operations(change) for name, change in changes.items()}

        def modify() -> None:
            self._connection.modify(dn, operations)

        self._write("change the object", "changed", dn, modify, changes)

    def move(self, dn: str, name: str, parent: str | None) -> None:
        """Rename to C(name), such as C(CN=new); move as well if a container is given."""
        what, done = "rename or move the object", "renamed or moved"
        self._write(what, done, dn, lambda: self._connection.modify_dn(dn, name, new_superior=parent))

    def delete(self, dn: str) -> None:
        """Delete one object without children."""
        self._write("delete the object", "deleted", dn, lambda: self._connection.delete(dn))

    def _page(
        self,
        base: str,
        condition: filters.Filter,
        scope: str,
        attributes: list[str],
        cookie: bytes | None,
        *,
        absent_ok: bool = False,
        descriptors: bool = False,
    ) -> tuple[list[Entry], bytes | None] | None:
        """Entries and the cookie of the next page. No cookie asked for means no paging. None: the base is absent."""
        what, obj = "search the directory" if cookie is not None else "read the object", base or "rootDSE"
        paging = (
            {}
            if cookie is None
            else {"paged_size": _PAGE_SIZE, "paged_criticality": True, "paged_cookie": cookie or None}
        )
        if descriptors:
            paging["controls"] = security_descriptor_control(criticality=True, sdflags=_READABLE_PARTS)
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
            name = ranges.name_in(label)
            if name is not None:
                values[name] = self._whole(item["dn"], name)
            else:
                # Windows sends a long attribute without values next to its first range; ldap3 makes that a None.
                values.setdefault(label, list(chunk or []))
        return Entry(item["dn"], values)

    def _whole(self, dn: str, name: str) -> list[bytes]:
        """All values of a long attribute. A missing piece is an error."""

        def read(attributes: list[str]) -> dict[str, list[bytes]]:
            with self._talking("read the object", dn):
                self._connection.search(dn, "(objectClass=*)", search_scope="BASE", attributes=attributes)
                response = self._connection.response
            self._expect_success("read the object", dn)
            found = [item["raw_attributes"] for item in response or [] if item["type"] == "searchResEntry"]
            return {label: list(chunk or []) for label, chunk in found[0].items()} if found else {}

        try:
            return ranges.whole(read, name)
        except ranges.Incomplete as error:
            raise ServerError(
                "read the object", obj=dn, server=self.server, why=str(error), todo="Run again"
            ) from error

    def _write(
        self, what: str, done: str, dn: str, operation: t.Callable[[], t.Any], attributes: t.Collection[str] = ()
    ) -> None:
        if self.read_only:
            raise CheckModeWriteRefused(
                what, obj=dn, server=self.server, why="this is check mode", todo="Report this as a defect"
            )
        self.written, self.unanswered = True, dn
        with self._talking(what, dn):
            operation()
        self.unanswered = None
        self._expect_success(what, dn, attributes)
        self.writes.append(f"{done} '{dn}'")

    def _expect_success(self, what: str, obj: str, attributes: t.Collection[str] = ()) -> None:
        result = self._connection.result
        if result["result"] != result_codes.SUCCESS:
            raise result_codes.error_for(
                result["result"],
                result["description"],
                result["message"] or "",
                what=what,
                obj=obj,
                server=self.server,
                attributes=attributes,
            )

    @contextlib.contextmanager
    def _talking(self, what: str, obj: str) -> t.Iterator[None]:
        self.operations += 1
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
def open_directory(
    endpoint: Endpoint, *, read_only: bool, open_catalog: forest.OpenCatalog | None = None
) -> t.Iterator[Directory]:
    """A connection that is logged on; closed at the end."""
    with binding.bound(endpoint) as connection:
        yield Directory(connection, endpoint.server, read_only=read_only, open_catalog=open_catalog)


def _operations(change: Modification) -> list[tuple[str, list[bytes]]]:
    if not isinstance(change, Swap):
        return [(ldap3.MODIFY_REPLACE, change)]
    both = ((ldap3.MODIFY_DELETE, change.removed), (ldap3.MODIFY_ADD, change.added))
    return [(operation, values) for operation, values in both if values]
