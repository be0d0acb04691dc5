# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options that say which Prefect API to talk to, and as whom. For internal use by this collection only."""

from __future__ import annotations

import dataclasses
import enum
import os
import re
import typing as t
import urllib.parse

from .._engine.env import env_fallback, given
from .._engine.errors import InvalidInput

_CLOUD_PATH = re.compile(
    r"^(?P<api>/api)(?P<account>/accounts/[0-9a-fA-F-]{36})(?P<workspace>/workspaces/[0-9a-fA-F-]{36})?$"
)
_CLOUD_URL = "https://api.prefect.cloud/api/accounts/ACCOUNT_ID/workspaces/WORKSPACE_ID"
_WHOLE = f"Give api_url like {_CLOUD_URL}"
_HEADER_NAME = re.compile(r"^[A-Za-z0-9!#$%&'*+.^_`|~-]+$")
# Set by the client itself; a second value would break its requests or its answers to the server's challenges.
_OWN_HEADERS = ("accept", "content-length", "content-type", "host", "user-agent", "prefect-csrf-")


class Place(enum.Enum):
    """Where in Prefect Cloud an object lives. A self-hosted server is one workspace and nothing else."""

    WORKSPACE = "workspace"
    ACCOUNT = "account"
    API = "api"


def _option(kind: str, *variables: str, **rest: t.Any) -> dict[str, t.Any]:
    return {"type": kind, "fallback": (env_fallback, list(variables)), **rest}


def argument_spec() -> dict[str, t.Any]:
    """The connection options; documented in the C(prefect) documentation fragment."""
    return {
        "api_url": _option("str", "PREFECT_API_URL", required=True),
        "api_key": _option("str", "PREFECT_API_KEY", no_log=True),
        "auth_string": _option("str", "PREFECT_API_AUTH_STRING", no_log=True),
        "custom_headers": _option("dict", "PREFECT_CLIENT_CUSTOM_HEADERS", no_log=True),
        "ca_path": _option("path", "PREFECT_API_SSL_CERT_FILE", "SSL_CERT_FILE"),
        "validate_certs": {"type": "bool", "default": True},
        "timeout": {"type": "int", "default": 30},
    }


@dataclasses.dataclass(frozen=True)
class Connection:
    """Checked connection options.

    api_url  without a trailing slash
    verify   C(True), C(False) or the path of a CA bundle
    timeout  seconds for one answer, and for all retries of one request
    """

    api_url: str
    api_key: str = dataclasses.field(default="", repr=False)
    auth_string: str = dataclasses.field(default="", repr=False)
    headers: dict[str, str] = dataclasses.field(default_factory=dict, repr=False)
    verify: bool | str = True
    timeout: int = 30

    @property
    def is_cloud(self) -> bool:
        """Whether the URL has the shape of an account or a workspace in Prefect Cloud."""
        return self._cloud() is not None

    @property
    def workspace_id(self) -> str:
        """Identifier of the workspace in Prefect Cloud that the URL names; empty if it names none."""
        found = self._cloud()
        return (found["workspace"] or "").rpartition("/")[2] if found else ""

    @property
    def account_id(self) -> str:
        """Identifier of the account in Prefect Cloud that the URL names; empty on a self-hosted server."""
        found = self._cloud()
        return found["account"].rpartition("/")[2] if found else ""

    def base(self, place: Place, what: str) -> str:
        """Address of a place; InvalidInput if there is no such place here.

        what  the objects that live there, in words
        """
        found = self._cloud()
        if place is Place.WORKSPACE:
            if found and not found["workspace"]:
                raise _invalid(self.api_url, f"{what} live in a workspace and api_url names only an account", _WHOLE)
            return self.api_url
        if found is None:
            raise _invalid(
                self.api_url,
                f"{what} exist in Prefect Cloud only and api_url is not an address of Prefect Cloud",
                f"Give api_url like {_CLOUD_URL}, or leave this out for a self-hosted server",
            )
        path = found["api"] if place is Place.API else found["api"] + found["account"]
        return self.api_url[: -len(found.group(0))] + path

    def _cloud(self) -> re.Match[str] | None:
        return _CLOUD_PATH.match(urllib.parse.urlsplit(self.api_url).path)

    @classmethod
    def from_params(cls, params: dict[str, t.Any], hide: t.Callable[[set[str]], object]) -> Connection:
        """Connection from a module's options; an empty option counts as not given.

        hide  is told texts that must not be shown although they are only part of an option
        """
        url = _checked_url(params["api_url"], hide)
        key = _checked_key(url, params.get("api_key") or "", hide)
        auth = _checked_auth(url, params.get("auth_string") or "", hide)
        if key and auth:
            raise _invalid(
                url,
                "api_key and auth_string exclude each other",
                "Give api_key for Prefect Cloud or a gateway, auth_string for a self-hosted server with basic"
                " authentication; mind PREFECT_API_KEY and PREFECT_API_AUTH_STRING in the environment",
            )
        if (params.get("timeout") or 0) < 1:
            raise _invalid(url, "timeout is below 1 second", "Give a positive number of seconds")
        return cls(
            api_url=url,
            api_key=key,
            auth_string=auth,
            headers=_checked_headers(url, params.get("custom_headers") or {}, hide),
            verify=_verification(url, params),
            timeout=params["timeout"],
        )


def _invalid(server: str, why: str, todo: str) -> InvalidInput:
    return InvalidInput("use the connection options", server=server, why=why, todo=todo)


def _checked_url(url: str | None, hide: t.Callable[[set[str]], object]) -> str:
    if not given(url):
        raise _invalid(
            "", "api_url is empty", "Set api_url or PREFECT_API_URL, such as http://prefect.example.com:4200/api"
        )
    try:
        parts = urllib.parse.urlsplit(str(url).strip())
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port, parts = None, None, urllib.parse.urlsplit("")
    if parts.password:
        hide({parts.password, urllib.parse.unquote(parts.password)})
    if parts.scheme not in ("http", "https") or not host:
        raise _invalid("", "api_url is not an http or https URL", "Give it like http://prefect.example.com:4200/api")
    server = f"{parts.scheme}://{f'[{host}]' if ':' in host else host}{f':{port}' if port else ''}"
    if parts.username or parts.password:
        raise _invalid(server, "api_url holds a user name or password", "Move them to auth_string")
    if parts.query or parts.fragment:
        raise _invalid(server, "api_url holds a query or fragment", f"Give it like {server}/api")
    path = parts.path.rstrip("/")
    _check_cloud(f"{server}{path}", parts.scheme, host.rstrip("."), path)
    return f"{server}{path}"


def _check_cloud(url: str, scheme: str, host: str, path: str) -> None:
    if not f".{host}".endswith(".prefect.cloud"):
        return
    if host == "app.prefect.cloud" or not _CLOUD_PATH.match(path):
        raise _invalid(
            url,
            "this is not the API address of an account or a workspace in Prefect Cloud",
            f"Give api_url like {_CLOUD_URL}",
        )
    if scheme != "https":
        raise _invalid(
            url,
            "Prefect Cloud is reached over https only; over http anyone on the way could read api_key",
            "Let api_url begin with https",
        )


def _checked_key(url: str, given_key: str, hide: t.Callable[[set[str]], object]) -> str:
    """The key without the line end that a file or an editor left behind; errors never show it."""
    key = given_key.strip()
    # white space alone is no secret; hiding it would take the blanks out of every text
    hide({given_key, key} if key else set())
    if not key.isprintable() or not key.isascii():
        raise _invalid(
            url, "api_key is not printable ASCII text", "Correct api_key, or PREFECT_API_KEY in the environment"
        )
    return key


def _checked_auth(url: str, given_auth: str, hide: t.Callable[[set[str]], object]) -> str:
    """The credentials without a line end. A blank at the end may belong to the password and is kept."""
    auth = given_auth.strip("\r\n")
    user, colon, password = auth.partition(":")
    hide({given_auth, auth, password} - {""} if auth else set())
    if auth and not (user and colon and password):
        raise _invalid(url, "auth_string is not of the form user:password", "Correct auth_string")
    if not auth.isprintable():
        raise _invalid(url, "auth_string holds a control character", "Correct auth_string")
    return auth


def _checked_headers(url: str, headers: dict[t.Any, t.Any], hide: t.Callable[[set[str]], object]) -> dict[str, str]:
    """Header values are texts without control characters; errors name the header and never show the value."""
    checked = {}
    for name, value in headers.items():
        text = "" if value is None else str(value)
        hide({text} - {""})
        if not _HEADER_NAME.match(str(name)):
            raise _invalid(url, "custom_headers holds a name that is no header name", "Correct custom_headers")
        if str(name).lower().startswith(_OWN_HEADERS):
            raise _invalid(url, f"custom_headers may not set '{name}'", "Remove it; the module sets it itself")
        if value is None or not text.isprintable() or not text.isascii():
            raise _invalid(url, f"the value of header '{name}' is not printable ASCII text", "Correct custom_headers")
        checked[str(name)] = text
    return checked


def _verification(url: str, params: dict[str, t.Any]) -> bool | str:
    path = params.get("ca_path")
    if not params.get("validate_certs", True):
        return False
    if not given(path):
        return True
    if not os.path.exists(path):
        raise _invalid(
            url, f"ca_path '{path}' does not exist", "Give the path of a PEM file on the machine that runs the module"
        )
    # AWX writes an empty file for a certificate field that was left out
    return path if os.path.isdir(path) or os.path.getsize(path) else True
