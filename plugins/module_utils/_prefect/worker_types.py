# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Types of workers and their default base job templates. For internal use by this collection only.

The server knows them; the installed package C(prefect) carries a copy. That package is never imported: it would cost
seconds and could do anything.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
import os
import pathlib
import typing as t

from .._engine.errors import InvalidInput, NotFound, ServerError
from .answers import Errand
from .client import Client
from .connection import argument_spec as connection_spec

Object = dict[str, t.Any]
SOURCES = ("auto", "server", "offline")
_INSIDE = ("server", "api", "collections_data", "views", "aggregate-worker-metadata.json")
_PACKAGES = ("prefect", "prefect-client")


def argument_spec() -> dict[str, t.Any]:
    """Options of the module C(worker_type_info)."""
    url = {key: value for key, value in connection_spec()["api_url"].items() if key != "required"}
    return {
        "api_url": url,
        "type": {"type": "str"},
        "source": {"type": "str", "choices": list(SOURCES), "default": "auto"},
        "metadata_file": {"type": "path"},
    }


def from_server(client: Client) -> tuple[Object, str]:
    """What the server knows, and which server that was."""
    cloud = client.connection.is_cloud
    path = "/collections/work_pool_types" if cloud else "/collections/views/aggregate-worker-metadata"
    found = client.read_value(path, Errand("read worker types"))
    if not _is_catalogue(found):
        raise ServerError(
            "read worker types",
            server=client.connection.api_url,
            why="the answer is no catalogue of worker types",
            todo="Use source: offline, and report this as a defect of flowops.prefect",
        )
    return found, client.connection.api_url


def from_file(path: str | None) -> tuple[Object, str]:
    """What a file says, by default the one of the installed package C(prefect), and where that is.

    NotFound if there is none, InvalidInput if it holds something else.
    """
    file = pathlib.Path(path) if path else _packaged()
    if file is None:
        raise NotFound(
            "read worker types offline",
            why="the Python of this module has no package prefect that holds them",
            todo="Install prefect there, give metadata_file, or use source: server",
        )
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise NotFound(
            "read worker types offline", obj=str(file), why="there is no such file", todo="Correct metadata_file"
        ) from None
    except (OSError, ValueError) as error:
        raise _unusable(file, f"it cannot be read: {type(error).__name__}") from None
    if not _is_catalogue(found):
        raise _unusable(file, "it is no catalogue of worker types")
    return found, str(file)


def _unusable(file: pathlib.Path, why: str) -> InvalidInput:
    todo = "Give the file aggregate-worker-metadata.json of Prefect in metadata_file"
    return InvalidInput("read worker types offline", obj=str(file), why=why, todo=todo)


def _is_catalogue(found: t.Any) -> bool:
    """Whether this is a dictionary of packages, each a dictionary of types."""
    return (
        isinstance(found, dict)
        and bool(found)
        and all(
            isinstance(types, dict) and all(isinstance(one, dict) for one in types.values()) for types in found.values()
        )
    )


def _packaged() -> pathlib.Path | None:
    """The copy that an installed package carries."""
    for package in _PACKAGES:
        try:
            files = importlib.metadata.files(package) or []
        except importlib.metadata.PackageNotFoundError:
            continue
        for file in files:
            if file.parts[-len(_INSIDE) :] == _INSIDE:
                return pathlib.Path(os.fspath(file.locate()))
    # an editable installation lists none of its files
    spec = importlib.util.find_spec("prefect")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        file = pathlib.Path(folder, *_INSIDE)
        if file.is_file():
            return file
    return None


def listed(found: Object, wanted: str | None) -> list[Object]:
    """The worker types, sorted by type; all of them, or the one that is wanted."""
    types = [
        {
            "type": one.get("type", name),
            "package": package,
            "display_name": one.get("display_name"),
            "description": one.get("description"),
            "documentation_url": one.get("documentation_url"),
            "install_command": one.get("install_command"),
            "is_beta": bool(one.get("is_beta")),
            "default_base_job_template": one.get("default_base_job_configuration") or {},
        }
        for package, members in found.items()
        for name, one in members.items()
    ]
    return sorted((one for one in types if wanted in (None, "", one["type"])), key=lambda one: one["type"])
