# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page of the report holds texts that anybody may have written into the directory, and nothing from elsewhere."""

from __future__ import annotations

import pathlib
import re

import pytest
from jinja2 import Environment, nodes

ROLE = pathlib.Path(__file__).resolve().parents[2] / "roles" / "ad_identity"
PAGE = (ROLE / "templates" / "service-accounts.html.j2").read_text()


def bare(text: str) -> list[int]:
    """Lines that write something which does not go through the filter C(e) last."""
    tree = Environment(autoescape=True).parse(text)
    written = [node for output in tree.find_all(nodes.Output) for node in output.nodes]
    texts = [node for node in written if not isinstance(node, nodes.TemplateData)]
    return [node.lineno for node in texts if not (isinstance(node, nodes.Filter) and node.name == "e")]


def test_every_text_is_escaped() -> None:
    assert len(re.findall(r"\| e }}", PAGE)) > 30
    assert bare(PAGE) == []
    assert "| safe" not in PAGE


@pytest.mark.parametrize(
    "text", ["{{ x }}", "{{ x | e ~ y }}", "{{ (x | e) if y else z }}", "{% call m() %}{{ x }}{% endcall %}"]
)
def test_a_text_that_is_not_is_found(text: str) -> None:
    assert bare(text) != []


def test_nothing_is_loaded_and_nothing_runs() -> None:
    assert re.findall(r"(?i)<script|<link|<img|<iframe|\bon\w+=|src=|url\(|@import|javascript:", PAGE) == []
    assert "default-src 'none'" in PAGE
