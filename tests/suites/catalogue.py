# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every test suite of the project: where it lies, what it proves, what it needs, and which may run side by side."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True)
class Suite:
    """One pytest run.

    folders      what pytest collects; each must exist and yield tests
    lane         suites of one lane run one after the other; lanes run side by side after lane "first":
                 "lab" uses the one running lab, "apart" and "own" have networks of their own
    environment  virtual environment that runs pytest (tests/requirements/NAME.txt)
    also         further environments that the tests call, handed over as FLOWOPS_VENV_<NAME>
    optional     environments that may be missing on this machine (an interpreter that is not there)
    needs_lab    needs root on Debian: a domain controller and Wine in a root folder
    own_lab      runs in a second lab, with a network of its own
    on_request   runs only when it is named
    """

    name: str
    proves: str
    folders: tuple[str, ...]
    lane: str
    environment: str = "ansible-2.19"
    also: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    needs_lab: bool = False
    own_lab: bool = False
    on_request: bool = False


SUITES = (
    Suite(
        "unit",
        "the pure tests: engine, clients, host package, contracts",
        ("tests/unit", "tests/contract"),
        "first",
        environment="unit",
    ),
    Suite(
        "gates",
        "linters, ansible-test on every supported core, packaging, documentation, task arguments",
        ("tests/gates",),
        "apart",
        environment="unit",
        also=("tools",),
        optional=("unit-2.21",),
    ),
    Suite("lab", "the lab's own command line", ("tests/lab/tests",), "apart", needs_lab=True),
    Suite(
        "standin",
        "the Windows stand-in speaks what Ansible speaks",
        ("tests/standin",),
        "apart",
        optional=("ansible-2.21",),
        needs_lab=True,
    ),
    Suite(
        "prefect", "Prefect modules against a real server", ("tests/integration/prefect",), "apart", also=("prefect",)
    ),
    Suite("cloud", "the double of Prefect Cloud", ("tests/cloud",), "apart", also=("prefect",)),
    Suite(
        "cloud-modules",
        "Prefect Cloud modules against the double",
        ("tests/integration/prefect_cloud",),
        "apart",
        also=("prefect",),
    ),
    Suite(
        "worker",
        "the service's worker, without Windows, against a real server",
        ("tests/worker",),
        "apart",
        environment="worker",
    ),
    Suite("ad", "AD modules against a real domain controller", ("tests/integration/ad",), "lab", needs_lab=True),
    Suite(
        "service",
        "the worker's life on a host: preflight, baseline, runtime, changes, kills, removal",
        ("tests/e2e/service",),
        "own",
        also=("prefect", "unit"),
        needs_lab=True,
        own_lab=True,
    ),
    Suite(
        "e2e",
        "playbooks against the whole lab, over every way to the hosts",
        ("tests/e2e/estate",),
        "lab",
        also=("prefect", "unit"),
        needs_lab=True,
    ),
    Suite(
        "endurance",
        "fifty kills, and a rolling change of twenty hosts, while flows run",
        ("tests/endurance",),
        "lab",
        needs_lab=True,
        on_request=True,
    ),
    Suite("hosts", "the story on hosts that FLOWOPS_INVENTORY names", ("tests/hosts",), "lab", on_request=True),
)


def choose(names: list[str]) -> list[Suite]:
    """The suites of these names, in the catalogue's order; all of them without names."""
    unknown = set(names) - {suite.name for suite in SUITES}
    if unknown:
        raise SystemExit(
            f"suites: unknown: {', '.join(sorted(unknown))}; known: {', '.join(suite.name for suite in SUITES)}"
        )
    return [suite for suite in SUITES if (suite.name in names if names else not suite.on_request)]
