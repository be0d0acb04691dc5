# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a Prefect worker as a Windows service.

C(child_process), C(service), C(worker_main), C(credential.dpapi) and C(records.windows_log) talk to Windows; the rest
is plain Python, tested on any system. C(assembly) shows what the service is made of.
"""

from __future__ import annotations

__version__ = "0.2.1"
