# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading directory objects. For internal use by this collection only."""

from __future__ import annotations

import base64
import re
import typing as t

from .._engine.env import given
from .._engine.errors import InvalidInput, NotFound
from .._engine.module import Module, finish
from . import connection, dn, filters, lookup, membership, schema, values
from .member import Member, enabled
from .module import with_session

if t.TYPE_CHECKING:
    from .directory import Directory, Entry

_ALWAYS = ("objectClass", "objectGUID", "objectSid", "sAMAccountName", "userAccountControl")
_SCOPES = {"base": "BASE", "one_level": "LEVEL", "subtree": "SUBTREE"}
# Readable with enough rights, and then they would stand in a log.
_SECRET = frozenset(
    {
        "currentvalue",
        "dbcspwd",
        "initialauthincoming",
        "initialauthoutgoing",
        "lmpwdhistory",
        "ms-mcs-admpwd",
        "msds-managedpassword",
        "msfve-keypackage",
        "msfve-recoverypassword",
        "mslaps-encrypteddsrmpassword",
        "mslaps-encrypteddsrmpasswordhistory",
        "mslaps-encryptedpassword",
        "mslaps-encryptedpasswordhistory",
        "mslaps-password",
        "mspki-credentialroamingtokens",
        "mspkiaccountcredentials",
        "mspkidpapimasterkeys",
        "mskds-rootkeydata",
        "mssfu30password",
        "mstpm-ownerinformation",
        "ntpwdhistory",
        "ntsecretdata",
        "priorvalue",
        "supplementalcredentials",
        "trustauthincoming",
        "trustauthoutgoing",
        "unicodepwd",
        "unixuserpassword",
        "userpassword",
    }
)
# An attribute by number or with an option would be another name for the same.
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]*")

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
        return with_session(module, lambda directory: _result(directory, module.params, module.check_mode))

    finish(module, work)


def _result(directory: Directory, params: dict[str, t.Any], check_mode: bool) -> dict[str, t.Any]:
    _refuse_confidential(directory, params)
    predicted: list[str] = []
    found = _find(directory, params, check_mode, predicted)
    wanted = params["properties"] or []
    objects = [
        {**_described(member.entry, wanted), **(_way(member) if params["member_of"] else {})} for member in found
    ]
    return {"changed": False, "objects": objects, **({"predicted": predicted} if predicted else {})}


def _find(directory: Directory, params: dict[str, t.Any], check_mode: bool, predicted: list[str]) -> list[Member]:
    """What was asked for, each as the member that it is; one that no group was asked for is a member of nothing."""
    attributes = [*_ALWAYS, *(params["properties"] or [])]
    if params["identity"]:
        entry = lookup.find(directory, params["identity"], attributes)
        return [] if entry is None else [Member(entry)]

    def known(kind: str, name: str) -> Entry | None:
        entry = lookup.find(directory, name, ["objectClass"])
        if entry is None:
            if not check_mode:
                raise NotFound(
                    "search the directory",
                    server=directory.server,
                    why=f"there is no {kind} '{name}'",
                    todo=f"Correct the name, or create the {kind} first",
                )
            predicted.append(f"{kind} {name}")
        return entry

    container = known("container", params["search_base"]) if params["search_base"] else None
    group = known("group", params["member_of"]) if params["member_of"] else None
    if predicted:
        return []
    place = {"base": container.dn if container else directory.base, "scope": _SCOPES[params["search_scope"]]}
    wanted = condition(params)
    if group is None:
        found = [Member(entry) for entry in directory.search(wanted, attributes, **place)]
    else:
        _expect_group(directory, group)
        members = membership.members_of(directory, group.dn, nested=params["nested"], attributes=attributes)
        found = _meeting(directory, members, wanted, place) if _is_narrowed(params) else members
    return sorted(found, key=lambda member: dn.canonical(member.dn))


def _expect_group(directory: Directory, entry: Entry) -> None:
    classes = [name.lower() for name in entry.texts("objectClass")]
    if classes and "group" not in classes:
        raise InvalidInput(
            "search for members",
            obj=entry.dn,
            server=directory.server,
            why=f"it is no group, but of the class {classes[-1]}",
            todo="Name a group in 'member_of'",
        )


def _is_narrowed(params: dict[str, t.Any]) -> bool:
    """Whether not all members are wanted."""
    asked = any(params[name] for name in ("match", "starts_with", "search_base"))
    return asked or params["type"] != "any" or params["search_scope"] != "subtree"


def _meeting(
    directory: Directory, members: list[Member], wanted: filters.Filter, place: dict[str, str]
) -> list[Member]:
    """The members that meet the conditions. The directory decides, because it knows how to compare its attributes."""
    whole_domain = place == {"base": directory.base, "scope": "SUBTREE"}
    met: set[bytes | None] = set()
    for other_domain in (False, True) if whole_domain else (False,):
        guids = [member.entry.first("objectGUID") for member in members if member.other_domain is other_domain]
        for some in filters.portions([guid for guid in guids if guid]):
            both = filters.all_of(wanted, filters.any_of(*(filters.equals("objectGUID", guid) for guid in some)))
            found = (
                directory.forest_search(both, ["objectGUID"])
                if other_domain
                else directory.search(both, ["objectGUID"], **place)
            )
            met |= {entry.first("objectGUID") for entry in found}
    return [member for member in members if member.entry.first("objectGUID") in met]


def condition(params: dict[str, t.Any]) -> filters.Filter:
    """The search as a filter. Every given condition has to be met."""
    parts = [TYPES[params["type"]]]
    try:
        parts += [_equals(name, value) for name, value in (params["match"] or {}).items()]
        parts += [filters.starts_with(name, _text(value)) for name, value in (params["starts_with"] or {}).items()]
    except ValueError as error:
        raise InvalidInput("search the directory", why=str(error), todo="Use the attribute's LDAP name") from error
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


def _asked(params: dict[str, t.Any]) -> list[str]:
    """Every attribute that the options name."""
    return [*(params["properties"] or []), *(params["match"] or {}), *(params["starts_with"] or {})]


def _refuse_secrets(params: dict[str, t.Any]) -> None:
    for name in _asked(params):
        if not _NAME.fullmatch(name):
            raise InvalidInput(
                "read the attribute",
                obj=name,
                why="this is not the LDAP name of an attribute",
                todo="Use a name like 'description', without blanks, numbers or options",
            )
        if name.lower() in _SECRET:
            raise _secret(name, "it holds a password or a key")


def _refuse_confidential(directory: Directory, params: dict[str, t.Any]) -> None:
    """What the forest itself keeps from most readers (MS-ADTS 3.1.1.4.4) is nothing for a log."""
    asked = {name.lower(): name for name in _asked(params)}
    for name, attribute in schema.attributes(directory, [*asked.values(), "objectClass"]).items() if asked else ():
        if attribute.confidential:
            raise _secret(asked.get(name.lower(), name), "the forest marks it as confidential")


def _secret(name: str, why: str) -> InvalidInput:
    return InvalidInput("read the attribute", obj=name, why=why, todo="Leave it out; this module shows no secrets")


def _described(entry: Entry, wanted: list[str]) -> dict[str, t.Any]:
    guid, sid = entry.first("objectGUID"), entry.first("objectSid")
    return {
        "distinguished_name": entry.dn,
        "name": dn.leaf(entry.dn),
        "object_class": entry.texts("objectClass")[-1:][0] if entry.all("objectClass") else None,
        "object_guid": values.guid_from_bytes(guid) if guid else None,
        "sid": values.sid_from_bytes(sid) if sid else None,
        "sam_account_name": entry.text("sAMAccountName"),
        "enabled": enabled(entry),
        "properties": {name: [_readable(name, value) for value in entry.all(name)] for name in wanted},
    }


def _way(member: Member) -> dict[str, t.Any]:
    """How it came to be a member."""
    return {"through": list(member.through), "by_primary_group": member.primary}


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
