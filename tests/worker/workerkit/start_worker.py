# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""C(prefect ARGUMENTS) with our worker, as the service starts it; but for what only Windows has."""

from __future__ import annotations

import runpy
import sys

from prefect_host import host_worker

host_worker.register()
sys.argv[0] = "prefect"
runpy.run_module("prefect", run_name="__main__")
