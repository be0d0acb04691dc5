# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab: a directory, a Prefect server, a double of its Cloud and two Windows stand-ins on loopback, in one folder.

Standard library only, so that it starts on a machine that has nothing but Python.
"""
