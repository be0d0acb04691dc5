# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one HTTP client for Prefect's API. For internal use by this collection only."""

from __future__ import annotations

import base64
import contextlib
import copy
import email.utils
import itertools
import threading
import time
import traceback
import typing as t
import urllib.parse
import uuid

from .._engine.errors import CheckModeWriteRefused, ConnectionFailed, EngineError, ServerError
from .answers import Errand, error_of, expect_success, is_absent, list_of, object_of, value_of
from .connection import Place
from .crowd import TURN_SECONDS, Crowd
from .pacing import Pacing

REQUESTS_IMPORT_ERROR: str | None
try:
    import requests
    import requests.adapters
    import requests.auth
except ImportError:
    REQUESTS_IMPORT_ERROR = traceback.format_exc()
else:
    REQUESTS_IMPORT_ERROR = None

if t.TYPE_CHECKING:
    from .connection import Connection

_RETRIED_STATUSES = (429, 502, 503, 504)
_ATTEMPTS = 5
_CSRF_PATH, _CSRF_CLIENT, _CSRF_TOKEN = "/csrf-token", "Prefect-Csrf-Client", "Prefect-Csrf-Token"
PAGE = 200  # the largest page that a server gives
CONNECTIONS = 16  # as many as ever write at once


def segment(name: str) -> str:
    """A name as one segment of a path."""
    return urllib.parse.quote(name, safe="")


class Created(t.NamedTuple):
    """What a creation gave: the object, and whether it was there already.

    Some routes answer 200 and leave the old object as it was, some write over it; a creation that is repeated after a
    lost answer cannot know whose object it finds.
    """

    value: t.Any
    existed: bool


class Client:
    """One session with one server, which several threads may use at once.

    read_only  true in check mode: whatever is not a read is refused before it is sent
    base       address that paths are relative to
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
        self.base = connection.api_url
        self._seen: dict[str, float] = {}
        self._sent = itertools.count()
        self._csrf = threading.Lock()
        self._crowd = Crowd()
        self._clock, self._sleep = clock, sleep
        self._session = requests.Session()
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, requests.adapters.HTTPAdapter(pool_maxsize=CONNECTIONS))
        self._session.auth = _authorize(_credentials(connection))
        self._session.headers.update({"Accept": "application/json", "User-Agent": "ansible-flowops-prefect"})
        self._session.headers.update(connection.headers)

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_exc: object) -> None:
        self._session.close()

    @property
    def server_time(self) -> float | None:
        """The server's clock at its last answer, in seconds since 1970."""
        return self._seen.get("time")

    @property
    def requests_sent(self) -> int:
        """How many requests this session has sent, repeated ones included."""
        return int(self._seen.get("requests", 0))

    def at(self, place: Place, what: str) -> Client:
        """The same session with the addresses of another place in Prefect Cloud; InvalidInput if there is none.

        what  the objects that live there, in words
        """
        view = copy.copy(self)
        view.base = self.connection.base(place, what)
        return view

    def find(self, path: str, errand: Errand) -> dict[str, t.Any] | None:
        """The object at a path, or None if it is proven absent."""
        response = self._send("GET", path, None, errand)
        return None if is_absent(self.connection, response) else object_of(self.connection, errand, response)

    def read_page(self, path: str, query: dict[str, t.Any], errand: Errand) -> list[dict[str, t.Any]]:
        """One page of a filter route."""
        return list_of(self.connection, errand, self._send("POST", path, query, errand, reading=True))

    def read_list(self, path: str, errand: Errand) -> list[dict[str, t.Any]]:
        """The objects of a route that gives all of them at once."""
        return list_of(self.connection, errand, self._send("GET", path, None, errand))

    def read_value(self, path: str, errand: Errand, query: t.Any = None) -> t.Any:
        """Whatever a route answers; with a query it is asked by POST."""
        method = "GET" if query is None else "POST"
        return value_of(self.connection, errand, self._send(method, path, query, errand, reading=True))

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

    def create(self, path: str, body: t.Any, errand: Errand, find: t.Callable[[], t.Any]) -> Created:
        """Create an object.

        find  reads the object; None if it is proven absent

        A creation that a busy server broke off, or whose answer got lost, may have happened all the same. So it is sent
        again only while the object is proven absent; an object that is there by now is the result. So is the one that
        another run, or the server itself, created since we looked.
        """
        pacing, found, rushed = self._pacing(), None, False
        while found is None:
            wait, rush = 0.0, False
            try:
                response = self._send("POST", path, body, errand)
            except EngineError as failed:
                if not _worth_repeating(failed.__cause__, True):
                    raise
                error = failed
            else:
                if response.status_code == 409 and (found := find()) is not None:
                    return Created(found, True)
                if response.status_code not in _RETRIED_STATUSES:
                    return Created(value_of(self.connection, errand, response), response.status_code == 200)
                error, wait = error_of(self.connection, errand, response), _retry_after(response)
                self._session.close()
                rush = not rushed and self._crowd.take_turns(response.status_code)
            if rush:
                rushed = True
                self._sleep(TURN_SECONDS)
            elif not pacing.wait(wait):
                raise error
            try:
                found = find()
            except EngineError:
                raise error from None
        return Created(found, True)

    def change(
        self, path: str, body: t.Any, errand: Errand, method: str = "PATCH", *, repeatable: bool = False
    ) -> None:
        """Change some properties of an object, or with PUT all of them. repeatable says of another method that doing it
        twice is like doing it once."""
        expect_success(self.connection, errand, self._send(method, path, body, errand, repeatable=repeatable))

    def act(self, path: str, body: t.Any, errand: Errand) -> t.Any:
        """Ask for something that must not be asked twice; the answer's value, None if it has none."""
        response = self._send("POST", path, body, errand)
        expect_success(self.connection, errand, response)
        return value_of(self.connection, errand, response) if response.content.strip() not in (b"", b"null") else None

    def remove(self, path: str, errand: Errand) -> None:
        """Remove an object; one that is gone already counts as removed, since a lost answer is retried."""
        response = self._send("DELETE", path, None, errand)
        if not is_absent(self.connection, response):
            expect_success(self.connection, errand, response)

    def _send(
        self, method: str, path: str, body: t.Any, errand: Errand, *, reading: bool = False, repeatable: bool = False
    ) -> requests.Response:
        reading = reading or method == "GET"
        if self.read_only and not reading:
            raise CheckModeWriteRefused(
                errand.what,
                obj=errand.obj,
                server=self.connection.api_url,
                why=f"{method} was about to be sent in check mode",
                todo="Report this as a defect of flowops.prefect",
            )
        repeatable = repeatable or reading or method in ("PATCH", "PUT", "DELETE")
        token = self._session.headers.get(_CSRF_TOKEN)
        response = self._persist(method, path, body, errand, repeatable, reading)
        if response.status_code == 403 and "csrf" in response.text[:200].lower():
            with self._csrf:
                if self._session.headers.get(_CSRF_TOKEN) == token:
                    self._fetch_csrf_token()
            response = self._persist(method, path, body, errand, repeatable, reading)
        if (parsed := email.utils.parsedate_tz(response.headers.get("Date", ""))) is not None:
            self._seen["time"] = float(email.utils.mktime_tz(parsed))
        return response

    def _persist(
        self, method: str, path: str, body: t.Any, errand: Errand, repeatable: bool, reading: bool
    ) -> requests.Response:
        """The answer, after as many attempts as are harmless and as fit into the time-out."""
        pacing, rushed = self._pacing(), False
        while True:
            try:
                with contextlib.nullcontext() if reading else self._crowd.write():
                    response = self._exchange(method, path, body)
            except requests.exceptions.RequestException as failure:
                if not _worth_repeating(failure, repeatable) or not pacing.wait():
                    raise self._unreachable(errand, failure) from failure
            else:
                if not _is_passing(response, repeatable):
                    return response
                # a server that failed once may cut the connection it failed on
                self._session.close()
                if not (reading or rushed) and self._crowd.take_turns(response.status_code):
                    rushed = True
                    self._sleep(TURN_SECONDS)
                elif not pacing.wait(_retry_after(response)):
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
        self._seen["requests"] = next(self._sent) + 1
        return self._session.request(
            method,
            f"{self.base}{path}",
            json=body,
            timeout=self.connection.timeout,
            # given per request: a session's own setting loses against REQUESTS_CA_BUNDLE in the environment
            verify=self.connection.verify,
            allow_redirects=False,
        )

    def _fetch_csrf_token(self) -> None:
        """Get the token that the server wants with each write; called again when it has expired."""
        client, errand = str(uuid.uuid4()), Errand("get a CSRF token")
        response = self._persist("GET", f"{_CSRF_PATH}?client={client}", None, errand, True, True)
        token = object_of(self.connection, errand, response).get("token", "")
        self._session.headers.update({_CSRF_CLIENT: client, _CSRF_TOKEN: str(token)})

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
