# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading directory objects. For internal use by this collection only."""

from __future__ import annotations

import base64
import typing as t

from .._engine.env import given
from .._engine.errors import InvalidInput, NotFound
from .._engine.module import Module, finish
from . import connection, dn, filters, lookup, values
from .module import session

if t.TYPE_CHECKING:
    from .directory import Directory, Entry

_ALWAYS = ("objectClass", "objectGUID", "objectSid", "sAMAccountName")
_SCOPES = {"base": "BASE", "one_level": "LEVEL", "subtree": "SUBTREE"}
# Readable with enough rights, and then they would stand in a log.
_SECRET = frozenset(
    {
        "msds-managedpassword",
        "ms-mcs-admpwd",
        "mslaps-password",
        "mslaps-encryptedpassword",
        "mslaps-encryptedpasswordhistory",
        "mslaps-encrypteddsrmpassword",
        "mslaps-encrypteddsrmpasswordhistory",
        "unicodepwd",
        "userpassword",
        "unixuserpassword",
    }
)

TYPES = {
    "any": filters.present("objectClass"),
    "computer": filters.all_of(filters.equals("objectCategory", "computer"), filters.equals("objectClass", "computer")),
    "group": filters.equals("objectClass", "group"),
    "organizational_unit": filters.equals("objectClass", "organizationalUnit"),
    "service_account": filters.equals("objectClass", "msDS-GroupManagedServiceAccount"),
    "user": filters.all_of(filters.equals("objectCategory", "person"), filters.equals("objectClass", "user")),
}


def argument_spec() -> dict[str, t.Any]:
    """Options of the module besides the connection."""
    return {
        "identity": {"type": "str"},
        "type": {"type": "str", "choices": list(TYPES), "default": "any"},
        "match": {"type": "dict"},
        "starts_with": {"type": "dict"},
        "member_of": {"type": "str"},
        "nested": {"type": "bool", "default": False},
        "search_base": {"type": "str"},
        "search_scope": {"type": "str", "choices": list(_SCOPES), "default": "subtree"},
        "properties": {"type": "list", "elements": "str"},
    }


def run() -> None:
    """Run the module."""
    search_options = ("match", "starts_with", "member_of", "search_base")
    module = Module(
        argument_spec={**connection.argument_spec(), **argument_spec()},
        mutually_exclusive=[("identity", name) for name in search_options],
        supports_check_mode=True,
    )

    def work() -> dict[str, t.Any]:
        _refuse_secrets(module.params)
        _refuse_no_values(module.params)
        with session(module) as directory:
            predicted: list[str] = []
            found = _find(directory, module.params, module.check_mode, predicted)
        wanted = module.params["properties"] or []
        result: dict[str, t.Any] = {"changed": False, "objects": [_described(entry, wanted) for entry in found]}
        return {**result, "predicted": predicted} if predicted else result

    finish(module, work)


def _find(directory: Directory, params: dict[str, t.Any], check_mode: bool, predicted: list[str]) -> list[Entry]:
    attributes = [*_ALWAYS, *(params["properties"] or [])]
    if params["identity"]:
        entry = lookup.find(directory, params["identity"], attributes)
        return [] if entry is None else [entry]

    def known(kind: str, name: str) -> str | None:
        entry = lookup.find(directory, name, ["objectClass"])
        if entry is not None:
            return entry.dn
        if not check_mode:
            raise NotFound(
                "search the directory",
                server=directory.server,
                why=f"there is no {kind} '{name}'",
                todo=f"Correct the name, or create the {kind} first",
            )
        predicted.append(f"{kind} {name}")
        return None

    base = known("container", params["search_base"]) if params["search_base"] else directory.base
    group = known("group", params["member_of"]) if params["member_of"] else None
    if predicted:
        return []
    found = directory.search(condition(params, group), attributes, base=base, scope=_SCOPES[params["search_scope"]])
    return sorted(found, key=lambda entry: dn.canonical(entry.dn))


def condition(params: dict[str, t.Any], group: str | None) -> filters.Filter:
    """The search as a filter. group is the DN of O(member_of). Every given condition has to be met."""
    parts = [TYPES[params["type"]]]
    try:
        parts += [_equals(name, value) for name, value in (params["match"] or {}).items()]
        parts += [filters.starts_with(name, _text(value)) for name, value in (params["starts_with"] or {}).items()]
    except ValueError as error:
        raise InvalidInput("search the directory", why=str(error), todo="Use the attribute's LDAP name") from error
    if group is not None:
        parts.append((filters.in_chain if params["nested"] else filters.equals)("memberOf", group))
    return filters.all_of(*parts)


def _equals(attribute: str, value: t.Any) -> filters.Filter:
    if attribute.lower() == "objectguid":
        return filters.equals(attribute, values.guid_to_bytes(str(value)))
    return filters.equals(attribute, _text(value))


def _text(value: t.Any) -> str:
    """A plain value as the directory writes it."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    return str(value)


def _refuse_no_values(params: dict[str, t.Any]) -> None:
    """A variable that was never set would make it another search, and often one that finds everything."""
    for option in ("match", "starts_with"):
        for name, value in (params[option] or {}).items():
            if not given(value) or isinstance(value, (dict, list)):
                raise InvalidInput(
                    "search the directory",
                    why=f"'{name}' in '{option}' is {'a list or a dictionary' if given(value) else 'empty'}",
                    todo="Give it one text or number, or leave the attribute out",
                )


def _refuse_secrets(params: dict[str, t.Any]) -> None:
    asked = [*(params["properties"] or []), *(params["match"] or {}), *(params["starts_with"] or {})]
    for name in asked:
        if name.partition(";")[0].lower() in _SECRET:
            raise InvalidInput(
                "read the attribute",
                obj=name,
                why="it holds a password",
                todo="Leave it out; this module shows no secrets",
            )


def _described(entry: Entry, wanted: list[str]) -> dict[str, t.Any]:
    guid, sid = entry.first("objectGUID"), entry.first("objectSid")
    return {
        "distinguished_name": entry.dn,
        "name": dn.leaf(entry.dn),
        "object_class": entry.texts("objectClass")[-1:][0] if entry.all("objectClass") else None,
        "object_guid": values.guid_from_bytes(guid) if guid else None,
        "sid": values.sid_from_bytes(sid) if sid else None,
        "sam_account_name": entry.text("sAMAccountName"),
        "properties": {name: [_readable(name, value) for value in entry.all(name)] for name in wanted},
    }


def _readable(name: str, value: bytes) -> str:
    """GUIDs and SIDs in their usual form, text as it is, anything else in base64."""
    if name.lower() == "objectguid":
        return values.guid_from_bytes(value)
    if name.lower() in ("objectsid", "sidhistory", "tokengroups"):
        return values.sid_from_bytes(value)
    try:
        text = value.decode()
    except UnicodeDecodeError:
        return base64.b64encode(value).decode()
    return text if text.isprintable() or "\n" in text else base64.b64encode(value).decode()
