# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Default names of runs whose author set none: which name was generated, and what stands in its place.

Templates are those of C(str.format) with plain fields: C(FLOWOPS_FLOW_RUN_NAME) for flow runs,
C(FLOWOPS_TASK_RUN_NAME) for task runs. Spaces and slashes are fine, Prefect finds runs by id.
"""

from __future__ import annotations

import datetime
import functools
import string
import typing as t

from prefect_host.attribution.context import RunContext, clean

FLOW_RUN_TEMPLATE = "{scope}/{flow}-{requested_by}-{time}"
TASK_RUN_TEMPLATE = "{scope}/{name}-{requested_by}"
FLOW_RUN_FIELDS = frozenset(
    {"scope", "project", "flow", "deployment", "requested_by", "time", "account", "host", "worker", "name", "id"}
)
TASK_RUN_FIELDS = frozenset(
    {"scope", "project", "flow", "deployment", "requested_by", "account", "host", "name", "task"}
)


def checked(template: str, fields: frozenset[str]) -> str:
    """The template itself. Raises ValueError with one line that says what is wrong with it."""
    try:
        parts = list(string.Formatter().parse(template))
    except ValueError as error:
        raise ValueError(f"{template!r} is no template of str.format: {error}") from None
    for _text, name, form, conversion in parts:
        if name is not None and (name not in fields or form or conversion):
            known = ", ".join(sorted(fields))
            raise ValueError(f"{template!r}: {{{name}}} must be one of these fields, and plain: {known}")
    if not any(name for _text, name, _form, _conversion in parts):
        raise ValueError(f"{template!r} has no field: all runs would have the same name")
    return template


def flow_run_name(template: str, context: RunContext, when: datetime.datetime) -> str:
    """The name of a flow run that was meant for C(when)."""
    utc = when.astimezone(datetime.UTC)
    return clean(template.format(**_values(context), worker=context.worker, name=context.flow_run_name,
                                 id=context.flow_run_id, time=f"{utc:%Y%m%dT%H%M%SZ}"))  # fmt: skip


def task_run_name(template: str, context: RunContext, name: str, task: str) -> str:
    """The name of a task run. C(name) is Prefect's own default (load-0), which tells runs of a task apart."""
    return clean(template.format(**_values(context), name=name, task=task))


def _values(context: RunContext) -> dict[str, str]:
    fields = ("scope", "project", "deployment", "requested_by", "account", "host")
    return {field: getattr(context, field) for field in fields} | {"flow": context.flow_name}


def is_generated(name: str) -> bool:
    """Whether Prefect made up this name (brave-otter), by the very word lists that it takes names from. A name that an
    author made of two of these words is taken for one. Raises when the lists are not what they were."""
    first, _dash, second = name.partition("-")
    return any(first in ones and second in twos for ones, twos in _pairs())


@functools.cache
def _pairs() -> tuple[tuple[frozenset[str], frozenset[str]], ...]:
    """Prefect calls C(coolname.generate(2)): each list of two words is one kind of word before another one."""
    from coolname.data import config  # Comes with Prefect.

    pairs = []
    for name in config["2"]["lists"]:
        part = config[name]
        if part["type"] != "cartesian" or len(part["lists"]) != 2:
            raise LookupError(f"coolname has a list of two words that is not understood: {name}")
        ones, twos = (frozenset(_words(config, child)) for child in part["lists"])
        pairs.append((ones, twos))
    return tuple(pairs)


def _words(config: t.Mapping[str, t.Any], name: str) -> t.Iterator[str]:
    part = config[name]
    if part["type"] == "nested":
        for child in part["lists"]:
            yield from _words(config, child)
    elif part["type"] == "const":
        yield part["value"]
    elif part["type"] == "words":
        yield from part["words"]
    else:
        raise LookupError(f"coolname has a list of words that is not understood: {name}")
