# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real domain controller that cannot be reached any more while a desired state is written: what was done is told.

What breaks is a proxy of the test.
"""

from __future__ import annotations

from ad_support import simulated_proxy
from ad_support.runner import Step


def test_what_was_written_before_the_line_went_dead_is_told(run, place, unique, eye, target) -> None:
    """Cut at every request in turn, before its answer. A group that is there was told to be."""
    written = []
    for number in range(1, 60):
        name = f"cut{unique}-{number}"
        objects = {"groups": [{"name": name, "path": place}, {"name": f"{name}-b", "path": place}]}
        with simulated_proxy.cutting(target.server, number, answers=False) as proxy:
            options = {"objects": objects, "server": "127.0.0.1", "port": proxy.port, "connection_timeout": 5}
            (result,) = run.all(Step("ad_objects", options))
        if not result["failed"]:
            break
        there = [one for one in (name, f"{name}-b") if eye.get(f"CN={one},{place}", "cn")]
        assert result.get("changed", False) or not there, result["msg"]
        assert "\n" not in result["msg"]
        if there:
            written.append(number)
            told = [change["name"] for change in result["changes"]]
            assert set(told) >= {f"CN={one},{place}" for one in there}, result["msg"]
            assert "Nothing was applied" not in result["msg"]
            assert "All others were applied" not in result["msg"] or len(result["errors"]) < len(objects["groups"])
    assert written, "the line was never cut after a write"
    assert not result["failed"], result["msg"]
