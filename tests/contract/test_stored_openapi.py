# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The same check against a stored OpenAPI document of another server version, where one lies beside the repository."""

from __future__ import annotations

import json

import pytest
from ansible_collections.flowops.prefect.tests.unit.support.declarations import ROOT
from ansible_collections.flowops.prefect.tests.unit.support.openapi import CONTRACTS, Contract, mismatches

FOLDER = ROOT.parent / "shared" / "reference" / "data"
DOCUMENTS = {file.stem: json.loads(file.read_text()) for file in sorted(FOLDER.glob("prefect-*-openapi.json"))}

# Without a document there is nothing to check here; the real server's own one is checked in tests/integration/prefect.
if DOCUMENTS:

    @pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: contract.kind.spec.result)
    @pytest.mark.parametrize("document", sorted(DOCUMENTS))
    def test_the_stored_document_agrees(document: str, contract: Contract) -> None:
        assert mismatches(DOCUMENTS[document], contract) == []
