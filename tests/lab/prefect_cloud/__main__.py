# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""python -m prefect_cloud --host 127.0.0.1 --port PORT --home DIR --prefect PATH [--backend URL]"""

from __future__ import annotations

import argparse
import ipaddress
import logging
import os
import pathlib
import shutil

import uvicorn

from prefect_cloud import application, seed
from prefect_cloud.backends import Backends
from prefect_cloud.cloud import Cloud
from prefect_cloud.openapi import Published
from prefect_cloud.store import Store


def _loopback(text: str) -> str:
    """Its switches need no key, so nobody else may reach them."""
    if not ipaddress.ip_address(text).is_loopback:
        raise argparse.ArgumentTypeError(f"{text} is no loopback address; the double listens on loopback only")
    return text


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="prefect_cloud", description="A double of Prefect Cloud, for tests")
    parser.add_argument("--host", type=_loopback, default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--home", type=pathlib.Path, required=True, help="folder of its state")
    parser.add_argument("--prefect", help="the prefect command that serves the content of workspaces")
    parser.add_argument("--template", type=pathlib.Path, help="an empty migrated database of this prefect")
    parser.add_argument("--backend", help="API of a running Prefect server for the workspace main")
    return parser.parse_args()


def main() -> None:
    chosen = _arguments()
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    chosen.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.umask(0o077)
    given = {seed.MAIN_ID: chosen.backend.rstrip("/")} if chosen.backend else {}
    folder = chosen.home.absolute() / "workspaces"
    backends = Backends(folder, chosen.prefect or shutil.which("prefect"), chosen.template, given)
    cloud = Cloud(Store(chosen.home), backends, f"http://{chosen.host}:{chosen.port}")
    app = application.build(cloud, Published.load())
    uvicorn.run(
        app,
        host=chosen.host,
        port=chosen.port,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=3,
    )


if __name__ == "__main__":
    main()
