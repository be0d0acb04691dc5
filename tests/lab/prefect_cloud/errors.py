# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Refusals in the words of the API: {"detail": ...}, and for a body that is wrong the echo that Prefect sends."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import FastAPI, Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse


class Problem(Exception):
    """An answer other than a success. ``headers`` go with it."""

    def __init__(self, status: int, detail: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status, self.detail, self.headers = status, detail, dict(headers or {})


def unauthorized() -> Problem:
    return Problem(401, "Invalid authentication credentials", {"WWW-Authenticate": "Bearer"})


def forbidden(detail: str) -> Problem:
    return Problem(403, detail)


def not_found(what: str) -> Problem:
    return Problem(404, f"{what} not found")


def conflict(detail: str) -> Problem:
    return Problem(409, detail)


def invalid(place: list[str | int], message: str, value: object = None) -> RequestValidationError:
    """A 422 for a rule that no type expresses; ``place`` is where in the request it is broken."""
    return RequestValidationError([{"type": "value_error", "loc": place, "msg": message, "input": value}], body=value)


async def _problem(_request: Request, error: Problem) -> JSONResponse:
    return JSONResponse({"detail": error.detail}, error.status, error.headers)


async def _invalid(_request: Request, error: RequestValidationError) -> JSONResponse:
    """As Prefect answers: the request comes back whole, secrets included."""
    body = {
        "exception_message": "Invalid request received.",
        "exception_detail": [{**item, "ctx": str(item["ctx"])} if "ctx" in item else item for item in error.errors()],
        "request_body": error.body,
    }
    return JSONResponse(jsonable_encoder(body), 422)


def install(app: FastAPI) -> None:
    app.exception_handler(Problem)(_problem)
    app.exception_handler(RequestValidationError)(_invalid)
