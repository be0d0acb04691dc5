# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What lookup plugins share with the modules: options and client. For internal use by this collection only."""

from __future__ import annotations

import contextlib
import os
import typing as t

from ansible.module_utils.basic import AnsibleFallbackNotFound, missing_required_lib
from ansible.module_utils.common.validation import check_type_dict

from .._engine.env import env_fallback, given
from .._engine.errors import EngineError, InvalidInput, NotFound
from .._engine.masking import scrub
from . import client as http
from .answers import Errand
from .connection import Connection, Place, argument_spec
from .names import variable_name_problem


class LookupFailed(Exception):
    """One line that says why a lookup gives nothing, without secrets in it."""


@contextlib.contextmanager
def session(options: dict[str, t.Any]) -> t.Iterator[http.Client]:
    """The one session of a lookup, which never writes. LookupFailed, whatever goes wrong in it.

    options  the plugin's options; those of the connection count
    """
    if http.REQUESTS_IMPORT_ERROR is not None:
        raise LookupFailed(missing_required_lib("requests"))
    secrets: set[str] = set()
    try:
        with http.Client(Connection.from_params(_params(options), secrets.update), read_only=True) as client:
            yield client.at(Place.WORKSPACE, "variables")
    except EngineError as error:
        raise LookupFailed(scrub(error.one_line(), secrets)) from None


def read_variable(client: http.Client, name: str, default: tuple[t.Any, ...]) -> t.Any:
    """The value of a variable; for one that is proven absent the default, if there is one.

    default  holds the default, or nothing
    """
    problem = variable_name_problem(name)
    if problem:
        raise InvalidInput(
            "read variable", obj=name, server=client.connection.api_url, why=problem, todo="Correct the name"
        )
    found = client.find(f"/variables/name/{http.segment(name)}", Errand("read variable", name))
    if found is not None:
        return found["value"]
    if default:
        return default[0]
    raise NotFound(
        "read variable",
        obj=name,
        server=client.connection.api_url,
        why="there is no such variable",
        todo="Correct the name, create the variable, or give the lookup a default",
    )


def _params(options: dict[str, t.Any]) -> dict[str, t.Any]:
    """The connection options as a module would have them: a blank one gives way to the environment and its default."""
    params = {}
    for name, spec in argument_spec().items():
        value = options.get(name)
        params[name] = value if given(value) else _fallback(spec)
    params["custom_headers"] = _headers(params["custom_headers"])
    if given(params["ca_path"]):
        params["ca_path"] = os.path.expanduser(os.path.expandvars(str(params["ca_path"])))
    return params


def _fallback(spec: dict[str, t.Any]) -> t.Any:
    try:
        return env_fallback(*spec["fallback"][1]) if "fallback" in spec else spec.get("default")
    except AnsibleFallbackNotFound:
        return None


def _headers(value: t.Any) -> dict[str, t.Any] | None:
    try:
        return check_type_dict(value) if given(value) else None
    except (TypeError, ValueError):
        # the reason would show the value
        raise InvalidInput(
            "use the connection options", why="custom_headers is no dictionary", todo="Correct custom_headers"
        ) from None
