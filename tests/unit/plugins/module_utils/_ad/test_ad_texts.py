# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A text that a directory would cut short is refused, wherever it stands, and not shown."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flowops.prefect.plugins.module_utils._ad import texts
from ansible_collections.flowops.prefect.plugins.module_utils._engine.errors import InvalidInput
from ansible_collections.flowops.prefect.plugins.modules import ad_user
from ansible_collections.flowops.prefect.tests.unit.support.module_runner import run_module


@pytest.mark.parametrize(
    "value", ["svc\x00x", ["a", "svc\x00x"], {"add": ["svc\x00x"]}, {"users": [{"name": "\x00"}]}, {"svc\x00x": "a"}]
)
def test_a_text_with_a_nul_is_refused(value: t.Any) -> None:
    with pytest.raises(InvalidInput, match="a text in 'members' holds a NUL character") as caught:
        texts.expect_whole({"name": "fine", "members": value})
    assert "svc" not in caught.value.one_line()


@pytest.mark.parametrize("value", [None, "", "svc", 7, True, ["a"], {"add": None}, "line\nend\ttab"])
def test_everything_else_is_let_through(value: t.Any) -> None:
    texts.expect_whole({"members": value})


def test_nothing_is_asked_of_the_directory() -> None:
    options = {"server": "dc1.invalid", "username": "a", "password": "Pw-0123456789", "identity": "svc\x00x"}
    result = run_module(ad_user.main, state="absent", **options).result
    assert result["error"]["kind"] == "InvalidInput"
    assert "'identity' holds a NUL character" in result["msg"]
