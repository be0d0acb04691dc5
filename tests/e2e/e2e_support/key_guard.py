# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prefect behind a door that wants a key, HTTP and WebSocket alike: what a gateway does, without identities."""

from __future__ import annotations

import contextlib
import json
import os
import pathlib
import subprocess
import typing as t

import requests

from e2e_support.lab import wait_until

ADDRESS = "127.0.0.93:4200"
API = f"http://{ADDRESS}/api"


def _configuration(keys: list[str], upstream: str, log: pathlib.Path) -> dict[str, t.Any]:
    allowed = {
        "match": [{"header": {"Authorization": [f"Bearer {key}" for key in keys]}}],
        "handle": [{"handler": "reverse_proxy", "upstreams": [{"dial": upstream}]}],
        "terminal": True,
    }
    refused = {"handle": [{"handler": "static_response", "status_code": 401, "body": "no key, or not a good one"}]}
    server = {
        "listen": [ADDRESS],
        "automatic_https": {"disable": True},
        "logs": {"default_logger_name": "access"},
        "routes": [allowed, refused],
    }
    access = {
        "writer": {"output": "file", "filename": str(log)},
        "encoder": {
            "format": "filter",
            "wrap": {"format": "json"},
            "fields": {"request>headers": {"filter": "delete"}},
        },
        "include": ["http.log.access.access"],
    }
    return {
        "admin": {"disabled": True, "config": {"persist": False}},
        "logging": {"logs": {"default": {"level": "ERROR"}, "access": access}},
        "apps": {"http": {"servers": {"guard": server}}},
    }


@contextlib.contextmanager
def key_guard(keys: list[str], folder: pathlib.Path, upstream: str = "127.0.0.90:4200") -> t.Iterator[pathlib.Path]:
    """The door at C(API), open for C(keys); yields its access log (one JSON object a line, without headers)."""
    program = pathlib.Path(os.environ["FLOWOPS_VENV_UNIT"]) / "bin" / "caddy"
    log = folder / "access.jsonl"
    with (folder / "guard.log").open("wb") as out:
        child = subprocess.Popen(
            [program, "run", "--config", "-"],
            stdin=subprocess.PIPE,
            stdout=out,
            stderr=subprocess.STDOUT,
            env={"HOME": str(folder), "PATH": "/usr/bin:/bin"},
        )
    try:
        child.stdin.write(json.dumps(_configuration(keys, upstream, log)).encode())
        child.stdin.close()
        wait_until(lambda: _status() == requests.codes.unauthorized, 20, f"the door at {ADDRESS}", pause=0.2)
        yield log
    finally:
        child.terminate()
        child.wait(10)


def _status() -> int:
    try:
        return requests.get(f"{API}/health", timeout=5).status_code
    except requests.ConnectionError:
        return 0
