# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The same check against a stored OpenAPI document of another server version, where one lies beside the repository."""

from __future__ import annotations

import json
import pathlib

import pytest
from ansible_collections.flowops.prefect.plugins.module_utils._engine.spec import ResourceSpec
from ansible_collections.flowops.prefect.plugins.module_utils._prefect.rest import Routes
from ansible_collections.flowops.prefect.tests.unit.support.declarations import ROOT
from ansible_collections.flowops.prefect.tests.unit.support.openapi import RESOURCES, mismatches

FOLDER = ROOT.parent / "shared" / "reference" / "data"
DOCUMENTS = sorted(FOLDER.glob("prefect-*-openapi.json"))

# Without a document there is nothing to check here; the real server's own one is checked in tests/integration/prefect.
if DOCUMENTS:

    @pytest.mark.parametrize(("spec", "routes"), RESOURCES, ids=lambda value: getattr(value, "result", ""))
    @pytest.mark.parametrize("file", DOCUMENTS, ids=lambda file: file.stem)
    def test_the_stored_document_agrees(file: pathlib.Path, spec: ResourceSpec, routes: Routes) -> None:
        assert mismatches(json.loads(file.read_text()), spec, routes) == []
