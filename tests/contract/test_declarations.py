# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a module declares is what its documentation says, and it is where it has to be."""

from __future__ import annotations

import re
import typing as t

import pytest
from ansible_collections.flowops.prefect.tests.unit.support.declarations import ACTION_GROUPS, MODULES, DeclaredModule

every_module = pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
SECRET_NAME = re.compile(r"pass(word|phrase|wd)|secret|token|api_key|auth_string|headers|private")


def options(argument_spec: dict[str, t.Any]) -> dict[str, t.Any]:
    """An argument spec in the form of documented options."""
    found = {}
    for name, option in argument_spec.items():
        shown = {"type": option.get("type", "str"), "required": option.get("required", False)}
        shown.update({key: option[key] for key in ("default", "elements") if option.get(key) is not None})
        if option.get("choices"):
            shown["choices"] = list(option["choices"])
        if option.get("options"):
            shown["suboptions"] = options(option["options"])
        found[name] = shown
    return found


def documented(described: dict[str, t.Any]) -> dict[str, t.Any]:
    """Documented options without their prose."""
    found = {}
    for name, option in described.items():
        shown = {"type": option.get("type", "str"), "required": option.get("required", False)}
        shown.update({key: option[key] for key in ("default", "elements", "choices") if option.get(key) is not None})
        if option.get("suboptions"):
            shown["suboptions"] = documented(option["suboptions"])
        found[name] = shown
    return found


def test_modules_were_found() -> None:
    assert {"work_pool", "work_queue", "variable", "worker_info"} <= {module.name for module in MODULES}


@every_module
def test_the_documentation_is_the_argument_spec(module: DeclaredModule) -> None:
    assert documented(module.documentation["options"]) == options(module.declared["argument_spec"])


@every_module
def test_each_environment_variable_is_documented_at_its_option(module: DeclaredModule) -> None:
    for name, option in module.declared["argument_spec"].items():
        _function, *names = option.get("fallback", (None, []))
        for variable in names[0]:
            assert f"E({variable})" in str(module.documentation["options"][name]["description"]), f"{name}: {variable}"


@every_module
def test_each_option_named_like_a_secret_says_whether_it_is_one(module: DeclaredModule) -> None:
    silent = [
        name
        for name, option in module.declared["argument_spec"].items()
        if SECRET_NAME.search(name) and "no_log" not in option
    ]
    assert silent == []


@every_module
def test_each_module_supports_check_mode_and_says_so(module: DeclaredModule) -> None:
    assert module.declared["supports_check_mode"] is True
    assert module.documentation["attributes"]["check_mode"]["support"] == "full"


@every_module
def test_each_module_is_in_the_group_of_its_connection_options_and_says_so(module: DeclaredModule) -> None:
    (group,) = [name for name, members in ACTION_GROUPS.items() if module.name in members]
    assert group == ("prefect" if "api_url" in module.declared["argument_spec"] else "ad")
    assert module.documentation["attributes"]["action_group"]["membership"] == [f"flowops.prefect.{group}"]


@pytest.mark.parametrize("group", sorted(ACTION_GROUPS))
def test_a_group_holds_nothing_but_modules_in_order(group: str) -> None:
    assert ACTION_GROUPS[group] == sorted(ACTION_GROUPS[group])
    assert set(ACTION_GROUPS[group]) <= {module.name for module in MODULES}
