# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Distinguished names: take apart, put together, compare (RFC 4514). For internal use by this collection only.

Multi-valued parts (C(a=1+b=2)) and hexadecimal BER values (C(#04...)) are refused: Active Directory makes neither.
"""

from __future__ import annotations

import functools
import re
import typing as t

Part = tuple[str, str]

_SPECIAL = frozenset(',+"\\<>;=')
_TYPE = re.compile(r"[A-Za-z][A-Za-z0-9-]*|[0-9]+(\.[0-9]+)*")
# A name without anything to unescape, as nearly all are: most of the time goes into comparing names.
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9-]*=[^\\,+\"<>;=# ][^\\,+\"<>;=\x00-\x1f\x7f]*(?<! )")
_HEX_PAIR = re.compile(r"[0-9A-Fa-f]{2}")


class InvalidDn(ValueError):
    """The text is no distinguished name."""


def escape(value: str) -> str:
    """A value as it stands in a distinguished name. Control characters become hex pairs, as AD itself writes them."""
    out = []
    for position, char in enumerate(value):
        if ord(char) < 0x20 or ord(char) == 0x7F:
            out.append(f"\\{ord(char):02X}")
        elif char in _SPECIAL or (char == "#" and position == 0):
            out.append("\\" + char)
        elif char == " " and position in (0, len(value) - 1):
            out.append("\\ ")
        else:
            out.append(char)
    return "".join(out)


def parse(dn: str) -> tuple[Part, ...]:
    """Parts from the leaf upwards, as (type, unescaped value). The empty text has none."""
    if not dn.strip():
        return ()
    return tuple(_part(raw, dn) for raw in _split(dn))


def text(parts: t.Iterable[Part]) -> str:
    """The inverse of C(parse())."""
    return ",".join(f"{kind}={escape(value)}" for kind, value in parts)


def child(kind: str, value: str, parent: str) -> str:
    """DN of an object named C(value) in C(parent)."""
    return text(((kind, value), *parse(parent)))


def parent(dn: str) -> str:
    """DN of the container; empty for a root."""
    return text(parse(dn)[1:])


def leaf(dn: str) -> str:
    """Value of the first part: the object's own name."""
    parts = parse(dn)
    return parts[0][1] if parts else ""


def same_domain(one: str, other: str) -> bool:
    """Whether two names belong to one domain; names of a child domain lie below the parent's and belong to another."""
    return domain_of(one).lower() == domain_of(other).lower()


def domain_of(dn: str) -> str:
    """DNS name of the domain that a name belongs to: C(lab.test) for C(OU=x,DC=lab,DC=test)."""
    return ".".join(value for kind, value in parse(dn) if kind.upper() == "DC")


@functools.lru_cache(maxsize=65536)
def is_dn(candidate: str) -> bool:
    """Whether the text can only be meant as a distinguished name."""
    if _is_plain(candidate):
        return True
    try:
        return bool(parse(candidate))
    except InvalidDn:
        return False


@functools.lru_cache(maxsize=65536)
def canonical(dn: str) -> str:
    """The one form in which two names are compared; a text that is no name is compared as it is, without case."""
    if _is_plain(dn):
        return dn.lower()
    try:
        return text((kind.lower(), value.lower()) for kind, value in parse(dn))
    except InvalidDn:
        return dn.lower()


def within(dn: str, base: str) -> bool:
    """Whether C(dn) is C(base) or lies below it."""
    if _is_plain(dn) and _is_plain(base):
        return f",{canonical(dn)}".endswith(f",{canonical(base)}")
    inner, outer = parse(canonical(dn)), parse(canonical(base))
    return len(inner) >= len(outer) and inner[len(inner) - len(outer) :] == outer


def _is_plain(dn: str) -> bool:
    """Whether the name can be compared as it stands."""
    return all(_PLAIN.fullmatch(part) for part in dn.split(","))


def _split(dn: str) -> list[str]:
    """Raw parts, escapes still in them."""
    parts, start, position = [], 0, 0
    while position < len(dn):
        if dn[position] == "\\":
            position += 2
            continue
        if dn[position] in ",;":
            parts.append(dn[start:position])
            start = position + 1
        position += 1
    return [*parts, dn[start:]]


def _part(raw: str, dn: str) -> Part:
    kind, equals, value = raw.partition("=")
    kind = kind.strip()
    if not equals or not _TYPE.fullmatch(kind):
        raise InvalidDn(f"'{raw.strip()}' in '{dn}' is not of the form NAME=value")
    value = _strip(value)
    if value.startswith("#"):
        raise InvalidDn(f"'{raw.strip()}' in '{dn}' is a hexadecimal value, which Active Directory does not use")
    return kind, _unescape(value, raw, dn)


def _strip(value: str) -> str:
    """Without insignificant spaces; one that is escaped stays."""
    value = value.lstrip(" ")
    bare = value.rstrip(" ")
    backslashes = len(bare) - len(bare.rstrip("\\"))
    return bare + " " if backslashes % 2 and len(bare) < len(value) else bare


def _unescape(value: str, raw: str, dn: str) -> str:
    out = bytearray()
    position = 0
    while position < len(value):
        char = value[position]
        if char == "\\":
            pair = value[position + 1 : position + 3]
            if _HEX_PAIR.fullmatch(pair):
                out.append(int(pair, 16))
                position += 3
                continue
            if not pair:
                raise InvalidDn(f"'{raw.strip()}' in '{dn}' ends with a lone backslash")
            out += pair[0].encode()
            position += 2
            continue
        if char in '+"<>':
            raise InvalidDn(f"'{raw.strip()}' in '{dn}' holds '{char}' without a backslash before it")
        out += char.encode()
        position += 1
    if 0 in out:
        raise InvalidDn(f"'{raw.strip()}' in '{dn}' holds a NUL character, at which a directory would cut it short")
    try:
        return out.decode()
    except UnicodeDecodeError as error:
        raise InvalidDn(f"'{raw.strip()}' in '{dn}' holds hex pairs that are not UTF-8") from error
