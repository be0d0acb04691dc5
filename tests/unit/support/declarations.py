# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything that the collection declares: modules with their documentation, and specs. Found, not listed."""

from __future__ import annotations

import dataclasses
import importlib
import pathlib
import pkgutil
import typing as t
from unittest import mock

import yaml
from ansible.module_utils import basic
from ansible_collections.flowops.prefect.plugins.module_utils import _ad, _prefect
from ansible_collections.flowops.prefect.plugins.module_utils._engine.spec import ResourceSpec
from ansible_collections.flowops.prefect.plugins.module_utils._prefect.catalogue import KINDS

ROOT = pathlib.Path(__file__).resolve().parents[3]
PACKAGE = "ansible_collections.flowops.prefect.plugins"


class _Captured(BaseException):
    """Carries what a module hands to AnsibleModule; nothing in a module may catch it."""

    def __init__(self, declared: dict[str, t.Any]) -> None:
        super().__init__()
        self.declared = declared


def _capture(_module: basic.AnsibleModule, argument_spec: dict[str, t.Any], **rest: t.Any) -> None:
    raise _Captured({"argument_spec": argument_spec, **rest})


@dataclasses.dataclass(frozen=True)
class DeclaredModule:
    """One module of the collection."""

    name: str

    @property
    def main(self) -> t.Callable[[], None]:
        return importlib.import_module(f"{PACKAGE}.modules.{self.name}").main

    @property
    def declared(self) -> dict[str, t.Any]:
        """The arguments of AnsibleModule."""
        with mock.patch.object(basic.AnsibleModule, "__init__", _capture):
            try:
                self.main()
            except _Captured as captured:
                return captured.declared
        raise AssertionError(f"{self.name} makes no AnsibleModule")

    @property
    def documentation(self) -> dict[str, t.Any]:
        """DOCUMENTATION with its fragments merged in."""
        found = yaml.safe_load(importlib.import_module(f"{PACKAGE}.modules.{self.name}").DOCUMENTATION)
        for fragment in found.get("extends_documentation_fragment", []):
            part = _fragment(fragment)
            for key in ("options", "attributes"):
                mine = found.get(key, {})
                # as Ansible does it: what the module says about an option is laid over what the fragment says
                theirs = {name: {**said, **mine.get(name, {})} for name, said in part.get(key, {}).items()}
                found[key] = {**mine, **theirs}
        return found


def _fragment(full_name: str) -> dict[str, t.Any]:
    file, _dot, part = full_name.removeprefix("flowops.prefect.").partition(".")
    fragments = importlib.import_module(f"{PACKAGE}.doc_fragments.{file}").ModuleDocFragment
    return yaml.safe_load(getattr(fragments, (part or "documentation").upper()))


def _specs() -> t.Iterator[ResourceSpec]:
    for package in (_prefect, _ad):
        for found in pkgutil.iter_modules(package.__path__):
            for value in vars(importlib.import_module(f"{package.__name__}.{found.name}")).values():
                candidate = value if isinstance(value, ResourceSpec) else getattr(value, "spec", None)
                if isinstance(candidate, ResourceSpec):
                    yield candidate


MODULES = [DeclaredModule(file.stem) for file in sorted((ROOT / "plugins" / "modules").glob("*.py"))]
SPECS = list({id(spec): spec for spec in _specs()}.values())
# Modules that refuse a self-hosted server before they ask it anything.
CLOUD_MODULES = {"account_event_info", *(kind.spec.result for kind in KINDS if kind.cloud_only)}
ACTION_GROUPS = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text())["action_groups"]
