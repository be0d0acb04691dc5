# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes to the simulated forest: all of one operation or nothing, refused with the codes that Windows uses."""

from __future__ import annotations

from ad_support.simulated_filters import NotModelledError
from ad_support.simulated_forest import DN_ATTRIBUTES, Forest, Item, canonical, parent_of
from ad_support.simulated_protocol import Write

NO_SUCH_ATTRIBUTE, VALUE_EXISTS, NO_SUCH_OBJECT, UNWILLING, NOT_A_LEAF, EXISTS = 16, 20, 32, 53, 66, 68
_NO_OBJECT = "0000208D: NameErr: DSID-03100238, problem 2001 (NO_OBJECT), data 0, best match of:\n\t'{}'\n\x00"


class Refused(Exception):
    """A write that is not done."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code, self.text = code, text


def apply(forest: Forest, request: Write) -> None:
    """Do it."""
    if request.kind == "add":
        _add(forest, request)
        return
    item = _existing(forest, request.dn)
    if request.kind == "modify":
        _modify(forest, item, request)
    elif request.kind == "rename":
        parent = request.new_parent or parent_of(item.dn)
        dn = f"{request.new_name},{_existing(forest, parent).dn}"
        if canonical(dn) != canonical(item.dn):
            _expect_free(forest, dn)
        forest.rename(item, dn)
    else:
        if any(canonical(parent_of(other.dn)) == canonical(item.dn) for other in forest.items.values()):
            raise Refused(NOT_A_LEAF, "00002015: UpdErr: DSID-031A1283, problem 6003 (CANT_ON_NON_LEAF), data 0\n\x00")
        forest.delete(item)


def _add(forest: Forest, request: Write) -> None:
    _existing(forest, parent_of(request.dn))
    _expect_free(forest, request.dn)
    given = {name.lower(): values for name, values in request.attributes.items()}
    for name in given.get("samaccountname", []):
        if any(
            value.lower() == name.lower() for item in forest.items.values() for value in item.values("sAMAccountName")
        ):
            raise Refused(EXISTS, "00000524: UpdErr: DSID-031A11E2, problem 6005 (ENTRY_EXISTS), data 0\n\x00")
    members = [_named(forest, value) for value in given.pop("member", [])]
    kind = given.pop("objectclass")[-1].decode()
    names = {name.lower(): name for name in request.attributes}
    item = forest.add(request.dn, kind, **{names[name]: values for name, values in given.items()})
    for member in members:
        item.link(member)


def _modify(forest: Forest, item: Item, request: Write) -> None:
    members = list(item.members)
    attributes = dict(item.attributes)
    for verb, name, values in request.changes:
        if name.lower() == "member":
            members = _changed_members(members, verb, [_named(forest, value) for value in values])
        else:
            held = attributes.get(name.lower(), (name, []))[1]
            attributes[name.lower()] = (name, _changed_values(name, held, verb, values))
    for member in list(item.members):
        item.unlink(member)
    for member in members:
        item.link(member)
    item.attributes = attributes


def _changed_members(held: list[Item], verb: str, named: list[Item]) -> list[Item]:
    if verb == "replace":
        return named
    if verb == "add":
        if set(named) & set(held):
            raise Refused(EXISTS, "00000562: UpdErr: DSID-031A1262, problem 6005 (ENTRY_EXISTS), data 0\n\x00")
        return [*held, *named]
    if set(named) - set(held):
        raise Refused(UNWILLING, "00000561: SvcErr: DSID-031A12D2, problem 5003 (WILL_NOT_PERFORM), data 0\n\x00")
    gone = set(named)
    return [item for item in held if item not in gone]


def _changed_values(name: str, held: list[bytes], verb: str, values: list[bytes]) -> list[bytes]:
    if name.lower() in DN_ATTRIBUTES - {"managedby"}:
        raise NotModelledError(f"a change of {name}")
    if verb == "replace":
        return values
    if verb == "add":
        if set(values) & set(held):
            raise Refused(VALUE_EXISTS, f"00002083: AtrErr: DSID-031519D6, #1:\n\t0: 00002083: {name}\n\x00")
        return [*held, *values]
    if set(values) - set(held):
        raise Refused(NO_SUCH_ATTRIBUTE, f"00002085: AtrErr: DSID-03151A31, #1:\n\t0: 00002085: {name}\n\x00")
    return [value for value in held if value not in values]


def _existing(forest: Forest, dn: str) -> Item:
    item = _named(forest, dn.encode())
    if item.hidden:
        raise Refused(NO_SUCH_OBJECT, _NO_OBJECT.format(dn))
    return item


def _named(forest: Forest, value: bytes) -> Item:
    """What a link names; nobody has to see it for that."""
    item = forest.get(value.decode())
    if item is None:
        raise Refused(NO_SUCH_OBJECT, _NO_OBJECT.format(value.decode()))
    return item


def _expect_free(forest: Forest, dn: str) -> None:
    if forest.get(dn) is not None:
        raise Refused(EXISTS, "00002071: UpdErr: DSID-0305038D, problem 6005 (ENTRY_EXISTS), data 0\n\x00")
