# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests to Prefect that ask again while its SQLite is busy, as Prefect's own client does."""

from __future__ import annotations

import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry


def patient_session() -> requests.Session:
    """A session that repeats a request which was answered with 503: the server has undone what it had begun."""
    again = Retry(total=8, status_forcelist=[requests.codes.unavailable], allowed_methods=None, backoff_factor=0.3)
    session = requests.Session()
    session.mount("http://", HTTPAdapter(max_retries=again))
    return session
