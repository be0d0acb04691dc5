# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A long attribute comes whole or not at all."""

from __future__ import annotations

import pytest
from ansible_collections.flowops.prefect.plugins.module_utils._ad import ranges

AT_ONCE = 3


class SimulatedObject:
    """An attribute of which a server hands out a few values at a time. After each read the next of these is done."""

    def __init__(self, count: int, *then: str) -> None:
        self.values = [b"m%d" % number for number in range(count)]
        self.version = 1
        self._then = list(then)

    def read(self, attributes: list[str]) -> dict[str, list[bytes]]:
        low = int(attributes[0].partition("=")[2].partition("-")[0])
        chunk = self.values[low : low + AT_ONCE]
        high = "*" if low + len(chunk) >= len(self.values) else low + len(chunk) - 1
        answer = {f"member;range={low}-{high}": chunk, "uSNChanged": [b"%d" % self.version]}
        step = self._then.pop(0) if self._then else ""
        if step:
            self.version += 1
            self.values = self.values[1:] if step == "remove" else [b"new%d" % self.version, *self.values]
        return answer


@pytest.mark.parametrize("count", [4, 6, 7])
def test_all_values_in_their_order(count: int) -> None:
    thing = SimulatedObject(count)
    assert ranges.whole(thing.read, "Member") == thing.values


@pytest.mark.parametrize("change", ["remove", "add"])
def test_what_changes_meanwhile_is_read_again(change: str) -> None:
    thing = SimulatedObject(8, change, "", change)
    found = ranges.whole(thing.read, "member")
    assert found == thing.values


def test_a_value_that_comes_twice_tells_of_a_change_as_well() -> None:
    answers = [
        {"member;range=0-2": [b"a", b"b", b"c"]},
        {"member;range=3-*": [b"c", b"d"]},
        {"member;range=0-*": [b"a", b"b", b"c", b"d"]},
    ]
    assert ranges.whole(lambda _attributes: answers.pop(0), "member") == [b"a", b"b", b"c", b"d"]


def test_what_changes_all_the_time_is_an_error() -> None:
    thing = SimulatedObject(8, *["add"] * 100)
    with pytest.raises(ranges.Incomplete, match="'member' changed each time it was read"):
        ranges.whole(thing.read, "member")


@pytest.mark.parametrize(
    "rest",
    [
        {},
        {"member": [b"a"]},
        {"member;range=4-*": [b"a"]},
        {"member;range=3-*": []},
        {"other;range=3-*": [b"a"]},
    ],
)
def test_a_piece_that_is_missing_or_another_one_is_an_error(rest: dict[str, list[bytes]]) -> None:
    answers = [{"member;range=0-2": [b"a", b"b", b"c"]}, rest]
    with pytest.raises(ranges.Incomplete, match="after 3 values of 'member'"):
        ranges.whole(lambda _attributes: answers.pop(0), "member")


def test_the_name_in_a_label() -> None:
    assert ranges.name_in("member;range=0-1499") == "member"
    assert ranges.name_in("member;Range=1500-*") == "member"
    assert ranges.name_in("member") is None
    assert ranges.name_in("userCertificate;binary") is None
