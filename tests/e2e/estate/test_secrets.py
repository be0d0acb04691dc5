# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""No secret in anything that a run prints at -vvv, nor in what the hosts and the server write down."""

from __future__ import annotations

import base64
import pathlib
import urllib.parse

import pytest
import yaml
from e2e_support.lab import home, secrets

SITE = "flowops.prefect.site"
SEEDED = "Seeded-Secret-4711-äöü"
NEXT = "Seeded-Secret-0815-xyz"

pytestmark = pytest.mark.usefixtures("converged")


def forms(secret: str) -> set[str]:
    """A secret as it may turn up: plain, quoted, and in base64 of UTF-8 and of PowerShell's UTF-16."""
    encoded = {base64.b64encode(secret.encode(code)).decode().rstrip("=") for code in ("utf-8", "utf-16-le")}
    escaped = secret.encode("unicode_escape").decode()
    return {secret, escaped, urllib.parse.quote(secret), *encoded}


def leaks(text: str, known: dict[str, str]) -> list[str]:
    """Names of the secrets that are in the text in any form."""
    return sorted(name for name, secret in known.items() if any(form in text for form in forms(secret)))


@pytest.fixture(scope="module")
def known():
    """Every secret of the lab and the seeded ones, by name. A file with several lines counts by its passwords."""
    made = {name: text for name, text in secrets().items() if "\n" not in text and len(text) >= 8}
    assert "svc-ansible" in made
    return {**made, "seeded": SEEDED, "next": NEXT}


def _variable(value: str | None, path: pathlib.Path) -> pathlib.Path:
    item = {"name": "e2e-secret", "tags": ["e2e"], **({"secret_value": value} if value else {"state": "absent"})}
    path.write_text(yaml.safe_dump({"prefect_content_variables": [item]}, allow_unicode=True))
    return path


def test_the_search_finds_every_form():
    for form in forms("Passw0rd-of-a-test"):
        assert leaks(f"x {form} y", {"it": "Passw0rd-of-a-test"}) == ["it"]


def test_whole_run_at_vvv_with_diff(ansible, known):
    run = ansible.playbook(SITE, "-vvv", "--diff")
    assert run.status == 0
    assert len(run.output) > 100_000, "this is not the output of -vvv"
    assert leaks(run.output, known) == []


def test_creating_changing_and_deleting_a_secret_variable(ansible, known, tmp_path):
    for value in (SEEDED, NEXT, None):
        wanted = _variable(value, tmp_path / "variable.yml")
        for mode in (["--check"], []):
            run = ansible.playbook(SITE, "--tags", "prefect_content", "-vvv", "--diff", "-e", f"@{wanted}", *mode)
            assert run.status == 0, run.output[-2000:]
            assert run.changed["localhost"] == 1
            assert leaks(run.output, known) == []


def test_errors(ansible, known):
    for wrong in (["-e", "flowops_ad_server=127.0.0.78"], ["-e", "flowops_prefect_api_url=http://127.0.0.99:9/api"]):
        run = ansible.playbook(SITE, "--tags", "ad_identity,prefect_content", "-vvv", "--diff", *wrong)
        assert run.status == 2
        assert leaks(run.output, known) == []


def test_what_the_simulated_hosts_and_the_servers_wrote_down(known):
    run = home() / "run"
    folders = [run / "logs", *(run / host / "state" for host in ("win1", "win2"))]
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    files += [run / host / "journal.jsonl" for host in ("win1", "win2")]
    found = {str(path): leaks(path.read_text(errors="replace"), known) for path in files}
    assert {path: names for path, names in found.items() if names} == {}
