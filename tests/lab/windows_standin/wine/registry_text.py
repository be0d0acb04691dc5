# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Edit Wine's registry files as text, while no wineserver runs: what must be true before the first process starts."""

from __future__ import annotations

import re
from pathlib import Path

# Wine saves the control set by its number; "current" is a link to it.
SERVICES = r"System\\\\(?:ControlSet\d{3}|CurrentControlSet)\\\\Services\\\\(.+)"
OWN_PROCESS_BITS = 0x30
AUTO, DEMAND = 2, 3


def _sections(text: str) -> list[str]:
    return re.split(r"(?m)^(?=\[)", text)


def _service_of(section: str) -> str | None:
    head = re.match(r"\[(.+?)\] \d+", section)
    match = head and re.fullmatch(SERVICES, head.group(1), re.IGNORECASE)
    return match.group(1) if match and "\\\\" not in match.group(1) else None


def _dword(section: str, name: str) -> int | None:
    match = re.search(rf'(?mi)^"{re.escape(name)}"=dword:([0-9a-f]+)', section)
    return int(match.group(1), 16) if match else None


def service_names(system_reg: Path) -> set[str]:
    """The names of all services in a prefix's ``system.reg``, in lower case."""
    names = (_service_of(section) for section in _sections(system_reg.read_text(errors="surrogateescape")))
    return {name.lower() for name in names if name}


def hold_back_automatic_services(system_reg: Path, builtin: set[str]) -> list[str]:
    """Set automatic services that are not Wine's own to "manual" and return their names.

    Wine starts automatic services by itself on the first command, with no check of the account; the boot code starts
    them after the checks and sets "automatic" again.
    """
    held: list[str] = []
    sections = _sections(system_reg.read_text(errors="surrogateescape"))
    for position, section in enumerate(sections):
        name = _service_of(section)
        if not name or name.lower() in builtin or _dword(section, "Start") != AUTO:
            continue
        if not (_dword(section, "Type") or 0) & OWN_PROCESS_BITS:
            continue
        sections[position] = re.sub(r'(?mi)^"Start"=dword:0+2$', f'"Start"=dword:{DEMAND:08x}', section)
        held.append(name)
    if held:
        fresh = system_reg.with_suffix(".reg.new")
        fresh.write_text("".join(sections), errors="surrogateescape")
        fresh.replace(system_reg)
    return held
