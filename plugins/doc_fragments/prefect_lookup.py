# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where lookup plugins find the connection options that modules share in the fragment C(prefect)."""

from __future__ import annotations


class ModuleDocFragment:
    """To be named before C(prefect), over which it is laid.

    The types differ where Ansible would make something of an empty text, which stands for "not set" here: of a path it
    makes the current folder. Of several environment variables, Ansible takes the last one that is set.
    """

    DOCUMENTATION = r"""
options:
  api_url:
    required: false
    env:
      - name: PREFECT_API_URL
    vars:
      - name: flowops_prefect_api_url
  api_key:
    env:
      - name: PREFECT_API_KEY
    vars:
      - name: flowops_prefect_api_key
  auth_string:
    env:
      - name: PREFECT_API_AUTH_STRING
    vars:
      - name: flowops_prefect_auth_string
  custom_headers:
    type: raw
    env:
      - name: PREFECT_CLIENT_CUSTOM_HEADERS
    vars:
      - name: flowops_prefect_custom_headers
  ca_path:
    type: str
    env:
      - name: SSL_CERT_FILE
      - name: PREFECT_API_SSL_CERT_FILE
    vars:
      - name: flowops_prefect_ca_path
  validate_certs:
    vars:
      - name: flowops_prefect_validate_certs
  timeout:
    vars:
      - name: flowops_prefect_timeout
"""
