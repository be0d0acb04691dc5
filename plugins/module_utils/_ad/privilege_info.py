# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module that says who owns accounts and what they may do. For internal use by this collection only."""

from __future__ import annotations

import datetime
import typing as t

from .._engine.errors import InvalidInput, NotFound
from .._engine.module import Module, finish
from . import batches, connection, dn, filters, lookup, privileges, values
from .account_facts import type_of
from .lookup import Finder
from .module import with_session
from .rules import SEVERITIES
from .service_account import DECOMMISSIONED_LABEL, TICKET_LABEL

if t.TYPE_CHECKING:
    from .directory import Directory, Entry
    from .rules import Facts

_WHAT = "judge the account"
_USER = filters.all_of(filters.equals("objectCategory", "person"), filters.equals("objectClass", "user"))
_COMPUTER = filters.equals("objectCategory", "computer")
_GMSA = filters.equals("objectClass", "msDS-GroupManagedServiceAccount")
_SMSA = filters.equals("objectClass", "msDS-ManagedServiceAccount")
_DMSA = filters.equals("objectClass", "msDS-DelegatedManagedServiceAccount")
# The account with which the domain signs its tickets has an SPN, and runs no service.
_KRBTGT = filters.any_of(filters.equals("sAMAccountName", "krbtgt"), filters.present("msDS-SecondaryKrbTgtNumber"))
_SERVING = filters.any_of(
    filters.present("servicePrincipalName"),
    *(filters.starts_with("info", f"{label}:") for label in (TICKET_LABEL, DECOMMISSIONED_LABEL)),
)
_SERVICE_USER = filters.all_of(_USER, _SERVING, filters.negate(_KRBTGT))

TYPES = {
    "service_account": filters.any_of(_GMSA, _SMSA, _DMSA, _SERVICE_USER),
    "gmsa": _GMSA,
    "smsa": _SMSA,
    "user": _USER,
    "computer": _COMPUTER,
    "any": filters.any_of(_GMSA, _SMSA, _DMSA, _USER, _COMPUTER),
}


def argument_spec() -> dict[str, t.Any]:
    """Options of the module besides the connection."""
    return {
        "identities": {"type": "list", "elements": "str"},
        "search_base": {"type": "str"},
        "type": {"type": "str", "choices": list(TYPES), "default": "service_account"},
        "trusted_principals": {"type": "list", "elements": "str"},
        "local_administrators": {"type": "dict"},
        "stale_days": {"type": "int", "default": 90},
        # days, and no key
        "key_age_days": {"type": "int", "default": 180, "no_log": False},
        "token_groups": {"type": "bool", "no_log": False},
        "used_by": {"type": "bool", "default": False},
        "since": {"type": "str"},
    }


def run() -> None:
    """Run the module."""
    module = Module(
        argument_spec={**connection.argument_spec(), **argument_spec()},
        mutually_exclusive=[("identities", "search_base")],
        required_one_of=[("identities", "search_base")],
        supports_check_mode=True,
    )

    def work() -> dict[str, t.Any]:
        asked = _checked(module.params)
        return with_session(module, lambda directory: _result(directory, module.params, asked, module.check_mode))

    finish(module, work)


def _result(
    directory: Directory, params: dict[str, t.Any], asked: dict[str, t.Any], check_mode: bool
) -> dict[str, t.Any]:
    predicted: list[str] = []
    finder = Finder(directory)
    question = privileges.Question(
        stale_days=params["stale_days"],
        key_age_days=params["key_age_days"],
        trusted=_trusted(finder, params["trusted_principals"] or []),
        used_by=params["used_by"],
        **asked,
    )
    entries = _find(finder, params, privileges.attributes(question), check_mode, predicted)
    entries.sort(key=lambda entry: dn.canonical(entry.dn))
    found = privileges.answers(directory, entries, question)
    return {
        "changed": False,
        "accounts": found,
        "summary": _counted(found),
        "operations": directory.operations,
        **({"predicted": predicted} if predicted else {}),
    }


def _find(
    finder: Finder, params: dict[str, t.Any], attributes: list[str], check_mode: bool, predicted: list[str]
) -> list[Entry]:
    """The accounts with all that is needed of them. What is missing is an error; in check mode an earlier task of the
    same run may be going to make it."""
    directory = finder.directory
    identities = list(dict.fromkeys(params["identities"] or ()))
    missing = [name for name in identities if not name.strip()]
    if missing:
        raise InvalidInput(_WHAT, why="a name in 'identities' is empty", todo="Leave it out")
    if params["search_base"]:
        container = _known(finder, [("container", params["search_base"])], check_mode, predicted)
        if not container:
            return []
        return directory.search(TYPES[params["type"]], attributes, base=container[0].dn, descriptors=True)
    known = _known(finder, [("account", name) for name in identities], check_mode, predicted)
    for entry in known:
        _expect_account(directory, entry)
    guids = dict.fromkeys(entry.first("objectGUID") or b"" for entry in known)
    return batches.by_guid(directory, guids, attributes)


def _known(finder: Finder, wanted: list[tuple[str, str]], check_mode: bool, predicted: list[str]) -> list[Entry]:
    """Objects by their identities."""
    finder.prefetch([name for _kind, name in wanted], lookup.IDENTIFIERS)
    found, missing = [], []
    for kind, name in wanted:
        entry = finder.find(name, lookup.IDENTIFIERS)
        if entry is not None:
            found.append(entry)
        else:
            missing.append(f"{kind} {name}")
    if missing and not check_mode:
        raise NotFound(
            _WHAT,
            obj=missing[0].partition(" ")[2],
            server=finder.directory.server,
            why=f"there is no such {missing[0].partition(' ')[0]}, or the account that is used may not see it"
            + (f"; nor are there {len(missing) - 1} others of the list" if len(missing) > 1 else ""),
            todo="Correct the name, create it first, or grant the right to read it",
        )
    predicted += missing
    return found


def _expect_account(directory: Directory, entry: Entry) -> None:
    if type_of(entry) is None:
        classes = entry.texts("objectClass")
        raise InvalidInput(
            _WHAT,
            obj=entry.dn,
            server=directory.server,
            why=f"it is no account, but of the class {classes[-1] if classes else 'unknown'}",
            todo="Name accounts in 'identities', or give its container as 'search_base'",
        )


def _trusted(finder: Finder, names: list[str]) -> frozenset[str]:
    """SIDs of those who may change the accounts on purpose. A SID needs no object."""
    finder.prefetch([name for name in names if not values.is_sid(name)], lookup.IDENTIFIERS)
    found = set()
    for name in names:
        entry = None if values.is_sid(name) else finder.find(name, lookup.IDENTIFIERS)
        raw = entry.first("objectSid") if entry else None
        if values.is_sid(name):
            found.add(name.upper())
        elif raw:
            found.add(values.sid_from_bytes(raw))
        else:
            raise NotFound(
                "judge accounts",
                obj=name,
                server=finder.directory.server,
                why="no account and no group of this name can be found, so it cannot be told who is trusted",
                todo="Correct 'trusted_principals'",
            )
    return frozenset(found)


def _checked(params: dict[str, t.Any]) -> dict[str, t.Any]:
    """Options that have to be understood before anything is asked."""
    for name in ("stale_days", "key_age_days"):
        if params[name] < 0:
            raise InvalidInput("judge accounts", why=f"'{name}' is {params[name]}", todo="Give a number of days")
    told = params["local_administrators"]
    for host, members in (told or {}).items():
        if not isinstance(members, list) or not all(isinstance(member, str) for member in members):
            raise InvalidInput(
                "judge accounts",
                why=f"what 'local_administrators' says about '{host}' is no list of names",
                todo="Give a list of account names or SIDs for each host",
            )
    several = params["search_base"] or len(params["identities"] or ()) != 1
    token_groups = params["token_groups"] if params["token_groups"] is not None else not several
    return {"local_administrators": told, "since": _since(params["since"]), "token_groups": token_groups}


def _since(text: str | None) -> datetime.datetime | None:
    if not text:
        return None
    try:
        moment = datetime.datetime.fromisoformat(text)
    except ValueError as error:
        raise InvalidInput(
            "judge accounts", why=f"'{text}' in 'since' is no moment", todo="Write it like 2026-11-26T08:00:00+00:00"
        ) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)


def _counted(accounts: list[Facts]) -> dict[str, int]:
    """How many accounts there are, and how many whose worst finding is of each severity."""
    worst = [facts["severity"] for facts in accounts]
    return {"accounts": len(accounts), **{severity: worst.count(severity) for severity in reversed(SEVERITIES)}}
