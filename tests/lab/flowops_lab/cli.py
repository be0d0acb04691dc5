# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The verbs of the command line."""

from __future__ import annotations

import argparse
import shlex
import sys

from flowops_lab import collection, estate, inventory, parts, virtual_environments
from flowops_lab.console import LabError
from flowops_lab.paths import Paths


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="lab", description="An estate in a folder, on loopback: " + ", ".join(parts.PARTS)
    )
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    for verb, help_text in (
        ("up", "build what is missing and start what does not run"),
        ("reset", "the empty estate again"),
    ):
        one = verbs.add_parser(verb, help=help_text)
        one.add_argument("part", nargs="*", help="only these parts")
        one.add_argument(
            "--prefect-auth", choices=("none", "basic"), default="none", help="how Prefect's API is protected"
        )
        one.add_argument("--csrf", action="store_true", help="Prefect asks for CSRF tokens")
    verbs.add_parser("prepare", help="build everything that up needs, start nothing")
    verbs.add_parser("down", help="end everything; nothing stays running or mounted")
    verbs.add_parser("status", help="a table of the parts; ends with 1 when one does not run")
    one = verbs.add_parser("inventory", help="print the folder of an inventory")
    one.add_argument("--transport", choices=inventory.transports(), default="ntlm")
    verbs.add_parser("env", help="print what ansible-playbook needs in its environment, for eval")
    verbs.add_parser("install", help="build and install the collection; print the collections path")
    one = verbs.add_parser("venv", help="make sure a virtual environment is there and print its folder")
    one.add_argument("name")
    for verb, help_text in (
        ("start", "start one part"),
        ("stop", "stop one part"),
        ("reboot", "restart a Windows host"),
    ):
        one = verbs.add_parser(verb, help=help_text)
        one.add_argument("part")
    return parser


def _run(chosen: argparse.Namespace, paths: Paths) -> int:
    match chosen.verb:
        case "up" | "reset":
            picked = [parts.find(name) for name in chosen.part] or list(parts.PARTS.values())
            (estate.up if chosen.verb == "up" else estate.reset)(paths, picked, chosen.prefect_auth, chosen.csrf)
        case "prepare":
            estate.prepare(paths)
        case "down":
            estate.down(paths)
        case "status":
            table, running = estate.status(paths)
            print(table)
            return 0 if running else 1
        case "start" | "stop" | "reboot":
            {"start": estate.start, "stop": estate.stop, "reboot": estate.reboot}[chosen.verb](
                paths, parts.find(chosen.part)
            )
        case "inventory":
            print(inventory.render(paths, chosen.transport))
        case "env":
            print(
                "\n".join(f"export {name}={shlex.quote(value)}" for name, value in inventory.environment(paths).items())
            )
        case "install":
            print(collection.install(paths))
        case "venv":
            print(virtual_environments.ensure(paths, chosen.name))
    return 0


def main(arguments: list[str] | None = None) -> int:
    chosen = _parser().parse_args(arguments)
    try:
        return _run(chosen, Paths.from_environment())
    except LabError as error:
        print(f"lab: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("lab: interrupted; the same command again goes on where it stopped", file=sys.stderr)
        return 130
