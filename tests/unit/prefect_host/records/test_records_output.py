# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What runs print reaches worker.log: never at the cost of the run, never with a secret in it."""

from __future__ import annotations

import io
import logging
import threading
import time

import pytest
from prefect_host import logs
from prefect_host.records import output
from prefect_host.records.limits import Limits

LOGGER = logging.getLogger("records_output_test")


@pytest.fixture
def copied(caplog):
    """Copies bytes and returns the lines of the log."""

    def copy(content, **options):
        with caplog.at_level(logging.INFO, "records_output_test"):
            logs.copy_lines(io.BytesIO(content), LOGGER, **options)
        return caplog.messages

    return copy


def test_a_flood_keeps_its_first_and_last_lines(copied, monkeypatch):
    monkeypatch.setattr(output, "LIMITS", Limits(burst=100, per_second=1, text=0))
    lines = copied(b"".join(b"line %d\n" % number for number in range(5000)))
    assert lines[:100] == [f"line {number}" for number in range(100)]
    assert lines[-100:] == [f"line {number}" for number in range(4900, 5000)]
    assert lines[100] == "4800 records left out: more than can be written (1 a second)"


def test_a_disk_that_hangs_does_not_stop_who_prints(monkeypatch):
    """The reader goes on reading, so the pipe never fills."""
    gate = threading.Event()
    monkeypatch.setattr(output, "DRAIN_SECONDS", 0.1)
    monkeypatch.setattr(logs, "DRAIN_SECONDS", 0.1)
    hanging = logging.getLogger("records_output_test_hanging")
    monkeypatch.setattr(hanging, "info", lambda *_arguments: gate.wait(30))
    begin = time.monotonic()
    logs.copy_lines(io.BytesIO(b"line\n" * 20_000), hanging)
    assert time.monotonic() - begin < 10
    gate.set()


def test_secrets_are_hidden_also_those_that_only_the_service_knows(copied):
    assert copied(b"password=Hunter2\nit is local-s3cr3t\n", secrets=["local-s3cr3t"]) == [
        "password=********",
        "it is ********",
    ]


def test_a_private_key_is_hidden_line_by_line(copied):
    key = b"a\n-----BEGIN RSA PRIVATE KEY-----\nMIIabc\ndef=\n-----END RSA PRIVATE KEY-----\nb\n"
    lines = copied(key)
    assert (lines[0], lines[-1], len(lines)) == ("a", "b", 6)
    assert "MII" not in "".join(lines)
    assert "def=" not in "".join(lines)


def test_a_key_on_one_line_and_one_that_never_ends_hide_no_more_than_themselves(copied, monkeypatch):
    monkeypatch.setattr(output, "LONGEST_KEY", 2)
    lines = copied(
        b"-----BEGIN PRIVATE KEY----- MII -----END PRIVATE KEY-----\nc\n-----BEGIN PRIVATE KEY-----\nMII1\nMII2\nd\n"
    )
    assert lines[1] == "c"
    assert lines[-1] == "d"
    assert "MII" not in "".join(lines)


def test_no_thread_is_left_when_a_process_has_ended(copied):
    before = threading.active_count()
    for _process in range(5):
        copied(b"line\n")
    until = time.monotonic() + 5
    while threading.active_count() > before and time.monotonic() < until:
        time.sleep(0.01)
    assert threading.active_count() == before
