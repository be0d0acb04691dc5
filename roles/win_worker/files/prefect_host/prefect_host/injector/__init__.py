# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The proxy on loopback between the worker and Prefect: a stock Caddy, configured over standard input.

It lets in who knows the service's secret, puts the credential on each request, and is where draining happens.
"""
