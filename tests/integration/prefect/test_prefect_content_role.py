# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role prefect_content in a play over Windows hosts that nobody can reach, against a real server of its own."""

from __future__ import annotations

import copy
import json
import pathlib
import subprocess
import sys
import typing as t

import pytest
import yaml
from ansible_collections.flowops.prefect.plugins.module_utils._prefect.catalogue import KINDS
from prefectkit.module_process import COLLECTIONS, environment
from prefectkit.real_server import ROOT, RealServer

PLAYBOOKS = pathlib.Path(__file__).parent / "playbooks"
PASSWORD = "role-s3cr3t"
SECRETS = {"variable-s3cr3t", "block-s3cr3t", PASSWORD}
DESIRED = PLAYBOOKS / "content_lists.yml"
APPLY, REPORT = "Desired state | As described", "Desired state | What changed"
INVENTORY = {
    "all": {
        "hosts": {"srv01": {}, "srv02": {}},
        "vars": {
            "ansible_host": "127.0.0.251",
            "ansible_connection": "winrm",
            "ansible_port": 5986,
            "ansible_user": "nobody",
            "ansible_password": "nothing",
            "ansible_shell_type": "powershell",
            "ansible_become": True,
            "ansible_become_method": "runas",
            "ansible_become_user": "SYSTEM",
            "ansible_python_interpreter": "/no/such/python",
        },
    }
}


class Loader(yaml.SafeLoader):
    """Gives what is marked as unsafe in the form that Ansible reads from JSON."""


Loader.add_constructor("!unsafe", lambda _loader, node: {"__ansible_unsafe": node.value})


class Played(t.NamedTuple):
    """results are pairs of a task's name and its results by host; output is all of -vvv."""

    status: int
    results: list[tuple[str, dict[str, t.Any]]]
    output: str

    def of(self, task: str) -> list[dict[str, t.Any]]:
        """Results of all tasks with this name."""
        assert self.status == 0, self.output[-4000:]
        return [result for name, hosts in self.results if name == task for result in hosts.values()]

    @property
    def plan(self) -> list[t.Any]:
        """What check mode has to promise and the real run has to keep."""
        return [(done["changed"], done["diff"], done["changes"]) for done in self.of(APPLY)]

    @property
    def changes(self) -> list[str]:
        """Every change, as in "create work pool windows"."""
        found = [change for done in self.of(APPLY) for change in done["changes"]]
        return [f"{change['action']} {change['kind']} {change['name']}" for change in found]

    @property
    def error(self) -> str:
        """The message of the failure."""
        assert self.status == 2, self.output[-4000:]
        failed = [result for _name, hosts in self.results for result in hosts.values() if result.get("failed")]
        return str(failed[0]["msg"])


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[RealServer]:
    """A server whose whole content is ours; it wants a password and CSRF tokens."""
    server = RealServer(tmp_path_factory.mktemp("own"), auth_string=f"admin:{PASSWORD}", csrf=True)
    try:
        server.start()
        server.wait()
        yield server
    finally:
        server.stop()


class Player(t.Protocol):
    """Plays a playbook with variables; further options as on the command line."""

    def __call__(self, variables: dict[str, t.Any], *options: str, playbook: str = "content_role") -> Played: ...


@pytest.fixture(scope="module")
def play(own: RealServer, tmp_path_factory: pytest.TempPathFactory) -> Player:
    home = tmp_path_factory.mktemp("play")
    (home / "hosts.yml").write_text(yaml.safe_dump(INVENTORY))
    connection = {"prefect_content_api_url": own.url, "prefect_content_auth_string": own.auth_string}

    def play(variables: dict[str, t.Any], *options: str, playbook: str = "content_role") -> Played:
        (home / "vars.json").write_text(json.dumps({**connection, **variables}))
        book = playbook if "." in playbook else str(PLAYBOOKS / f"{playbook}.yml")
        ran = subprocess.run(
            [
                str(pathlib.Path(sys.executable).with_name("ansible-playbook")),
                *("-i", str(home / "hosts.yml"), book, "-vvv", "--diff", "-e", f"@{home / 'vars.json'}", *options),
            ],
            env=environment(
                ANSIBLE_COLLECTIONS_PATH=str(COLLECTIONS),
                ANSIBLE_STDOUT_CALLBACK="ansible.posix.json",
                ANSIBLE_NOCOLOR="1",
            ),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert "{\n" in ran.stdout, ran.stdout + ran.stderr
        plays = json.loads(ran.stdout[ran.stdout.index("{\n") :])["plays"]
        tasks = [task for one in plays for task in one["tasks"]]
        results = [(task["task"]["name"].rpartition(" : ")[2], task["hosts"]) for task in tasks]
        return Played(ran.returncode, results, ran.stdout + ran.stderr)

    return play


@pytest.fixture(scope="module")
def lists() -> dict[str, t.Any]:
    """One object of every kind and more, as variables of the role."""
    return Loader(DESIRED.read_text()).get_single_data()


class Story(t.NamedTuple):
    """Check run, real run, second run."""

    check: Played
    real: Played
    second: Played


@pytest.fixture(scope="module")
def story(play: Player, lists: dict[str, t.Any]) -> Story:
    owned = {**lists, "prefect_content_ledger": "estate"}
    return Story(play(owned, "--check"), play(owned), play(owned))


@pytest.fixture
def shared(story: Story, lists: dict[str, t.Any]) -> dict[str, t.Any]:
    """A copy of the lists that are there for real."""
    assert story.second.status == 0
    return copy.deepcopy(lists)


def test_there_is_a_list_for_every_kind_that_both_editions_know(lists: dict[str, t.Any]) -> None:
    known = {f"prefect_content_{kind.plural}" for kind in KINDS if kind.bulk and not kind.cloud_only}
    role = ROOT / "roles" / "prefect_content"
    defaults = yaml.safe_load((role / "defaults" / "main.yml").read_text())
    merged = yaml.safe_load((role / "vars" / "main.yml").read_text())["__prefect_content_lists"]
    assert {name for name, value in defaults.items() if value == []} == known
    assert {f"prefect_content_{plural}" for plural in merged} == known
    assert set(lists) == known


def _total(lists: dict[str, t.Any]) -> int:
    return sum(len(items) for items in lists.values())


def test_check_run_announces_exactly_what_the_real_run_does(story: Story, lists: dict[str, t.Any]) -> None:
    assert story.check.plan == story.real.plan
    assert story.check.changes == story.real.changes
    assert len(story.real.changes) == _total(lists)
    assert {line.split()[0] for line in story.real.changes} == {"create"}
    assert [result["msg"] for result in story.real.of(REPORT)] == [story.real.changes]


def test_second_run_changes_nothing(story: Story) -> None:
    assert story.second.plan == [(False, {"before": {}, "after": {}}, [])]


def test_it_runs_once_on_the_controller_whatever_the_hosts_are(story: Story) -> None:
    (hosts,) = [hosts for name, hosts in story.real.results if name == APPLY]
    assert list(hosts) == ["srv01"]


def test_no_secret_at_vvv(story: Story, play: Player, shared: dict[str, t.Any]) -> None:
    token = next(item for item in shared["prefect_content_variables"] if "secret_value" in item)
    block = next(item for item in shared["prefect_content_block_documents"] if "secret_data" in item)
    token["secret_value"], block["update_secrets"] = "changed-s3cr3t", "when_changed"
    block["secret_data"] = {"password": "changed-s3cr3t"}
    checked = play(shared, "--check")
    assert sorted(checked.changes) == ["update block document etl-db/prod", "update variable api_token"]
    shared["prefect_content_variables"].append({"name": "Bad", "value": 1})
    refused = play(shared)
    assert "variable 'Bad'" in refused.error
    token["no_such_option"] = 1
    unreadable = play(shared)
    assert "('api_token')" in unreadable.error
    for played in (*story, checked, refused, unreadable):
        assert [secret for secret in {*SECRETS, "changed-s3cr3t"} if secret in played.output] == []


def test_lists_are_added_to_the_document(play: Player, shared: dict[str, t.Any]) -> None:
    document = {"variables": [{"name": "from_document", "value": {"__ansible_unsafe": "{{ stays }}"}}], "flows": None}
    played = play({**shared, "prefect_content_resources": document}, "--check")
    assert played.changes == ["create variable from_document"]
    assert played.of(APPLY)[0]["diff"]["after"]["variables"]["from_document"]["value"] == "{{ stays }}"


def test_what_is_no_list_in_the_document_is_refused(play: Player, shared: dict[str, t.Any]) -> None:
    document = {"variables": {"name": "x", "value": 1}}
    assert "resources.variables is no list" in play({**shared, "prefect_content_resources": document}).error


def test_nothing_to_do_asks_no_server(play: Player) -> None:
    played = play({"prefect_content_api_url": "", "prefect_content_auth_string": ""})
    assert played.status == 0, played.output[-4000:]
    assert played.of(APPLY) == []


def test_prune_needs_a_maximum_and_takes_only_what_is_ours(
    play: Player, own: RealServer, shared: dict[str, t.Any]
) -> None:
    own.ask("POST", "/variables/", {"name": "made_by_hand", "value": 1})
    owned = {**shared, "prefect_content_ledger": "estate", "prefect_content_prune": True}
    gone = shared["prefect_content_concurrency_limits"].pop(0)
    refused = play(owned)
    assert f"concurrency limit '{gone['name']}'" in refused.error
    assert "prune_maximum is 0; nothing was written" in refused.error
    owned["prefect_content_prune_maximum"] = 1
    checked, done = play(owned, "--check"), play(owned)
    assert checked.plan == done.plan
    assert done.changes == [f"delete concurrency limit {gone['name']}"]
    assert own.ask("GET", "/variables/name/made_by_hand")["value"] == 1


def test_entry_points_handle_their_own_list_and_prune_nothing(story: Story, play: Player, own: RealServer) -> None:
    assert story.second.status == 0
    names = ("variable baseline", "work pool baseline", "work queue baseline/baseline")
    careless = {"prefect_content_ledger": "estate", "prefect_content_prune": True, "prefect_content_prune_maximum": 100}

    def run(state: str, *options: str) -> Played:
        return play({**careless, "baseline_state": state}, *options, playbook="content_entry_points")

    checked = run("present", "--check")
    assert {line.removeprefix("create ") for line in checked.changes} == set(names)
    assert own.ask("GET", "/work_pools/baseline") is None
    made = run("present")
    assert sorted(made.changes) == sorted(f"create {name}" for name in names)
    assert [done["changed"] for done in made.of(APPLY)] == [True] * 3
    gone = run("absent")
    # with its pool a queue goes by itself
    assert sorted(gone.changes) == ["delete variable baseline", "delete work pool baseline"]


def test_items_with_state_absent_go_in_the_right_order(story: Story, play: Player) -> None:
    assert story.second.status == 0
    lists: dict[str, list[dict[str, t.Any]]] = {
        "prefect_content_work_pools": [{"name": "passing", "type": "process"}],
        "prefect_content_work_queues": [{"name": "passing", "work_pool": "passing"}],
        "prefect_content_flows": [{"name": "passing"}],
        "prefect_content_deployments": [{"name": "passing", "flow": "passing", "work_pool": "passing"}],
    }
    assert len(play(lists).changes) == 4
    gone = {name: [{**item, "state": "absent"} for item in items] for name, items in lists.items()}
    checked, done = play(gone, "--check"), play(gone)
    assert checked.plan == done.plan
    assert len(done.changes) == 4


def test_a_removal_that_takes_others_with_it_is_refused(story: Story, play: Player) -> None:
    assert story.second.status == 0
    refused = play({"prefect_content_flows": [{"name": "etl", "state": "absent"}]})
    assert "would be removed with it" in refused.error
    assert "delete_deployments: true" in refused.error
    pool = {"name": "windows", "state": "absent", "orphan_deployments": True}
    (sentence,) = play({"prefect_content_work_pools": [pool]}, "--check").of(APPLY)[0]["consequences"]
    assert "nightly" in sentence


def test_an_export_is_adopted_without_a_change(story: Story, play: Player, tmp_path: pathlib.Path) -> None:
    assert story.second.status == 0
    file = tmp_path / "workspace.yml"
    export = play({"export_file": str(file)}, playbook="content_export")
    assert export.status == 0, export.output[-4000:]
    assert "block-s3cr3t" not in file.read_text()
    assert "{{ command }}" in file.read_text()
    # as a file of variables it would be rendered; this is how the guide says to read it
    document = f"{{{{ lookup('ansible.builtin.file', '{file}') | from_yaml }}}}"
    ours = {"prefect_content_resources": document, "prefect_content_ledger": "adopted"}
    adopted = play(ours, playbook="flowops.prefect.content")
    assert adopted.plan == [(False, {"before": {}, "after": {}}, [])]
    assert adopted.of(APPLY)[0]["summary"]["unchanged"] == _total(yaml.safe_load(file.read_text()))
