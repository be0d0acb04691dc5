# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""By what a worker's API key is known, without the key."""

from __future__ import annotations

DOCUMENTATION = r"""
name: credential_fingerprint
short_description: Tell an API key by its fingerprint
version_added: 0.4.0
author:
  - flowops.prefect contributors (@flowops-prefect)
description:
  - The SHA-256 of a salt and an API key. The service of a worker writes both to C(home\credential.json) when it has
    taken over a key. Where the fingerprints are the same, the worker has this key.
positional: salt
options:
  _input:
    description: The API key.
    type: str
    required: true
  salt:
    description: The salt that stands beside the fingerprint, in hexadecimal digits.
    type: str
    required: true
seealso:
  - plugin: flowops.prefect.seal_credential
    plugin_type: filter
"""

EXAMPLES = r"""
- name: The worker has this key
  ansible.builtin.assert:
    that: prefect_api_key | flowops.prefect.credential_fingerprint(known.salt) == known.fingerprint
"""

RETURN = r"""
_value:
  description: The fingerprint in hexadecimal digits.
  type: str
"""

import hashlib
import typing as t

from ansible.errors import AnsibleFilterError


def credential_fingerprint(api_key: t.Any, salt: t.Any) -> str:
    """Hexadecimal SHA-256 of salt and key. AnsibleFilterError, without the key, for what is no text or no salt."""
    if not isinstance(api_key, str):
        raise AnsibleFilterError("credential_fingerprint needs an API key as text")
    try:
        start = bytes.fromhex(salt)
    except (TypeError, ValueError):
        raise AnsibleFilterError("credential_fingerprint needs a salt in hexadecimal digits") from None
    return hashlib.sha256(start + api_key.encode()).hexdigest()


class FilterModule:
    """The filter of this file."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Filters by name."""
        return {"credential_fingerprint": credential_fingerprint}
