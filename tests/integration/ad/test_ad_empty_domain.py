# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run over an empty place: check mode predicts exactly what the real run does, although nothing is there yet."""

from __future__ import annotations

from ad_support.runner import Step


def steps(place, target, unique, check):
    """A unit in a unit, a group with a group, an account that the group may use, and a look at it."""
    inner = f"OU=Workers,OU=Platform,{place}"
    hosts, owners = f"GG-Hosts-{unique}", f"GG-Owners-{unique}"
    account = {
        "name": f"g{unique}",
        "path": inner,
        "dns_hostname": f"g{unique}.lab.test",
        "owner": owners,
        "purpose": "Runs the workers",
        "ticket": "CHG-1",
        "principals_allowed_to_retrieve": {"set": [hosts]},
        "service_principal_names": {"set": []},
    }
    return [
        Step("ad_ou", {"name": "Platform", "path": place}, check),
        Step("ad_ou", {"name": "Workers", "path": f"OU=Platform,{place}"}, check),
        Step("ad_group", {"name": owners, "path": inner, "members": {"set": [target.other_user]}}, check),
        Step(
            "ad_group",
            {
                "name": hosts,
                "path": inner,
                "managed_by": f"CN={owners},{inner}",
                "members": {"set": [owners, f"{target.computers[0]}$"]},
            },
            check,
        ),
        Step("ad_service_account", account, check),
        Step("ad_object_info", {"search_base": inner, "type": "group"}, check),
    ]


def test_check_then_real_then_again(run, target, place, unique):
    check = run.playbook(*steps(place, target, unique, True))
    real = run.playbook(*steps(place, target, unique, False))
    again = run.playbook(*steps(place, target, unique, False))
    for results in (check, real, again):
        assert [result["failed"] for result in results] == [False] * 6, results[-1]["msg"]
    assert [result["changed"] for result in check] == [True] * 5 + [False]
    assert [result["changed"] for result in real] == [True] * 5 + [False]
    assert [result["changed"] for result in again] == [False] * 6
    assert [result.get("diff") for result in check[:5]] == [result.get("diff") for result in real[:5]]
    assert [result["distinguished_name"] for result in check[:5]] == [
        result["distinguished_name"] for result in real[:5]
    ]
    inner = f"OU=Workers,OU=Platform,{place}"
    assert [result.get("predicted") for result in check] == [
        None,
        [f"container OU=Platform,{place}"],
        [f"container {inner}"],
        [
            f"container {inner}",
            f"directory object CN=GG-Owners-{unique},{inner}",
            f"member GG-Owners-{unique}",
        ],
        [f"container {inner}", f"directory object GG-Owners-{unique}", f"principal GG-Hosts-{unique}"],
        [f"container {inner}"],
    ]
    assert not any("predicted" in result for result in (*real, *again))
