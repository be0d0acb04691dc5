# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Is everything there that a worker needs? Asked by the service itself: it has the account, the key and the way.

C(python -m prefect_host diagnose) puts a question into the control folder; the service answers in its home folder.
"""
