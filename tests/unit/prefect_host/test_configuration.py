# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The configuration is checked as a whole, and each complaint is one line that names the file and the key."""

from __future__ import annotations

import hashlib
import json

import pytest
from prefect_host import configuration


def test_reads_what_the_role_writes(document, parse):
    settings = parse(document)
    assert settings.worker == configuration.Worker("win1-default", "windows", ("high", "low"), None)
    assert settings.restart == configuration.Restart()
    assert settings.stop_grace_seconds == 30.0
    assert settings.sha256 == hashlib.sha256(json.dumps(document).encode()).hexdigest()


def test_the_defaults_can_be_changed(document, parse):
    document |= {
        "restart": {"initial_seconds": 1, "maximum_seconds": 9},
        "log": {"backups": 2},
        "stop_grace_seconds": 5,
    }
    settings = parse(document)
    assert (settings.restart.initial_seconds, settings.restart.maximum_seconds) == (1.0, 9.0)
    assert settings.log == configuration.LogFile(10_000_000, 2)
    assert settings.stop_grace_seconds == 5.0


@pytest.mark.parametrize(
    ("path", "value", "complaint"),
    [
        (("schema",), 2, "schema: must be 1"),
        (("schema",), True, "schema: has the wrong type"),
        (("instance",), "..\\other", "instance: letters"),
        (("service_name",), "", "service_name: must be text"),
        (("service_name",), "two\nlines", "service_name: must be text"),
        (("api_url",), "ftp://somewhere/api", "api_url: must be http"),
        (("api_url",), "http://admin:pass@server/api", "api_url: must not carry a user"),
        (("worker",), [], "worker: has the wrong type"),
        (("worker", "name"), None, "worker.name: is missing"),
        (("worker", "work_queues"), ["", "x"], "worker.work_queues: must be a list of names"),
        (("worker", "limit"), 0, "worker.limit: must be at least 1"),
        (("folders", "home"), None, "folders.home: is missing"),
        (("restart",), {"factor": 0.5}, "restart.factor: needs factor"),
        (("restart",), {"jitter": 2}, "restart.jitter: is a share"),
        (("stop_grace_seconds",), -1, "stop_grace_seconds: must not be negative"),
        (("environment",), {"prefect_home": "C:\\x"}, "environment.prefect_home: is set by the service"),
        (("environment",), {"NUMBER": 5}, "environment.NUMBER: has the wrong type"),
    ],
)
def test_bad_values_are_named(document, parse, path, value, complaint):
    target = document
    for key in path[:-1]:
        target = target[key]
    target[path[-1]] = value
    with pytest.raises(configuration.ConfigurationError) as caught:
        parse(document)
    assert str(caught.value).startswith(f"worker.json: {complaint}")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["PREFECT_API_KEY", "PREFECT_API_AUTH_STRING", "db_password", "GITHUB_TOKEN"])
def test_secrets_are_refused_and_not_repeated(document, parse, name):
    document["environment"] = {name: "s3cret-value"}
    with pytest.raises(configuration.ConfigurationError, match="looks like a secret") as caught:
        parse(document)
    assert "s3cret-value" not in str(caught.value)


def test_a_file_that_is_no_json(parse):
    with pytest.raises(configuration.ConfigurationError, match="is not JSON"):
        configuration.parse(b"{", "worker.json")
    with pytest.raises(configuration.ConfigurationError, match="must be a JSON object"):
        parse([])


def test_a_missing_file_names_the_remedy(tmp_path):
    with pytest.raises(configuration.ConfigurationError, match="run the role win_worker again"):
        configuration.load(tmp_path / "none.json")
