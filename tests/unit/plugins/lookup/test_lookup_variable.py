# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lookup of variables: the options of the modules, and an error for everything that is not an answer."""

from __future__ import annotations

import pathlib
import typing as t

import pytest
from ansible.errors import AnsibleLookupError
from ansible_collections.flowops.prefect.plugins.lookup import variable
from ansible_collections.flowops.prefect.plugins.module_utils._prefect import client, connection, lookups
from ansible_collections.flowops.prefect.tests.unit.support.simulated_server import (
    Answer,
    SimulatedServer,
    simulated_server,
)

GONE = Answer(404, {"detail": "Variable not found"})


class Templar:
    """Stands in for Ansible's: it knows one template."""

    def template(self, value: t.Any) -> t.Any:
        return "rendered" if value == "{{ it }}" else value


class Lookup(variable.LookupModule):
    """The plugin without Ansible's configuration: its options are those that it is called with."""

    def set_options(self, *, var_options: dict[str, t.Any], direct: dict[str, t.Any]) -> None:
        self.known = {**{name.removeprefix("flowops_prefect_"): value for name, value in var_options.items()}, **direct}

    def get_options(self) -> dict[str, t.Any]:
        return self.known


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "_ATTEMPTS", 1)
    monkeypatch.setenv("NO_PROXY", "*")
    for option in connection.argument_spec().values():
        for name in option.get("fallback", (None, []))[1]:
            monkeypatch.delenv(name, raising=False)


@pytest.fixture
def server() -> t.Iterator[SimulatedServer]:
    with simulated_server() as found:
        yield found


def look(*terms: str, variables: dict[str, t.Any] | None = None, **options: t.Any) -> list[t.Any]:
    return Lookup(templar=Templar()).run(list(terms), variables, **options)


@pytest.mark.parametrize("value", ["text", 7, None, False, [1, {"a": "b"}], {}])
def test_values_stay_what_they_are(server: SimulatedServer, value: t.Any) -> None:
    server.answers = [Answer(200, {"id": "1", "name": "region", "value": value})]
    assert look("region", api_url=server.url) == [value]
    assert server.requests == ["GET /api/variables/name/region"]


def test_a_missing_variable_is_an_error_unless_there_is_a_default(server: SimulatedServer) -> None:
    server.answers = [GONE]
    with pytest.raises(AnsibleLookupError, match="there is no such variable"):
        look("region", api_url=server.url)
    for default in ("north", None, [], 0):
        assert look("region", "other", api_url=server.url, default=default) == [default, default]


@pytest.mark.parametrize(
    "answer",
    [
        Answer(404, "<html>nginx</html>"),
        Answer(404, {"detail": "Not Found"}),
        Answer(401, {"exception_message": "Unauthorized"}),
        Answer(403, {"detail": "auth-s3cr3t may not"}),
        Answer(500, {"exception_message": "auth-s3cr3t"}),
        Answer(200, "<html>log in</html>"),
        Answer(0),
    ],
)
def test_what_goes_wrong_is_never_the_default(server: SimulatedServer, answer: Answer) -> None:
    server.answers = [answer]
    with pytest.raises(AnsibleLookupError) as raised:
        look("region", api_url=server.url, auth_string="me:auth-s3cr3t", default="north")
    assert "Cannot read variable 'region'" in str(raised.value)
    assert "s3cr3t" not in str(raised.value)
    assert raised.value.__cause__ is None
    assert raised.value.__context__ is None


def test_several_names_are_read_over_one_connection(server: SimulatedServer) -> None:
    answers = [Answer(200, {"id": name, "name": name, "value": name}) for name in "abc"]
    server.answers = answers
    assert look("a", "b", "c", api_url=server.url) == ["a", "b", "c"]
    assert len(server.asked) == 3


def test_blank_options_give_way_to_the_environment(
    server: SimulatedServer, monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path
) -> None:
    monkeypatch.setenv("PREFECT_API_URL", server.url)
    monkeypatch.setenv("PREFECT_API_KEY", "key-s3cr3t")
    monkeypatch.setenv("PREFECT_CLIENT_CUSTOM_HEADERS", '{"X-Token": "header"}')
    server.answers = [Answer(200, {"id": "1", "value": 1})]
    blank = dict.fromkeys(("api_url", "api_key", "auth_string", "custom_headers", "ca_path"), "")
    assert look("region", **blank) == [1]
    assert server.asked[0].headers["Authorization"] == "Bearer key-s3cr3t"
    assert server.asked[0].headers["X-Token"] == "header"
    with pytest.raises(AnsibleLookupError, match="does not exist"):
        look("region", ca_path=str(tmp_path / "none.pem"))


def test_options_can_be_variables_with_templates_in_them(server: SimulatedServer) -> None:
    server.answers = [Answer(200, {"id": "1", "value": 1})]
    variables = {"flowops_prefect_api_url": server.url, "flowops_prefect_api_key": "{{ it }}", "other": "{{ it }}"}
    assert look("region", variables=variables, timeout=5) == [1]
    assert server.asked[0].headers["Authorization"] == "Bearer rendered"


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"api_url": ""}, "api_url is empty"),
        ({"api_key": "a", "auth_string": "b:c"}, "exclude each other"),
        ({"custom_headers": "header-s3cr3t"}, "custom_headers is no dictionary"),
    ],
)
def test_options_that_cannot_be(options: dict[str, str], why: str) -> None:
    with pytest.raises(AnsibleLookupError, match=why) as raised:
        look("region", **{"api_url": "http://127.0.0.1:9/api", **options})
    assert "s3cr3t" not in str(raised.value)


def test_a_name_that_cannot_be(server: SimulatedServer) -> None:
    with pytest.raises(AnsibleLookupError, match="lowercase letters"):
        look("Region", api_url=server.url, default=1)
    assert server.asked == []


def test_without_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookups.http, "REQUESTS_IMPORT_ERROR", "no requests")
    with pytest.raises(AnsibleLookupError, match="requests"):
        look("region", api_url="http://127.0.0.1:9/api")
