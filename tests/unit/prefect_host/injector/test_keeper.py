# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The injector's keeper, with processes of paper: one port, started again at once, and never mistaken for another."""

from __future__ import annotations

import http.server
import logging
import socket
import threading

import pytest
from prefect_host.injector import keeper, ports

LOGGER = logging.getLogger("test")


class _Child:
    def __init__(self, code=None):
        self.pid, self.code, self.ended = 500, code, 0

    def poll(self):
        return self.code

    def end(self):
        self.ended += 1


class _Table:
    """C(children) are handed out in order; C(ours) is whether the port answers as ours."""

    def __init__(self, *children, configured=0):
        self.now, self.ours, self.children, self.starts, self.events = 0.0, True, list(children), [], []
        self.keeper = keeper.InjectorKeeper(
            self._start, lambda _port: self.ours, configured, LOGGER, self, lambda: self.now, self._sleep
        )

    def _start(self, port, authorization):
        self.starts.append((port, authorization))
        child = self.children.pop(0)
        if isinstance(child, Exception):
            raise child
        return child

    def _sleep(self, seconds):
        self.now += seconds

    def write(self, event_id, _text, **_fields):
        self.events.append(int(event_id))


def test_it_is_up_when_it_has_proved_itself():
    table = _Table(_Child())
    assert table.keeper.keep("Bearer x")
    assert table.keeper.keep("Bearer x")
    assert table.starts == [(table.keeper.port, "Bearer x")]
    assert (table.keeper.pid, table.keeper.problem) == (500, "")


def test_one_that_never_answers_is_ended_and_tried_again():
    mute, good = _Child(), _Child()
    table = _Table(mute, good)
    table.ours = False
    assert not table.keeper.keep(None)
    assert mute.ended == 1
    assert "did not answer within 15 s" in table.keeper.problem
    table.ours = True
    assert not table.keeper.keep(None)
    table.now += 1
    assert table.keeper.keep(None)
    assert table.keeper.is_up


def test_one_that_ends_while_it_starts_is_said_with_its_code():
    table = _Table(_Child(code=1))
    assert not table.keeper.keep(None)
    assert "ended with code 1 while it started" in table.keeper.problem


def test_one_that_ends_is_back_at_once_on_its_port():
    first = _Child()
    table = _Table(first, _Child())
    table.keeper.keep("Bearer x")
    first.code = 3
    assert table.keeper.keep("Bearer x")
    assert len({port for port, _authorization in table.starts}) == 1
    assert table.events == [160]
    assert first.ended == 1


def test_one_that_hangs_is_ended_after_it_missed_two_questions():
    first = _Child()
    table = _Table(first, _Child())
    table.keeper.keep(None)
    table.ours = False
    for _question in range(2):
        assert first.ended == 0
        table.now += 16
        table.children[0:0] = [] if table.children else [_Child()]
        table.keeper.keep(None)
    assert first.ended == 1


def test_a_taken_port_is_named_and_the_configured_one_is_never_left():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        table = _Table(*[OSError("bind")] * 9, configured=port)
        for _attempt in range(9):
            table.now += 6
            assert not table.keeper.keep(None)
    assert table.keeper.problem == (
        f"the injector can't be started: port {port} of 127.0.0.1 belongs to another process;"
        " set injector.port to another one"
    )
    assert not table.keeper.port_is_lost


def test_another_port_is_tried_at_once_while_no_worker_knows_the_first():
    table = _Table(OSError("bind"), _Child())
    first = table.keeper.port
    assert not table.keeper.keep(None)
    table.now += 1
    assert table.keeper.keep(None)
    assert table.keeper.port != first


def test_a_port_that_the_worker_knows_is_given_up_only_when_it_stays_lost():
    first = _Child()
    table = _Table(first, *[OSError("bind")] * 40)
    table.keeper.keep(None)
    port, first.code = table.keeper.port, 1
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        while not table.keeper.port_is_lost:
            assert not table.keeper.keep(None)
            table.now += 1
    assert table.now >= keeper.LOST_SECONDS
    assert {tried for tried, _authorization in table.starts} == {port}
    table.keeper.move()
    table.children[:] = [_Child()]
    assert table.keeper.keep(None)
    assert table.keeper.port != port


def test_a_port_is_not_lost_while_nobody_else_has_it():
    first = _Child()
    table = _Table(first, *[OSError("caddy.exe is being scanned")] * 40)
    table.keeper.keep(None)
    first.code = 1
    for _second in range(100):
        table.keeper.keep(None)
        assert not table.keeper.port_is_lost
        table.now += 1
    with socket.socket() as other:
        other.bind(("127.0.0.1", table.keeper.port))
        for _second in range(29):
            table.keeper.keep(None)
            assert not table.keeper.port_is_lost
            table.now += 1


def test_another_port_has_another_secret_and_a_new_key_has_not():
    table = _Table(_Child(), _Child())
    table.keeper.keep("Bearer old")
    secret = table.keeper.secret
    table.keeper.restart("Bearer new")
    assert table.keeper.secret == secret
    assert len(secret) == 64
    table.keeper.move()
    assert table.keeper.secret != secret


def test_a_restart_takes_the_new_authorization_and_the_old_port():
    first = _Child()
    table = _Table(first, _Child())
    table.keeper.keep("Bearer old")
    assert table.keeper.restart("Bearer new")
    assert first.ended == 1
    assert [authorization for _port, authorization in table.starts] == ["Bearer old", "Bearer new"]
    assert table.events == []


class _Impostor(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.headers_seen.append(dict(self.headers))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"yes, of course")

    def log_message(self, *_arguments):
        pass


@pytest.fixture
def impostor():
    server = http.server.HTTPServer(("127.0.0.1", 0), _Impostor)
    server.headers_seen = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def test_a_port_that_is_taken_between_two_starts_is_left_unless_it_was_configured(impostor):
    for configured, stays in ((0, False), (impostor.server_port, True)):
        choice = ports.Choice(configured)
        choice.port = impostor.server_port
        choice.renew()
        assert (choice.port == impostor.server_port) is stays


def test_somebody_else_on_the_port_is_not_ours_and_never_sees_the_secret(impostor):
    assert not keeper.answers(impostor.server_port, "s3cret")
    assert "s3cret" not in str(impostor.headers_seen)
    assert not keeper.answers(ports.any_free(), "s3cret")


def test_a_real_injector_proves_itself(caddy):
    port = caddy()._port
    assert keeper.answers(port, "0123456789abcdef")
    assert not keeper.answers(port, "another secret")
