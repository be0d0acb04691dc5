# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Variables on real servers."""

from __future__ import annotations

import typing as t

import pytest
from prefectkit.module_process import Ran
from prefectkit.real_server import RealServer

Run = t.Callable[..., Ran]
# What only looks at values needs no second server.
only_open = pytest.mark.parametrize("server", ["open"], indirect=True)


@pytest.mark.parametrize("value", ["text", "", 0, 1.5, False, True, [1, "b", None], {"b": {"a": 1}}, "null", "{}"])
@only_open
def test_a_variable_of_every_kind(cycle: Run, server: RealServer, name: str, value: t.Any) -> None:
    cycle("variable", name=name, value=value)
    held = server.ask("GET", f"/variables/name/{name}")["value"]
    assert (held, type(held)) == (value, type(value))
    cycle("variable", name=name, value={"other": True})
    cycle("variable", name=name, state="absent")


@only_open
def test_truth_and_one_are_two_values_of_a_variable(cycle: Run, server: RealServer, name: str) -> None:
    cycle("variable", name=name, value=1)
    cycle("variable", name=name, value=True)
    assert server.ask("GET", f"/variables/name/{name}")["value"] is True


@only_open
def test_tags_of_a_variable_have_no_order(cycle: Run, run: Run, server: RealServer, name: str) -> None:
    cycle("variable", name=name, value="v", tags=["b", "a"])
    assert run("variable", name=name, tags=["a", "b"]).result["changed"] is False
    cycle("variable", name=name, tags=[])
    assert server.ask("GET", f"/variables/name/{name}")["value"] == "v"


def test_a_secret_value_is_stored_and_never_shown(cycle: Run, run: Run, server: RealServer, name: str) -> None:
    cycle("variable", name=name, secret_value={"password": "old-s3cr3t"})
    ran = [
        cycle("variable", name=name, secret_value={"password": "new-s3cr3t"}),
        run("variable", name=name, tags=["t"]),
        run("variable", name=name, state="absent", check_mode=True),
        run("variable", name=name, value="v", secret_value="both-s3cr3t"),
    ]
    assert server.ask("GET", f"/variables/name/{name}")["value"] == {"password": "new-s3cr3t"}
    assert [text.output for text in ran if "s3cr3t" in text.output] == []


@pytest.mark.parametrize("options", [{"name": "Big"}, {"name": "a b"}, {"name": ""}, {"name": "x" * 256}])
@only_open
def test_a_variable_that_the_server_would_refuse(run: Run, options: dict[str, t.Any]) -> None:
    for check_mode in (True, False):
        result = run("variable", **options, value=1, check_mode=check_mode).result
        assert result["error"]["kind"] == "InvalidInput"
        assert "lowercase letters" in result["msg"]
