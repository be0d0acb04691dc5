# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a test can switch on: limits, lateness, failures. None of it exists in the real service."""

from __future__ import annotations

import math
import re
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

ScimState = Literal["DISABLED", "NEEDS_ORGANIZATION_ID", "NEEDS_CONFIGURATION", "ENABLED"]


class Failure(BaseModel):
    """An answer that the next requests get: before the work is done, or after it, as if the answer had been lost."""

    model_config = ConfigDict(extra="forbid")
    method: str = ""
    path_regex: str = ""
    status: int = Field(ge=400, le=599)
    times: int = Field(default=1, ge=0)
    retry_after: int | None = None
    when: Literal["before", "after"] = "before"

    def takes(self, method: str, path: str, when: str) -> bool:
        """Whether this request fails; counts it when it does."""
        meant = self.method in ("", method) and re.search(self.path_regex, path) is not None
        if self.times < 1 or when != self.when or not meant:
            return False
        self.times -= 1
        return True


class Settings(BaseModel):
    """The body of POST /lab/settings; what is not given stays. fail replaces the list of failures."""

    model_config = ConfigDict(extra="forbid")
    rate_limit_per_minute: int | None = Field(default=None, ge=0)
    rate_limit_burst: int | None = Field(default=None, ge=1)
    eventual_seconds: float | None = Field(default=None, ge=0)
    scim_state: ScimState | None = None
    fail: Failure | list[Failure] | None = None


@dataclass
class Controls:
    """rate_limit_per_minute 0 is no limit; a burst of so many requests is free at first."""

    rate_limit_per_minute: int = 0
    rate_limit_burst: int = 0
    eventual_seconds: float = 0
    failures: list[Failure] = field(default_factory=list)
    violations: list[dict[str, Any]] = field(default_factory=list)
    requests: Counter[str] = field(default_factory=Counter)
    _tokens: float = 0
    _filled: float = 0
    _late_since: float = 0

    def apply(self, given: Settings) -> None:
        fields = given.model_dump(exclude_unset=True)
        for name in ("rate_limit_per_minute", "rate_limit_burst", "eventual_seconds"):
            if fields.get(name) is not None:
                setattr(self, name, fields[name])
        if "eventual_seconds" in fields:
            self._late_since = time.monotonic()
        if {"rate_limit_per_minute", "rate_limit_burst"} & set(fields):
            if "rate_limit_burst" not in fields:
                self.rate_limit_burst = self.rate_limit_per_minute
            self._tokens, self._filled = float(self.rate_limit_burst), time.monotonic()
        if "fail" in fields:
            self.failures = given.fail if isinstance(given.fail, list) else [given.fail] if given.fail else []

    @property
    def late(self) -> float:
        """Seconds that reads lag behind; what was written before that was switched on is seen."""
        return min(self.eventual_seconds, time.monotonic() - self._late_since)

    @property
    def exhausted(self) -> bool:
        return bool(self.rate_limit_per_minute) and self._refill() < 1

    def _refill(self) -> float:
        moment = time.monotonic()
        grown = self._tokens + (moment - self._filled) * self.rate_limit_per_minute / 60
        self._tokens, self._filled = min(float(self.rate_limit_burst), grown), moment
        return self._tokens

    def wait_for_request(self) -> int:
        """0 when a request may go on, which is counted; else the whole seconds to wait."""
        if not self.rate_limit_per_minute:
            return 0
        if self._refill() >= 1:
            self._tokens -= 1
            return 0
        return max(1, math.ceil((1 - self._tokens) * 60 / self.rate_limit_per_minute))

    def failure(self, method: str, path: str, when: str) -> Failure | None:
        return next((one for one in self.failures if one.takes(method, path, when)), None)
