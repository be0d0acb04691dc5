# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a Prefect worker as a Windows service.

C(configuration), C(environment), C(command_line), C(backoff), C(logs), C(state) and C(supervisor) are plain Python and
are tested on any system. C(child_process), C(service) and C(launcher) talk to Windows.
"""

from __future__ import annotations

__version__ = "0.1.0"
