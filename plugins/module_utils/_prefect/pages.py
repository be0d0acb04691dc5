# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads of a filter route that stop at a limit. For internal use by this collection only."""

from __future__ import annotations

import typing as t

from .._engine.errors import InvalidInput
from .answers import Errand
from .client import PAGE, Client

Found = list[dict[str, t.Any]]
DEFAULT_LIMIT = 200


def limit_option(default: int = DEFAULT_LIMIT) -> dict[str, t.Any]:
    """The option C(limit) and its kind; C(0) stands for all."""
    return {"type": "int", "default": default}


def check_limit(option: str, limit: int, server: str) -> None:
    """InvalidInput unless the limit is a number of objects, or C(0) for all."""
    if limit < 0:
        raise InvalidInput(
            f"use the option '{option}'",
            server=server,
            why=f"{limit} is below 0",
            todo="Give a positive number, or 0 for all",
        )


def read_some(client: Client, path: str, query: dict[str, t.Any], errand: Errand, limit: int) -> tuple[Found, bool]:
    """Objects in the order of the route, page by page, each once; and whether there are more than the limit.

    An object that is new while we read moves the others to later places, so that some come twice and none is lost.
    """
    wanted = limit + 1 if limit else None
    found: dict[str, dict[str, t.Any]] = {}
    offset = 0
    while wanted is None or len(found) < wanted:
        size = PAGE if wanted is None else min(PAGE, wanted - len(found))
        page = client.read_page(path, {**query, "limit": size, "offset": offset}, errand)
        found.update({item["id"]: item for item in page if item["id"] not in found})
        offset += len(page)
        if len(page) < size:
            break
    items = list(found.values())
    return (items[:limit], len(items) > limit) if limit else (items, False)
