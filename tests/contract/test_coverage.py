# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All that the API lets one write is managed by a kind, or is left out because of something that is written down."""

from __future__ import annotations

import copy
import json
import pathlib
import typing as t

import pytest
from ansible_collections.flowops.prefect.plugins.module_utils._prefect.catalogue import CATALOGUE
from ansible_collections.flowops.prefect.tests.unit.support.coverage import (
    ALIASES,
    LEFT_OUT,
    LEFT_OUT_FIELDS,
    MANAGED,
    Document,
    bodies,
    is_covered,
    is_left_out,
    operations,
    why_left_out,
)
from ansible_collections.flowops.prefect.tests.unit.support.declarations import MODULES, ROOT

FOLDER = ROOT.parent / "shared" / "reference" / "data"
DOCUMENTS = sorted(FOLDER.glob("prefect-*-openapi.json"))


def options(kind: str) -> set[str]:
    """Names under which a kind or its module takes properties."""
    (declared,) = [module.declared["argument_spec"] for module in MODULES if module.name == module_of(kind)]
    fields = CATALOGUE[kind].spec.fields if kind in CATALOGUE else ()
    return {*_names(declared), *(field.key for field in fields), *(field.name for field in fields)}


def _names(argument_spec: dict[str, t.Any]) -> set[str]:
    """Options and suboptions at every depth."""
    inner = [_names(option["options"]) for option in argument_spec.values() if option.get("options")]
    return set(argument_spec).union(*inner)


def module_of(kind: str) -> str:
    return kind.lower().replace(" ", "_")


def unmanaged(document: Document) -> list[str]:
    """Operations of a document that nobody manages and nothing leaves out, and properties likewise."""
    found = []
    for name, operation in operations(document).items():
        reasons = why_left_out(name)
        if name not in MANAGED:
            found += [] if reasons else [name]
            continue
        known = options(MANAGED[name])
        for schema, fields in bodies(document, operation).items():
            found += [
                f"{name}: {schema}.{field}"
                for field in fields
                if not is_covered(schema, field, known) and not is_left_out(schema, field)
            ]
    return found


@pytest.mark.parametrize("kind", sorted(set(MANAGED.values())))
def test_each_kind_that_manages_something_has_a_module(kind: str) -> None:
    assert module_of(kind) in {module.name for module in MODULES}


def test_each_kind_has_a_module_and_each_reason_is_a_sentence() -> None:
    assert {module_of(kind) for kind in CATALOGUE} <= {module.name for module in MODULES}
    for reason in (*LEFT_OUT.values(), *LEFT_OUT_FIELDS.values()):
        assert len(reason.split()) >= 3, reason


# Without a document there is nothing to hold ours against; the real server's own is in tests/integration/prefect.
if DOCUMENTS:

    @pytest.mark.parametrize("file", DOCUMENTS, ids=lambda file: file.stem)
    def test_nothing_that_can_be_written_is_forgotten(file: pathlib.Path) -> None:
        assert unmanaged(json.loads(file.read_text())) == []

    def test_nothing_is_claimed_or_left_out_that_no_document_knows() -> None:
        documents = [json.loads(file.read_text()) for file in DOCUMENTS]
        known = {name for document in documents for name in operations(document)}
        assert set(MANAGED) - known == set()
        assert [name for name in MANAGED if why_left_out(name)] == []
        assert [pattern for pattern in LEFT_OUT if not any(pattern in why_left_out(name) for name in known)] == []
        fields = {
            (schema, field)
            for document in documents
            for name, operation in operations(document).items()
            if name in MANAGED
            for schema, names in bodies(document, operation).items()
            for field in names
        }
        named = {field for _schema, field in fields}
        unused = [
            entry
            for entry in (*LEFT_OUT_FIELDS, *ALIASES)
            if entry not in fields and not (entry[0] == "*" and entry[1] in named)
        ]
        assert unused == []

    def test_a_new_field_and_a_new_route_would_be_noticed() -> None:
        document: dict[str, t.Any] = copy.deepcopy(json.loads(DOCUMENTS[-1].read_text()))
        document["components"]["schemas"]["WorkPoolUpdate"]["properties"]["colour"] = {"type": "string"}
        document["paths"]["/moons/"] = {"post": {"responses": {}}}
        assert {line.rpartition(" ")[2] for line in unmanaged(document)} == {"WorkPoolUpdate.colour", "W/moons/"}
