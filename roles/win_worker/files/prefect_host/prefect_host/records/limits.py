# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many records a process may send where, and how long each may be."""

from __future__ import annotations

import dataclasses
import json
import typing as t


class Setting(t.NamedTuple):
    """Default and bounds of one number."""

    default: int
    lowest: int
    highest: int


# The keys of "records" in worker.json and in FLOWOPS_RECORDS.
SETTINGS = {
    # Lines that pass at once, at the beginning of a process and after a flood; the last ones that are kept in a flood.
    "burst": Setting(1000, 100, 10_000),
    # Records a second after that, for each process.
    "event_log_per_second": Setting(50, 1, 1000),
    "prefect_per_second": Setting(200, 1, 5000),
    "file_per_second": Setting(500, 1, 10_000),
    # Characters of one record's text: Prefect Cloud takes 25,000 bytes with all around it, Windows 31,839 per event.
    "event_log_text": Setting(30_000, 500, 30_000),
    "prefect_text": Setting(24_000, 500, 60_000),
    "file_text": Setting(30_000, 500, 60_000),
}
VARIABLE = "FLOWOPS_RECORDS"


@dataclasses.dataclass(frozen=True)
class Limits:
    """Of one sink. C(burst) lines, C(per_second) after them, C(text) characters each."""

    burst: int
    per_second: int
    text: int


def limits(document: t.Mapping[str, int]) -> dict[str, Limits]:
    """Limits of the sinks "event_log", "prefect" and "file". C(document) holds keys of SETTINGS; what is missing has
    its default. Raises ValueError with the key."""
    unknown = sorted(set(document) - set(SETTINGS))
    if unknown:
        raise ValueError(f"{unknown[0]}: unknown; known: {', '.join(SETTINGS)}")
    numbers = {key: _number(key, document.get(key, setting.default)) for key, setting in SETTINGS.items()}
    return {
        sink: Limits(numbers["burst"], numbers[f"{sink}_per_second"], numbers[f"{sink}_text"])
        for sink in ("event_log", "prefect", "file")
    }


def _number(key: str, value: object) -> int:
    setting = SETTINGS[key]
    if not isinstance(value, int) or isinstance(value, bool) or not setting.lowest <= value <= setting.highest:
        raise ValueError(f"{key}: {value!r} is no number from {setting.lowest} to {setting.highest}")
    return value


def from_environment(environment: t.Mapping[str, str]) -> tuple[dict[str, Limits], str]:
    """The limits and, if FLOWOPS_RECORDS can't be used, what is wrong with it: then the defaults count."""
    try:
        document = json.loads(environment.get(VARIABLE) or "{}")
        if not isinstance(document, dict):
            raise ValueError("no JSON object")
        return limits(document), ""
    except ValueError as error:
        return limits({}), f"{VARIABLE}: {error}; the defaults count"
