# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The commands for people and monitoring: what they print, and the exit codes that others rely on."""

from __future__ import annotations

import datetime
import io
import json
import os
import pathlib
import threading
import time
import uuid

import pytest
from prefect_host import __main__ as cli
from prefect_host import environment
from prefect_host.commands import instance
from prefect_host.credential.providers import Found
from prefect_host.diagnosis import diagnose, host_checks, prefect_checks
from prefect_host.diagnosis.finding import Finding, Result
from prefect_host.local_api import ApiUnreachable
from prefect_host.runs.journal import Entry, Journal

NOW = datetime.datetime(2026, 11, 26, 12, 0, tzinfo=datetime.UTC)


@pytest.fixture
def settings(document, parse, tmp_path):
    for name in ("config", "home", "work", "logs", "control"):
        (tmp_path / "i1" / name).mkdir(parents=True)
        document["folders"][name] = str(tmp_path / "i1" / name)
    (tmp_path / "i1" / "config" / "worker.json").write_text(json.dumps(document))
    return parse(document)


@pytest.fixture
def run(settings, capsys):
    """A command about this instance; returns exit code and JSON."""
    path = str(pathlib.Path(settings.folders.config) / "worker.json")

    def call(*arguments, as_json=True):
        code = cli.main([*arguments, "--config", path, *(["--json"] if as_json else [])])
        out = capsys.readouterr().out
        return code, json.loads(out) if as_json else out

    return call


@pytest.fixture
def say(settings):
    """What the service last said."""

    def write(state, seconds_ago=0, pid=None, **more):
        updated = datetime.datetime.now(datetime.UTC) - datetime.timedelta(seconds=seconds_ago)
        document = {
            "schema": 1, "instance": "default", "state": state, "reason": "", "updated": updated.isoformat(),
            "service_pid": os.getpid() if pid is None else pid, "runs": [], "config_sha256": settings.sha256,
        } | more  # fmt: skip
        (pathlib.Path(settings.folders.home) / "status.json").write_text(json.dumps(document))

    return write


@pytest.fixture
def journal(settings):
    return Journal(environment.runs_folder(settings))


@pytest.mark.parametrize(
    ("state", "code"),
    [("running", 0), ("draining", 0), ("drained", 0), ("starting", 1), ("waiting", 1), ("stopping", 1), ("stopped", 3)],
)
def test_status_answers_with_a_code_for_each_state(run, say, state, code):
    say(state, reason="because")
    found, document = run("status")
    assert (found, document["state"], document["reason"]) == (code, state, "because")
    assert document["alive"] is (state != "stopped")


def test_a_service_that_is_gone_is_dead_whatever_its_file_says(run, say):
    child = os.posix_spawn("/bin/true", ["true"], {})
    os.waitpid(child, 0)
    say("running", pid=child)
    code, document = run("status")
    assert (code, document["state"], document["alive"]) == (3, "dead", False)
    assert document["reason"] == f"its process {child} is gone; it said: running"


def test_a_service_that_writes_no_more_is_dead(run, say):
    say("running", seconds_ago=61)
    code, document = run("status")
    assert (code, document["state"]) == (3, "dead")
    assert "was not written for 61 s" in document["reason"]


def test_a_service_that_never_ran_and_a_file_that_cannot_be_read_are_unknown(run, settings):
    code, document = run("status")
    assert (code, document["state"]) == (3, "unknown")
    assert "never ran" in document["reason"]
    (pathlib.Path(settings.folders.home) / "status.json").write_text("{")
    code, document = run("status")
    assert (code, document["state"]) == (3, "unknown")
    assert "can't be read" in document["reason"]


def test_status_is_a_table_for_people(run, say):
    say("waiting", reason="Prefect does not answer", worker={"pid": None}, runs=None)
    code, text = run("status", as_json=False)
    assert code == 1
    assert "state       waiting\nreason      Prefect does not answer\n" in text
    assert "runs        unknown\n" in text


def test_a_drain_leaves_a_marker_with_its_reason_and_answers_at_once(run, say, settings, journal):
    say("running")
    journal.claim(Entry(str(uuid.uuid4()), flow_run_name="nightly"))
    code, document = run("drain", "--why", "patches")
    marker = json.loads((pathlib.Path(settings.folders.control) / "draining").read_text())
    assert (code, document["state"], marker["why"]) == (0, "draining", "patches")
    assert marker["by"]
    assert [entry["name"] for entry in document["runs"]] == ["nightly"]


def test_a_drain_that_waits_tells_which_runs_are_left(run, say, journal):
    say("running")
    run_id = str(uuid.uuid4())
    journal.claim(Entry(run_id))
    code, document = run("drain", "--wait", "0.2")
    assert (code, document["state"], [entry["id"] for entry in document["runs"]]) == (3, "draining", [run_id])


def test_a_drain_names_runs_in_letters_that_the_console_has_not(settings, say, journal, monkeypatch):
    say("running")
    journal.claim(Entry(str(uuid.uuid4()), flow_run_name="za\u017c\u00f3\u0142\u0107 \u2192 \u6771\u4eac"))
    written = io.BytesIO()
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(written, encoding="cp1252", write_through=True))
    config = str(pathlib.Path(settings.folders.config) / "worker.json")
    assert cli.main(["drain", "--wait", "0.2", "--config", config]) == 3
    assert b"za\\u017c\xf3\\u0142\\u0107 \\u2192 \\u6771\\u4eac" in written.getvalue()


@pytest.fixture
def poll(settings):
    """The worker asks, in some seconds."""
    timers = []

    def later(seconds):
        path = pathlib.Path(environment.poll_file(settings))
        path.touch()
        os.utime(path, (0, 0))
        timers.append(threading.Timer(seconds, path.touch))
        timers[-1].start()

    yield later
    for timer in timers:
        timer.cancel()


def test_a_drain_waits_until_a_run_on_its_way_would_have_shown(run, say, poll):
    say("running")
    poll(1)
    began = time.monotonic()
    code, document = run("drain", "--wait", "20")
    assert (code, document["state"], document["runs"]) == (0, "drained", [])
    assert time.monotonic() - began >= 3
    poll(60)
    assert run("drain", "--wait", "3")[0] == 3
    say("running")
    assert run("drain", "--wait", "0.1")[0] == 3
    say("drained")
    assert run("drain", "--wait", "0")[0] == 0


def test_a_service_that_does_not_run_is_drained(run, journal):
    journal.claim(Entry(str(uuid.uuid4())))
    code, document = run("drain", "--wait", "60")
    assert (code, document["state"], document["service_alive"]) == (0, "drained", False)
    assert len(document["runs"]) == 1


def test_a_service_that_only_says_nothing_is_not_known_to_be_drained(run, say, journal, settings, poll):
    say("running", seconds_ago=600)
    entry = Entry(str(uuid.uuid4()))
    journal.claim(entry)
    code, document = run("drain", "--wait", "0.2")
    assert (code, document["state"], document["service_alive"]) == (3, "draining", False)
    text = run("drain", as_json=False)[1]
    assert "was not written for 60" in text
    assert "does not run" not in text
    journal.done(entry.flow_run_id)
    poll(60)
    assert run("drain", "--wait", "3")[0] == 3
    poll(0.5)
    assert run("drain", "--wait", "20")[0] == 0
    (pathlib.Path(settings.folders.home) / "status.json").write_text("{")
    assert run("drain", "--wait", "0.2")[0] == 3


def test_a_service_whose_process_is_gone_is_drained_however_old_its_word_is(run, say, journal):
    child = os.posix_spawn("/bin/true", ["true"], {})
    os.waitpid(child, 0)
    say("running", pid=child, seconds_ago=600)
    journal.claim(Entry(str(uuid.uuid4())))
    assert run("drain", "--wait", "60")[0] == 0
    assert "(the service does not run)" in run("drain", as_json=False)[1]


def test_resume_takes_the_marker_away_and_twice_changes_nothing(run, settings):
    run("drain")
    assert run("resume")[1]["changed"] is True
    assert not (pathlib.Path(settings.folders.control) / "draining").exists()
    assert run("resume") == (0, {"instance": "default", "state": "resumed", "changed": False})


def test_who_may_not_drain_is_told_so(settings, capsys):
    pathlib.Path(settings.folders.control).rmdir()
    assert cli.main(["drain", "--config", str(pathlib.Path(settings.folders.config) / "worker.json")]) == 1
    assert "ask as an administrator of this host" in capsys.readouterr().err


@pytest.mark.usefixtures("settings")
def test_the_only_instance_needs_no_name(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(instance, "root", lambda: tmp_path)
    assert cli.main(["status"]) == 3
    assert cli.main(["status", "--instance", "i1"]) == 3
    capsys.readouterr()
    (tmp_path / "i2" / "config").mkdir(parents=True)
    (tmp_path / "i2" / "config" / "worker.json").write_text("{}")
    assert cli.main(["status"]) == 2
    assert "holds not one instance (i1, i2); name one" in capsys.readouterr().err


def _by_check(document):
    return {finding["check"]: finding for finding in document["findings"]}


def test_a_diagnosis_without_the_service_tells_what_it_could_not_ask(run):
    code, document = run("diagnose")
    found = _by_check(document)
    assert (code, document["result"]) == (1, "failed")
    assert found["service"]["todo"].startswith("start the service")
    assert found["websocket"]["found"].startswith("not asked: the service does not run")
    assert found["folder home"]["result"] == "ok"


def test_the_service_answers_a_diagnosis(run, say, settings):
    say("running")
    good = [
        Finding("prefect", Result.OK, "answers"),
        Finding("clock", Result.WARNING, "40 s ahead of Prefect", "w32tm"),
    ]
    responder = diagnose.Responder(settings.folders.control, settings.folders.home, lambda: good, None)
    done = threading.Event()

    def service():
        while not done.wait(0.05):
            responder.look()

    thread = threading.Thread(target=service, daemon=True)
    thread.start()
    code, document = run("diagnose")
    text = run("diagnose", as_json=False)[1]
    done.set()
    thread.join()
    assert (code, document["result"]) == (0, "warning")
    assert [finding["check"] for finding in document["findings"]] == ["service", "configuration", "prefect", "clock"]
    assert "warning  clock          40 s ahead of Prefect" in text
    assert not (pathlib.Path(settings.folders.control) / "diagnose").exists()


def test_a_service_with_another_configuration_is_a_failure():
    assert diagnose.configuration_in_use("a" * 64, "b" * 64).todo == "restart the service"


@pytest.mark.parametrize(
    ("found", "result"),
    [
        (Found("none", "present"), "ok"),
        (Found("api_key", "missing", "no API key was handed over yet"), "failed"),
        (Found("api_key", "present", taken_at="2026-11-20T12:00:00+00:00"), "ok"),
        (Found("api_key", "present", taken_at="2025-11-20T12:00:00+00:00"), "warning"),
        (Found("api_key", "present"), "warning"),
        (Found("token_file", "present", taken_at="2026-11-26T11:00:00+00:00"), "ok"),
        (Found("token_file", "present", taken_at="2026-11-24T11:00:00+00:00"), "warning"),
    ],
)
def test_a_credential_is_judged_by_its_age(found, result):
    assert host_checks.credential(found, NOW).result == result


def test_a_folder_that_is_not_there_is_named(settings):
    pathlib.Path(settings.folders.work).rmdir()
    found = {finding.check: finding for finding in host_checks.folders(settings)}
    assert found["folder work"].result == "failed"
    assert settings.folders.work in found["folder work"].found


@pytest.mark.parametrize(("free", "result"), [(0.5, "failed"), (3, "warning"), (50, "ok")])
def test_room_on_the_disk(settings, monkeypatch, free, result):
    usage = type("Usage", (), {"free": int(free * 10**9)})
    monkeypatch.setattr(host_checks.shutil, "disk_usage", lambda _folder: usage)
    assert host_checks.disk(settings).result == result


class _Api:
    """One answer for each path."""

    def __init__(self, **answers):
        self.answers = answers

    def raw(self, _method, path, _body=None, _headers=None):
        answer = self.answers[path.rpartition("/")[2]]
        if isinstance(answer, Exception):
            raise answer
        status, headers = answer
        return status, headers, b""

    def post(self, _path, body):
        assert set(body) == {"limit", "offset"}
        status, found = self.answers["filter"]
        return status, found and found[body["offset"] : body["offset"] + body["limit"]]


def test_a_websocket_needs_one_open_door(settings):
    assert prefect_checks.websocket(settings, _Api(**{"in": (101, {})})).result == "ok"
    assert prefect_checks.websocket(settings, _Api(**{"in": (403, {}), "connect": (101, {})})).result == "ok"
    shut = prefect_checks.websocket(settings, _Api(**{"in": (400, {}), "connect": ApiUnreachable("no answer")}))
    assert shut.result == "failed"
    assert "/events/in: HTTP 400; /workers/connect: no answer" in shut.found


@pytest.mark.parametrize(
    ("seconds", "result"),
    [(5, "ok"), (-5, "ok"), (60, "warning"), (-60, "warning"), (600, "failed"), (None, "warning")],
)
def test_the_clock_is_held_against_prefects(seconds, result):
    headers = {"Date": None}
    if seconds is not None:
        headers["Date"] = (NOW + datetime.timedelta(seconds=seconds)).strftime("%a, %d %b %Y %H:%M:%S GMT")
    assert prefect_checks.clock(_Api(health=(200, headers)), NOW).result == result


@pytest.mark.parametrize(
    ("answer", "result", "said"),
    [
        ((200, [{"name": "win1-default", "status": "ONLINE"}]), "ok", "is ONLINE"),
        ((200, [{"name": "win1-default", "status": "OFFLINE"}]), "failed", "is OFFLINE"),
        ((200, []), "failed", "knows no worker"),
        ((200, [{"name": str(n)} for n in range(450)]), "failed", "knows no worker"),
        (
            (200, [{"name": str(n)} for n in range(450)] + [{"name": "win1-default", "status": "ONLINE"}]),
            "ok",
            "ONLINE",
        ),
        ((503, None), "failed", "HTTP 503"),
    ],
)
def test_the_worker_is_what_prefect_says(settings, answer, result, said):
    found = prefect_checks.worker_online(settings, _Api(filter=answer))
    assert found.result == result
    assert said in found.found
