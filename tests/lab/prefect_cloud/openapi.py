# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The published description of the API, where it lies beside the repository: judge of what the double answers."""

from __future__ import annotations

import json
import os
import pathlib
import re
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

VARIABLE = "FLOWOPS_CLOUD_OPENAPI"
_BESIDE = ("shared", "reference", "data", "prefect-cloud-openapi.json")
_URN = "urn:prefect-cloud"
# Known from Prefect's own SDK and documentation only.
UNPUBLISHED = re.compile(r"^/api/health$|^/api/accounts/[^/]+/ip_allowlist(/my_access)?$")
_SEVERAL = "#/components/schemas/Body_"
_LONGEST = 400


def find() -> pathlib.Path | None:
    """The file, if this machine has it; the variable may name another one, or none when it is empty."""
    chosen = os.environ.get(VARIABLE)
    if chosen is not None:
        return pathlib.Path(chosen) if chosen else None
    beside = pathlib.Path(__file__).resolve().parents[4].joinpath(*_BESIDE)
    return beside if beside.is_file() else None


class Published:
    """Finds the operation of a request and says how a body breaks it; empty text when all is well."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        self._registry = Registry().with_resource(_URN, Resource(contents=document, specification=DRAFT202012))
        self._validators: dict[str, Draft202012Validator] = {}
        self._plain: dict[str, str] = {}
        self._patterns: list[tuple[re.Pattern[str], str]] = []
        for template in document["paths"]:
            if "{" not in template:
                self._plain[template] = template
            pattern = re.sub(r"\{[^/]+\}", "[^/]+", re.escape(template).replace(r"\{", "{").replace(r"\}", "}"))
            self._patterns.append((re.compile(f"^{pattern}$"), template))
        # the template with the fewest variables is the one that is meant
        self._patterns.sort(key=lambda pair: pair[1].count("{"))

    @classmethod
    def load(cls) -> Published | None:
        file = find()
        return cls(json.loads(file.read_text())) if file else None

    def template(self, method: str, path: str) -> str | None:
        """The published path, if it has this method."""
        if path in self._plain and method.lower() in self.document["paths"][path]:
            return path
        for pattern, template in self._patterns:
            if method.lower() in self.document["paths"][template] and pattern.match(path):
                return template
        return None

    def complaint(self, method: str, path: str, sent: bytes, status: int, answered: bytes, *, forwarded: bool) -> str:
        """What is wrong with a success, or with the request that it let pass.

        forwarded  a real server answered: its 200 and 201 say more than the published API, which knows one of them
        """
        if UNPUBLISHED.match(path):
            return ""
        template = self.template(method, path)
        if template is None:
            return "the published API has no such operation"
        operation = self.document["paths"][template][method.lower()]
        codes = [code for code in operation["responses"] if code.startswith("2")]
        same = {"200", "201"} if forwarded and str(status) in ("200", "201") else {str(status)}
        code = next((code for code in codes if code in same), "")
        if not code:
            return f"status {status} is not among the published {codes}"
        place = f"paths/{_escape(template)}/{method.lower()}"
        response = operation["responses"][code].get("content", {}).get("application/json")
        if response is None:
            return "" if not answered else f"status {status} has no body in the published API"
        return self._answer(f"{place}/responses/{code}", answered) or self._request(operation, place, sent)

    def _request(self, operation: dict[str, Any], place: str, sent: bytes) -> str:
        """Forms of text are the server's business: FastAPI takes more of them than the standards know."""
        if not sent or "application/json" not in operation.get("requestBody", {}).get("content", {}):
            return ""
        schema = operation["requestBody"]["content"]["application/json"]["schema"]
        try:
            value = json.loads(sent)
        except ValueError:
            return "accepted request: not JSON"
        # a null is taken for absent where a body is made of several parameters, which FastAPI calls Body_...
        if isinstance(value, dict) and _SEVERAL in json.dumps(schema):
            value = {name: one for name, one in value.items() if one is not None}
        return self._told("accepted request", self._validator(f"{place}/requestBody", None), value)

    def _answer(self, place: str, answered: bytes) -> str:
        try:
            value = json.loads(answered)
        except ValueError:
            return "answer: not JSON"
        return self._told("answer", self._validator(place, Draft202012Validator.FORMAT_CHECKER), value)

    def _validator(self, place: str, forms: FormatChecker | None) -> Draft202012Validator:
        pointer = f"{_URN}#/{place}/content/application~1json/schema"
        if pointer not in self._validators:
            schema = {"$ref": pointer}
            self._validators[pointer] = Draft202012Validator(schema, registry=self._registry, format_checker=forms)
        return self._validators[pointer]

    @staticmethod
    def _told(what: str, validator: Draft202012Validator, value: Any) -> str:
        """The complaint that is deepest inside."""
        error = max(validator.iter_errors(value), key=lambda one: len(one.path), default=None)
        if error is None:
            return ""
        where = "/".join(str(step) for step in error.absolute_path) or "whole body"
        return f"{what}: {where}: {error.message[:_LONGEST]}"


def _escape(template: str) -> str:
    return template.replace("~", "~0").replace("/", "~1").replace("{", "%7B").replace("}", "%7D")
