# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The steps of the demo, in order, with the time that each takes."""

from __future__ import annotations

import pathlib
import time

from summary import print_summary
from tools import DemoFailed, PlaybookRun, Tools

__all__ = ["Demo", "DemoFailed"]

COLD_SECONDS, WARM_SECONDS = 600, 240
SITE, VERIFY, IDENTITY = "flowops.prefect.site", "flowops.prefect.verify", "flowops.prefect.identity"
CLOUD = str(pathlib.Path(__file__).with_name("cloud.yml"))


class Demo:
    """One run of the demo."""

    def __init__(self) -> None:
        self.tools = Tools(pathlib.Path(__file__).resolve().parents[2])
        self.start = time.monotonic()
        self.times: list[tuple[str, float]] = []

    def _step(self, title: str, work):
        print(f"==> {title}", flush=True)
        start = time.monotonic()
        result = work()
        self.times.append((title, time.monotonic() - start))
        print(f"    done in {self.times[-1][1]:.0f} s", flush=True)
        return result

    @staticmethod
    def _expect_nothing(run: PlaybookRun) -> None:
        changed = {host: numbers["changed"] for host, numbers in run.recap.items() if numbers["changed"]}
        if changed or not run.recap:
            where = ", ".join(f"{host} changed={count}" for host, count in changed.items()) or "no recap"
            raise DemoFailed(f"the second run should change nothing: {where}; see {run.log}")

    def run(self) -> None:
        """All of it; raises DemoFailed at the first thing that is not as it should be."""
        tools = self.tools
        warm = tools.was_built()
        self._step("The lab: a domain controller, Prefect, two simulated Windows hosts", tools.empty_lab)
        self._step("The collection: built, and installed from its archive", tools.install)
        first = self._step("ansible-playbook flowops.prefect.site", lambda: tools.playbook(SITE, "first"))
        second = self._step("ansible-playbook flowops.prefect.site, again", lambda: tools.playbook(SITE, "second"))
        self._expect_nothing(second)
        verify = self._step("ansible-playbook flowops.prefect.verify", lambda: tools.playbook(VERIFY, "verify"))
        report = ("-e", f"ad_identity_report={tools.report()}")
        asked = f"ansible-playbook {IDENTITY}: the report of the service accounts"
        self._step(asked, lambda: tools.playbook(IDENTITY, "identity", *report))
        act = "Prefect Cloud (simulated): an account, a workspace, access, a key"
        cloud = self._step(act, lambda: tools.playbook(CLOUD, "cloud", **tools.cloud()))
        again = self._step(f"{act}, again", lambda: tools.playbook(CLOUD, "cloud-again", **tools.cloud()))
        self._expect_nothing(again)
        seconds = time.monotonic() - self.start
        print_summary(tools, first, second, verify, cloud, self.times)
        limit = WARM_SECONDS if warm else COLD_SECONDS
        print(f"\n{seconds:.0f} s in all; {'warm' if warm else 'cold'}, the limit is {limit} s")
        if seconds > limit:
            raise DemoFailed(f"it works, but took {seconds:.0f} s instead of at most {limit} s")
