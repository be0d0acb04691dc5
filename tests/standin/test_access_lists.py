# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulated access control lists follow .NET's rules. No server needed."""

from __future__ import annotations

import pytest
from windows_standin.model.acls import FILE_RIGHTS, AccessLists, Entry, parse_flags
from windows_standin.model.store import Store

WHO, BOTH = "S-1-5-21-1-2-3-1001", 3
READ, MODIFY = 0x1200A9, 0x1301BF
FOLDER = "C:\\ProgramData\\x"


@pytest.fixture
def lists(tmp_path):
    return AccessLists(Store(tmp_path))


def test_defaults_are_inherited(lists):
    rules = lists.rules(FOLDER)
    assert Entry("S-1-5-32-545", True, READ, BOTH, 0, True) in rules
    assert all(rule.inherited for rule in rules)


def test_a_rule_is_kept_and_inherited_below(lists, tmp_path):
    lists.add(FOLDER, Entry(WHO, True, MODIFY, BOTH))
    again = AccessLists(Store(tmp_path))
    assert Entry(WHO, True, MODIFY, BOTH) in again.rules(FOLDER.upper())
    assert Entry(WHO, True, MODIFY, 0, 0, True) in again.rules(FOLDER + "\\a.txt", is_folder=False)


def test_rights_of_the_same_account_are_joined(lists):
    lists.add(FOLDER, Entry(WHO, True, READ, BOTH))
    lists.add(FOLDER, Entry(WHO, True, MODIFY, BOTH))
    assert [rule for rule in lists.rules(FOLDER) if rule.sid == WHO] == [Entry(WHO, True, READ | MODIFY, BOTH)]


def test_cutting_inheritance_may_keep_the_rules(lists):
    lists.protect(FOLDER, is_folder=True, keep_inherited=True)
    kept = lists.rules(FOLDER)
    assert kept
    assert not any(rule.inherited for rule in kept)
    lists.protect("C:\\bare", is_folder=True, keep_inherited=False)
    assert lists.rules("C:\\bare") == []
    assert lists.is_protected("c:\\BARE")


def test_what_is_deleted_is_forgotten(lists):
    lists.add(FOLDER + "\\sub", Entry(WHO, True, MODIFY, BOTH))
    lists.set_owner(FOLDER, WHO)
    lists.forget(FOLDER)
    assert lists.owner(FOLDER) == "S-1-5-32-544"
    assert not [rule for rule in lists.rules(FOLDER + "\\sub") if rule.sid == WHO]


def test_an_unknown_right_is_refused():
    assert parse_flags("ReadAndExecute, Write", FILE_RIGHTS, "x") == 0x200A9 | 0x116
    with pytest.raises(ValueError, match="Reed"):
        parse_flags("Reed", FILE_RIGHTS, "x")
