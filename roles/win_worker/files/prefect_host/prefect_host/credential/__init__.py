# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the injector shows Prefect: where it comes from, how it is kept, and when it is there.

An API key arrives sealed for this service alone, and is kept with DPAPI under its account; in clear it is in memory
only. A token file is somebody else's, who keeps it fresh.
"""
