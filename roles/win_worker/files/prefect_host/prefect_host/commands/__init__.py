# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""C(python -m prefect_host COMMAND): for people and for monitoring. Each command is a function with an exit code.

Exit codes are stable: 0 as it should be, 1 not so, 2 wrong call or wrong configuration, 3 not there yet (C(status): the
service doesn't run; C(drain): runs are left).
"""
