# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""No secret gets into the journal, whatever its name and place. No server needed."""

from __future__ import annotations

import json

from windows_standin.journal import HIDDEN, Journal, mask_options
from windows_standin.payload import Invocation

SECRET = "Zq7-geheim"
OPTIONS = {
    "key": {"type": "str", "no_log": True, "aliases": ["k"]},
    "plain": {"type": "str"},
    "nested": {"type": "list", "options": {"inner": {"type": "str", "no_log": True}, "shown": {"type": "str"}}},
}


def test_secrets_are_masked_by_field():
    shown = mask_options(OPTIONS, {"K": SECRET, "plain": "x", "nested": [{"inner": SECRET, "shown": "y"}]})
    assert shown == {"K": HIDDEN, "plain": "x", "nested": [{"inner": HIDDEN, "shown": "y"}]}


def test_free_text_is_left_out():
    values = {"_raw_params": f"run --key {SECRET}", "argv": ["run", SECRET], "content": SECRET, "stdin": SECRET}
    assert SECRET not in json.dumps(mask_options(None, values))


def test_a_record_holds_names_of_the_environment_only(tmp_path):
    path = tmp_path / "journal.jsonl"
    invocation = Invocation(
        kind="module",
        name="a.b.win_x",
        args={"password": SECRET, "headers": {"Authorization": SECRET}},
        environment={"TOKEN": SECRET},
        become={"BecomeUser": "u", "BecomePassword": SECRET},
        source=SECRET,
        data=SECRET.encode(),
    )
    Journal(path).call(invocation, {}, "http", "LAB\\x", 0, 0.1, "done")
    text = path.read_text()
    assert SECRET not in text
    assert json.loads(text)["environment"] == ["TOKEN"]


def test_no_log_hides_all_arguments(tmp_path):
    path = tmp_path / "journal.jsonl"
    invocation = Invocation(kind="module", name="a.b.win_x", args={"path": SECRET}, internal={"_ansible_no_log": True})
    Journal(path).call(invocation, {"path": {"type": "str"}}, "http", "u", 0, 0.1, "done")
    assert SECRET not in path.read_text()
