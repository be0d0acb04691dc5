# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation shared by all modules that talk to Prefect."""

from __future__ import annotations


class ModuleDocFragment:
    """The connection options and what they need."""

    DOCUMENTATION = r"""
options:
  api_url:
    description:
      - Address of the Prefect API.
      - For a self-hosted server it normally ends in V(/api), such as V(https://prefect.example.com/api).
      - For Prefect Cloud it names a workspace, as in
        V(https://api.prefect.cloud/api/accounts/ACCOUNT_ID/workspaces/WORKSPACE_ID). Prefect Cloud needs C(https).
      - Falls back to the environment variable E(PREFECT_API_URL).
    type: str
    required: true
  api_key:
    description:
      - Key for Prefect Cloud, or for a gateway that takes bearer tokens. White space around it is no part of it.
      - Excludes O(auth_string).
      - Falls back to the environment variable E(PREFECT_API_KEY).
    type: str
  auth_string:
    description:
      - Credentials of a self-hosted server with basic authentication, as V(user:password). A line end is no part of it.
      - Excludes O(api_key).
      - Falls back to the environment variable E(PREFECT_API_AUTH_STRING).
    type: str
  custom_headers:
    description:
      - Headers to send with every request, for example for a reverse proxy that wants a token of its own.
      - Values are treated as secrets.
      - Falls back to the environment variable E(PREFECT_CLIENT_CUSTOM_HEADERS), a JSON object.
    type: dict
  ca_path:
    description:
      - PEM file or folder with the certificate authorities to trust, on the machine that runs the module.
      - An empty file counts as not set.
      - Falls back to the environment variables E(PREFECT_API_SSL_CERT_FILE) and E(SSL_CERT_FILE).
    type: path
  validate_certs:
    description:
      - Whether the certificate of the server is checked.
      - Set it to V(false) only for a test; anyone on the way can then read and change everything.
    type: bool
    default: true
  timeout:
    description:
      - Seconds to wait for an answer, and the longest time spent on repeating one request.
      - Requests that are safe to repeat are repeated after a lost connection and after the answers 429, 502, 503
        and 504. A creation is repeated only after a look that proves that the object is not there.
    type: int
    default: 30
requirements:
  - Python package C(requests) where the module runs, which is the controller or the execution environment
notes:
  - An empty text counts as not set in each option that falls back to the environment, and in the environment.
  - Run it on the controller, for example with C(delegate_to=localhost) or in a play for C(localhost).
  - Proxies are taken from E(HTTPS_PROXY), E(HTTP_PROXY) and E(NO_PROXY).
"""
