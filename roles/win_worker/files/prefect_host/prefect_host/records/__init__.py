# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Records: what worker, flow runs and task runs log, on its way to Prefect, to the Windows Event Log and to a file.

C(windows_log) and C(ending) talk to Windows; C(prefect_handlers) and C(prefect_sink) need Prefect.
"""
