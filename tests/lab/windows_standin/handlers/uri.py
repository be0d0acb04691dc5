# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""win_uri. The request really goes out, from the stand-in's process on this machine rather than from inside Wine."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import time
import urllib.parse

import requests

from ..errors import ModuleFailure, NotModelled

UNSUPPORTED = ("client_cert", "use_default_credential", "proxy_use_default_credential")
REDIRECTS = {"all": True, "safe": True, "none": False}


def snake(name: str) -> str:
    """``Content-Type`` as ``content_type``: the dashes go, then every capital starts a word."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name.replace("-", "")).lower()


def _body(call, headers: dict[str, str]) -> bytes | None:
    body = call.args["body"]
    if call.args["content_type"]:
        headers["Content-Type"] = call.args["content_type"]
    if body is None:
        return None
    return (json.dumps(body) if isinstance(body, (dict, list)) else str(body)).encode()


def _proxies(args: dict) -> dict[str, str]:
    """The named proxy for every scheme. The one of Windows' own settings is not modelled: nobody is asked."""
    if not (args["use_proxy"] and args["proxy_url"]):
        return {}
    url = urllib.parse.urlsplit(args["proxy_url"])
    if args["proxy_username"]:
        account = ":".join(
            urllib.parse.quote(args[f"proxy_{part}"] or "", safe="") for part in ("username", "password")
        )
        url = url._replace(netloc=f"{account}@{url.netloc.rpartition('@')[2]}")
    return dict.fromkeys(("http", "https"), url.geturl())


def _send(call, method: str) -> requests.Response:
    args = call.args
    headers = {
        "User-Agent": args["http_agent"],
        **{name: str(value) for name, value in (args["headers"] or {}).items()},
    }
    body = _body(call, headers)
    credentials = (args["url_username"], args["url_password"] or "") if args["url_username"] else None
    session = requests.Session()
    session.trust_env = False
    try:
        return session.request(
            method,
            args["url"],
            headers=headers,
            data=body,
            auth=credentials,
            proxies=_proxies(args),
            timeout=args["url_timeout"],
            allow_redirects=REDIRECTS[args["follow_redirects"]],
            verify=args["validate_certs"],
        )
    except requests.RequestException as error:
        raise ModuleFailure(
            f"Unhandled exception occurred when sending web request. Exception: {type(error).__name__}: {error}"
        ) from None


def run(call) -> dict:
    args = call.args
    for option in UNSUPPORTED:
        if args[option]:
            raise NotModelled(f"win_uri {option}")
    method = args["url_method"].upper()
    if not re.fullmatch(r"[A-Z]+", method):
        raise ModuleFailure("Parameter 'method' needs to be a single word in uppercase, like GET or POST.")
    for option, skips in (("creates", True), ("removes", False)):
        path = args[option]
        if path and (call.agent("files.kind", path=path) != "absent") is skips:
            word = "already exists" if skips else "does not exist"
            return {
                "skipped": True,
                "msg": f"The '{option}' file or directory ({path}) {word}.",
                "elapsed": 0,
                "url": args["url"],
            }
    began = time.monotonic()
    response = _send(call, method)
    result = {snake(name): value for name, value in response.headers.items()}
    result.update(
        changed=False,
        elapsed=time.monotonic() - began,
        url=args["url"],
        status_code=response.status_code,
        status_description=response.reason,
        response_uri=response.url,
        method=method,
        content_length=len(response.content),
    )
    if args["return_content"]:
        _content(response, result)
    if args["dest"]:
        result["changed"] = _save(call, args["dest"], response.content)
    if response.status_code not in args["status_code"]:
        wanted = " ".join(map(str, args["status_code"]))
        raise ModuleFailure(
            f"Status code of request '{response.status_code}' is not in list of valid status codes "
            f"{wanted} : {response.reason}'.",
            **result,
        )
    return result


def _content(response: requests.Response, result: dict) -> None:
    result["content"] = response.content.decode(errors="replace")
    if re.search("text|json|javascript", result.get("content_type", "")):
        try:
            result["json"] = response.json()
        except ValueError:
            return


def _save(call, path: str, content: bytes) -> bool:
    kind = call.agent("files.kind", path=path)
    same = (
        kind == "file"
        and call.agent("files.checksum", path=path, algorithm="sha256") == hashlib.sha256(content).hexdigest()
    )
    if not same and not call.check:
        call.agent("files.write", path=path, content=base64.b64encode(content).decode())
    return not same
