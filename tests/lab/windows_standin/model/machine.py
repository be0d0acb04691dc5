# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The releases of Windows Server that the stand-in can report, and what else of the machine a test may choose.

Simulated: Wine stays the same. The document ``machine`` of the model holds what differs from the configuration.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from ..errors import NotModelled
from .store import Store


@dataclass(frozen=True)
class Release:
    """``framework`` is the number by which .NET 4 tells its version in the registry."""

    product: str
    build: int
    framework: int

    @property
    def version(self) -> str:
        return f"10.0.{self.build}.0"


RELEASES = {
    "2016": Release("Microsoft Windows Server 2016 Standard", 14393, 394802),
    "2019": Release("Microsoft Windows Server 2019 Standard", 17763, 461814),
    "2022": Release("Microsoft Windows Server 2022 Standard", 20348, 528449),
    "2025": Release("Microsoft Windows Server 2025 Standard", 26100, 533325),
}


@dataclass(frozen=True)
class Machine:
    """What a test may choose. ``secure_channel`` is Windows' error number, 0 when all is well; the clock's offset from
    the domain controller is in seconds, and None where it does not answer."""

    windows: str = "2016"
    reboot_pending: bool = False
    secure_channel: int = 0
    clock_offset: float | None = 0.0

    @property
    def release(self) -> Release:
        if self.windows not in RELEASES:
            raise NotModelled(f"Windows Server {self.windows}; known are {', '.join(RELEASES)}")
        return RELEASES[self.windows]


def machine(store: Store, windows: str) -> Machine:
    """This host now; ``windows`` is what its configuration says. What is not known here fails."""
    chosen: dict[str, Any] = {"windows": windows, **store.read("machine", {})}
    unknown = sorted(set(chosen) - {item.name for item in fields(Machine)})
    if unknown:
        raise NotModelled(f"{', '.join(unknown)} of the machine")
    return Machine(**chosen)
