# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Typed access to a JSON object: every complaint is one line that names the file and the key."""

from __future__ import annotations

import dataclasses
import ntpath
import posixpath
import re
import typing as t

CONTROL = re.compile(r"[\x00-\x1f]")
# A week. Windows counts a stop's patience in milliseconds of 32 bits, and Python's waits have an end of their own.
LONGEST_SECONDS = 604_800
LARGEST_NUMBER = 10**15
LAST_PORT = 65_535


class ConfigurationError(ValueError):
    """One line: which file, which key, what is wrong with it."""


class Reader:
    """Typed access to a JSON object; every complaint names the file and the key."""

    def __init__(self, document: t.Any, origin: str, prefix: str = "") -> None:
        self._origin, self._prefix = origin, prefix
        if not isinstance(document, dict):
            raise ConfigurationError(f"{origin}: {prefix.rstrip('.') or 'the file'} must be a JSON object")
        self.document: dict[str, t.Any] = document

    def wrong(self, key: str, why: str) -> ConfigurationError:
        return ConfigurationError(f"{self._origin}: {self._prefix}{key}: {why}")

    def value(self, key: str, kind: type | tuple[type, ...], default: t.Any = ...) -> t.Any:
        found = self.document.get(key)
        if found is None:
            if default is ...:
                raise self.wrong(key, "is missing")
            return default
        if isinstance(found, bool) or not isinstance(found, kind):
            raise self.wrong(key, f"has the wrong type ({type(found).__name__})")
        return found

    def text(self, key: str) -> str:
        found = self.value(key, str)
        if not found.strip() or CONTROL.search(found):
            raise self.wrong(key, "must be text without line breaks, and not empty")
        return found

    def line(self, key: str) -> str:
        """Like C(text), but may be missing or empty."""
        return self.text(key) if self.document.get(key) not in (None, "") else ""

    def number(self, key: str, default: float) -> float:
        found = self.value(key, (int, float), default)
        most = LONGEST_SECONDS if key.endswith("_seconds") else LARGEST_NUMBER
        if not 0 <= found <= most:
            raise self.wrong(key, "must not be negative" if found < 0 else f"must be a number up to {most}")
        return float(found)

    def section(self, key: str, default: t.Any = ...) -> Reader:
        return Reader(self.value(key, dict, default), self._origin, f"{self._prefix}{key}.")

    def port(self, key: str) -> int:
        """0, the default: any that is free."""
        found = self.value(key, int, 0)
        if not 0 <= found <= LAST_PORT:
            raise self.wrong(key, f"must be a port from 1 to {LAST_PORT}, or 0 for any that is free")
        return int(found)

    def path(self, key: str, default: t.Any = ...) -> str:
        """An absolute path, or the default."""
        if default is not ... and self.document.get(key) in (None, ""):
            return str(default)
        found = self.text(key)
        if not ntpath.isabs(found) and not posixpath.isabs(found):
            raise self.wrong(key, "must be an absolute path")
        return found

    def path_for_injector(self, key: str, default: t.Any = ...) -> str:
        """Caddy would look for a placeholder between braces."""
        found = self.path(key, default)
        if set(found) & {"{", "}"}:
            raise self.wrong(key, "must not contain { or }")
        return found

    def choice(self, key: str, known: t.Sequence[str], default: str) -> str:
        found = self.value(key, str, default)
        if found not in known:
            raise self.wrong(key, f"must be one of {', '.join(known)}")
        return str(found)


def filled(reader: Reader, shape: type) -> t.Any:
    """A dataclass of texts (without a default) and numbers (with one)."""
    values = {}
    for field in dataclasses.fields(shape):
        if field.default is dataclasses.MISSING:
            values[field.name] = reader.text(field.name)
        else:
            number = reader.number(field.name, field.default)
            if isinstance(field.default, int) and not number.is_integer():
                raise reader.wrong(field.name, "must be a whole number")
            values[field.name] = type(field.default)(number)
    return shape(**values)
