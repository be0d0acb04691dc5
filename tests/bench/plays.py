# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Three playbooks for one and the same desired state, which stands in the variable C(wanted)."""

from __future__ import annotations

import typing as t

from api import APIS, Api

Tasks = list[dict[str, t.Any]]
SAID = "requests of the module: "
_SINGULAR = {
    "variables": "variable",
    "work_pools": "work_pool",
    "work_queues": "work_queue",
    "flows": "flow",
    "deployments": "deployment",
}
_OPTIONS = {
    "variables": ("name", "value", "tags"),
    "work_pools": ("name", "type", "description"),
    "work_queues": ("work_pool", "name", "concurrency_limit"),
    "flows": ("name", "tags"),
    "deployments": (
        *("flow", "name", "description", "entrypoint", "path"),
        *("parameters", "tags", "work_pool", "work_queue"),
    ),
}


def bulk(_kinds: t.Iterable[str]) -> Tasks:
    """One task for all."""
    return [
        {"name": "Everything", "flowops.prefect.resources": {"resources": "{{ wanted }}"}, "register": "done"},
        {"name": "Requests", "ansible.builtin.debug": {"msg": f"{SAID}{{{{ done.summary.requests }}}}"}},
    ]


def module_loops(kinds: t.Iterable[str]) -> Tasks:
    """A loop over the module of each kind."""
    return [
        {
            "name": kind,
            f"flowops.prefect.{_SINGULAR[kind]}": {name: f"{{{{ item.{name} }}}}" for name in _OPTIONS[kind]},
            "loop": f"{{{{ wanted.{kind} }}}}",
            "loop_control": {"label": "{{ item.name }}"},
        }
        for kind in kinds
    ]


def request_loops(kinds: t.Iterable[str]) -> Tasks:
    """What a careful user writes with C(ansible.builtin.uri): read each object, create what is missing, change what
    differs. Only what is missing goes into the loop that creates, and only what was found into the one that changes."""
    tasks: Tasks = []
    for kind in kinds:
        tasks += _requests(kind, APIS[kind])
        if kind == "flows":
            known = (
                "(read_flows.results + made_flows.results) | selectattr('json.id', 'defined') | map(attribute='json')"
            )
            names = f"{{{{ {known} | items2dict(key_name='name', value_name='id') }}}}"
            tasks.append({"name": "Identifiers of the flows", "ansible.builtin.set_fact": {"flow_ids": names}})
    return tasks


def _requests(kind: str, api: Api) -> Tasks:
    differs = " or ".join(
        f"item.json.{api.wire.get(name, name)} != item.item.{name}"
        for name in _OPTIONS[kind]
        if name not in ("name", "type", "flow") and api.wire.get(name, name)
    )
    body = {
        api.wire.get(name, name): "{{ flow_ids[item.item.flow] }}" if name == "flow" else f"{{{{ item.item.{name} }}}}"
        for name in _OPTIONS[kind]
        if api.wire.get(name, name)
    }
    changeable = {name: value for name, value in body.items() if name not in ("name", "type", "flow_id")}
    label = {"label": "{{ item.item.name }}"}
    return [
        {
            "name": f"Read {kind}",
            "ansible.builtin.uri": {"url": _url(api.one, "item"), "status_code": [200, 404]},
            "loop": f"{{{{ wanted.{kind} }}}}",
            "loop_control": {"label": "{{ item.name }}"},
            "register": f"read_{kind}",
        },
        {
            "name": f"Create {kind}",
            "ansible.builtin.uri": {
                "url": _url(api.create, "item.item"),
                "method": "POST",
                "body_format": "json",
                "body": body,
                "status_code": 201,
            },
            "loop": f"{{{{ read_{kind}.results | selectattr('status', 'equalto', 404) }}}}",
            "loop_control": label,
            "changed_when": True,
            "register": f"made_{kind}",
        },
        {
            "name": f"Change {kind}",
            "ansible.builtin.uri": {
                "url": _url(api.change.replace("{id}", "{{ item.json.id }}"), "item.item"),
                "method": "PATCH",
                "body_format": "json",
                "body": changeable,
                "status_code": [200, 204],
            },
            "loop": f"{{{{ read_{kind}.results | selectattr('status', 'equalto', 200) }}}}",
            "loop_control": label,
            "changed_when": True,
            "when": differs,
        },
    ]


def _url(template: str, source: str) -> str:
    """An address with the names of an item in it."""
    for name in ("work_pool", "flow", "name"):
        template = template.replace(f"{{{name}}}", f"{{{{ {source}.{name} | urlencode }}}}")
    return f"{{{{ lookup('ansible.builtin.env', 'PREFECT_API_URL') }}}}{template}"
