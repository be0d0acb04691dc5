# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Caddy's configuration as data. Pure: nothing here is written anywhere, it goes to Caddy's standard input."""

from __future__ import annotations

import dataclasses
import hashlib
import re
import typing as t
import urllib.parse

from prefect_host.environment import GUARD_HEADER
from prefect_host.markers import MARKERS

# RFC 6750: what may stand behind "Bearer". No blank, no end of line, and none of Caddy's braces.
TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*")
PROOF_PATH = "/.flowops/injector"
# In the body of the answer that stands for Prefect's 401.
REFUSED = "the credential was refused by Prefect"
RETRY_AFTER_SECONDS = 5
_POLL = r"/work_pools/[^/]+/get_scheduled_flow_runs/?$"


@dataclasses.dataclass(frozen=True)
class Settings:
    """C(authorization) is the header's whole value, or None: C(bearer) and C(bearer_from_file) make one."""

    port: int
    secret: str = dataclasses.field(repr=False)
    api_url: str
    control: str
    ca_path: str = ""
    authorization: str | None = dataclasses.field(default=None, repr=False)


def bearer(key: str) -> str:
    """Raises ValueError, without the key, for one that no request can carry."""
    if not TOKEN.fullmatch(key):
        raise ValueError("the key holds something else than letters, digits and . _ ~ + / - with = at the end")
    return f"Bearer {key}"


def bearer_from_file(path: str) -> str:
    """Caddy reads the file anew for each request."""
    return f"Bearer {{file.{path}}}"


def proof(secret: str) -> bytes:
    """What the injector answers at PROOF_PATH: only who got this start's configuration can know it."""
    return hashlib.sha256(f"injector {secret}".encode()).hexdigest().encode()


def document(settings: Settings) -> dict[str, t.Any]:
    """The whole configuration, in Caddy's own format."""
    server = {
        "listen": [f"127.0.0.1:{settings.port}"],
        "protocols": ["h1"],
        "automatic_https": {"disable": True},
        "routes": [_proof(settings), _guard(settings), _drain(settings), _forward(settings)],
    }
    return {
        "admin": {"disabled": True, "config": {"persist": False}},
        "logging": {"logs": {"default": {"level": "ERROR", "encoder": _ENCODER}}},
        "apps": {
            "http": {"servers": {"injector": server}},
            # It serves no certificates, and has no business in the place where others are kept.
            "tls": {"disable_ocsp_stapling": True, "disable_storage_check": True, "disable_storage_clean": True},
        },
    }


# An error's record carries the whole request, and with it the secret.
_ENCODER = {
    "format": "filter",
    "wrap": {"format": "json"},
    "fields": {"request>headers": {"filter": "delete"}, "resp_headers": {"filter": "delete"}},
}


def _answer(status: int, body: str, headers: dict[str, list[str]] | None = None) -> dict[str, t.Any]:
    return {"handler": "static_response", "status_code": status, "body": body, "headers": headers or _TEXT}


_TEXT = {"Content-Type": ["text/plain"]}
_JSON = {"Content-Type": ["application/json"]}


def _proof(settings: Settings) -> dict[str, t.Any]:
    answer = _answer(200, proof(settings.secret).decode())
    return {"match": [{"path": [PROOF_PATH]}], "handle": [answer], "terminal": True}


def _guard(settings: Settings) -> dict[str, t.Any]:
    known = {"header": {GUARD_HEADER: [settings.secret]}}
    answer = _answer(403, '{"detail": "this port belongs to the Prefect worker\'s service"}', _JSON)
    return {"match": [{"not": [known]}], "handle": [answer], "terminal": True}


def _drain(settings: Settings) -> dict[str, t.Any]:
    match = {
        "method": ["POST"],
        "path_regexp": {"pattern": _POLL},
        "file": {"root": settings.control, "try_files": list(MARKERS)},
    }
    # An answer to a body that nobody has read may end in a reset connection.
    read = {"handler": "vars", "poll": "{http.request.body}"}
    return {"match": [match], "handle": [read, _answer(200, "[]", _JSON)], "terminal": True}


def _forward(settings: Settings) -> dict[str, t.Any]:
    parts = urllib.parse.urlsplit(settings.api_url)
    is_https = parts.scheme == "https"
    port = parts.port or (443 if is_https else 80)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else str(parts.hostname)
    name = host if parts.port is None else f"{host}:{port}"
    wanted = {"Host": [name]}
    if settings.authorization is not None:
        wanted["Authorization"] = [settings.authorization]
    unwanted = [GUARD_HEADER, "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto"]
    proxy = {
        "handler": "reverse_proxy",
        "upstreams": [{"dial": f"{host}:{port}"}],
        "transport": _transport(settings, is_https),
        # Without this, an answer that is streamed waits for its end.
        "flush_interval": -1,
        "headers": {
            "request": {"delete": unwanted, "set": wanted},
            # A redirect names the server; followed directly, it would leave without the credential.
            "response": {"replace": {"Location": [_redirect(f"{parts.scheme}://{name}", settings.port)]}},
        },
        "handle_response": [
            {
                "match": {"status_code": [401]},
                "routes": [{"handle": [_answer(503, f'{{"detail": "{REFUSED}"}}', _JSON | _RETRY)]}],
            }
        ],
    }
    return {"handle": [proxy]}


_RETRY = {"Retry-After": [str(RETRY_AFTER_SECONDS)]}


def _redirect(origin: str, port: int) -> dict[str, str]:
    return {"search": origin, "replace": f"http://127.0.0.1:{port}"}


def _transport(settings: Settings, is_https: bool) -> dict[str, t.Any]:
    transport: dict[str, t.Any] = {
        "protocol": "http",
        "versions": ["1.1"],
        "dial_timeout": "10s",
        # Prefect's server closes an idle connection after 5 s: a request that crosses that with it would be lost.
        "keep_alive": {"idle_timeout": "4s"},
    }
    if is_https:
        # Without a file: what the system trusts.
        own = {"ca": {"provider": "file", "pem_files": [settings.ca_path]}} if settings.ca_path else {}
        transport["tls"] = own
    return transport
