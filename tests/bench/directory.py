# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Our modules on the lab's domain controller, beside what a user would take instead.

A group of ten thousand members: one task of ours against one task of C(community.general.ldap_attrs), which is given
the same names. A thousand service accounts with nothing to do: one run of our role against a loop over the module for
one account, which is measured with fewer and scaled, as its row says; FLOWOPS_BENCH=full measures all.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import pathlib
import re
import sys
import typing as t

from meter import BenchFailed, Command, Spent, spend
from rows import Row
from stage import BRANCH, ROOT, SERVER, SERVER_NAME, USER, Stage

MEMBERS, DIFFERENT, ACCOUNTS, FEW = 10_000, 100, 1_000, 25
LIMIT_SECONDS = 3.0
UNIT = f"OU=Bench,{BRANCH}"
GROUP = f"CN=bench-crowd,{UNIT}"
PEER_PYTHON, PEER_PACKAGE = "/usr/bin/python3", "python3-ldap"
ROUNDS = 3
_HERE = pathlib.Path(__file__).resolve().parent
_SAID = "operations of the module: "
_ALONE = "ansible_collections.flowops.prefect.plugins.modules"


def contact(number: int) -> str:
    """DN of something that can be a member."""
    return f"CN=bench-member-{number:05},{UNIT}"


def crowd(odd: bool) -> list[str]:
    """One of two memberships that differ by a hundred members."""
    half = DIFFERENT // 2
    first = half if odd else 0
    return [contact(number) for number in range(first, first + MEMBERS)]


def account(number: int) -> dict[str, t.Any]:
    """One of the service accounts."""
    return {
        "name": f"bench-{number:04}",
        "path": UNIT,
        "dns_hostname": f"bench-{number:04}.lab.test",
        "managed_by": "GG-Data-Engineers",
        "description": "Measured by the benchmark",
        "ticket": "BENCH-1",
        "principals_allowed_to_retrieve": {"set": ["WIN1$"]},
        "service_principal_names": {"set": [f"bench/{number:04}.lab.test"]},
    }


def measure(stage: Stage) -> list[Row]:
    """All rows. BenchFailed when a side does not do what it has to."""
    _install_peer()
    full = os.environ.get("FLOWOPS_BENCH") == "full"
    with _directory(stage) as fill:
        fill()
        return [*_group(stage), *_accounts(stage, ACCOUNTS if full else FEW)]


def _install_peer() -> None:
    """What the module of community.general needs; Debian has it for its own Python."""
    sys.path.insert(0, str(ROOT / "tests" / "lab"))
    from flowops_lab import host_packages, paths

    host_packages.ensure(paths.Paths.from_environment(), (PEER_PACKAGE,), "the benchmark of groups")


@contextlib.contextmanager
def _directory(stage: Stage) -> t.Iterator[t.Callable[[], None]]:
    """A unit of the benchmark's own, and what fills it; the unit goes in the end, whatever happens."""

    def run(action: str) -> None:
        words = [str(stage.ansible / "bin" / "python"), str(_HERE / "fill_directory.py"), action]
        orders = {"unit": UNIT, "group": GROUP, "members": MEMBERS + DIFFERENT, "server": SERVER, "name": SERVER_NAME}
        spend([Command(words, stage.environment(), json.dumps(orders))], _folder() / f"{action}.log")

    run("clear")
    try:
        yield lambda: run("fill")
    finally:
        run("clear")


def _folder() -> pathlib.Path:
    return ROOT / "build" / "bench" / "directory"


def _group(stage: Stage) -> list[Row]:
    """Ours, the peer, ours, the peer ...; each brings the group from one membership to the other."""
    print(f"bench: a group of {MEMBERS} members, {DIFFERENT} of them others ...", flush=True)
    sides = {"ours": _our_group, "peer": _peer_group, "alone": _our_group_alone}
    best: dict[str, Spent] = {}
    odd = False
    # the first turn of each pays for caches and fills the group
    for turn in range(ROUNDS + 1):
        for name, side in sides.items():
            odd = not odd
            spent, said = spend([side(stage, crowd(odd))], _folder() / f"group-{name}-{turn}.log")
            if "changed: [localhost]" not in said and '"changed": true' not in said:
                raise BenchFailed(f"{name} says that it changed nothing")
            if turn and (name not in best or spent.seconds < best[name].seconds):
                best[name] = dataclasses.replace(spent, requests=_counted(said))
    what = f"group {MEMBERS}, {DIFFERENT} differ: ad_group_members"
    limit = Spent(LIMIT_SECONDS, 0.0, 0.0)
    return [
        Row.of(f"{what}, against ldap_attrs", best["ours"], best["peer"], 1.0),
        Row.of(f"{what} alone, against the limit", best["alone"], limit, 1.0),
    ]


def _our_group(stage: Stage, members: list[str]) -> Command:
    task = {
        "name": "Ours",
        "flowops.prefect.ad_group_members": {"identity": GROUP, "members": {"set": "{{ wanted }}"}},
        "diff": False,
    }
    return _playbook(stage, "group-ours", [task], {"wanted": members})


def _our_group_alone(stage: Stage, members: list[str]) -> Command:
    return _module(stage, "ad_group_members", {"identity": GROUP, "members": {"set": members}})


def _peer_group(stage: Stage, members: list[str]) -> Command:
    environment = stage.environment()
    options = {
        "dn": GROUP,
        "attributes": {"member": "{{ wanted }}"},
        "state": "exact",
        "server_uri": f"ldaps://{SERVER}",
        "bind_dn": USER,
        "bind_pw": "{{ lookup('ansible.builtin.env', 'MICROSOFT_AD_LDAP_PASSWORD') }}",
        "ca_path": environment["MICROSOFT_AD_LDAP_CA_CERT"],
        # its TLS library takes no other name than the address, which stands in no certificate
        "validate_certs": False,
    }
    task = {
        "name": "The peer",
        "community.general.ldap_attrs": options,
        "diff": False,
        "vars": {"ansible_python_interpreter": PEER_PYTHON},
    }
    return _playbook(stage, "group-peer", [task], {"wanted": members})


def _accounts(stage: Stage, few: int) -> list[Row]:
    """One role run for all, and a loop over some of them; nothing is to be done."""
    print(f"bench: {ACCOUNTS} service accounts are made ...", flush=True)
    wanted = [account(number) for number in range(ACCOUNTS)]
    made, _said = spend([_role(stage, wanted)], _folder() / "accounts-made.log")
    print(f"bench: {ACCOUNTS} service accounts with nothing to do ...", flush=True)
    ours = _best([_role(stage, wanted)], "accounts-role")
    loop = _best([_loop(stage, wanted[:few])], "accounts-loop")
    empty = _best([_playbook(stage, "empty", [], {})], "empty")
    each = (loop.seconds - empty.seconds) / few
    peer = dataclasses.replace(loop, seconds=empty.seconds + each * ACCOUNTS, processor=loop.processor * ACCOUNTS / few)
    operations = _operations(stage, "ad_objects", {"objects": {"service_accounts": wanted}})
    one = _operations(stage, "ad_service_account", wanted[0])
    scaled = few if few != ACCOUNTS else None
    what = f"no-op {ACCOUNTS} service accounts: role, against a loop"
    ours, peer = dataclasses.replace(ours, requests=operations), dataclasses.replace(peer, requests=one * ACCOUNTS)
    return [
        dataclasses.replace(Row.of(what, ours, peer, 1 / 10), scaled_from=scaled),
        Row(f"{what}, LDAP operations", operations, one * ACCOUNTS, 1 / 20, unit="operations"),
        Row.of(f"create {ACCOUNTS} service accounts: role, against a loop of no-ops", made, peer, None),
    ]


def _best(commands: list[Command], log: str) -> Spent:
    """The best of some runs that change nothing."""
    taken = []
    for turn in range(ROUNDS - 1):
        spent, said = spend(commands, _folder() / f"{log}-{turn}.log")
        if "changed: [localhost]" in said:
            raise BenchFailed(f"{log} changed something, and nothing was to be done")
        taken.append(spent)
    return min(taken, key=lambda spent: spent.seconds)


def _role(stage: Stage, wanted: list[dict[str, t.Any]]) -> Command:
    task = {"name": "The role", "ansible.builtin.include_role": {"name": "flowops.prefect.ad_identity"}}
    return _playbook(stage, "role", [task], {"ad_identity_service_accounts": wanted})


def _loop(stage: Stage, wanted: list[dict[str, t.Any]]) -> Command:
    task = {
        "name": "One after the other",
        "flowops.prefect.ad_service_account": {name: f"{{{{ item.{name} }}}}" for name in wanted[0]},
        "loop": "{{ wanted }}",
        "loop_control": {"label": "{{ item.name }}"},
    }
    return _playbook(stage, "loop", [task], {"wanted": wanted})


def _operations(stage: Stage, module: str, options: dict[str, t.Any]) -> int:
    """LDAP operations that a module takes, the logon not counted."""
    _spent, said = spend([_module(stage, module, options)], _folder() / f"operations-{module}.log")
    counted = _counted(said)
    if counted is None:
        raise BenchFailed(f"nobody counted the operations of {module}")
    return counted


def _counted(said: str) -> int | None:
    found = re.search(rf"{_SAID}(\d+)", said)
    return int(found[1]) if found else None


def _module(stage: Stage, module: str, options: dict[str, t.Any]) -> Command:
    """A module without ansible-playbook around it, in a process that counts its operations."""
    environment = {**stage.environment(), "PYTHONPATH": stage.collections}
    words = [str(stage.ansible / "bin" / "python"), str(_HERE / "operations.py"), module]
    return Command(words, environment, json.dumps({"ANSIBLE_MODULE_ARGS": options}))


def _playbook(stage: Stage, name: str, tasks: list[dict[str, t.Any]], variables: dict[str, t.Any]) -> Command:
    """A playbook on the controller; its variables stand in a file, as a person would have them."""
    folder = _folder() / name
    folder.mkdir(parents=True, exist_ok=True)
    play = {
        "name": name,
        "hosts": "localhost",
        "connection": "local",
        "gather_facts": False,
        "vars": {"ansible_python_interpreter": "{{ ansible_playbook_python }}"},
        "vars_files": ["wanted.yml"],
        "tasks": tasks,
    }
    (folder / "wanted.yml").write_text(json.dumps(variables))
    (folder / "play.yml").write_text(json.dumps([play], indent=2))
    environment = {**stage.environment(), "ANSIBLE_PIPELINING": "True"}
    return Command([str(stage.ansible / "bin" / "ansible-playbook"), str(folder / "play.yml")], environment)
