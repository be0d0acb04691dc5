# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Masking by field. For internal use by this collection only.

Ansible hides the values of C(no_log) parameters; it cannot know that a value read from a server is a secret. The spec
knows, so values of secret fields are replaced here before they reach a diff, a result or an error.
"""

from __future__ import annotations

import typing as t

MASK = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"
MASK_CHANGED = f"{MASK} - changed"
# Shorter values would blank out ordinary words all over the text.
_SHORTEST_SCRUBBED = 4


def secret_texts(value: t.Any) -> set[str]:
    """Every text inside a secret value, however deeply nested, that is long enough to be looked for in other texts."""
    if isinstance(value, dict):
        return set().union(*(secret_texts(item) for item in value.values()))
    if isinstance(value, (list, tuple, set)):
        return set().union(*(secret_texts(item) for item in value))
    if value is None or isinstance(value, bool):
        return set()
    text = str(value)
    return {text} if len(text) >= _SHORTEST_SCRUBBED else set()


def scrub(text: str, secrets: t.Iterable[str]) -> str:
    """Replace each secret in a text, longest first so that no tail of a longer one is left."""
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= _SHORTEST_SCRUBBED:
            text = text.replace(secret, MASK)
    return text
