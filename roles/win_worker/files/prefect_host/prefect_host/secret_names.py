# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which variables say by their name that their value is a secret."""

from __future__ import annotations

import re

_BEFORE_A_CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
# Held against the words of a name, in capitals, with blanks between. The end of a word counts (PGPASSWORD), its
# beginning doesn't (TOKENIZERS_PARALLELISM).
_SECRET = re.compile(
    r"(PASSWORD|PASSWD|PASSPHRASE|SECRET|CREDENTIAL)S?\b|TOKEN\b"
    r"|\b(API|ACCESS|ACCOUNT|AUTH|CLIENT|ENCRYPTION|FERNET|MASTER|PRIVATE|SHARED|SIGNING|SSH|STORAGE) ?KEYS?\b(?! ID\b)"
    r"|\w (PWD|PASS)\b"
    r"|\b(AUTH STRING|BASIC AUTH|AUTHORIZATION|CUSTOM HEADERS)\b"
)
# Where a secret lies is none: a variable that names the file is what we advise.
_A_PLACE = re.compile(r" (FILE|PATH|DIR|FOLDER)$")


def looks_secret(name: str) -> bool:
    """Whether a variable of this name (API_KEY, dbPassword, ...) holds a secret, as far as a name can tell."""
    words = " ".join(re.findall("[A-Z]+", _BEFORE_A_CAPITAL.sub("_", name).upper()))
    return _SECRET.search(words) is not None and _A_PLACE.search(words) is None
