# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Groups of an account in a forest of several domains, which the lab has not: against a simulated domain controller.
The simulation is in C(ad_support/simulated_*.py)."""

from __future__ import annotations

import random

import pytest
from ad_support import simulated_certificates
from ad_support.simulated_domain_controller import SimulatedDomainController
from ad_support.simulated_forest import DOMAIN_LOCAL, UNIVERSAL, Forest
from ad_support.simulated_operations import Faults
from ansible_collections.flowops.prefect.plugins.module_utils._ad import (
    batches,
    connection,
    failover,
    filters,
    sids,
    values,
)
from ansible_collections.flowops.prefect.plugins.module_utils._ad.group_closure import closure
from ansible_collections.flowops.prefect.plugins.module_utils._engine.errors import EngineError

ONE, TWO, CHILD = (f"CN=Users,{domain}" for domain in ("DC=one,DC=test", "DC=two,DC=test", "DC=child,DC=one,DC=test"))
ACCOUNT = ["memberOf", "primaryGroupID", "objectSid"]


@pytest.fixture
def forest():
    """The simulated domain controller serves the first domain."""
    return Forest("one.test", "two.test", "child.one.test")


@pytest.fixture
def opened(tmp_path):
    """Does something with a connection to a simulated domain controller of a forest."""
    address = f"127.{random.randint(100, 250)}.{random.randint(1, 250)}.{random.randint(1, 250)}"
    simulated_certificates.write(tmp_path, [address])

    def work(forest, what, **faults):
        with SimulatedDomainController(forest, tmp_path, address, Faults(**faults)) as controller:
            defaults = {name: option.get("default") for name, option in connection.argument_spec().items()}
            options = connection.from_params({**defaults, **controller.options()})
            return failover.with_directory(options, True, what)

    return work


def groups_of(account):
    """For C(opened): name and way of each group."""

    def work(directory):
        (entry,) = directory.search(filters.equals("distinguishedName", account.dn), ACCOUNT)
        found = closure(directory, [entry])[entry.dn]
        return {path.name: path.through for path in found if path.complete}

    return work


def test_groups_of_other_domains_are_found(forest, opened):
    account = forest.add(f"CN=svc,{ONE}", "user")
    own = forest.group(f"CN=own,{ONE}", [account])
    universal = forest.group(f"CN=universal,{TWO}", [account], scope=UNIVERSAL)
    nested = forest.group(f"CN=nested,{CHILD}", [universal], scope=UNIVERSAL)
    forest.group(f"CN=local,{ONE}", [nested], scope=DOMAIN_LOCAL)
    forest.group(f"CN=far,{TWO}", [own], scope=UNIVERSAL)
    found = opened(forest, groups_of(account))
    found.pop("Domain Users", None)
    assert found == {
        "own": (),
        "universal": (),
        "far": ("own",),
        "nested": ("universal",),
        "local": ("universal", "nested"),
    }


def test_a_circle_through_two_domains_ends(forest, opened):
    account = forest.add(f"CN=svc,{ONE}", "user")
    first = forest.group(f"CN=first,{ONE}", [account], scope=UNIVERSAL)
    second = forest.group(f"CN=second,{TWO}", [first], scope=UNIVERSAL)
    first.link(second)
    found = opened(forest, groups_of(account))
    assert (found["first"], found["second"]) == ((), ("first",))


def test_an_account_in_hundreds_of_groups(forest, opened):
    account = forest.add(f"CN=svc,{ONE}", "user")
    for number in range(250):
        forest.group(f"CN=g{number},{ONE}", [account])
    found = opened(forest, groups_of(account))
    assert {f"g{number}" for number in range(250)} <= set(found)


def test_a_hidden_group_is_told(forest, opened):
    account = forest.add(f"CN=svc,{ONE}", "user")
    forest.group(f"CN=hidden,{ONE}", [account]).hidden = True

    def work(directory):
        (entry,) = directory.search(filters.equals("distinguishedName", account.dn), ACCOUNT)
        return [path for path in closure(directory, [entry])[entry.dn] if path.name == "hidden"]

    (path,) = opened(forest, work)
    assert (path.complete, path.sid, path.dn) == (False, "", f"CN=hidden,{ONE}")


def test_principals_of_other_domains_and_of_none(forest, opened):
    here, there = forest.add(f"CN=here,{ONE}", "user"), forest.add(f"CN=there,{TWO}", "computer")
    own, other = (forest.domains[number].sid for number in (0, 1))
    stranger = forest.foreign(forest.domains[0], "S-1-5-21-9-9-9-1200")

    def work(directory):
        entries = batches.by_dn(directory, [here.dn, there.dn], ["objectSid"]).values()
        known = [values.sid_from_bytes(entry.first("objectSid")) for entry in entries]
        asked = [*known, f"{own}-99999", f"{other}-99999", "S-1-5-21-9-9-9-1200", "S-1-5-11"]
        return {principal.name: principal.kind for principal in sids.resolved(directory, asked).values()}

    assert opened(forest, work) == {
        "here": "user",
        "there": "computer",
        f"{own}-99999": "unknown",
        f"{other}-99999": "unknown",
        stranger.dn.partition(",")[0][3:]: "foreign",
        "Authenticated Users": "well_known",
    }


def test_other_domains_that_cannot_be_asked_are_an_error(forest, opened):
    account = forest.add(f"CN=svc,{ONE}", "user")
    with pytest.raises(EngineError) as caught:
        opened(forest, groups_of(account), no_catalog=True)
    assert "global catalog" in str(caught.value)
