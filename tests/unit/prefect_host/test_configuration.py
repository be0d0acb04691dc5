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


def test_what_is_left_out_has_a_default(document, parse):
    settings = parse(document)
    scripts = document["python"].rpartition("\\")[0]
    assert settings.credential == configuration.Credential("none", "")
    assert settings.injector == configuration.Injector(f"{scripts}\\caddy.exe", 0, "")
    assert settings.health == configuration.Health(0, 120.0)
    assert (settings.drain.limit_seconds, settings.restart.limit) == (3600.0, 10)
    assert (settings.event_log, settings.project, settings.records) == ("FlowOps-Prefect", "", {})


def test_the_new_settings_are_read(document, parse):
    document |= {
        "credential": {"kind": "token_file", "token_file": "C:\\ProgramData\\tokens\\prefect"},
        "injector": {"program": "C:\\caddy.exe", "port": 4280, "ca_path": "C:\\ca.pem"},
        "health": {"port": 4281, "poll_timeout_seconds": 60},
        "records": {"event_log_per_second": 5},
        "attribution": {"project": "billing"},
    }
    settings = parse(document)
    assert settings.credential == configuration.Credential("token_file", "C:\\ProgramData\\tokens\\prefect")
    assert settings.injector == configuration.Injector("C:\\caddy.exe", 4280, "C:\\ca.pem")
    assert settings.health == configuration.Health(4281, 60.0)
    assert (settings.records, settings.project) == ({"event_log_per_second": 5}, "billing")


@pytest.mark.parametrize(
    ("url", "is_cloud"),
    [("https://api.prefect.cloud/api/accounts/a/workspaces/b", True), ("https://accounts.example/api", False)],
)
def test_a_workspace_of_cloud_is_known_by_its_path(document, parse, url, is_cloud):
    assert parse(document | {"api_url": url}).is_cloud is is_cloud


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
        (("schema",), 1, "schema: must be 2"),
        (("schema",), True, "schema: has the wrong type"),
        (("instance",), "..\\other", "instance: letters"),
        (("service_name",), "", "service_name: must be text"),
        (("service_name",), "two\nlines", "service_name: must be text"),
        (("api_url",), "ftp://somewhere/api", "api_url: must be http"),
        (("api_url",), "http://admin:pass@server/api", "api_url: must not carry a user"),
        (("api_url",), "http://admin:pass[@server/api", "api_url: is no URL"),
        (("api_url",), "http://server:port/api", "api_url: is no URL"),
        (("worker",), [], "worker: has the wrong type"),
        (("worker", "name"), None, "worker.name: is missing"),
        (("worker", "work_queues"), ["", "x"], "worker.work_queues: must be a list of names"),
        (("worker", "work_queues"), ["x\0y"], "worker.work_queues: must be a list of names"),
        (("worker", "limit"), 0, "worker.limit: must be at least 1"),
        (("folders", "home"), None, "folders.home: is missing"),
        (("folders", "control"), None, "folders.control: is missing"),
        (("folders", "control"), "control", "folders.control: must be an absolute path"),
        (("folders", "control"), "C:\\{env.TEMP}", "folders.control: must not contain { or }"),
        (("service_account",), "two\nlines", "service_account: must be text"),
        (("api_url",), "http://{env.HOST}/api", "api_url: must be a host and a path"),
        (("api_url",), "http://server/api?x=y", "api_url: must be a host and a path"),
        (("credential",), {"kind": "password"}, "credential.kind: must be one of none, api_key, token_file"),
        (("credential",), {"kind": "token_file"}, "credential.token_file: is missing"),
        (("credential",), {"kind": "token_file", "token_file": "token"}, "credential.token_file: must be an absolute"),
        (("credential",), {"kind": "token_file", "token_file": "C:\\{x}"}, "credential.token_file: must not contain"),
        (("credential",), {"kind": "api_key", "token_file": "C:\\x"}, "credential.token_file: is for the kind"),
        (("injector",), {"program": "caddy.exe"}, "injector.program: must be an absolute path"),
        (("injector",), {"port": 65536}, "injector.port: must be a port from 1 to 65535"),
        (("injector",), {"port": "80"}, "injector.port: has the wrong type"),
        (("injector",), {"ca_path": "ca.pem"}, "injector.ca_path: must be an absolute path"),
        (("health",), {"port": -1}, "health.port: must be a port"),
        (("health",), {"poll_timeout_seconds": -1}, "health.poll_timeout_seconds: must not be negative"),
        (("health",), {"poll_timeout_seconds": 59}, "health.poll_timeout_seconds: must be at least 60"),
        (
            ("environment",),
            {"Prefect_Worker_Query_Seconds": "61"},
            "environment.Prefect_Worker_Query_Seconds: must be a number of seconds up to half of health.poll_timeout",
        ),
        (("environment",), {"PREFECT_WORKER_QUERY_SECONDS": "nan"}, "environment.PREFECT_WORKER_QUERY_SECONDS: must"),
        (("environment",), {"PREFECT_WORKER_QUERY_SECONDS": "soon"}, "environment.PREFECT_WORKER_QUERY_SECONDS: must"),
        (("drain",), {"limit_seconds": 1e9}, "drain.limit_seconds: must be a number up to"),
        (("restart",), {"limit": 1.5}, "restart.limit: must be a whole number"),
        (("records",), {"event_log_rate": 1}, "records.event_log_rate: unknown; known: burst, "),
        (("records",), {"event_log_per_second": "5"}, "records.event_log_per_second: '5' is no number from 1 to 1000"),
        (("records",), {"burst": 1}, "records.burst: 1 is no number from 100"),
        (("event_log",), "FlowOps/Prefect", "event_log: 3 to 61 letters, digits"),
        (("event_log",), "FlowOps.Prefect", "event_log: 3 to 61 letters, digits"),
        (("event_log",), "FP", "event_log: 3 to 61 letters, digits"),
        (("event_log",), "Application", "event_log: 3 to 61 letters, digits, - and _, and none of Windows' own logs"),
        (("attribution",), {"project": "two\nlines"}, "attribution.project: must be text"),
        (("environment",), {"FLOWOPS_ACCOUNT": "x"}, "environment.FLOWOPS_ACCOUNT: is set by the service"),
        (("restart",), {"factor": 0.5}, "restart.factor: needs factor"),
        (("restart",), {"factor": 1e6}, "restart.factor: needs factor"),
        (("restart",), {"jitter": 2}, "restart.jitter: is a share"),
        (("restart",), {"maximum_seconds": 1e9}, "restart.maximum_seconds: must be a number up to 604800"),
        (("log",), {"max_bytes": 0.5}, "log.max_bytes: must be a whole number"),
        (("log",), {"max_bytes": 10**400}, "log.max_bytes: must be a number up to"),
        (("stop_grace_seconds",), -1, "stop_grace_seconds: must not be negative"),
        (("stop_grace_seconds",), float("inf"), "stop_grace_seconds: must be a number up to"),
        (("stop_grace_seconds",), float("nan"), "stop_grace_seconds: must be a number up to"),
        (
            ("environment",),
            {"FLOWOPS_FLOW_RUN_NAME": "{who}"},
            "environment.FLOWOPS_FLOW_RUN_NAME: '{who}': {who} must be",
        ),
        (("environment",), {"flowops_task_run_name": "x"}, "environment.flowops_task_run_name: 'x' has no field"),
        (("environment",), {"prefect_home": "C:\\x"}, "environment.prefect_home: is set by the service"),
        (("environment",), {"NUMBER": 5}, "environment.NUMBER: has the wrong type"),
        (("environment",), {"": "x"}, "environment.'': is no name"),
        (("environment",), {"TWO\nLINES": "x"}, "environment.'TWO\\nLINES': is no name"),
        (("environment",), {"NAME": "a\0b"}, "environment.NAME: must not contain a NUL"),
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
    assert "pass[" not in str(caught.value)


SECRETS = """
    PREFECT_API_KEY PREFECT_API_AUTH_STRING PREFECT_CLIENT_CUSTOM_HEADERS AWS_SECRET_ACCESS_KEY
    AWS_SESSION_TOKEN GITHUB_TOKEN github_token githubToken TOKEN TOKEN2 APITOKEN DB_PASSWORD db_password dbPassword
    PGPASSWORD PASSWORDS SMTP_PASSWD MYSQL_PWD DB_PASS SSH_PASSPHRASE CLIENT_SECRET APP_SECRETS_JSON APIKEY api-key
    SIGNING_KEY AZURE_STORAGE_KEY PRIVATE_KEY GOOGLE_APPLICATION_CREDENTIALS HTTP_BASIC_AUTH AUTHORIZATION
"""
NO_SECRETS = """
    TOKENIZERS_PARALLELISM MAX_TOKENS SORT_KEY KEYBOARD PUBLIC_KEY SECRETARY_MAIL PASSWORDLESS BYPASS PWD PASS OLDPWD
    COMPASS NO_PROXY AUTHOR AWS_ACCESS_KEY_ID PREFECT_API_SSL_CERT_FILE DB_PASSWORD_FILE AWS_WEB_IDENTITY_TOKEN_FILE
    PRIVATE_KEY_PATH
"""


@pytest.mark.parametrize("name", NO_SECRETS.split())
def test_a_name_that_only_resembles_a_secret_is_let_through(document, parse, name):
    document["environment"] = {name: "value"}
    assert parse(document).environment == {name: "value"}


def test_what_follows_an_equals_sign_in_a_name_is_not_repeated(document, parse):
    document["environment"] = {"DB_PASSWORD=s3cret-value": ""}
    with pytest.raises(configuration.ConfigurationError, match="is no name of a variable") as caught:
        parse(document)
    assert "s3cret-value" not in str(caught.value)


@pytest.mark.parametrize("name", SECRETS.split())
def test_secrets_are_refused_and_not_repeated(document, parse, name):
    document["environment"] = {name: "s3cret-value"}
    with pytest.raises(configuration.ConfigurationError, match="looks like a secret") as caught:
        parse(document)
    assert "s3cret-value" not in str(caught.value)


@pytest.mark.parametrize(
    "value",
    [
        "http://user:s3cret@proxy:3128", "postgresql+asyncpg://prefect:s3cret@db/prefect", "redis://:s3cret@cache:6379/0",
        "http://a:80,http://user:s3cret@b", "https://user:s3/cret@host",
    ],
)  # fmt: skip
def test_a_password_in_an_address_is_refused_and_not_repeated(document, parse, value):
    document["environment"] = {"HTTP_PROXY": value}
    with pytest.raises(configuration.ConfigurationError, match="HTTP_PROXY: carries a password; keep it in") as caught:
        parse(document)
    assert "s3" not in str(caught.value)


@pytest.mark.parametrize(
    "value",
    [
        "http://proxy:3128", "http://registry:4873/@scope/name", "http://user@host:80/", "a:b@c", "http://a:80 me@b",
        "http://[::1]:80/a@b", "http://a/?t=12:30&to=x@y",
    ],
)  # fmt: skip
def test_an_address_without_a_password_is_let_through(document, parse, value):
    document["environment"] = {"ADDRESS": value}
    assert parse(document).environment == {"ADDRESS": value}


def test_a_worker_may_ask_less_often_while_its_silence_is_told_from_a_pause(document, parse):
    document["environment"] = {"PREFECT_WORKER_QUERY_SECONDS": "60"}
    assert parse(document).environment == document["environment"]


def test_a_file_that_is_no_json(parse):
    with pytest.raises(configuration.ConfigurationError, match="is not JSON"):
        configuration.parse(b"{", "worker.json")
    with pytest.raises(configuration.ConfigurationError, match="must be a JSON object"):
        parse([])


def test_a_missing_file_names_the_remedy(tmp_path):
    with pytest.raises(configuration.ConfigurationError, match="run the role win_worker again"):
        configuration.load(tmp_path / "none.json")
