# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Wine prefixes: one per host. Build a template once, clone it per host, boot it, shut it down."""

from __future__ import annotations

from .namespace import Placement
from .prefix import boot, clone, is_running, processes_of, shutdown
from .template import build_template

__all__ = ["Placement", "boot", "build_template", "clone", "is_running", "processes_of", "shutdown"]
