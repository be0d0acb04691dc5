# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""win_find: a walk in Wine, filtered here."""

from __future__ import annotations

import fnmatch
import re
import time

from ..errors import ModuleFailure
from .stat import describe

AGE_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
SIZE_UNITS = {"b": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40}
STAMPS = {"mtime": "written", "ctime": "created", "atime": "accessed"}


def _measure(text: str, units: dict[str, int], default: str, what: str) -> int:
    match = re.fullmatch(rf"(-?\d+)([{''.join(units)}])?", text, re.IGNORECASE)
    if not match:
        raise ModuleFailure(f"Invalid {what} pattern specified")
    return int(match.group(1)) * units[(match.group(2) or default).lower()]


def _within(value: float, limit: float) -> bool:
    """A positive limit means "at least", a negative one "at most"."""
    return value >= limit if limit >= 0 else value <= -limit


def _matches(entry: dict, args: dict) -> bool:
    kind = args["file_type"]
    if kind != "any" and entry["is_folder"] is not (kind == "directory"):
        return False
    if "Hidden" in entry["attributes"] and not args["hidden"]:
        return False
    patterns = args["patterns"]
    if not patterns:
        return True
    name = entry["name"]
    flags = 0 if args["case_sensitive"] else re.IGNORECASE
    regex = patterns if args["use_regex"] else [fnmatch.translate(pattern) for pattern in patterns]
    return any(
        re.search(pattern, name, flags) if args["use_regex"] else re.match(pattern, name, flags) for pattern in regex
    )


def run(call) -> dict:
    args = call.args
    age = _measure(args["age"], AGE_UNITS, "s", "age") if args["age"] else None
    size = _measure(args["size"], SIZE_UNITS, "b", "size") if args["size"] else None
    algorithm = args["checksum_algorithm"] if args["get_checksum"] else None
    found = call.agent("search.find", paths=args["paths"], recurse=args["recurse"], algorithm=algorithm)
    for path in found["missing"]:
        call.warn(f"Path '{path}' does not exist or is not a directory")
    matched = []
    for entry in found["matched"]:
        if not _matches(entry, args):
            continue
        if age is not None and not _within(time.time() - entry[STAMPS[args["age_stamp"]]], age):
            continue
        if size is not None and not entry["is_folder"] and not _within(entry["size"], size):
            continue
        matched.append(describe(call, entry))
    files = sorted(matched, key=lambda item: item["path"].lower())
    return {"changed": False, "examined": found["examined"], "matched": len(files), "files": files}
