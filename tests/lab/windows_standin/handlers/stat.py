# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""win_stat. The owner is the model's."""

from __future__ import annotations

import ntpath


def describe(call, entry: dict, with_size: bool = True) -> dict:
    """A file as ``win_stat`` returns it."""
    attributes = entry["attributes"]
    words = {word.strip() for word in attributes.split(",")}
    folder = entry["is_folder"]
    result = {
        "exists": True,
        "attributes": attributes,
        "isarchive": "Archive" in words,
        "isdir": folder,
        "ishidden": "Hidden" in words,
        "isjunction": False,
        "islnk": False,
        "isreadonly": "ReadOnly" in words,
        "isreg": not folder,
        "isshared": False,
        "nlink": max(1, entry["links"]) if not folder else 1,
        "hlnk_targets": [],
        "creationtime": entry["created"],
        "lastaccesstime": entry["accessed"],
        "lastwritetime": entry["written"],
        "path": entry["path"],
        "filename": entry["name"],
        "owner": call.host.accounts.name(call.host.access_lists.owner(entry["path"])),
    }
    if not folder:
        result["extension"] = ntpath.splitext(entry["path"])[1]
        if entry.get("checksum"):
            result["checksum"] = entry["checksum"]
    if with_size and entry["size"] is not None:
        result["size"] = entry["size"]
    return result


def run(call) -> dict:
    args = call.args
    algorithm = args["checksum_algorithm"] if args["get_checksum"] else None
    entry = call.agent("files.stat", path=args["path"], algorithm=algorithm, size=args["get_size"])
    if entry is None:
        return {"changed": False, "stat": {"exists": False}}
    return {"changed": False, "stat": describe(call, entry, args["get_size"])}
