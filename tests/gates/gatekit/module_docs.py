# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What modules accept: their documentation, and for PowerShell modules also the spec in their source."""

from __future__ import annotations

import json
import pathlib
import typing as t

from windows_standin.powershell_spec import read_spec

from gatekit.tool import run

# ansible-core documents no type, which ansible-doc calls "str"; the code takes keywords of a task.
UNTYPED = {"ansible.builtin.include_role": {"apply": "dict"}}
KEPT = ("type", "elements", "required", "choices", "aliases")


def _options(documented: dict[str, dict] | None) -> dict[str, dict]:
    """Options of the documentation in the shape of an argument spec."""
    options = {}
    for name, option in (documented or {}).items():
        kept: dict[str, t.Any] = {key: option[key] for key in KEPT if key in option}
        if isinstance(kept.get("choices"), dict):
            kept["choices"] = list(kept["choices"])
        if option.get("suboptions"):
            kept["options"] = _options(option["suboptions"])
        options[name] = kept
    return options


class ModuleDocs:
    """Reads documentation with ansible-doc, once per module. ``collections`` is the collections path to read."""

    def __init__(self, collections: str) -> None:
        self.collections = collections
        self._known: dict[str, dict] = {}

    def load(self, names: t.Iterable[str]) -> None:
        """Fetch several at once; unknown modules are left out."""
        wanted = sorted(set(names) - set(self._known))
        if wanted:
            command = ["ansible-doc", "-t", "module", "-j", *wanted]
            ran = run("unit", command, apart=True, ANSIBLE_COLLECTIONS_PATH=self.collections)
            self._known |= json.loads(ran.output or "{}")

    def find(self, name: str) -> dict | None:
        """The module's documentation; None when there is no such module."""
        self.load([name])
        return (self._known.get(name) or {}).get("doc")

    def documented(self, name: str) -> dict:
        """Spec from the documentation."""
        options = _options((self.find(name) or {}).get("options"))
        for option, kind in UNTYPED.get(name, {}).items():
            options[option]["type"] = kind
        return {"options": options}

    def powershell(self, name: str) -> dict | None:
        """Spec from the .ps1, if it is complete: its names are the documented ones (some merge a shared spec later)."""
        documentation = self.find(name) or {}
        source = pathlib.Path(documentation.get("filename") or "").with_suffix(".ps1")
        if not source.is_file():
            return None
        spec = read_spec(source.read_text(encoding="utf-8-sig"))
        same = set(spec.options) == set(documentation.get("options") or {})
        return spec.spec if same else None
