# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""setup: facts. Memory, processors and clock are real; version, domain and hardware are simulated."""

from __future__ import annotations

import math
import time
from datetime import UTC, datetime

from ..errors import DirectoryUnavailable, NotResolved

MINIMUM = (
    "date_time",
    "distribution",
    "dns",
    "env",
    "local",
    "platform",
    "powershell_version",
    "user",
    "windows_domain",
    "winrm",
)
GROUPS = {
    "min": MINIMUM,
    "network": ("all_ipv4_addresses", "all_ipv6_addresses", "interfaces"),
    "hardware": ("bios", "memory", "processor", "uptime", "virtual"),
    "external": ("facter",),
}


def _date_time(_call, _machine: dict) -> dict:
    now = datetime.now(UTC)
    stamp = now.strftime
    return {
        "date_time": {
            "date": stamp("%Y-%m-%d"),
            "day": stamp("%d"),
            "epoch": str(now.timestamp()),
            "epoch_local": str(now.timestamp()),
            "epoch_int": int(now.timestamp()),
            "hour": stamp("%H"),
            "iso8601": stamp("%Y-%m-%dT%H:%M:%SZ"),
            "iso8601_basic": stamp("%Y%m%dT%H%M%S%f"),
            "iso8601_basic_short": stamp("%Y%m%dT%H%M%S"),
            "iso8601_micro": stamp("%Y-%m-%dT%H:%M:%S.%fZ"),
            "minute": stamp("%M"),
            "month": stamp("%m"),
            "second": stamp("%S"),
            "time": stamp("%H:%M:%S"),
            "tz": "UTC",
            "tz_offset": "+00:00",
            "weekday": stamp("%A"),
            "weekday_number": stamp("%w"),
            "weeknumber": stamp("%W"),
            "year": stamp("%Y"),
        }
    }


def _distribution(call, _machine: dict) -> dict:
    release = call.host.machine.release
    return {
        "distribution": release.product,
        "distribution_version": release.version,
        "distribution_major_version": "10",
        "os_family": "Windows",
        "os_name": release.product,
        "os_product_type": "server",
        "os_installation_type": "Server",
        "os_install_date": "2026-01-01T00:00:00Z",
    }


def _dns(call, _machine: dict) -> dict:
    settings = call.host.configuration
    servers = [settings.directory.server] if settings.directory else []
    return {"dns": {"servers": servers, "search": [settings.dns_domain]}}


def _env(call, _machine: dict) -> dict:
    return {"env": dict(call.environment)}


def _platform(call, _machine: dict) -> dict:
    settings = call.host.configuration
    return {
        "architecture": "64-bit",
        "architecture2": "x86_64",
        "domain": settings.dns_domain,
        "fqdn": settings.fqdn,
        "hostname": settings.node,
        "netbios_name": settings.node,
        "kernel": call.host.machine.release.version,
        "nodename": settings.fqdn,
        "machine_id": call.host.accounts.machine_sid,
        "owner_contact": "",
        "owner_name": "",
        "reboot_pending": call.host.machine.reboot_pending,
        "system": "Win32NT",
        "system_description": "",
        "system_vendor": "simulated",
    }


def _powershell(_call, _machine: dict) -> dict:
    return {"powershell_version": 5}


def _user(call, _machine: dict) -> dict:
    try:
        sid = call.host.accounts.sid(call.logon.account)
    except (NotResolved, DirectoryUnavailable):
        sid = None
    return {"user_dir": call.logon.profile, "user_gecos": "", "user_id": call.logon.user, "user_sid": sid}


def _windows_domain(call, _machine: dict) -> dict:
    settings = call.host.configuration
    if settings.directory is None:
        return {
            "windows_domain": "WORKGROUP",
            "windows_domain_member": False,
            "windows_domain_role": "Stand-alone server",
        }
    return {
        "windows_domain": settings.dns_domain,
        "windows_domain_member": True,
        "windows_domain_role": "Member server",
    }


def _addresses(call, _machine: dict) -> dict:
    return {"ip_addresses": [call.host.configuration.address]}


def _interfaces(call, _machine: dict) -> dict:
    return {
        "interfaces": [
            {
                "connection_name": "Ethernet",
                "interface_name": "simulated",
                "default_gateway": None,
                "macaddress": None,
                "dns_domain": call.host.configuration.dns_domain,
                "ipv4": {"address": call.host.configuration.address, "prefix": "8"},
                "ipv6": {},
            }
        ]
    }


def _bios(_call, _machine: dict) -> dict:
    return {"bios_date": "01/01/2026", "bios_version": "simulated", "product_name": "simulated", "product_serial": "0"}


def _memory(_call, machine: dict) -> dict:
    memory = machine["memory"]
    mebi = 1024 * 1024
    return {
        "memtotal_mb": math.ceil(memory["total"] / mebi),
        "memfree_mb": math.ceil(memory["available"] / mebi),
        "swaptotal_mb": 0,
        "pagefiletotal_mb": round(memory["page"] / mebi),
        "pagefilefree_mb": round(memory["free_page"] / mebi),
    }


def _processor(_call, machine: dict) -> dict:
    count = machine["processors"] or 1
    return {
        "processor_count": 1,
        "processor_cores": count,
        "processor_vcpus": count,
        "processor_threads_per_core": 1,
        "processor": ["0", "simulated", "simulated"],
    }


def _uptime(call, _machine: dict) -> dict:
    boot = call.host.power.boot_time
    last = datetime.fromtimestamp(boot, UTC).strftime("%Y-%m-%d %H:%M:%SZ")
    return {"lastboot": last, "uptime_seconds": round(time.time() - boot)}


def _virtual(_call, _machine: dict) -> dict:
    return {"virtualization_role": "guest", "virtualization_type": "simulated"}


COLLECTORS = {
    "date_time": _date_time,
    "distribution": _distribution,
    "dns": _dns,
    "env": _env,
    "platform": _platform,
    "powershell_version": _powershell,
    "user": _user,
    "windows_domain": _windows_domain,
    "all_ipv4_addresses": _addresses,
    "interfaces": _interfaces,
    "bios": _bios,
    "memory": _memory,
    "processor": _processor,
    "uptime": _uptime,
    "virtual": _virtual,
}


def subsets(asked: list[str], warn) -> set[str]:
    """``gather_subset`` as the real module reads it: groups, single names, ``!`` takes away, named ones win."""
    everything = {name for members in GROUPS.values() for name in members}
    groups = {**{name: set(members) for name, members in GROUPS.items()}, "all": everything}
    wanted, explicit, excluded = set(everything), set(), set()
    for item in asked:
        name = item.removeprefix("!")
        members = groups.get(name, {name} if name in everything else set())
        if item.startswith("!"):
            excluded |= everything - set(MINIMUM) if name == "all" else members
        elif members:
            explicit |= members
        else:
            warn(f"invalid value {item} specified in gather_subset")
    return (wanted - excluded) | explicit


def run(call) -> dict:
    asked = list(
        call.args["gather_subset"]
        if isinstance(call.args["gather_subset"], list)
        else [call.args["gather_subset"] or "all"]
    )
    machine = call.agent("machine.facts")
    facts: dict = {}
    for name in subsets(asked, call.warn):
        collector = COLLECTORS.get(name)
        if collector:
            facts.update({f"ansible_{key}": value for key, value in collector(call, machine).items()})
    return {"changed": False, "ansible_facts": {**facts, "gather_subset": asked, "module_setup": True}}
