# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the demo says at the end: what was created, where to look, and the numbers that prove it."""

from __future__ import annotations

import json

from tools import DemoFailed, PlaybookRun, Tools

KINDS = {
    "organizational_unit": "organizational unit",
    "group": "group",
    "service_account": "managed service account",
    "work_pool": "work pool",
    "work_queue": "work queue",
    "variable": "variable",
}
CLOUD_REPORTS = 4
DASHBOARD = "http://127.0.0.90:4200"


def _objects(first: PlaybookRun) -> None:
    print("\nWhat was created")
    for _host, module, item in first.changes:
        if module in KINDS:
            print(f"  {KINDS[module]:24} {item}")


def _hosts(tools: Tools, first: PlaybookRun) -> None:
    services = tools.services()
    for host in ("win1", "win2"):
        service = services.get(host)
        if service is None:
            raise DemoFailed(f"{host} does not tell about its worker service; try 'tests/lab/lab status'")
        count = sum(changed == host and module not in KINDS for changed, module, _item in first.changes)
        print(f"  {host} (simulated Windows): {count} changes; service {service['name']} is {service['state']}")
        print(f"    {'as':8} {service['username']}, start mode {service['start_mode']}")
        print(f"    {'program':8} {service['path']}")


def _where(tools: Tools) -> None:
    run = tools.home / "run"
    print("\nWhere to look")
    print(f"  dashboard         {DASHBOARD} (work pool: {DASHBOARD}/work-pools/work-pool/windows)")
    print(f"  output of Ansible {tools.logs}")
    print(f"  logs of the lab   {run / 'logs'}")
    for host in ("win1", "win2"):
        drive = run / host / "prefix" / "drive_c"
        found = sorted(drive.glob("ProgramData/flowops/**/*.log"))
        print(f"  {host}, drive C:    {drive}")
        for log in found[:2]:
            print(f"  {host}, worker log  {log}")
    print("  Active Directory  in the environment of the lab (the first two lines give it to a shell):")
    print('    eval "$(tests/lab/lab env)"; PATH="$(tests/lab/lab venv ansible-2.19)/bin:$PATH"')
    print('    INVENTORY="$(tests/lab/lab inventory)"')
    print('    ansible-playbook -i "$INVENTORY" tests/demo/show_directory.yml')


def _accounts(tools: Tools) -> None:
    print("\nWhose the service accounts are, and what they may do")
    found = json.loads((tools.report() / "service-accounts.json").read_text())["accounts"]
    if not found:
        raise DemoFailed(f"the report in {tools.report()} has no account; see {tools.logs / 'identity.log'}")
    for account in found:
        print(f"  {account['sam_account_name']}: {account['verdict']}")
        print(f"    {'owner':8} {account['owner']['name']}, ticket {account['ticket']}: {account['purpose']}")
    print(f"  the page  {tools.report() / 'service-accounts.html'}")


def _cloud(act: PlaybookRun) -> None:
    print("\nPrefect Cloud, as a double on loopback (simulated; the workspace's content is a real server's)")
    for report in act.reports:
        print(f"  {report}")
    if len(act.reports) != CLOUD_REPORTS:
        raise DemoFailed(f"expected {CLOUD_REPORTS} reports of the Cloud act, found {len(act.reports)}; see {act.log}")


def print_summary(
    tools: Tools,
    first: PlaybookRun,
    second: PlaybookRun,
    verify: PlaybookRun,
    cloud: PlaybookRun,
    times: list[tuple[str, float]],
) -> None:
    """The readable end of the demo; raises DemoFailed where the facts do not fit."""
    print("\n" + "=" * 78)
    _objects(first)
    _hosts(tools, first)
    print("\nA flow run on every worker")
    for report in verify.reports:
        print(f"  {report}")
    print("  The account is Wine's, which has one user; on Windows it is the account of the service.")
    if len(verify.reports) != 2:
        raise DemoFailed(f"expected a finished flow run on 2 workers, found {len(verify.reports)}; see {verify.log}")
    _accounts(tools)
    _cloud(cloud)
    _where(tools)
    print("\nThe second run")
    for host, numbers in second.recap.items():
        print(f"  {host:10} ok={numbers['ok']} changed={numbers['changed']}")
    print("\nTimes")
    for title, seconds in times:
        print(f"  {seconds:5.0f} s  {title}")
    print("\nThe lab is still running; 'make lab-down' ends it.")
