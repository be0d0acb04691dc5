# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Events of an account in Prefect Cloud: who did what. For internal use by this collection only."""

from __future__ import annotations

import itertools
import typing as t
import urllib.parse

from .._engine.errors import ServerError
from .answers import Errand
from .client import Client
from .clock import clock, past
from .pages import check_limit, limit_option

Object = dict[str, t.Any]
DEFAULT_LIMIT = 1000
_PAGE = 50
_PATH = "/events/filter"
_ERRAND = Errand("read account events")


def argument_spec() -> dict[str, t.Any]:
    """Options of the module C(account_event_info)."""
    texts = {"type": "list", "elements": "str"}
    return {
        "since": {"type": "str", "default": "1d"},
        "until": {"type": "str"},
        "events": dict(texts),
        "resources": dict(texts),
        "related": dict(texts),
        "order": {"type": "str", "choices": ["newest", "oldest"], "default": "newest"},
        "limit": limit_option(DEFAULT_LIMIT),
    }


def find_events(client: Client, params: dict[str, t.Any]) -> Object:
    """Events that fit, and whether there are more than the limit.

    Names and beginnings of names are asked for one after the other: in one request, each event would have to fit both.
    """
    check_limit("limit", params["limit"], client.connection.api_url)
    common = {"occurred": _period(client, params), "order": "DESC" if params["order"] == "newest" else "ASC"}
    if params["related"]:
        common["related"] = {"id": params["related"]}
    names, resources = _parts(params["events"], "name", "prefix"), _parts(params["resources"], "id", "id_prefix")
    found: dict[str, Object] = {}
    wanted = params["limit"] + 1 if params["limit"] else None
    for name, resource in itertools.product(names, resources):
        part = {**common, **({"event": name} if name else {}), **({"resource": resource} if resource else {})}
        found.update({event["id"]: event for event in itertools.islice(_pages(client, part), wanted)})
    events = sorted(
        found.values(), key=lambda event: (event["occurred"], event["id"]), reverse=params["order"] == "newest"
    )
    limit = params["limit"] or len(events)
    return {"events": events[:limit], "truncated": len(events) > limit}


def _period(client: Client, params: dict[str, t.Any]) -> Object:
    now = clock(client, lambda: client.read_value(_PATH, _ERRAND, {"limit": 1}))
    server = client.connection.api_url
    return {option: past(option, params[option], server, now) for option in ("since", "until") if params[option]}


def _parts(texts: list[str] | None, whole: str, begins: str) -> list[Object | None]:
    """Conditions of which an event has to fit one: whole texts, and beginnings, which end in an asterisk."""
    texts = [text for text in texts or [] if text]
    if not texts:
        return [None]
    wholes = [text for text in texts if not text.endswith("*")]
    beginnings = [text.removesuffix("*") for text in texts if text.endswith("*")]
    return [{key: values} for key, values in ((whole, wholes), (begins, beginnings)) if values]


def _pages(client: Client, wanted: Object) -> t.Iterator[Object]:
    """Events of one condition, page by page to the last one."""
    page = _checked(client, client.read_value(_PATH, _ERRAND, {"limit": _PAGE, "filter": wanted}))
    seen: set[str] = set()
    while True:
        yield from page["events"]
        token = _token(page.get("next_page"))
        if not token:
            return
        if token in seen:
            raise _odd(client, "the pages of the answer have no end")
        seen.add(token)
        # the server says where the next page is; credentials go to the address that the user gave, and nowhere else
        page = _checked(
            client, client.read_value(f"{_PATH}/next?{urllib.parse.urlencode({'page-token': token})}", _ERRAND)
        )


def _token(url: t.Any) -> str:
    """The one thing in the address of the next page that matters."""
    return next(iter(urllib.parse.parse_qs(urllib.parse.urlsplit(str(url or "")).query).get("page-token", [])), "")


def _checked(client: Client, page: t.Any) -> Object:
    events = page.get("events") if isinstance(page, dict) else None
    if not isinstance(events, list) or not all(isinstance(event, dict) and event.get("id") for event in events):
        raise _odd(client, "the answer holds no events")
    if page.get("next_page") and not _token(page["next_page"]):
        raise _odd(client, "the address of the next page holds no page token")
    return page


def _odd(client: Client, why: str) -> ServerError:
    return ServerError(
        _ERRAND.what, server=client.connection.api_url, why=why, todo="Run again; report it if it happens again"
    )
