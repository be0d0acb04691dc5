# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What names the server takes. For internal use by this collection only."""

from __future__ import annotations

import re

_NOT_IN_NAMES = "/%&><"
_BLOCK_NAME = re.compile(r"^[a-z0-9-]+$")
_IDENTIFIER = re.compile(r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$")
_VARIABLE_NAME = re.compile(r"^[a-z0-9_-]{1,255}$")


def name_problem(name: str) -> str:
    """What is wrong with the name of a flow, deployment, work pool, work queue or limit, if anything."""
    if not name or name in (".", ".."):
        return f"'{name}' is no name that a URL can hold"
    bad = sorted(set(name) & set(_NOT_IN_NAMES))
    return f"a name may not hold {' '.join(bad)}" if bad else ""


def pool_name_problem(name: str) -> str:
    """What is wrong with the name of a work pool."""
    if name.lower().startswith("prefect"):
        return "names that start with 'Prefect' are reserved by Prefect"
    return name_problem(name)


def variable_name_problem(name: str) -> str:
    """What is wrong with the name of a variable."""
    return "" if _VARIABLE_NAME.match(name) else "a name is 1 to 255 lowercase letters, digits, dashes or underscores"


def block_name_problem(name: str) -> str:
    """What is wrong with the name of a block document or the slug of a block type."""
    return "" if _BLOCK_NAME.match(name) else "a name is made of lowercase letters, digits and dashes"


def block_type_name_problem(name: str) -> str:
    """What is wrong with the name of a block type, which stands on the web page and in no path."""
    return filled(name) or ("" if name in (".", "..") else name_problem(name))


def reference_problem(name: str) -> str:
    """What is wrong with the name of something else; an empty one takes the reference away."""
    return name_problem(name) if name else ""


def block_reference_problem(name: str) -> str:
    """What is wrong with the name of a block document, or its identifier; an empty one takes the reference away."""
    return "" if not name or _IDENTIFIER.match(name) else whole_name_problem("type", "name", name)


def filled(text: str) -> str:
    """What is wrong with a name that may hold anything but must hold something."""
    return "" if text.strip() else "a name may not be empty"


def two_parts(first: str, second: str) -> str:
    """How to write a name of two parts, for an error."""
    return f"give it as {first}/{second}"


def whole_name_problem(first: str, second: str, name: str) -> str:
    """What is wrong with a name of two parts that a slash joins."""
    left, slash, right = name.partition("/")
    return "" if left and slash and right else two_parts(first, second)


def limit_problem(limit: int) -> str:
    """What is wrong with a limit that can be taken away."""
    return "" if limit >= NO_LIMIT else f"{limit} is below 0; {NO_LIMIT} stands for no limit"


def own_limit_problem(limit: int) -> str:
    """What is wrong with a limit that has to let something run, and can be taken away."""
    return f"a limit of 0 would let nothing run; {NO_LIMIT} stands for no limit" if limit == 0 else limit_problem(limit)


def count_problem(count: int) -> str:
    """What is wrong with a number of things."""
    return "" if count >= 0 else f"{count} is below 0"


NO_LIMIT = -1
