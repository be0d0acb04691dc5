# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The double is held against a published description, here against small ones that it breaks on purpose."""

from __future__ import annotations

import json
import pathlib

import pytest
from prefect_cloud.harness import CloudDouble

PUBLISHED = pathlib.Path(__file__).resolve().parents[3] / "shared" / "reference" / "data" / "prefect-cloud-openapi.json"
JSON = "application/json"


def operation(answer, code="200", body=None):
    """One operation whose success has this schema; body is the schema of its request."""
    asked = {"requestBody": {"content": {JSON: {"schema": body}}}} if body else {}
    return {**asked, "responses": {code: {"content": {JSON: {"schema": answer}}}}}


TEAM = {"type": "object", "required": ["id"], "properties": {"id": {"type": "string", "format": "uuid"}}}
DOCUMENT = {
    "openapi": "3.1.0",
    "paths": {
        "/api/accounts/{account_id}": {"get": operation({"$ref": "#/components/schemas/Account"})},
        "/api/accounts/{account_id}/teams/": {
            "post": operation(TEAM, "201", {"type": "object", "properties": {"name": {"maxLength": 3}}}),
        },
        "/api/accounts/{account_id}/teams/filter": {"post": operation({"type": "array", "maxItems": 1}, "202")},
    },
    "components": {"schemas": {"Account": {"type": "object", "required": ["colour"]}}},
}


@pytest.fixture(scope="module")
def strict(tmp_path_factory):
    home = tmp_path_factory.mktemp("strict")
    (home / "published.json").write_text(json.dumps(DOCUMENT))
    with CloudDouble(home, openapi=str(home / "published.json")) as double:
        yield double


@pytest.mark.parametrize(
    ("method", "path", "body", "what"),
    [
        ("GET", "A", None, "answer: whole body: 'colour' is a required property"),
        ("GET", "A/settings", None, "the published API has no such operation"),
        ("POST", "A/teams/filter", {}, "status 200 is not among the published ['202']"),
        ("POST", "A/teams/", {"name": "too long"}, "accepted request: name: 'too long' is too long"),
    ],
)
def test_a_wrong_answer_is_noticed(strict, method, path, body, what):
    strict.lab("DELETE", "violations")
    answer = strict.ask(method, path, body)
    assert (answer.status_code, answer.json()["detail"].endswith(what)) == (500, True), answer.text
    assert [one["what"] for one in strict.violations()] == [what]
    assert strict.violations()[0]["method"] == method


def test_what_fits_passes(strict):
    strict.lab("DELETE", "violations")
    assert strict.ask("POST", "A/teams/", {"name": "abc"}).status_code == 201
    assert strict.ask("GET", f"A/teams/{'0' * 32}").status_code == 404
    assert strict.ask("POST", "A/teams/", {"name": 1}).status_code == 422
    assert strict.violations() == []


def test_without_a_description_nothing_is_judged(tmp_path):
    with CloudDouble(tmp_path, openapi="") as double:
        assert double.control()["judged"] is False
        assert double.ask("GET", "A").status_code == 200


def test_the_published_description_is_used_where_it_is(cloud):
    assert cloud.control()["judged"] is PUBLISHED.is_file()
