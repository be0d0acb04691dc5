# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The verbs of the command line."""

from __future__ import annotations

import argparse
import sys

from flowops_lab import virtual_environments
from flowops_lab.console import LabError
from flowops_lab.paths import Paths


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="lab", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    venv = verbs.add_parser("venv", help="make sure a virtual environment is there and print its folder")
    venv.add_argument("name")
    return parser


def main(arguments: list[str] | None = None) -> int:
    chosen = _parser().parse_args(arguments)
    paths = Paths.from_environment()
    try:
        if chosen.verb == "venv":
            print(virtual_environments.ensure(paths, chosen.name))
    except LabError as error:
        print(f"lab: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("lab: interrupted; the same command again goes on where it stopped", file=sys.stderr)
        return 130
    return 0
