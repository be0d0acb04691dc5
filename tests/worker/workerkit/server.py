# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real Prefect server with its services, run by the Prefect that the worker has."""

from __future__ import annotations

import os
import sys
import time
import typing as t

import requests
from prefectkit.real_server import RealServer


def clean_environment() -> dict[str, str]:
    """This process's, without anything that would redirect Prefect or our package."""
    ours = ("PREFECT_", "FLOWOPS_", "PYTHON")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}


class Server(RealServer):
    """The services are what calls a worker offline and a run late."""

    options = ()

    def command(self) -> list[str]:
        """As a module: the worker's environment is the one that runs the tests."""
        return [sys.executable, "-m", "prefect"]

    def start(self) -> None:
        """Start it and wait until it answers."""
        super().start()
        self.wait()

    def ask(self, method: str, path: str, body: t.Any = None) -> t.Any:
        """Ask again while SQLite is busy (503), as Prefect's own client does."""
        for _number in range(20):
            try:
                return super().ask(method, path, body)
            except requests.HTTPError as error:
                if error.response.status_code != 503:
                    raise
            time.sleep(0.5)
        return super().ask(method, path, body)
