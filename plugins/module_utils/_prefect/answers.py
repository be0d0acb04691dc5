# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From an answer of the server to a value or a typed error. For internal use by this collection only.

Prefect repeats the whole request in the body of a 422, secrets included. Of an error body only the place and the
message of each complaint, or the one-line detail, ever leave this file.
"""

from __future__ import annotations

import dataclasses
import re
import typing as t

from .._engine.errors import (
    AuthFailed,
    Conflict,
    EngineError,
    Forbidden,
    InvalidInput,
    NotFound,
    ServerBusy,
    ServerError,
)
from .complaints import fitting, in_words

if t.TYPE_CHECKING:
    from requests import Response

    from .connection import Connection

_LONGEST_DETAIL = 300
_WRONG_URL = "Check api_url: for a self-hosted server it normally ends in /api"
_FOREIGN = "This does not look like Prefect's API: check api_url"
_WRONG_WORKSPACE = "Check the account and the workspace in api_url, and that api_key may use them"
# Names of objects stand in quotes; a work pool may well be called "account".
_QUOTED = re.compile(r"\"[^\"]*\"?|(?<!\w)'[^']*'")
_PLACE = re.compile(
    r"(?<!service )\b(?:workspace|account)s?\b(?! (?:role|membership|member|access|invitation)(?:e?s)?\b)",
    re.IGNORECASE,
)


@dataclasses.dataclass(frozen=True)
class Errand:
    """What a request is for, in the words of an error: what C(read work pool), obj C(windows)."""

    what: str
    obj: str = ""


def is_absent(connection: Connection, response: Response) -> bool:
    """Whether the answer proves that the object does not exist.

    A proxy's 404 page, an address without such a route or a workspace that Prefect Cloud does not know prove nothing;
    taking them for absence would create objects twice or report success for a deletion that never happened.
    """
    if response.status_code != 404:
        return False
    body = _json(response)
    if not isinstance(body, dict) or not ({"detail", "exception_message"} & set(body)):
        return False
    if connection.is_cloud:
        return not _is_about_the_workspace(response)
    return body.get("detail") != "Not Found"


def _is_about_the_workspace(response: Response) -> bool:
    return bool(_PLACE.search(_QUOTED.sub("", _detail(response))))


def value_of(connection: Connection, errand: Errand, response: Response) -> t.Any:
    """The decoded body of a good answer, or the error that the answer stands for."""
    if response.status_code == 204:
        return None
    if response.status_code in (200, 201):
        body = _json(response)
        if body is None:
            raise _server_error(connection, errand, f"{_kind(response)} came back instead of JSON", _WRONG_URL)
        return body
    raise error_of(connection, errand, response)


def expect_success(connection: Connection, errand: Errand, response: Response) -> None:
    """The error that the answer stands for, unless it is a success; what it holds does not matter.

    A web page instead of JSON is no success: it comes from something that stands in front of Prefect.
    """
    if response.status_code not in (200, 201, 202, 204):
        raise error_of(connection, errand, response)
    if response.content.strip() and _json(response) is None and response.content.strip() != b"null":
        raise _server_error(connection, errand, f"{_kind(response)} came back instead of JSON", _WRONG_URL)


def object_of(connection: Connection, errand: Errand, response: Response) -> dict[str, t.Any]:
    """The object in a good answer; ServerError if there is none, as behind a gateway that answers for itself."""
    body = value_of(connection, errand, response)
    if not isinstance(body, dict) or not body:
        raise _server_error(connection, errand, f"{_shape(body)} came back where Prefect sends an object", _FOREIGN)
    return body


def list_of(connection: Connection, errand: Errand, response: Response) -> list[dict[str, t.Any]]:
    """The objects in a good answer, each with its C(id); ServerError if it holds anything else."""
    body = value_of(connection, errand, response)
    if not isinstance(body, list) or not all(isinstance(item, dict) and item.get("id") for item in body):
        raise _server_error(
            connection, errand, f"{_shape(body)} came back where Prefect sends a list of objects", _FOREIGN
        )
    return body


def error_of(connection: Connection, errand: Errand, response: Response) -> EngineError:
    """The typed error for an answer that is not a success."""
    status, detail = response.status_code, _detail(response)
    facts = {"obj": errand.obj, "server": connection.api_url}
    reason = f"{detail} (HTTP {status})" if detail else f"HTTP {status} with {_kind(response)}"
    if status == 401:
        return AuthFailed(
            errand.what,
            why=f"the server refuses the credentials (HTTP {status})",
            todo=_login_advice(connection),
            **facts,
        )
    if status == 403:
        todo = "Give the account this right, or use another account; a gateway in front may have its own rules"
        return Forbidden(errand.what, why=reason, todo=todo, **facts)
    if status == 404 and is_absent(connection, response):
        return NotFound(errand.what, why=reason, todo="Create it first, or correct the name", **facts)
    if status == 404 and connection.is_cloud and _is_about_the_workspace(response):
        return ServerError(
            errand.what, why=f"there is no such place in Prefect Cloud: {reason}", todo=_WRONG_WORKSPACE, **facts
        )
    if status in (404, 405):
        return ServerError(errand.what, why=f"there is no such API at this address: {reason}", todo=_WRONG_URL, **facts)
    if status == 409 and not _is_about_values(detail):
        return Conflict(
            errand.what,
            why=reason,
            todo="Look at the objects in its way; run again if another run was at work",
            **facts,
        )
    if status in (400, 409, 413, 422):
        return InvalidInput(errand.what, why=reason, todo=_input_advice(response), **facts)
    if 300 <= status < 400:
        return _redirect(connection, errand, response)
    kind = ServerBusy if status in (429, 503) else ServerError
    return kind(errand.what, why=reason, todo=_retry_advice(status), **facts)


def _is_about_values(detail: str) -> bool:
    """Whether a conflict is one between a value and its schema, such as that of job variables in a work pool."""
    return "Validation failed" in detail or "ValidationError" in detail


def _redirect(connection: Connection, errand: Errand, response: Response) -> EngineError:
    target = response.headers.get("Location", "").split("?")[0]
    why = f"the server redirects to '{target}' (HTTP {response.status_code})"
    return _server_error(
        connection, errand, why, "Set api_url to the final address; a log-in page needs api_key or custom_headers"
    )


def _server_error(connection: Connection, errand: Errand, why: str, todo: str) -> ServerError:
    return ServerError(errand.what, obj=errand.obj, server=connection.api_url, why=why, todo=todo)


def _login_advice(connection: Connection) -> str:
    if connection.api_key:
        return (
            "Check api_key (PREFECT_API_KEY); a self-hosted server with basic authentication wants auth_string instead"
        )
    if connection.auth_string:
        return "Check auth_string (PREFECT_API_AUTH_STRING), of the form user:password"
    return "Give auth_string (self-hosted) or api_key (Prefect Cloud)"


def _input_advice(response: Response) -> str:
    body = _json(response)
    complaints = body.get("exception_detail", body.get("detail")) if isinstance(body, dict) else None
    if isinstance(complaints, list) and any(item.get("type") == "extra_forbidden" for item in fitting(complaints)):
        return "The server is older than this option; upgrade the server, or leave the option out"
    return "Correct the options named in the message"


def _retry_advice(status: int) -> str:
    if status == 429:
        return "Run again later, or run fewer tasks at once"
    if status in (502, 503, 504):
        return "See that the Prefect server runs behind this address, then run again"
    return "Read the log of the Prefect server, then run again"


def _kind(response: Response) -> str:
    kind = response.headers.get("Content-Type", "").split(";")[0].strip().lower()
    if kind == "text/html":
        return "a web page (text/html)"
    return f"a body of type '{kind}'" if kind else "an empty body"


def _shape(body: t.Any) -> str:
    """What an answer is, without anything of what it holds."""
    if body is None:
        return "nothing"
    name = {dict: "object", list: "list", str: "text", bool: "truth value"}.get(type(body), "number")
    return f"an empty {name}" if body in ({}, [], "") else f"a JSON {name} of another kind"


def _json(response: Response) -> t.Any:
    if "json" not in response.headers.get("Content-Type", "").lower():
        return None
    try:
        return response.json()
    except ValueError:
        return None


def _detail(response: Response) -> str:
    """What the server says about the failure, in one line and without any value that was sent."""
    body = _json(response)
    if not isinstance(body, dict):
        return ""
    for key in ("exception_detail", "detail", "exception_message"):
        value = body.get(key)
        if isinstance(value, list):
            value = "; ".join(dict.fromkeys(in_words(item) for item in fitting(value)))
        if isinstance(value, str) and value:
            return " ".join(value.split())[:_LONGEST_DETAIL]
    return ""
