# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs one module alone, with its arguments on standard input, and says how many LDAP operations it took.

Usage: operations.py MODULE. The module prints its own result first; then comes the line that the benchmark reads.
"""

from __future__ import annotations

import atexit
import importlib
import sys

from ansible_collections.flowops.prefect.plugins.module_utils._ad.directory import Directory

SAID = "operations of the module: "


def main() -> None:
    """Count what every directory of this process is asked."""
    opened: list[Directory] = []
    first = Directory.__init__

    def remembered(directory: Directory, *args: object, **kwargs: object) -> None:
        first(directory, *args, **kwargs)
        opened.append(directory)

    Directory.__init__ = remembered
    atexit.register(lambda: print(f"{SAID}{sum(directory.operations for directory in opened)}"))
    # AnsibleModule would take a word on the command line for its arguments
    name = sys.argv.pop(1)
    importlib.import_module(f"ansible_collections.flowops.prefect.plugins.modules.{name}").main()


if __name__ == "__main__":
    main()
