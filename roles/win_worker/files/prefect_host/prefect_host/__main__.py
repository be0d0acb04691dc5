# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""C(python -m prefect_host show --config FILE): what the service would start, or what is wrong with its file.

C(python -m prefect_host check [FILE]), without FILE from standard input: exit code 0 and no word, or 2 and one line of
what is wrong. Needs nothing but Python 3.11, on any system: a controller asks before it changes a host.
"""

from __future__ import annotations

import argparse
import json
import os
import sys

from prefect_host import __version__, command_line, configuration, environment


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="prefect_host", description="the Prefect worker's Windows service")
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(dest="command", required=True)
    show = commands.add_parser("show", help="check the configuration and print what the service starts")
    show.add_argument("--config", required=True)
    check = commands.add_parser("check", help="check a configuration, also where no Windows is")
    check.add_argument("config", metavar="FILE", nargs="?", default="-", help="- or nothing: standard input")
    chosen = parser.parse_args(arguments)
    try:
        settings = _read(chosen.config)
    except configuration.ConfigurationError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    if chosen.command == "show":
        _show(settings)
    return 0


def _read(path: str) -> configuration.Configuration:
    if path == "-":
        return configuration.parse(sys.stdin.buffer.read(), "standard input")
    return configuration.load(path)


def _show(settings: configuration.Configuration) -> None:
    document = {
        "arguments": command_line.worker_arguments(settings),
        "environment": environment.worker_environment(settings, os.environ),
        "folder": environment.worker_folder(settings),
        "config_sha256": settings.sha256,
    }
    sys.stdout.write(json.dumps(document, indent=2) + "\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
