# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Conditional expressions of access control entries (MS-DTYP 2.4.4.17). For internal use by this collection only.

An expression stands in an entry in postfix order, one token after the other: a literal, the name of a claim, or an
operator that takes what stands before it. Here it is a tree of C(Node)s. Both ways give the same bytes.
"""

from __future__ import annotations

import dataclasses
import struct
import typing as t

from .values import sid_from_bytes, sid_to_bytes

MAGIC = b"artx"
# Far more than anybody writes; what is deeper is not taken apart.
_DEEPEST = 100
_LENGTH = struct.Struct("<I")
_INTEGER = struct.Struct("<qBB")

# Byte codes (MS-DTYP 2.4.4.17.4 to 2.4.4.17.8).
INT8, INT16, INT32, INT64 = 0x01, 0x02, 0x03, 0x04
UNICODE, OCTETS, COMPOSITE, SID = 0x10, 0x18, 0x50, 0x51
LOCAL_ATTRIBUTE, USER_ATTRIBUTE, RESOURCE_ATTRIBUTE, DEVICE_ATTRIBUTE = 0xF8, 0xF9, 0xFA, 0xFB
EQUALS, MEMBER_OF, MEMBER_OF_ANY, OR, NOT = 0x80, 0x89, 0x8B, 0xA1, 0xA2

_INTEGERS = frozenset({INT8, INT16, INT32, INT64})
_PREFIXES = {
    LOCAL_ATTRIBUTE: "",
    USER_ATTRIBUTE: "@USER.",
    RESOURCE_ATTRIBUTE: "@RESOURCE.",
    DEVICE_ATTRIBUTE: "@DEVICE.",
}
_UNARY = {
    0x87: "Exists",
    MEMBER_OF: "Member_of",
    0x8A: "Device_Member_of",
    MEMBER_OF_ANY: "Member_of_any",
    0x8C: "Device_Member_of_any",
    0x8D: "Not_Exists",
    0x90: "Not_Member_of",
    0x91: "Not_Device_Member_of",
    0x92: "Not_Member_of_any",
    0x93: "Not_Device_Member_of_any",
    NOT: "!",
}
_BINARY = {
    EQUALS: "==",
    0x81: "!=",
    0x82: "<",
    0x83: "<=",
    0x84: ">",
    0x85: ">=",
    0x86: "Contains",
    0x88: "Any_of",
    0x8E: "Not_Contains",
    0x8F: "Not_Any_of",
    0xA0: "&&",
    OR: "||",
}


@dataclasses.dataclass(frozen=True)
class Node:
    """One token with what it takes.

    code      byte code
    payload   value of a literal, or name of an attribute, as it stands in the expression
    operands  of an operator, or the elements of a list
    """

    code: int
    payload: bytes = b""
    operands: tuple[Node, ...] = ()

    @property
    def text(self) -> str:
        """Text of a string, or name of an attribute."""
        return self.payload.decode("utf-16-le")

    @property
    def sid(self) -> str:
        """SID as text."""
        return sid_from_bytes(self.payload)

    def to_bytes(self) -> bytes:
        """The token, after those that it takes."""
        inner = b"".join(operand.to_bytes() for operand in self.operands)
        code = bytes((self.code,))
        if self.code == COMPOSITE:
            return code + _LENGTH.pack(len(inner)) + inner
        if self.code in _UNARY or self.code in _BINARY:
            return inner + code
        return code + (b"" if self.code in _INTEGERS else _LENGTH.pack(len(self.payload))) + self.payload


def member_of_any(sids: t.Iterable[str]) -> Node:
    """Met by whoever has one of the SIDs in the token."""
    return Node(
        MEMBER_OF_ANY, operands=(Node(COMPOSITE, operands=tuple(Node(SID, sid_to_bytes(sid)) for sid in sids)),)
    )


def user_claim_is(claim: str, value: str) -> Node:
    """Met by whoever has the claim with this value."""
    left, right = claim.encode("utf-16-le"), value.encode("utf-16-le")
    return Node(EQUALS, operands=(Node(USER_ATTRIBUTE, left), Node(UNICODE, right)))


def either(first: Node, *others: Node) -> Node:
    """Met if one of them is."""
    for other in others:
        first = Node(OR, operands=(first, other))
    return first


def alternatives(node: Node) -> list[Node]:
    """Terms of which one has to be met: the inverse of C(either())."""
    return [node] if node.code != OR else [term for operand in node.operands for term in alternatives(operand)]


def nodes(node: Node) -> t.Iterator[Node]:
    """Every token of an expression."""
    yield node
    for operand in node.operands:
        yield from nodes(operand)


def encode(node: Node) -> bytes:
    """Application data of an entry, filled with zeros to a multiple of four bytes."""
    raw = MAGIC + node.to_bytes()
    return raw + bytes(-len(raw) % 4)


def parse(raw: bytes) -> Node:
    """The tree of an entry's application data. ValueError for anything that MS-DTYP does not describe."""
    if not raw.startswith(MAGIC):
        raise ValueError("not a conditional expression: it does not begin with 'artx'")
    try:
        stack = _parse(raw[len(MAGIC) :])
    except (struct.error, IndexError) as error:
        raise ValueError("a conditional expression is cut short") from error
    if len(stack) != 1:
        raise ValueError(f"a conditional expression leaves {len(stack)} values instead of one")
    if stack[0].code not in (*_UNARY, *_BINARY, *_PREFIXES):
        raise ValueError("a conditional expression is a literal and no condition")
    return stack[0]


def text(node: Node) -> str:
    """The expression as SDDL writes it (MS-DTYP 2.5.1.1), for human eyes."""
    if node.code in _BINARY:
        left, right = (text(operand) for operand in node.operands)
        return f"({left} {_BINARY[node.code]} {right})"
    if node.code == NOT:
        return f"(!{text(node.operands[0])})"
    if node.code in _UNARY:
        return f"({_UNARY[node.code]} {text(node.operands[0])})"
    if node.code == COMPOSITE:
        return f"{{{', '.join(text(element) for element in node.operands)}}}"
    if node.code == SID:
        return f"SID({node.sid})"
    if node.code == OCTETS:
        return f"#{node.payload.hex()}"
    if node.code in _INTEGERS:
        return str(_INTEGER.unpack(node.payload)[0])
    return f'"{node.text}"' if node.code == UNICODE else _PREFIXES[node.code] + node.text


def _parse(raw: bytes) -> list[Node]:
    stack: list[Node] = []
    depths: list[int] = []
    position = 0
    while position < len(raw):
        code = raw[position]
        if code == 0:
            if any(raw[position:]):
                raise ValueError("a conditional expression goes on after its end")
            break
        count = 1 if code in _UNARY else 2 if code in _BINARY else 0
        if len(stack) < count:
            raise ValueError(f"the operator {code:#04x} of a conditional expression stands before its operands")
        if count:
            node, position = Node(code, operands=tuple(stack[-count:])), position + 1
            depth = 1 + max(depths[-count:])
            del stack[-count:], depths[-count:]
        else:
            (node, position), depth = _literal(raw, position), 0
        if depth > _DEEPEST:
            raise ValueError(f"a conditional expression is more than {_DEEPEST} levels deep")
        stack.append(node)
        depths.append(depth)
    return stack


def _literal(raw: bytes, position: int) -> tuple[Node, int]:
    """A literal or an attribute, and where the next token begins."""
    code, start = raw[position], position + 1
    if code in _INTEGERS:
        payload = raw[start : start + _INTEGER.size]
        _INTEGER.unpack(payload)
        return Node(code, payload), start + _INTEGER.size
    if code not in (UNICODE, OCTETS, COMPOSITE, SID, *_PREFIXES):
        raise ValueError(f"a conditional expression holds the unknown token {code:#04x}")
    (length,) = _LENGTH.unpack_from(raw, start)
    start += _LENGTH.size
    payload, end = raw[start : start + length], start + length
    if len(payload) != length:
        raise ValueError("a conditional expression is cut short")
    if code == COMPOSITE:
        return Node(code, operands=tuple(_elements(payload))), end
    node = Node(code, payload)
    if code == SID:
        sid_from_bytes(payload)
    elif code != OCTETS and node.text.encode("utf-16-le") != payload:
        raise ValueError("a conditional expression holds text that is not UTF-16")
    return node, end


def _elements(payload: bytes) -> t.Iterator[Node]:
    position = 0
    while position < len(payload):
        if payload[position] == COMPOSITE or payload[position] in _PREFIXES:
            raise ValueError("a conditional expression holds a list or an attribute inside a list")
        element, position = _literal(payload, position)
        yield element
