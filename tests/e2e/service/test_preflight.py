# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""win_preflight on (simulated) hosts: what it finds, that it says who is to do what, and that it changes nothing."""

from __future__ import annotations

import json
import pathlib
import typing as t

import pytest
from e2e_support.faulty_server import answering
from e2e_support.lab import lab
from e2e_support.playbook import HERE
from e2e_support.windows_host import WindowsHost, difference

BASELINE = "flowops.prefect.baseline"
LOOK = ("--tags", "win_preflight", "--limit", "win1")
GOES_ON = ("-e", json.dumps({"win_preflight_fail": False}))
READS = {
    *("ansible.windows.setup", "ansible.windows.slurp", "ansible.windows.win_find", "ansible.windows.win_reg_stat"),
    *("ansible.windows.win_service_info", "ansible.windows.win_stat", "ansible.windows.win_uri"),
}
BUILDS = {"2016": 14393, "2019": 17763, "2022": 20348, "2025": 26100}
DOMAIN_POLICY = "{31B2F340-016D-11D2-945F-00C04FB984F9}"
HARDENING = "{AAAAAAAA-BBBB-CCCC-DDDD-000000000001}"


class Report(t.NamedTuple):
    """The lines of a report, by the name of the check, and what ansible-playbook ended with."""

    status: int
    checks: dict[str, dict[str, str]]
    errors: list[str]
    output: str

    def verdicts(self) -> dict[str, str]:
        return {name: line["verdict"] for name, line in self.checks.items()}


@pytest.fixture(scope="module")
def clean():
    """Whether win1 is as a new member server is; a test that spoils it makes the next one start with a new one."""
    return {"win1": False}


@pytest.fixture
def host(described, ansible, clean):
    """win1 as a new member server of the estate; only its model may be changed."""
    if not clean["win1"]:
        lab("reset", "win1")
        described.converged = False
    clean["win1"] = True
    fresh = WindowsHost("win1", ansible)
    yield fresh
    fresh.set_model("machine", {})


@pytest.fixture
def spoilt(host, clean):
    """The same for a test that leaves its marks on it."""
    clean["win1"] = False
    return host


@pytest.fixture
def look(ansible, tmp_path):
    """Ask win1, and read the report from the file on the controller."""

    def asked(*options: str) -> Report:
        path = tmp_path / "report.json"
        path.unlink(missing_ok=True)
        run = ansible.playbook(BASELINE, *LOOK, *options, "-e", f"win_preflight_report_path={path}")
        assert path.is_file(), run.output[-4000:]
        assert run.changes == set()
        content = json.loads(path.read_text())
        assert content["host"] == "win1"
        return Report(run.status, {line["check"]: line for line in content["checks"]}, run.errors, run.output)

    return asked


def _template(host: WindowsHost, number: int, policy: str, *lines: str) -> pathlib.Path:
    """The copy of a group policy's security template that Windows keeps, in UTF-16 as the policy itself is."""
    folder = host.folder / "prefix" / "drive_c" / "windows" / "security" / "templates" / "policies"
    folder.mkdir(parents=True, exist_ok=True)
    text = ["[Unicode]", "Unicode=yes", "[Privilege Rights]", *lines, "[Version]", f"GPOPath={policy}\\Machine"]
    file = folder / f"gpt{number:05}.inf"
    file.write_bytes("\r\n".join([*text, ""]).encode("utf-16"))
    return file


def _prepare(ansible, name: str, *options: str) -> None:
    run = ansible.playbook(HERE / "playbooks" / name, *options)
    assert run.status == 0, run.output[-4000:]


def test_it_changes_nothing_and_says_the_same_in_check_mode(host, look):
    before, seen = host.facts(), len(host.journal())
    report = look()
    assert report.status == 0, report.output[-4000:]
    checked = look("--check", "--diff")
    calls = [call for call in host.journal()[seen:] if call["kind"] == "module"]
    assert difference(before, host.facts()) == {}
    assert len(calls) > 40
    written = [
        call["name"]
        for call in calls
        if not (call["check"] or call["name"] in READS or call["name"] == "ansible.windows.win_command")
    ]
    assert written == []
    assert checked.verdicts() == report.verdicts()


@pytest.mark.usefixtures("host")
def test_every_line_that_is_not_ok_says_what_to_do_or_why_nobody_asked(look):
    report = look()
    assert len(report.checks) >= 20
    for name, line in report.checks.items():
        assert line["found"], name
        assert (line["todo"] != "") == (line["verdict"] in ("warning", "failed")), name
        assert line["verdict"] != "skipped" or line["found"].startswith(("not asked", "not known")), name
        assert "\n" not in line["found"] + line["todo"], name


@pytest.mark.parametrize("windows", BUILDS)
def test_every_supported_windows_is_fit(host, look, windows):
    host.set_model("machine", {"windows": windows})
    report = look()
    assert report.status == 0, report.output[-4000:]
    build = report.checks["Windows build"]
    assert build["verdict"] == "ok"
    assert f"{windows} Standard, build {BUILDS[windows]}" in build["found"]


def test_a_host_that_is_not_fit_gets_all_reasons_at_once(spoilt, look, ansible):
    _prepare(ansible, "unfit_host.yml")
    spoilt.set_model("machine", {"secure_channel": 1311, "reboot_pending": True})
    _template(spoilt, 0, DOMAIN_POLICY, "SeServiceLogonRight = *S-1-5-80-0,svc-prefect$")
    _template(
        spoilt, 1, HARDENING, "SeServiceLogonRight = *S-1-5-80-0", 'SeDenyServiceLogonRight = "LAB\\svc-prefect$"'
    )
    report = look()
    assert report.status == 2
    failed = [name for name, verdict in report.verdicts().items() if verdict == "failed"]
    by_policy = "Log on as a service, by policy"
    assert failed == ["Secure channel", "Log on as a service is not denied", by_policy]
    (error,) = report.errors
    assert "\n" not in error
    assert [name for name in failed if f"{name}: " not in error] == []
    checks = report.checks
    # The policy that is applied last wins, and it is called by its name.
    for name in failed[1:]:
        assert "'Server hardening'" in checks[name]["found"], name
        assert "Default Domain Policy" not in checks[name]["found"], name
    assert "S-1-5-80-0" in checks[by_policy]["found"]
    assert "ERROR_NO_LOGON_SERVERS, error 1311" in checks["Secure channel"]["found"]
    assert checks["Clock of the domain"]["found"].startswith("not asked")
    warned = [name for name, verdict in report.verdicts().items() if verdict == "warning"]
    assert {"TLS 1.2", "Other workers", "Pending reboot"} <= set(warned)
    assert checks["Other workers"]["found"] == "service old-worker, scheduled task \\nightly"
    assert "http://proxy.lab.test:3128" in checks["Proxy"]["found"]
    assert "hunter2" not in report.output


def test_a_policy_that_has_the_account_is_fine(spoilt, look, ansible):
    _prepare(ansible, "unfit_host.yml")
    _template(spoilt, 1, HARDENING, "SeServiceLogonRight = *S-1-5-80-0,LAB\\svc-prefect$")
    line = look(*GOES_ON).checks["Log on as a service, by policy"]
    assert line["verdict"] == "ok"
    assert "'Server hardening' sets it" in line["found"]


@pytest.mark.usefixtures("spoilt")
def test_policies_without_their_templates_are_not_taken_for_none(look, ansible):
    _prepare(ansible, "unfit_host.yml")
    line = look(*GOES_ON).checks["Log on as a service, by policy"]
    assert line["verdict"] == "skipped"
    assert line["found"].startswith("not known")


@pytest.mark.parametrize(("offset", "verdict"), [(-300.5, "failed"), (12.25, "ok"), (None, "skipped")])
def test_the_clock_is_compared_with_the_domain_controller(host, look, offset, verdict):
    host.set_model("machine", {"clock_offset": offset})
    line = look(*GOES_ON).checks["Clock of the domain"]
    assert line["verdict"] == verdict
    assert "dc1.lab.test" in line["found"]


@pytest.mark.usefixtures("spoilt")
def test_a_proxy_of_the_host_is_named_and_is_not_the_workers(look, ansible):
    _prepare(ansible, "unfit_host.yml")
    report = look(*GOES_ON)
    line = report.checks["Proxy"]
    assert line["verdict"] == "ok", "Prefect answered without it"
    assert "not used by the worker: environment: http://proxy.lab.test:3128" in line["found"]
    assert "proxy" not in report.checks["WebSocket"]["found"]
    # The way to Prefect may lead through it: then the worker has to be told.
    missed = look(*GOES_ON, "-e", "win_preflight_prefect_api_url=http://127.0.0.1:9/api")
    assert missed.checks["Prefect"]["verdict"] == "failed"
    line = missed.checks["Proxy"]
    assert line["verdict"] == "warning"
    assert "set HTTP_PROXY in win_worker_environment" in line["todo"]
    assert "hunter2" not in report.output + missed.output


@pytest.mark.usefixtures("host")
def test_a_proxy_of_the_worker_that_leaves_prefect_out_is_none(look):
    settings = {"http_proxy": "someone:hunter2@proxy.lab.test:3128", "NO_PROXY": "localhost,127.0.0.90"}
    report = look(*GOES_ON, "-e", json.dumps({"win_worker_environment": settings}))
    line = report.checks["Proxy"]
    assert (line["verdict"], line["found"]) == ("ok", "worker: http://proxy.lab.test:3128, not for Prefect")
    assert report.checks["Prefect"]["verdict"] == "ok"
    assert "hunter2" not in report.output


@pytest.mark.usefixtures("host")
def test_the_host_may_fetch_the_password_through_its_group(look):
    before = look(*GOES_ON).checks["Managed password"]
    assert "WIN1$ may fetch it through GG-Prefect-Hosts" in before["found"]
    lab("reboot", "win1")
    after = look(*GOES_ON).checks["Managed password"]
    assert (after["verdict"], after["todo"]) == ("ok", "")


@pytest.mark.usefixtures("host")
@pytest.mark.parametrize(
    ("account", "verdict", "found"),
    [
        ("svc-nobody$", "skipped", "the directory has no svc-nobody$"),
        ("WIN2$", "failed", "WIN1$ may not fetch it; who may: nobody"),
    ],
)
def test_an_account_whose_password_the_host_can_not_have(look, account, verdict, found):
    named = ("-e", json.dumps({"win_preflight_service_account": f"LAB\\{account}"}))
    line = look(*GOES_ON, *named).checks["Managed password"]
    assert line["verdict"] == verdict
    assert found in line["found"]


@pytest.mark.usefixtures("host")
def test_without_a_directory_nobody_claims_to_know(look):
    report = look(*GOES_ON, "-e", json.dumps({"win_preflight_directory_server": ""}))
    assert report.checks["Managed password"]["verdict"] == "skipped"
    assert "win_preflight_directory_server" in report.checks["Managed password"]["found"]


@pytest.mark.usefixtures("host")
def test_a_server_older_than_its_workers_is_found(look):
    report = look(*GOES_ON, "-e", "win_preflight_client_version=99.1.0")
    line = report.checks["Prefect's version"]
    assert line["verdict"] == "failed"
    assert "99.1.0" in line["found"]


@pytest.mark.usefixtures("spoilt")
def test_a_websocket_is_really_opened(look, ansible):
    asked = (*GOES_ON, "-e", "win_worker_instance=asked")
    assert look(*asked).checks["WebSocket"]["found"].startswith("not asked yet: there is no worker")
    _prepare(ansible, "python_of_a_worker.yml", "-e", "service_state=stopped")
    line = look(*asked).checks["WebSocket"]
    assert (line["verdict"], line["found"]) == ("ok", "Prefect opens one")
    # Something between the host and Prefect that answers requests, but lets no WebSocket through.
    with answering(200) as url:
        report = look(*asked, "-e", f"win_preflight_prefect_api_url={url}")
    assert report.checks["Prefect"]["verdict"] == "ok"
    assert report.checks["WebSocket"]["verdict"] == "failed"
    assert "200" in report.checks["WebSocket"]["found"]


def test_what_the_stand_in_does_not_know_fails_loudly(host, look):
    host.set_model("machine", {"windows": "2012"})
    with pytest.raises(AssertionError, match="not modelled"):
        look()
