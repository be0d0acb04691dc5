# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one HTTP client for Prefect's API. For internal use by this collection only."""

from __future__ import annotations

import base64
import email.utils
import time
import traceback
import typing as t
import urllib.parse
import uuid

from .._engine.errors import CheckModeWriteRefused, ConnectionFailed, EngineError, ServerError
from .answers import Errand, error_of, is_absent, list_of, object_of, value_of
from .pacing import Pacing

REQUESTS_IMPORT_ERROR: str | None
try:
    import requests
    import requests.auth
except ImportError:
    REQUESTS_IMPORT_ERROR = traceback.format_exc()
else:
    REQUESTS_IMPORT_ERROR = None

if t.TYPE_CHECKING:
    from .connection import Connection

_READING_POSTS = ("/filter", "/count", "/paginate")
_RETRIED_STATUSES = (429, 502, 503, 504)
_ATTEMPTS = 5
_CSRF_PATH = "/csrf-token"
PAGE = 200  # the largest page that a server gives


def segment(name: str) -> str:
    """A name as one segment of a path."""
    return urllib.parse.quote(name, safe="")


class Client:
    """One session with one server.

    read_only  true in check mode: whatever is not a read is refused before it is sent
    clock, sleep  seconds; replaced in tests
    """

    def __init__(
        self,
        connection: Connection,
        *,
        read_only: bool,
        clock: t.Callable[[], float] = time.monotonic,
        sleep: t.Callable[[float], None] = time.sleep,
    ) -> None:
        self.connection, self.read_only = connection, read_only
        self.server_time: float | None = None
        self._clock, self._sleep = clock, sleep
        self._session = requests.Session()
        self._session.auth = _authorize(_credentials(connection))
        self._session.headers.update({"Accept": "application/json", "User-Agent": "ansible-flowops-prefect"})
        self._session.headers.update(connection.headers)

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_exc: object) -> None:
        self._session.close()

    def find(self, path: str, errand: Errand) -> dict[str, t.Any] | None:
        """The object at a path, or None if it is proven absent."""
        response = self._send("GET", path, None, errand)
        return None if is_absent(self.connection, response) else object_of(self.connection, errand, response)

    def read_page(self, path: str, query: dict[str, t.Any], errand: Errand) -> list[dict[str, t.Any]]:
        """One page of a filter route."""
        return list_of(self.connection, errand, self._send("POST", path, query, errand))

    def read_all(self, path: str, query: dict[str, t.Any], errand: Errand) -> list[dict[str, t.Any]]:
        """Every object of a filter route, page by page, each once.

        Workers are sorted by their last heartbeat, so one can slip from a later page to the first while we read. The
        first page is therefore read again at the end when there was more than one.
        """
        found: dict[str, dict[str, t.Any]] = {}
        offset = 0
        while True:
            page = self.read_page(path, {**query, "limit": PAGE, "offset": offset}, errand)
            found.update({item["id"]: item for item in page})
            offset += len(page)
            if len(page) < PAGE:
                break
        if offset > PAGE:
            page = self.read_page(path, {**query, "limit": PAGE, "offset": 0}, errand)
            found.update({item["id"]: item for item in page})
        return list(found.values())

    def create(self, path: str, body: dict[str, t.Any], errand: Errand, find: t.Callable[[], t.Any]) -> t.Any:
        """Create an object, and return it.

        find  reads the object; None if it is proven absent

        A creation that a busy server broke off, or whose answer got lost, may have happened all the same. So it is sent
        again only while the object is proven absent; an object that is there by now is the result.
        """
        pacing, found, repeated = self._pacing(), None, False
        while found is None:
            wait = 0.0
            try:
                response = self._send("POST", path, body, errand)
            except EngineError as failed:
                if not _worth_repeating(failed.__cause__, True):
                    raise
                error = failed
            else:
                if repeated and response.status_code == 409 and (found := find()) is not None:
                    return found
                if response.status_code not in _RETRIED_STATUSES:
                    return value_of(self.connection, errand, response)
                error, wait = error_of(self.connection, errand, response), _retry_after(response)
                self._session.close()
            if not pacing.wait(wait):
                raise error
            try:
                found = find()
            except EngineError:
                raise error from None
            repeated = True
        return found

    def change(self, path: str, body: dict[str, t.Any], errand: Errand) -> None:
        """Change some properties of an object."""
        value_of(self.connection, errand, self._send("PATCH", path, body, errand))

    def remove(self, path: str, errand: Errand) -> None:
        """Remove an object; one that is gone already counts as removed, since a lost answer is retried."""
        response = self._send("DELETE", path, None, errand)
        if not is_absent(self.connection, response):
            value_of(self.connection, errand, response)

    def _send(self, method: str, path: str, body: t.Any, errand: Errand) -> requests.Response:
        reading = method == "GET" or (method == "POST" and path.endswith(_READING_POSTS))
        if self.read_only and not reading:
            raise CheckModeWriteRefused(
                errand.what,
                obj=errand.obj,
                server=self.connection.api_url,
                why=f"{method} was about to be sent in check mode",
                todo="Report this as a defect of flowops.prefect",
            )
        repeatable = reading or method in ("PATCH", "DELETE")
        response = self._persist(method, path, body, errand, repeatable)
        if response.status_code == 403 and "csrf" in response.text[:200].lower():
            self._fetch_csrf_token()
            response = self._persist(method, path, body, errand, repeatable)
        if (parsed := email.utils.parsedate_tz(response.headers.get("Date", ""))) is not None:
            self.server_time = float(email.utils.mktime_tz(parsed))
        return response

    def _persist(self, method: str, path: str, body: t.Any, errand: Errand, repeatable: bool) -> requests.Response:
        """The answer, after as many attempts as are harmless and as fit into the time-out."""
        pacing = self._pacing()
        while True:
            try:
                response = self._exchange(method, path, body)
            except requests.exceptions.RequestException as failure:
                if not _worth_repeating(failure, repeatable) or not pacing.wait():
                    raise self._unreachable(errand, failure) from failure
            else:
                if not _is_passing(response, repeatable):
                    return response
                # a server that failed once may cut the connection it failed on
                self._session.close()
                if not pacing.wait(_retry_after(response)):
                    raise error_of(self.connection, errand, response)

    def _pacing(self) -> Pacing:
        return Pacing(self.connection.timeout, _ATTEMPTS, self._clock, self._sleep)

    def _exchange(self, method: str, path: str, body: t.Any) -> requests.Response:
        """One request. A redirect that only adds or drops the trailing slash is followed with method and body kept, and
        always at our own address: behind a proxy the server names a scheme and host that are not the user's."""
        response = self._once(method, path, body)
        if response.status_code in (307, 308):
            target = urllib.parse.urlsplit(response.headers.get("Location", "")).path
            if target.endswith("/") != path.endswith("/") and target.strip("/").endswith(path.strip("/")):
                return self._once(method, path.rstrip("/") if path.endswith("/") else f"{path}/", body)
        return response

    def _once(self, method: str, path: str, body: t.Any) -> requests.Response:
        return self._session.request(
            method,
            f"{self.connection.api_url}{path}",
            json=body,
            timeout=self.connection.timeout,
            # given per request: a session's own setting loses against REQUESTS_CA_BUNDLE in the environment
            verify=self.connection.verify,
            allow_redirects=False,
        )

    def _fetch_csrf_token(self) -> None:
        """Get the token that the server wants with each write; called again when it has expired."""
        client, errand = str(uuid.uuid4()), Errand("get a CSRF token")
        response = self._persist("GET", f"{_CSRF_PATH}?client={client}", None, errand, True)
        token = object_of(self.connection, errand, response).get("token", "")
        self._session.headers.update({"Prefect-Csrf-Client": client, "Prefect-Csrf-Token": str(token)})

    def _unreachable(self, errand: Errand, failure: Exception) -> EngineError:
        facts = {"obj": errand.obj, "server": self.connection.api_url}
        if isinstance(failure, requests.exceptions.SSLError):
            todo = "Give the CA of the server in ca_path (a PEM file), or correct the host name in api_url"
            return ConnectionFailed(errand.what, why=f"TLS: {_cause(failure)}", todo=todo, **facts)
        if isinstance(failure, requests.exceptions.ProxyError):
            todo = "Check HTTPS_PROXY, HTTP_PROXY and NO_PROXY in the environment"
            return ConnectionFailed(errand.what, why=f"proxy: {_cause(failure)}", todo=todo, **facts)
        if isinstance(failure, requests.exceptions.Timeout):
            why = f"no answer within {self.connection.timeout} seconds"
            return ConnectionFailed(errand.what, why=why, todo="See that the server is up, or raise timeout", **facts)
        if isinstance(failure, requests.exceptions.ConnectionError):
            todo = "See that the server is up and that api_url names the right host and port"
            return ConnectionFailed(errand.what, why=_cause(failure), todo=todo, **facts)
        return ServerError(
            errand.what, why=_cause(failure), todo="Check what stands between here and the server", **facts
        )


def _credentials(connection: Connection) -> str:
    if connection.api_key:
        return f"Bearer {connection.api_key}"
    if connection.auth_string:
        return f"Basic {base64.b64encode(connection.auth_string.encode()).decode()}"
    return ""


def _authorize(credentials: str) -> t.Callable[[requests.PreparedRequest], requests.PreparedRequest]:
    """Sets our credentials or none; an entry in ~/.netrc would otherwise replace them."""

    def authorize(request: requests.PreparedRequest) -> requests.PreparedRequest:
        if credentials:
            request.headers["Authorization"] = credentials
        return request

    return authorize


def _worth_repeating(failure: BaseException | None, repeatable: bool) -> bool:
    """Whether another attempt can help and can do no harm."""
    if isinstance(failure, requests.exceptions.SSLError):
        return False
    if isinstance(failure, requests.exceptions.ConnectTimeout):
        return True
    return repeatable and isinstance(failure, requests.exceptions.ConnectionError)


def _is_passing(response: requests.Response, repeatable: bool) -> bool:
    """Whether the answer says "not now". 429 was not even looked at, so that anything may be sent again."""
    return response.status_code == 429 or (repeatable and response.status_code in _RETRIED_STATUSES)


def _retry_after(response: requests.Response) -> float:
    """Seconds that the server asks us to wait; zero if it does not say."""
    text = response.headers.get("Retry-After", "").strip()
    if text.isdigit():
        return float(text)
    then, now = email.utils.parsedate_tz(text), email.utils.parsedate_tz(response.headers.get("Date", ""))
    if then is None or now is None:
        return 0.0
    return max(0.0, float(email.utils.mktime_tz(then) - email.utils.mktime_tz(now)))


def _cause(failure: BaseException) -> str:
    """The innermost reason of a chain of wrapped failures, as one short sentence."""
    inner: BaseException | None = failure
    while inner is not None:
        failure = inner
        links = (getattr(failure, "reason", None), *failure.args, failure.__cause__)
        inner = next((link for link in links if isinstance(link, BaseException)), None)
    said = failure.args[-1] if failure.args else ""
    text = getattr(failure, "verify_message", "") or getattr(failure, "strerror", "") or str(said)
    return " ".join(text.split())[:200] or type(failure).__name__
