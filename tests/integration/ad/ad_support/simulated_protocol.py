# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""LDAP messages (RFC 4511) as the simulated domain controller reads and writes them.

pyasn1 does the encoding, with the grammar that ldap3 brings along; this file only takes structures apart. ldap3's
grammar of filters serves for writing them, because pyasn1 keeps what a type held when it was used; so the one for
reading is built here, from the innermost level outwards.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ldap3.protocol import rfc2696, rfc4511
from ldap3.strategy.base import BaseStrategy
from pyasn1.codec.ber import decoder, encoder
from pyasn1.type.namedtype import NamedType, NamedTypes, OptionalNamedType

PAGED_RESULTS = "1.2.840.113556.1.4.319"
Attributes = dict[str, list[bytes]]


@dataclasses.dataclass(frozen=True)
class Paging:
    """What the control for paged results asks for (RFC 2696)."""

    size: int
    cookie: bytes


@dataclasses.dataclass(frozen=True)
class Search:
    """Filters are tuples that begin with the name of their kind in RFC 4511; see C(simulated_filters)."""

    base: str
    scope: str
    condition: tuple[t.Any, ...]
    attributes: list[str]
    paging: Paging | None
    kind: str = "search"

    @property
    def dn(self) -> str:
        return self.base


@dataclasses.dataclass(frozen=True)
class Write:
    """kind is add, modify, rename or delete; changes are (verb, attribute, values)."""

    kind: str
    dn: str
    attributes: Attributes = dataclasses.field(default_factory=dict)
    changes: tuple[tuple[str, str, list[bytes]], ...] = ()
    new_name: str = ""
    new_parent: str | None = None


@dataclasses.dataclass(frozen=True)
class Bind:
    """A simple logon; password None stands for any other kind."""

    dn: str
    password: str | None
    kind: str = "bind"


@dataclasses.dataclass(frozen=True)
class Other:
    """An operation that the simulation does not know; C(unbind) ends the connection."""

    kind: str
    dn: str = ""


Request: t.TypeAlias = "Search | Write | Bind | Other"

_ANSWERS = {
    "bind": ("bindResponse", rfc4511.BindResponse),
    "search": ("searchResDone", rfc4511.SearchResultDone),
    "add": ("addResponse", rfc4511.AddResponse),
    "modify": ("modifyResponse", rfc4511.ModifyResponse),
    "rename": ("modDNResponse", rfc4511.ModifyDNResponse),
    "delete": ("delResponse", rfc4511.DelResponse),
    "extendedReq": ("extendedResp", rfc4511.ExtendedResponse),
}
# Filters in filters, which is more than any of ours has.
_LEVELS = 5
_SCOPES = ("base", "one_level", "subtree")
_VERBS = ("add", "delete", "replace", "increment")


def _grammar_of_filters(levels: int) -> t.Any:
    leaves = [
        NamedType("equalityMatch", rfc4511.EqualityMatch()),
        NamedType("substringFilter", rfc4511.SubstringFilter()),
        NamedType("greaterOrEqual", rfc4511.GreaterOrEqual()),
        NamedType("lessOrEqual", rfc4511.LessOrEqual()),
        NamedType("present", rfc4511.Present()),
        NamedType("approxMatch", rfc4511.ApproxMatch()),
        NamedType("extensibleMatch", rfc4511.ExtensibleMatch()),
    ]
    if levels:
        inner = _grammar_of_filters(levels - 1)
        leaves += [
            NamedType("and", _derived(rfc4511.And, inner)),
            NamedType("or", _derived(rfc4511.Or, inner)),
            NamedType("notFilter", _derived(rfc4511.Not, NamedTypes(NamedType("innerNotFilter", inner)))),
        ]
    return _derived(rfc4511.Filter, NamedTypes(*leaves))


def _derived(base: t.Any, components: t.Any) -> t.Any:
    return type(base.__name__, (base,), {"componentType": components})()


def _grammar_of_messages() -> t.Any:
    def with_filters(part: NamedType) -> NamedType:
        return NamedType(part.name, _grammar_of_filters(_LEVELS)) if part.name == "filter" else part

    search = _derived(
        rfc4511.SearchRequest, NamedTypes(*map(with_filters, rfc4511.SearchRequest.componentType.namedTypes))
    )
    operations = [
        NamedType(part.name, search) if part.name == "searchRequest" else part
        for part in rfc4511.ProtocolOp.componentType.namedTypes
    ]
    return _derived(
        rfc4511.LDAPMessage,
        NamedTypes(
            NamedType("messageID", rfc4511.MessageID()),
            NamedType("protocolOp", _derived(rfc4511.ProtocolOp, NamedTypes(*operations))),
            OptionalNamedType("controls", rfc4511.Controls()),
        ),
    )


_MESSAGE = _grammar_of_messages()


def size_of(received: bytes) -> int:
    """Bytes of the message that the received ones begin with; negative if they do not tell yet."""
    return BaseStrategy.compute_ldap_message_size(received)


def decode(raw: bytes) -> tuple[int, Request]:
    """Number and content of a message."""
    message, _rest = decoder.decode(raw, asn1Spec=_MESSAGE)
    return int(message["messageID"]), _request(message["protocolOp"], _paging(message["controls"]))


def entry(number: int, dn: str, attributes: Attributes) -> bytes:
    """One object of a search result."""
    found = rfc4511.SearchResultEntry()
    found["object"] = dn
    listed = rfc4511.PartialAttributeList()
    for position, (name, values) in enumerate(attributes.items()):
        attribute = rfc4511.PartialAttribute()
        attribute["type"] = name
        attribute["vals"] = rfc4511.Vals()
        attribute["vals"].extend([rfc4511.AttributeValue(value) for value in values])
        listed[position] = attribute
    found["attributes"] = listed
    return _message(number, "searchResEntry", found)


def reference(number: int, uri: str) -> bytes:
    """A search result reference: another server knows what lies below."""
    found = rfc4511.SearchResultReference()
    found.append(rfc4511.URI(uri))
    return _message(number, "searchResRef", found)


def result(
    number: int, kind: str, code: int = 0, text: str = "", referral: str = "", cookie: bytes | None = None
) -> bytes:
    """The end of an operation. cookie is that of the next page; none of it means that paging was not asked for."""
    name, make = _ANSWERS[kind]
    done = make()
    done["resultCode"], done["matchedDN"], done["diagnosticMessage"] = code, "", text
    if referral:
        done["referral"] = rfc4511.Referral()
        done["referral"].append(rfc4511.URI(referral))
    return _message(number, name, done, [] if cookie is None else [_page_control(cookie)])


def _message(number: int, name: str, operation: t.Any, controls: t.Sequence[t.Any] = ()) -> bytes:
    message = rfc4511.LDAPMessage()
    message["messageID"] = number
    message["protocolOp"] = rfc4511.ProtocolOp()
    message["protocolOp"][name] = operation
    if controls:
        message["controls"] = rfc4511.Controls()
        message["controls"].extend(controls)
    return encoder.encode(message)


def _page_control(cookie: bytes) -> t.Any:
    value = rfc2696.RealSearchControlValue()
    value["size"], value["cookie"] = 0, cookie
    control = rfc4511.Control()
    control["controlType"], control["criticality"] = PAGED_RESULTS, False
    control["controlValue"] = encoder.encode(value)
    return control


def _paging(controls: t.Any) -> Paging | None:
    for control in controls if controls.isValue else ():
        if str(control["controlType"]) == PAGED_RESULTS:
            value, _rest = decoder.decode(bytes(control["controlValue"]), asn1Spec=rfc2696.RealSearchControlValue())
            return Paging(int(value["size"]), bytes(value["cookie"]))
    return None


def _request(operation: t.Any, paging: Paging | None) -> Request:
    kind, body = operation.getName(), operation.getComponent()
    if kind == "searchRequest":
        return Search(
            base=str(body["baseObject"]),
            scope=_SCOPES[int(body["scope"])],
            condition=_filter(body["filter"]),
            attributes=[str(name) for name in body["attributes"]],
            paging=paging,
        )
    if kind == "bindRequest":
        choice = body["authentication"]
        simple = choice.getName() == "simple"
        return Bind(str(body["name"]), bytes(choice.getComponent()).decode() if simple else None)
    if kind == "addRequest":
        return Write("add", str(body["entry"]), {str(item["type"]): _values(item) for item in body["attributes"]})
    if kind == "modifyRequest":
        changes = tuple(
            (_VERBS[int(item["operation"])], str(item["modification"]["type"]), _values(item["modification"]))
            for item in body["changes"]
        )
        return Write("modify", str(body["object"]), changes=changes)
    if kind == "modDNRequest":
        parent = str(body["newSuperior"]) if body["newSuperior"].isValue else None
        return Write("rename", str(body["entry"]), new_name=str(body["newrdn"]), new_parent=parent)
    if kind == "delRequest":
        return Write("delete", str(body))
    return Other("unbind" if kind == "unbindRequest" else kind)


def _values(attribute: t.Any) -> list[bytes]:
    return [bytes(value) for value in attribute["vals"]]


def _filter(found: t.Any) -> tuple[t.Any, ...]:
    kind, body = found.getName(), found.getComponent()
    if kind in ("and", "or"):
        return (kind, [_filter(part) for part in body])
    if kind == "notFilter":
        return (kind, _filter(body["innerNotFilter"]))
    if kind == "present":
        return (kind, str(body))
    if kind == "substringFilter":
        return (kind, str(body["type"]), [(part.getName(), bytes(part.getComponent())) for part in body["substrings"]])
    if kind == "extensibleMatch":
        return (kind, str(body["matchingRule"]), str(body["type"]), bytes(body["matchValue"]))
    return (kind, str(body["attributeDesc"]), bytes(body["assertionValue"]))
