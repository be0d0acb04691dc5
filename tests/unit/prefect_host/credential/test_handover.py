# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The handover has a process of its own: what it answers, and what the service makes of it."""

from __future__ import annotations

import json
import logging
import pathlib
import subprocess
import types

import pytest
from prefect_host.credential import handover, providers

LOGGER = logging.getLogger("test")


class _Store:
    def __init__(self, taken=None, error=None):
        self.taken, self.error, self.prepared = taken, error, 0

    def prepare(self):
        self.prepared += 1

    def take_over(self):
        if self.error is not None:
            raise self.error
        return self.taken


@pytest.fixture
def config(document, tmp_path):
    path = tmp_path / "worker.json"
    path.write_text(json.dumps(document))
    return str(path)


@pytest.mark.parametrize(
    ("store", "action", "code"),
    [
        (_Store(), "prepare", 0),
        (_Store(taken="abc"), "take-over", 0),
        (_Store(), "take-over", 3),
        (_Store(error=OSError("disk full")), "take-over", 1),
    ],
)
def test_each_outcome_has_a_code(config, capsys, store, action, code):
    assert handover.main([action, config], lambda _settings: store) == code
    assert store.prepared == (action == "prepare")
    assert ("disk full" in capsys.readouterr().out) == (code == 1)


def test_a_configuration_that_is_gone_is_said(tmp_path, capsys):
    assert handover.main(["prepare", str(tmp_path / "none.json")], lambda _settings: _Store()) == 1
    assert "run the role win_worker again" in capsys.readouterr().out


@pytest.fixture
def process(monkeypatch):
    """What the handover's process answers."""
    answer = types.SimpleNamespace(code=0, output=b"", seen=[], error=None)

    def run(command, **options):
        answer.seen.append((command, options))
        if answer.error is not None:
            raise answer.error
        return subprocess.CompletedProcess(command, answer.code, answer.output)

    monkeypatch.setattr(handover.subprocess, "run", run)
    return answer


def test_the_service_asks_its_own_python_and_hears_what_was_done(document, parse, process, caplog):
    settings = parse(document)
    process.output = b"C:\\control\\credential.sealed is no key for this service\r\n"
    with caplog.at_level(logging.INFO):
        assert handover.run(settings, "take-over", {"SYSTEMROOT": "C:\\Windows"}, LOGGER)
    command, options = process.seen[0]
    assert command[:4] == [settings.python, "-m", "prefect_host.credential.handover", "take-over"]
    assert pathlib.PureWindowsPath(command[4]).name == "worker.json"
    assert options["env"] == {"SYSTEMROOT": "C:\\Windows"}
    assert "is no key for this service" in caplog.text
    process.code = 3
    assert not handover.run(settings, "take-over", {}, LOGGER)


@pytest.mark.parametrize(
    ("code", "output", "error", "said"),
    [
        (1, b"first\ndisk full\n", None, "disk full"),
        (-1, b"", None, "ended with code -1"),
        (0, b"", subprocess.TimeoutExpired("python", 120), "took longer than 45 s"),
    ],
)
def test_what_cannot_be_done_now_is_tried_again_by_the_service(document, parse, process, code, output, error, said):
    process.code, process.output, process.error = code, output, error
    with pytest.raises(OSError, match=said):
        handover.run(parse(document), "take-over", {}, LOGGER)


def test_a_pair_that_is_there_needs_no_process():
    asked = []
    ready = types.SimpleNamespace(is_prepared=lambda: True, offered=lambda: None)
    provider = providers.ApiKey(ready, lambda action: bool(asked.append(action)))
    provider.prepare()
    assert not provider.renew()
    assert asked == []
