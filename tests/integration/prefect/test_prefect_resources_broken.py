# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A desired state whose run is broken off: by a write that fails, or by a kill at any point."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
import typing as t

import pytest
from prefectkit.desired_state import Document, count, estate, of, summary
from prefectkit.module_process import environment, run_module_here
from prefectkit.real_server import RealServer
from prefectkit.simulated_gateway import Failure, simulated_gateway


def test_one_of_two_hundred_writes_fails_and_the_others_are_applied(servers: dict[str, RealServer], name: str) -> None:
    server = servers["open"]
    wanted: Document = {"variables": [{"name": f"{name}-{number:03}", "value": number} for number in range(200)]}
    with simulated_gateway(server.url) as gateway:
        gateway.failures = [Failure(500, "<html>oops</html>", text=f'"name": "{name}-077"')]
        options = {"api_url": gateway.url, "resources": wanted, "ledger": name}
        broken = run_module_here("resources", options).result
        assert (broken["failed"], broken["changed"], broken["summary"]["created"]) == (True, True, 199)
        (error,) = broken["errors"]
        assert (error["kind"], error["name"]) == ("variable", f"{name}-077")
        assert "HTTP 500" in error["msg"]
        assert f"Cannot apply 1 of 200 changes on {gateway.url}: the first: Cannot create variable" in broken["msg"]
        assert "\n" not in broken["msg"]
        assert len(broken["changes"]) == 199
        assert summary(run_module_here("resources", options)) == {"created": 1, "unchanged": 199}


def kill_after(server: RealServer, writes: int, options: dict[str, t.Any]) -> bool:
    """Run the module in a process of its own and kill it after so many writes; false if it was done before."""
    with simulated_gateway(server.url) as gateway:
        arguments = {**options, "api_url": gateway.url, "_ansible_check_mode": False}
        process = subprocess.Popen(
            [sys.executable, "-m", "ansible_collections.flowops.prefect.plugins.modules.resources"],
            env=environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        left = [writes]

        def watch(asked: str) -> None:
            method, _blank, path = asked.partition(" ")
            if method != "GET" and not path.endswith("/filter"):
                left[0] -= 1
                if left[0] == 0:
                    os.kill(process.pid, signal.SIGKILL)

        gateway.watch = watch
        assert process.stdin is not None
        process.stdin.write(json.dumps({"ANSIBLE_MODULE_ARGS": arguments}).encode())
        process.stdin.close()
        killed = process.wait(120) == -signal.SIGKILL
        # the request that was under way reaches the server all the same
        while len(gateway.answered) < len(gateway.asked):
            time.sleep(0.05)
        return killed


@pytest.mark.parametrize("seed", range(3))
def test_a_run_that_is_killed_anywhere_is_finished_by_the_next(
    servers: dict[str, RealServer], name: str, seed: int
) -> None:
    server = servers["open"]
    wanted = estate(name)
    writes = random.Random(f"{seed} of kill points").randint(1 + seed * 10, 10 + seed * 10)
    options = {"resources": wanted, "ledger": name, "concurrency": 3}
    assert kill_after(server, writes, options)
    again = run_module_here("resources", {**options, "api_url": server.url})
    assert sum(summary(again).values()) == count(wanted)
    assert summary(run_module_here("resources", {**options, "api_url": server.url})) == {"unchanged": count(wanted)}
    exported = run_module_here("resources_info", {"api_url": server.url, "format": "desired_state"}).result
    assert [entry for entry in exported["left_out"] if name in entry["name"] and entry["what"] == "all of it"] == []
    assert len(of(name, exported["resources"])["automations"]) == 3

    # whatever was written before the kill is in the ledger as well
    rest = {**options, "api_url": server.url, "resources": {}, "prune": True, "prune_maximum": count(wanted)}
    assert summary(run_module_here("resources", rest))["pruned"] == count(wanted)
    left = of(
        name, run_module_here("resources_info", {"api_url": server.url, "format": "desired_state"}).result["resources"]
    )
    assert left == {}


def test_what_was_about_to_be_created_by_a_killed_run_can_still_be_pruned(
    servers: dict[str, RealServer], name: str
) -> None:
    server = servers["open"]
    wanted: Document = {"variables": [{"name": f"{name}-{number}", "value": number} for number in range(30)]}
    assert kill_after(server, 20, {"resources": wanted, "ledger": name, "concurrency": 1})
    held = len(
        of(name, {"variables": server.ask("POST", "/variables/filter", {"variables": {"name": {"like_": name}}})})[
            "variables"
        ]
    )
    options = {"api_url": server.url, "resources": {}, "ledger": name, "prune": True, "prune_maximum": 30}
    assert summary(run_module_here("resources", options)) == {"deleted": held, "pruned": held}
