# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads that stop at a limit, and say whether there is more."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flowops.prefect.plugins.module_utils._prefect import pages
from ansible_collections.flowops.prefect.plugins.module_utils._prefect.answers import Errand
from ansible_collections.flowops.prefect.plugins.module_utils._prefect.client import Client
from ansible_collections.flowops.prefect.tests.unit.support.simulated_server import Answer, SimulatedServer

Connect = t.Callable[..., Client]
ERRAND = Errand("read flow runs")


def page(*keys: int) -> Answer:
    return Answer(200, [{"id": key} for key in keys])


@pytest.fixture(autouse=True)
def _small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "PAGE", 2)


@pytest.mark.parametrize(
    ("limit", "answers", "keys", "more", "asked"),
    [
        (0, [page(1, 2), page(3, 4), page(5)], [1, 2, 3, 4, 5], False, [(0, 2), (2, 2), (4, 2)]),
        (0, [page(1, 2), page()], [1, 2], False, [(0, 2), (2, 2)]),
        (1, [page(1, 2)], [1], True, [(0, 2)]),
        (1, [page(1)], [1], False, [(0, 2)]),
        (2, [page(1, 2), page()], [1, 2], False, [(0, 2), (2, 1)]),
        (2, [page(1, 2), page(3)], [1, 2], True, [(0, 2), (2, 1)]),
        # one that is new while we read moves another one to the next page
        (0, [page(1, 2), page(2, 3), page()], [1, 2, 3], False, [(0, 2), (2, 2), (4, 2)]),
    ],
)
def test_pages(
    server: SimulatedServer,
    connect: Connect,
    limit: int,
    answers: list[Answer],
    keys: list[int],
    more: bool,
    asked: list[tuple[int, int]],
) -> None:
    server.answers = answers
    found = pages.read_some(connect(), "/flow_runs/filter", {"sort": "ID_DESC"}, ERRAND, limit)
    assert found == ([{"id": key} for key in keys], more)
    assert [(one.body["offset"], one.body["limit"]) for one in server.asked] == asked
