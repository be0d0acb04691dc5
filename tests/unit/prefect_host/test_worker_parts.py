# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Small parts of the loop: the watch over polls, markers, orders, the question to Prefect."""

from __future__ import annotations

import json
import os

import pytest
from prefect_host import prefect_probe
from prefect_host.injector.caddy_config import REFUSED
from prefect_host.local_api import ApiUnreachable
from prefect_host.markers import Control
from prefect_host.orders import Orders
from prefect_host.poll_watch import PollWatch
from prefect_host.processes import is_alive


class _Api:
    def __init__(self, *answers):
        self.answers, self.asked = list(answers), []

    def get(self, path):
        self.asked.append(path)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.mark.parametrize(
    ("answers", "kind", "said"),
    [
        ([(200, True), (200, {})], "ok", ""),
        ([ApiUnreachable("GET /health got no answer: refused")], "unreachable", "the injector itself is away"),
        ([(502, None)], "unreachable", "does not answer (HTTP 502)"),
        ([(200, True), (500, None)], "unreachable", "does not answer (HTTP 500)"),
        ([(503, {"detail": "maintenance"})], "unreachable", "does not answer (HTTP 503)"),
        ([(503, {"detail": REFUSED})], "refused", "hand over a valid one"),
        ([(200, True), (503, {"detail": REFUSED})], "refused", "hand over a valid one"),
        ([(200, True), (403, None)], "refused", "hand over a valid one"),
        ([(200, True), (404, {"detail": "Work pool not found"})], "no pool", "has no work pool 'a b'"),
        ([(404, None)], "unreachable", "is no API of Prefect"),
    ],
)
def test_what_prefect_answers_is_told_from_what_it_means(answers, kind, said):
    api = _Api(*answers)
    answer = prefect_probe.ask(api, "https://prefect.example/api", "a b")
    assert (answer.kind, answer.is_ok) == (kind, kind == "ok")
    assert said in answer.reason
    assert api.asked == ["/health", "/work_pools/a%20b"][: len(api.asked)]


def test_a_watch_needs_prefect_to_answer_through_the_second_half(tmp_path):
    now, answers = [0.0], [True]
    polled = tmp_path / "polled"
    watch = PollWatch(polled, 100, lambda: answers[0], lambda: now[0])
    watch.begin()
    assert (watch.has_polled, watch.last()) == (False, None)
    polled.write_text("")
    os.utime(polled, (1000, 1000))
    now[0] = 10
    assert not watch.is_silent()
    assert watch.first_at == watch.last() == "1970-01-01T00:16:40+00:00"
    now[0], answers[0] = 70, False
    assert not watch.is_silent()
    answers[0] = True
    now[0] = 115
    assert not watch.is_silent()
    now[0] = 170
    assert watch.is_silent()
    watch.begin()
    assert not watch.is_silent()
    assert not watch.has_polled


def test_a_poll_file_that_vanishes_is_no_poll(tmp_path):
    now = [0.0]
    polled = tmp_path / "polled"
    polled.write_text("")
    watch = PollWatch(polled, 100, lambda: True, lambda: now[0])
    watch.begin()
    polled.unlink()
    now[0] = 100
    assert watch.is_silent()


def test_the_first_owner_of_a_marker_stays(tmp_path):
    control = Control(tmp_path)
    control.put("draining", "EXAMPLE\\admin", "patches")
    control.put("draining", "somebody", "else")
    found = control.read("draining")
    assert (found["by"], found["why"]) == ("EXAMPLE\\admin", "patches")
    assert json.loads((tmp_path / "draining").read_text()) == found
    assert control.take_away("draining")
    assert not control.take_away("draining")
    assert control.read("draining") is None


def test_a_marker_that_holds_anything_is_a_marker(tmp_path):
    control = Control(tmp_path)
    for content in ("", "{", "[]", "5"):
        (tmp_path / "draining").write_text(content)
        assert control.has("draining")
        assert control.read("draining")["why"] == "the marker can't be read"


def test_a_second_order_can_only_shorten_the_first():
    orders = Orders()
    assert not orders.is_stop
    assert orders.stop(100, 30, "first")
    assert not orders.stop(200, 10, "longer")
    assert (orders.stop_limit, orders.grace_limit, orders.stop_reason) == (100, 30, "first")
    assert orders.stop(0, 10, "shorter")
    assert (orders.stop_limit, orders.grace_limit, orders.stop_reason) == (0, 10, "shorter")
    assert orders.is_stop
    orders.wait(60)


def test_a_process_that_is_gone_is_told_from_one_that_lives():
    assert is_alive(os.getpid())
    child = os.posix_spawn("/bin/true", ["true"], {})
    os.waitpid(child, 0)
    assert not is_alive(child)
