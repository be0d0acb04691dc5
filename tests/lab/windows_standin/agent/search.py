# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find files: what ``win_find`` filters on, gathered in one walk."""

from __future__ import annotations

import os

import files


def find(paths: list[str], recurse: bool, algorithm: str | None) -> dict:
    """{'matched': [stat...], 'missing': [path...], 'examined': n}: folders and files, unfiltered."""
    matched, missing = [], []
    for base in paths:
        if not os.path.isdir(base):
            missing.append(base)
            continue
        for top, folders, names in os.walk(base):
            for name in folders + names:
                entry = files.stat(os.path.join(top, name), None if name in folders else algorithm)
                if entry is not None:
                    entry["folder"] = files.real_case(top)
                    matched.append(entry)
            if not recurse:
                break
    return {"matched": matched, "missing": missing, "examined": len(matched)}


OPERATIONS = {"find": find}
