# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The context of a flow run, in one place: what its tags, labels, environment and log records are made from.

Account, host and worker are facts, set by the service. Requester and project are what somebody stated, or what Prefect
knows: a statement, no proof, until a gateway stands in front of Prefect and writes them itself. A flow can state what
it likes about the runs it starts, and changes nothing about those of others: the worker reads and labels each run.
"""

from __future__ import annotations

import dataclasses
import json
import typing as t

LABEL_ACCOUNT = "flowops.account"
LABEL_HOST = "flowops.host"
LABEL_PROJECT = "flowops.project"
LABEL_REQUESTED_BY = "flowops.requested-by"
LABEL_WORKER = "flowops.worker"
TAG_ACCOUNT = "account:"
TAG_HOST = "host:"
TAG_PROJECT = "project:"
TAG_REQUESTED_BY = "requested-by:"
LONGEST_VALUE = 200


def clean(text: object) -> str:
    """Text for a tag, a label or a variable: one line, at most C(LONGEST_VALUE) characters."""
    kept = "".join(character if character.isprintable() else " " for character in str(text or ""))
    return " ".join(kept.split())[:LONGEST_VALUE]


@dataclasses.dataclass(frozen=True)
class RunContext:
    """One flow run. Text that is not known is empty. C(tags) are those of the run, without ours."""

    account: str = ""
    host: str = ""
    worker: str = ""
    requested_by: str = ""
    project: str = ""
    flow_run_id: str = ""
    flow_run_name: str = ""
    flow_name: str = ""
    deployment: str = ""
    work_pool: str = ""
    tags: tuple[str, ...] = ()

    @property
    def scope(self) -> str:
        """What a name begins with: the project, or else the flow."""
        return self.project or self.flow_name

    def own_tags(self) -> list[str]:
        """The tags that we add. Labels carry the same, and for a program they count: anybody can set a tag."""
        given = {TAG_ACCOUNT: self.account, TAG_HOST: self.host, TAG_REQUESTED_BY: self.requested_by}
        return [prefix + value for prefix, value in given.items() if value]

    def labels(self) -> dict[str, str]:
        """The labels that we set, also empty ones: what an earlier host wrote must not stay."""
        return {
            LABEL_ACCOUNT: self.account,
            LABEL_HOST: self.host,
            LABEL_PROJECT: self.project,
            LABEL_REQUESTED_BY: self.requested_by,
            LABEL_WORKER: self.worker,
        }

    def environment(self) -> dict[str, str]:
        """Variables of the run's process. C(from_environment) reads them there."""
        return {
            "FLOWOPS_ACCOUNT": self.account,
            "FLOWOPS_HOST": self.host,
            "FLOWOPS_PROJECT": self.project,
            "FLOWOPS_REQUESTED_BY": self.requested_by,
            "FLOWOPS_RUN_DEPLOYMENT": self.deployment,
            "FLOWOPS_RUN_FLOW": self.flow_name,
            "FLOWOPS_RUN_NAME": self.flow_run_name,
            "FLOWOPS_RUN_TAGS": json.dumps(list(self.tags)),
        }


def from_environment(environment: t.Mapping[str, str]) -> RunContext:
    """The context in a flow run's process. Never raises: what can't be read is empty."""
    try:
        tags = json.loads(environment.get("FLOWOPS_RUN_TAGS") or "[]")
    except ValueError:
        tags = []
    return RunContext(
        account=environment.get("FLOWOPS_ACCOUNT", ""),
        host=environment.get("FLOWOPS_HOST", ""),
        worker=environment.get("PREFECT__WORKER_NAME", ""),
        requested_by=environment.get("FLOWOPS_REQUESTED_BY", ""),
        project=environment.get("FLOWOPS_PROJECT", ""),
        flow_run_id=environment.get("PREFECT__FLOW_RUN_ID", ""),
        flow_run_name=environment.get("FLOWOPS_RUN_NAME", ""),
        flow_name=environment.get("FLOWOPS_RUN_FLOW", ""),
        deployment=environment.get("FLOWOPS_RUN_DEPLOYMENT", ""),
        tags=tuple(str(tag) for tag in tags) if isinstance(tags, list) else (),
    )


def new_tags(context: RunContext, present: t.Iterable[str], *earlier: t.Mapping[str, t.Any]) -> list[str]:
    """The run's tags with ours. C(earlier) are the labels it has, and those of the run that started it and handed down
    its tags: what a worker added there is replaced, tags of anybody else stay."""
    named = ((TAG_ACCOUNT, LABEL_ACCOUNT), (TAG_HOST, LABEL_HOST), (TAG_REQUESTED_BY, LABEL_REQUESTED_BY))
    ours = {prefix + str(labels[label]) for labels in earlier for prefix, label in named if labels.get(label)}
    kept = [tag for tag in present if tag not in ours]
    return kept + [tag for tag in context.own_tags() if tag not in kept]
