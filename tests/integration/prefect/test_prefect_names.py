# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names: those that the server refuses are refused before anything is asked, all others work everywhere."""

from __future__ import annotations

import typing as t

import pytest
from prefectkit.module_process import Ran, run_module_here
from prefectkit.real_server import RealServer
from prefectkit.simulated_gateway import SimulatedGateway, simulated_gateway

Run = t.Callable[..., Ran]

ODD = "Ü #1? + ; = @ [x] \"q\" 'a' \\ {{n}} ."
TRIGGER = {"type": "event", "posture": "Reactive", "expect": ["x"], "within": 0}


@pytest.fixture(scope="module")
def gateway(servers: dict[str, RealServer]) -> t.Iterator[SimulatedGateway]:
    with simulated_gateway(servers["open"].url) as found:
        yield found


@pytest.mark.parametrize("bad", ["a/b", "a%b", "a&b", "a<b", "a>b", "", ".", ".."])
@pytest.mark.parametrize(
    ("module", "options"),
    [
        ("flow", {"name": "BAD"}),
        ("deployment", {"flow": "BAD", "name": "n"}),
        ("deployment", {"flow": "f", "name": "BAD"}),
        ("work_pool", {"name": "BAD", "type": "process"}),
        ("work_queue", {"work_pool": "p", "name": "BAD"}),
        ("work_queue", {"work_pool": "BAD", "name": "q"}),
        ("concurrency_limit", {"name": "BAD", "limit": 1}),
        ("concurrency_limit", {"tag": "BAD", "limit": 1}),
        ("variable", {"name": "BAD", "value": 1}),
        ("block_type", {"slug": "BAD", "name": "n"}),
        ("block_schema", {"block_type": "BAD", "fields": {}}),
        ("block_document", {"block_type": "BAD", "name": "n"}),
        ("block_document", {"block_type": "secret", "name": "BAD"}),
    ],
)
def test_a_name_that_the_server_refuses_is_refused_before_anything_is_asked(
    gateway: SimulatedGateway, module: str, options: dict[str, t.Any], bad: str
) -> None:
    gateway.asked.clear()
    given = {name: bad if value == "BAD" else value for name, value in options.items()}
    for check_mode in (True, False):
        result = run_module_here(module, {"api_url": gateway.url, **given}, check_mode=check_mode).result
        assert result["error"]["kind"] == "InvalidInput"
        assert "\n" not in result["msg"]
    assert gateway.asked == []


def test_the_server_does_refuse_them(servers: dict[str, RealServer], gateway: SimulatedGateway) -> None:
    """Otherwise we would be stricter than need be."""
    del gateway
    server = servers["open"]
    bodies = {
        "/flows/": {"name": "a&b"},
        "/work_pools/": {"name": "a<b", "type": "process"},
        "/v2/concurrency_limits/": {"name": "a%b", "limit": 1},
        "/variables/": {"name": "Big", "value": 1},
        "/block_types/": {"name": "a>b", "slug": "fine"},
    }
    for path, body in bodies.items():
        with pytest.raises(Exception, match="422"):
            server.ask("POST", path, body)


def test_odd_names_work_from_beginning_to_end(cycle: Run, server: RealServer, name: str) -> None:
    odd = f"{ODD}{name}"
    cycle("work_pool", name=odd, type="process")
    cycle("work_queue", work_pool=odd, name=odd)
    cycle("flow", name=odd)
    cycle("concurrency_limit", name=odd, limit=1)
    cycle("concurrency_limit", tag=odd, limit=1)
    cycle("deployment", flow=odd, name=odd, work_pool=odd, work_queue=odd, global_concurrency_limit=odd)
    cycle("deployment_schedule", deployment=f"{odd}/{odd}", slug=odd, interval=60)
    actions = [
        {"type": "run-deployment", "source": "selected", "deployment_id": f"{odd}/{odd}"},
        {"type": "pause-work-queue", "source": "selected", "work_queue_id": f"{odd}/{odd}"},
    ]
    match = {"prefect.resource.id": f"prefect.work-queue.<{odd}/{odd}>"}
    done = cycle("automation", name=f"{odd} </%&>", trigger={**TRIGGER, "match": match}, actions=actions)
    assert done.result["diff"]["after"]["trigger"]["match"] == match
    held = server.ask("GET", f"/deployments/{done.result['automation']['actions'][0]['deployment_id']}")
    assert (held["name"], held["work_queue_name"]) == (odd, odd)
    cycle("automation", name=f"{odd} </%&>", state="absent")
    cycle("deployment_schedule", deployment=f"{odd}/{odd}", slug=odd, state="absent")
    cycle("deployment", flow=odd, name=odd, state="absent")
    cycle("concurrency_limit", tag=odd, state="absent")
    cycle("concurrency_limit", name=odd, state="absent")
    cycle("flow", name=odd, state="absent")
    cycle("work_queue", work_pool=odd, name=odd, state="absent")
    cycle("work_pool", name=odd, state="absent")


@pytest.mark.parametrize(
    ("reference", "message"),
    [
        (
            "only-a-flow",
            "Cannot find deployment 'only-a-flow' on {url} for automation '{name}': a deployment has a name of 2",
        ),
        ("f/", "Cannot find deployment 'f/' on {url} for automation '{name}': a deployment has a name of 2 parts."),
        ("f/d/e", "Cannot set 'actions' of automation '{name}' on {url}: there is no deployment 'f/d/e'."),
        ("f/..", "Cannot set 'actions' of automation '{name}' on {url}: there is no deployment 'f/..'."),
    ],
)
@pytest.mark.parametrize("server", ["open"], indirect=True)
def test_a_reference_that_cannot_lead_anywhere(
    run: Run, server: RealServer, name: str, reference: str, message: str
) -> None:
    actions = [{"type": "run-deployment", "source": "selected", "deployment_id": reference}]
    result = run("automation", name=name, trigger=TRIGGER, actions=actions).result
    assert result["msg"].startswith(message.format(url=server.url, name=name))
    assert "\n" not in result["msg"]
