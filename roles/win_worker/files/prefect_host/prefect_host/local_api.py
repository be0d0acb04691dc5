# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prefect's API as the service asks it: through the injector, with http.client alone. No prefect, no big imports."""

from __future__ import annotations

import http.client
import json
import typing as t
import urllib.parse
import uuid

CSRF_CLIENT, CSRF_TOKEN = "Prefect-Csrf-Client", "Prefect-Csrf-Token"


class ApiUnreachable(OSError):
    """No answer of Prefect, or none that is one. One line: what was asked, and why there is no answer."""


class LocalApi:
    """C(base_url) is C(http://127.0.0.1:PORT/api...), C(headers) go along with each request, C(timeout) is in seconds.

    One connection per request: the service asks rarely, and a kept one would not outlive the injector.
    """

    def __init__(self, base_url: str, headers: t.Mapping[str, str], timeout: float = 10.0) -> None:
        parts = urllib.parse.urlsplit(base_url)
        self._host, self._port, self._path = parts.hostname or "", parts.port, parts.path.rstrip("/")
        self._headers, self._timeout = dict(headers), timeout
        self._csrf: dict[str, str] = {}

    def get(self, path: str) -> tuple[int, t.Any]:
        """Status and parsed JSON, None where the answer carries none. Raises ApiUnreachable."""
        return self._ask("GET", path, None)

    def post(self, path: str, body: t.Any) -> tuple[int, t.Any]:
        """Like C(get). C(body) becomes JSON."""
        return self._ask("POST", path, json.dumps(body).encode())

    def _ask(self, method: str, path: str, body: bytes | None) -> tuple[int, t.Any]:
        status, _headers, content = self.raw(method, path, body, self._csrf)
        if status == http.client.FORBIDDEN and b"csrf" in content.lower():
            self._csrf = self._csrf_token()
            status, _headers, content = self.raw(method, path, body, self._csrf)
        return status, parsed(content)

    def _csrf_token(self) -> dict[str, str]:
        """A server with CSRF protection takes a write only with a token; it gives one to whoever names a client."""
        client = str(uuid.uuid4())
        _status, _headers, content = self.raw("GET", f"csrf-token?client={client}")
        answer = parsed(content)
        token = answer.get("token") if isinstance(answer, dict) else None
        return {CSRF_CLIENT: client, CSRF_TOKEN: str(token)} if token else {}

    def raw(
        self, method: str, path: str, body: bytes | None = None, headers: t.Mapping[str, str] | None = None
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        """Status, headers and content as they came. Raises ApiUnreachable."""
        sent = self._headers | ({} if body is None else {"Content-Type": "application/json"}) | dict(headers or {})
        connection = http.client.HTTPConnection(self._host, self._port, timeout=self._timeout)
        try:
            connection.request(method, f"{self._path}/{path.lstrip('/')}", body, sent)
            answer = connection.getresponse()
            # A 101 has no end; nothing but its status is asked for.
            content = b"" if answer.status == http.client.SWITCHING_PROTOCOLS else answer.read()
        except (OSError, http.client.HTTPException) as error:
            why = str(error) or type(error).__name__
            raise ApiUnreachable(f"{method} {path} got no answer: {why}") from error
        finally:
            connection.close()
        return answer.status, answer.headers, content


def quoted(segment: str) -> str:
    """One segment of a path: names of pools and workers may hold anything."""
    return urllib.parse.quote(segment, safe="")


def parsed(content: bytes) -> t.Any:
    """The JSON in C(content), or None."""
    try:
        return json.loads(content)
    except ValueError:
        return None
