# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ansible.Basic's validation, and the argument specs of the real modules. No server needed."""

from __future__ import annotations

import pathlib

import ansible_collections
import pytest
from windows_standin.argument_check import ArgumentError, validate
from windows_standin.handlers import HANDLERS
from windows_standin.powershell_spec import read_spec

SPEC = {
    "options": {
        "name": {"type": "str", "required": True},
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "count": {"type": "int"},
        "flag": {"type": "bool", "aliases": ["enable"]},
        "items": {"type": "list", "elements": "str"},
        "inner": {"type": "list", "elements": "dict", "options": {"path": {"type": "path", "required": True}}},
        "user": {"type": "str"},
        "password": {"type": "str", "no_log": True},
    },
    "required_if": [["state", "absent", ["user"]]],
    "required_by": {"password": ["user"]},
    "mutually_exclusive": [["count", "flag"]],
}
REFUSED = [
    ({}, "missing required arguments: name"),
    (
        {"name": "a", "nme": 1},
        "Unsupported parameters for (win_x) module: nme. Supported parameters include: count, flag,",
    ),
    ({"name": "a", "state": "gone"}, "value of state must be one of: present, absent. Got no match for: gone"),
    ({"name": "a", "count": "many"}, "argument for count is of type str and we were unable to convert to int"),
    ({"name": "a", "flag": "maybe"}, "argument for flag is of type str and we were unable to convert to bool"),
    ({"name": "a", "state": "absent"}, "state is absent but all of the following are missing: user"),
    ({"name": "a", "password": "p"}, "missing parameter(s) required by 'password': user"),
    ({"name": "a", "count": 1, "flag": True}, "parameters are mutually exclusive: count, flag"),
    ({"name": "a", "inner": [{}]}, "missing required arguments found in inner: path"),
    ({"name": ["a"]}, "argument for name is of type list and we were unable to convert to str"),
]
WITHOUT_OPTIONS = {"ansible.windows.win_whoami"}


def source_of(module: str) -> str:
    namespace, collection, name = module.split(".")
    places = [pathlib.Path(root) / namespace / collection / "plugins/modules" for root in ansible_collections.__path__]
    file = next(place / f"{name}.ps1" for place in places if place.is_dir())
    return file.read_text(encoding="utf-8-sig")


@pytest.mark.parametrize(("arguments", "message"), REFUSED)
def test_the_message_is_ansibles(arguments, message):
    with pytest.raises(ArgumentError) as raised:
        validate(SPEC, arguments, "win_x")
    assert str(raised.value).startswith(message)


def test_values_are_converted_and_defaults_filled_in():
    values = validate(SPEC, {"Name": 5, "ENABLE": "yes", "items": "a, b", "state": "ABSENT", "user": "u"}, "win_x")
    assert values["name"] == "5"
    assert values["flag"] is True
    assert values["items"] == ["a", "b"]
    assert values["state"] == "absent"
    assert values["count"] is None


@pytest.mark.parametrize("module", sorted(HANDLERS))
def test_every_handled_module_has_a_readable_spec(module):
    spec = read_spec(source_of(module))
    assert spec.style in ("basic", "legacy")
    assert bool(spec.options) == (module not in WITHOUT_OPTIONS)


def test_options_of_web_requests_are_merged():
    options = read_spec(source_of("ansible.windows.win_uri")).options
    assert options["url_password"]["no_log"] is True
    assert options["url_timeout"] == {"type": "int", "default": 30, "aliases": "timeout"}


def test_defaults_of_the_older_style_are_read():
    options = read_spec(source_of("ansible.windows.win_feature")).options
    assert options["state"]["default"] == "present"
    assert options["include_sub_features"]["default"] is False
    assert "default" not in options["source"]
