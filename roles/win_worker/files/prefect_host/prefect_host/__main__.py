# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""C(python -m prefect_host COMMAND): see C(commands) for exit codes.

C(check) and C(show) need nothing but Python 3.11, on any system: a controller asks before it changes a host.
"""

from __future__ import annotations

import argparse
import json
import os
import sys

from prefect_host import __version__, command_line, configuration, environment


def main(arguments: list[str]) -> int:
    """Exit code 2 and one line on standard error for a configuration that is wrong or not there."""
    chosen = _parser().parse_args(arguments)
    try:
        if chosen.command in ("show", "check"):
            settings = _read(chosen.config)
            return _show(settings) if chosen.command == "show" else 0
        return _about_an_instance(chosen)
    except configuration.ConfigurationError as error:
        sys.stderr.write(f"{error}\n")
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="prefect_host", description="the Prefect worker's Windows service")
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(dest="command", required=True)
    show = commands.add_parser("show", help="check the configuration and print what the service starts")
    show.add_argument("--config", required=True)
    check = commands.add_parser("check", help="check a configuration, also where no Windows is")
    check.add_argument("config", metavar="FILE", nargs="?", default="-", help="- or nothing: standard input")
    commands.add_parser("status", parents=[_which()], help="how the service is")
    drain = commands.add_parser("drain", parents=[_which()], help="take no new runs")
    drain.add_argument("--wait", type=float, metavar="SECONDS", help="for running flows, at most this long")
    drain.add_argument("--why", default="", help="for who asks later")
    commands.add_parser("resume", parents=[_which()], help="take runs again")
    commands.add_parser("diagnose", parents=[_which()], help="check all that a worker needs")
    return parser


def _which() -> argparse.ArgumentParser:
    which = argparse.ArgumentParser(add_help=False)
    one = which.add_mutually_exclusive_group()
    one.add_argument("--config", metavar="FILE", help="the instance's worker.json")
    one.add_argument("--instance", metavar="NAME", help="needed where a host has several")
    which.add_argument("--json", action="store_true", help="for programs")
    return which


def _about_an_instance(chosen: argparse.Namespace) -> int:
    # Not at the top: what only the host has must not keep a controller from checking.
    from prefect_host.commands import diagnose, drain, instance, status

    settings = instance.chosen(chosen.config, chosen.instance)
    if chosen.command == "status":
        return status.run(settings, chosen.json)
    if chosen.command == "drain":
        return drain.drain(settings, chosen.wait, chosen.why, chosen.json)
    if chosen.command == "resume":
        return drain.resume(settings, chosen.json)
    return diagnose.run(settings, chosen.json)


def _read(path: str) -> configuration.Configuration:
    if path == "-":
        return configuration.parse(sys.stdin.buffer.read(), "standard input")
    return configuration.load(path)


def _show(settings: configuration.Configuration) -> int:
    # What a start chooses is not known here: ports are 0 where any free one is taken.
    local = environment.Local(settings.injector.port, "made anew at each start", settings.health.port)
    document = {
        "arguments": command_line.worker_arguments(settings),
        "environment": environment.worker_environment(settings, local, os.environ),
        "folder": environment.worker_folder(settings),
        "config_sha256": settings.sha256,
    }
    sys.stdout.write(json.dumps(document, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
