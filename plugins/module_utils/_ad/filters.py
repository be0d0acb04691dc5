# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""LDAP filters by construction (RFC 4515). For internal use by this collection only.

No function here takes a piece of filter text from outside: values are escaped, attribute names are checked, and only
what these functions made can be combined. So no name in an inventory can change the meaning of a search.
"""

from __future__ import annotations

import re
import string
import typing as t

_ATTRIBUTE = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
_READABLE = frozenset(string.ascii_letters + string.digits + "-_.,=@$/:")
_IN_CHAIN = "1.2.840.113556.1.4.1941"
_ALL_BITS = "1.2.840.113556.1.4.803"


# Terms of one filter. What a filter costs a server grows faster than the number of its terms; Active Directory's own
# pages are larger, so that each answer is one page.
MOST_TERMS = 100
_T = t.TypeVar("_T")


class Filter(str):
    """A complete filter, made by this module."""

    __slots__ = ()


def escape(value: str | bytes) -> str:
    """A value as it stands in a filter.

    Letters and digits stay readable, every other byte becomes a hex pair. That is more than RFC 4515 asks for, but
    ldap3 strips blanks at the ends of a value.
    """
    if isinstance(value, bytes):
        return "".join(f"\\{byte:02x}" for byte in value)
    return "".join(chr(byte) if chr(byte) in _READABLE else f"\\{byte:02x}" for byte in value.encode())


def present(attribute: str) -> Filter:
    """The object has the attribute."""
    return Filter(f"({_checked(attribute)}=*)")


def equals(attribute: str, value: str | bytes) -> Filter:
    """The attribute has the value; AD ignores the case of most texts."""
    return Filter(f"({_checked(attribute)}={escape(value)})")


def starts_with(attribute: str, value: str) -> Filter:
    """The attribute begins with the text."""
    return Filter(f"({_checked(attribute)}={escape(value)}*)")


def in_chain(attribute: str, dn: str) -> Filter:
    """The linked attribute leads to the object, directly or through any number of steps."""
    return Filter(f"({_checked(attribute)}:{_IN_CHAIN}:={escape(dn)})")


def bits_set(attribute: str, mask: int) -> Filter:
    """All bits of the mask are set."""
    return Filter(f"({_checked(attribute)}:{_ALL_BITS}:={int(mask)})")


def all_of(*parts: Filter) -> Filter:
    """Every part holds."""
    return _combined("&", parts)


def any_of(*parts: Filter) -> Filter:
    """At least one part holds."""
    return _combined("|", parts)


def negate(part: Filter) -> Filter:
    """The part does not hold."""
    return Filter(f"(!{_made_here(part)})")


def portions(items: t.Iterable[_T]) -> t.Iterator[list[_T]]:
    """As many as fit into one filter at a time."""
    left = list(items)
    for start in range(0, len(left), MOST_TERMS):
        yield left[start : start + MOST_TERMS]


def _combined(operator: str, parts: tuple[Filter, ...]) -> Filter:
    if not parts:
        raise ValueError("a filter needs at least one part")
    made = [_made_here(part) for part in parts]
    return made[0] if len(made) == 1 else Filter(f"({operator}{''.join(made)})")


def _made_here(part: Filter) -> Filter:
    if not isinstance(part, Filter):
        raise TypeError(f"filter text from elsewhere: {part!r}")
    return part


def _checked(attribute: str) -> str:
    if not _ATTRIBUTE.fullmatch(attribute):
        raise ValueError(f"'{attribute}' is not the name of an LDAP attribute")
    return attribute
