# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Masking by field. For internal use by this collection only.

Ansible hides the values of C(no_log) parameters; it cannot know that a value read from a server is a secret. The spec
knows, so values of secret fields are replaced here before they reach a diff, a result or an error.
"""

from __future__ import annotations

import json
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
    """Replace each secret in a text, also where it is written with escapes or in one line.

    Longest first, so that no tail of a longer one is left.
    """
    spellings = {spelling for secret in secrets for spelling in _spellings(secret)}
    for spelling in sorted(spellings, key=len, reverse=True):
        if len(spelling) >= _SHORTEST_SCRUBBED:
            text = text.replace(spelling, MASK)
    return text


def _spellings(secret: str) -> set[str]:
    """How programs write a text: as it is, without white space around it, in one line, and as Python and JSON quote it.

    An exception often holds the repr of what it complains about, which is another text as soon as there is a quote, a
    line end or a character beyond ASCII in it.
    """
    plain = {secret, secret.strip(), " ".join(secret.split())}
    escaped = {form.encode("unicode_escape").decode() for form in plain}
    quoted = {written for form in plain for written in (repr(form)[1:-1], ascii(form)[1:-1], json.dumps(form)[1:-1])}
    as_bytes = {repr(form.encode("utf-8", "surrogatepass"))[2:-1] for form in plain}
    return plain | escaped | quoted | as_bytes | {form.replace("'", "\\'") for form in escaped}
