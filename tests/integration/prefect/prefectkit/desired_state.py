# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Desired states for tests, and what a run of the module resources did with them."""

from __future__ import annotations

import json
import typing as t

from prefectkit.module_process import Ran

Document = dict[str, list[dict[str, t.Any]]]


def estate(name: str, many: int = 3) -> Document:
    """Some of every kind, which need each other; what is needed often comes later in the document."""
    numbers = range(many)
    event = {"type": "event", "posture": "Reactive", "expect": ["prefect.flow-run.Failed", "prefect.flow-run.Crashed"]}
    return {
        "automations": [
            {
                "name": f"{name} {number}",
                "tags": ["b", "a"],
                "trigger": {**event, "match": {"prefect.resource.id": f"prefect.deployment.<{name}-{number}/d>"}},
                "actions": [
                    {"type": "pause-deployment", "source": "selected", "deployment_id": f"{name}-{number}/d"},
                    {"type": "call-webhook", "block_document_id": f"{name}/b-{number}"},
                ],
            }
            for number in numbers
        ],
        "deployment_schedules": [
            {"deployment": f"{name}-{number}/d", "slug": "daily", "cron": "30 2 * * *", "timezone": "Europe/Berlin"}
            for number in numbers
        ],
        "deployments": [
            {
                "name": "d",
                "flow": f"{name}-{number}",
                "work_pool": name,
                "work_queue": f"q-{number}",
                "parameters": {"number": number},
                "tags": ["t"],
                "storage_block": f"{name}/b-{number}",
            }
            for number in numbers
        ],
        "flows": [{"name": f"{name}-{number}", "tags": ["x", "y"]} for number in numbers],
        "work_queues": [{"name": f"q-{number}", "work_pool": name, "concurrency_limit": 2} for number in numbers],
        "work_pools": [{"name": name, "type": "process", "description": "d"}],
        "concurrency_limits": [
            *({"name": f"{name}-{number}", "limit": 3} for number in numbers),
            *({"tag": f"{name}-{number}", "limit": 4} for number in numbers),
        ],
        "variables": [{"name": f"{name}-{number}", "value": {"number": number}, "tags": ["t"]} for number in numbers],
        "block_documents": [
            {
                "block_type": name,
                "name": f"b-{number}",
                "data": {"host": f"h-{number}"},
                "secret_data": {"code": f"block-s3cr3t-{number}"},
            }
            for number in numbers
        ],
        "block_schemas": [
            {
                "block_type": name,
                "fields": {
                    "title": name,
                    "type": "object",
                    "properties": {"host": {"type": "string"}, "code": {"type": "string", "format": "password"}},
                    "secret_fields": ["code"],
                },
                "capabilities": ["run"],
            }
        ],
        "block_types": [{"slug": name, "name": f"Type {name}"}],
    }


def count(document: Document) -> int:
    return sum(len(items) for items in document.values())


def summary(ran: Ran) -> dict[str, int]:
    assert not ran.result.get("failed"), ran.result["msg"]
    return {key: value for key, value in ran.result["summary"].items() if value and key != "requests"}


def of(name: str, document: Document) -> Document:
    """The part of a document that belongs to one test."""
    found = {kind: [item for item in items if name in json.dumps(item)] for kind, items in document.items()}
    return {kind: items for kind, items in found.items() if items}
