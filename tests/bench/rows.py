# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows of the result: printed as a table, and written as data."""

from __future__ import annotations

import dataclasses
import typing as t

from meter import Spent


@dataclasses.dataclass(frozen=True)
class Row:
    """One comparison.

    ours, peer   what it took, in C(unit)
    goal         the highest good ratio ours/peer; None where nothing was promised
    scaled_from  number of objects that the peer was measured with, where it is not the one of the row; None otherwise
    further      requests, megabytes and processor seconds of both sides
    """

    name: str
    ours: float
    peer: float
    goal: float | None
    unit: str = "s"
    scaled_from: int | None = None
    further: dict[str, t.Any] = dataclasses.field(default_factory=dict)

    @classmethod
    def of(cls, name: str, ours: Spent, peer: Spent, goal: float | None) -> Row:
        """A row in seconds."""
        further = {}
        for side, spent in (("ours", ours), ("peer", peer)):
            further[f"{side}_requests"] = spent.requests
            further[f"{side}_megabytes"] = round(spent.megabytes, 1) or None
            further[f"{side}_processor_seconds"] = round(spent.processor, 3) or None
        return cls(name, ours.seconds, peer.seconds, goal, further=further)

    @property
    def ratio(self) -> float:
        """ours/peer."""
        return self.ours / self.peer

    @property
    def met(self) -> bool | None:
        """Whether the goal is reached; None if there is none."""
        return None if self.goal is None else self.ratio <= self.goal

    def data(self) -> dict[str, t.Any]:
        """As it is written."""
        rounded = {"ours": round(self.ours, 3), "peer": round(self.peer, 3), "ratio": round(self.ratio, 4)}
        judged = {"goal": self.goal, "met": self.met, "unit": self.unit, "scaled_from": self.scaled_from}
        return {"name": self.name, **rounded, **judged, **self.further}

    def line(self) -> str:
        """As it is printed."""
        goal = "" if self.goal is None else f"{self.goal:.2f}"
        faster = f"{1 / self.ratio:.1f}x" if self.ratio else ""
        verdict = " NOT MET" if self.met is False else ""
        scaled = f" scaled from {self.scaled_from}" if self.scaled_from is not None else ""
        unit = "s" if self.unit == "s" else " "
        figures = f"{_number(self.ours)}{unit} {_number(self.peer)}{unit} {faster:>7} {self.ratio:6.3f} {goal:>5}"
        return f"{self.name:62}{figures} {self._pair('requests')} {self._pair('megabytes')}{verdict}{scaled}"

    def _pair(self, what: str) -> str:
        """A figure of both sides; a dash where it is not known."""
        known = [self.further.get(f"{side}_{what}") for side in ("ours", "peer")]
        return " ".join(f"{'-' if value is None else format(value, '.0f'):>6}" for value in known)


HEAD = (
    f"{'case':62}{'ours':>9} {'peer':>9} {'faster':>7} {'ratio':>6} {'goal':>5}"
    f" {'requests':>13} {'MB at peak':>13}\n{'':100} {'ours':>6} {'peer':>6} {'ours':>6} {'peer':>6}"
)


def _number(value: float) -> str:
    return f"{value:8.2f}" if value != int(value) else f"{value:8.0f}"
