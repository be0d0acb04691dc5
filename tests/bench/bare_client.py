# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The floor: a bare client that is told which writes are needed, sends these, and asks for nothing else.

Reads from standard input {"url", "threads", "waves": [[[{"key", "method", "path", "body", "flow"}]]]}. A wave begins
when the one before it is done; its chains go out at the same time, the writes of a chain one after the other. flow is
the key of the write whose identifier goes into flow_id. Prints the identifiers that it got, by key.
"""

from __future__ import annotations

import concurrent.futures
import json
import sys
import threading
import time
import typing as t

import requests

# A server on SQLite answers 503 at once when two writes meet; the other one is done in a moment.
_PAUSE_SECONDS, _ATTEMPTS = 0.05, 200


def main() -> None:
    """Send everything; the first refusal ends it."""
    orders = json.load(sys.stdin)
    made: dict[str, str] = {}
    own = threading.local()

    def send(write: dict[str, t.Any]) -> None:
        if not hasattr(own, "session"):
            own.session = requests.Session()
        body = write["body"]
        if write["flow"]:
            body = {**body, "flow_id": made[write["flow"]]}
        for _attempt in range(_ATTEMPTS):
            answer = own.session.request(write["method"], f"{orders['url']}{write['path']}", json=body, timeout=60)
            if answer.status_code != 503:
                break
            time.sleep(_PAUSE_SECONDS)
        answer.raise_for_status()
        if write["method"] == "POST":
            made[write["key"]] = answer.json()["id"]

    def send_all(chain: list[dict[str, t.Any]]) -> None:
        for write in chain:
            send(write)

    with concurrent.futures.ThreadPoolExecutor(orders["threads"]) as pool:
        for wave in orders["waves"]:
            list(pool.map(send_all, wave))
    print(json.dumps(made))


if __name__ == "__main__":
    main()
