# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes wrong between a module and a server: one clear line, no secret, and the next run completes."""

from __future__ import annotations

import pathlib
import typing as t

import pytest
from conftest import PASSWORD
from prefectkit.module_process import Ran, run_module
from prefectkit.real_server import RealServer, free_port
from prefectkit.simulated_gateway import Failure, SimulatedGateway, make_certificate, simulated_gateway

LOGIN = f"admin:{PASSWORD}:x"


def failed(ran: Ran, kind: str) -> str:
    """The message of a failure of this kind: one line, without secrets."""
    assert ran.result["failed"] is True
    assert ran.result["error"]["kind"] == kind, ran.result["msg"]
    assert "\n" not in ran.result["msg"]
    assert "s3cr3t" not in ran.output
    return ran.result["msg"]


def pool_options(url: str, name: str, **options: t.Any) -> dict[str, t.Any]:
    return {"api_url": url, "name": name, "type": "process", "auth_string": LOGIN, **options}


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> dict[str, pathlib.Path]:
    folder = tmp_path_factory.mktemp("certificates")
    return {name: make_certificate(folder, name) for name in ("right", "wrong")}


@pytest.fixture
def gateway(protected: RealServer) -> t.Iterator[SimulatedGateway]:
    with simulated_gateway(protected.url) as found:
        yield found


@pytest.fixture
def tls_gateway(protected: RealServer, certificates: dict[str, pathlib.Path]) -> t.Iterator[SimulatedGateway]:
    with simulated_gateway(protected.url, certificates["right"]) as found:
        yield found


@pytest.mark.parametrize(
    ("login", "advice"),
    [
        ({"auth_string": "admin:wrong-s3cr3t"}, "Check auth_string"),
        ({"auth_string": None, "api_key": "key-s3cr3t"}, "Check api_key"),
        ({"auth_string": None}, "Give auth_string"),
    ],
)
def test_a_wrong_or_missing_login(protected: RealServer, name: str, login: dict[str, t.Any], advice: str) -> None:
    message = failed(run_module("work_pool", pool_options(protected.url, name, **login)), "AuthFailed")
    assert message.startswith(f"Cannot read work pool '{name}' on {protected.url}: the server refuses the credentials")
    assert advice in message


def test_two_credentials(protected: RealServer, name: str) -> None:
    options = pool_options(protected.url, name, api_key="key-s3cr3t")
    assert "exclude each other" in failed(run_module("work_pool", options), "InvalidInput")


def test_an_empty_variable_that_awx_injects_is_none(protected: RealServer, name: str) -> None:
    variables = {
        "PREFECT_API_URL": protected.url,
        "PREFECT_API_AUTH_STRING": LOGIN,
        "PREFECT_API_KEY": "",
        "PREFECT_API_SSL_CERT_FILE": "",
        "PREFECT_CLIENT_CUSTOM_HEADERS": "",
    }
    ran = run_module("work_pool", {"name": name, "type": "process"}, **variables)
    assert ran.plan[0] is True
    assert "s3cr3t" not in ran.output


def test_the_right_certificate_authority(
    tls_gateway: SimulatedGateway, certificates: dict[str, pathlib.Path], name: str
) -> None:
    options = pool_options(tls_gateway.url, name, ca_path=str(certificates["right"]))
    # an authority in the environment must not win over the option
    assert run_module("work_pool", options, REQUESTS_CA_BUNDLE=str(certificates["wrong"])).plan[0] is True


def test_the_wrong_certificate_authority(
    tls_gateway: SimulatedGateway, certificates: dict[str, pathlib.Path], name: str
) -> None:
    options = pool_options(tls_gateway.url, name, ca_path=str(certificates["wrong"]))
    message = failed(run_module("work_pool", options), "ConnectionFailed")
    assert "TLS: " in message
    assert "ca_path" in message
    assert tls_gateway.asked == []


def test_a_certificate_for_another_name(
    tls_gateway: SimulatedGateway, certificates: dict[str, pathlib.Path], name: str
) -> None:
    url = tls_gateway.url.replace("127.0.0.1", "localhost")
    message = failed(
        run_module("work_pool", pool_options(url, name, ca_path=str(certificates["right"]))), "ConnectionFailed"
    )
    assert "correct the host name in api_url" in message


def test_a_file_that_is_no_certificate(tls_gateway: SimulatedGateway, tmp_path: pathlib.Path, name: str) -> None:
    (tmp_path / "ca.pem").write_text("nothing of the kind")
    ran = run_module("work_pool", pool_options(tls_gateway.url, name, ca_path=str(tmp_path / "ca.pem")))
    assert "ca_path" in failed(ran, "ConnectionFailed")


def test_plain_http_to_a_tls_port(tls_gateway: SimulatedGateway, name: str) -> None:
    options = pool_options(tls_gateway.url.replace("https", "http"), name, timeout=2)
    failed(run_module("work_pool", options), "ConnectionFailed")


def test_a_server_that_is_busy_for_a_moment_is_waited_for(gateway: SimulatedGateway, name: str) -> None:
    gateway.failures = [Failure(503, headers={"Retry-After": "1"}), Failure(502)]
    assert run_module("work_pool", pool_options(gateway.url, name)).plan[0] is True
    assert gateway.asked[:3] == [f"GET /api/work_pools/{name}"] * 3


def test_a_server_that_stays_away_fails_and_the_next_run_completes(gateway: SimulatedGateway, name: str) -> None:
    gateway.failures = [Failure(503)] * 5
    ran = run_module("work_pool", pool_options(gateway.url, name, timeout=1))
    assert "HTTP 503" in failed(ran, "ServerBusy")
    gateway.failures = []
    assert run_module("work_pool", pool_options(gateway.url, name)).plan[0] is True


def test_a_creation_that_failed_on_the_way_is_repeated_once_the_object_is_known_to_be_absent(
    gateway: SimulatedGateway, name: str
) -> None:
    gateway.failures = [Failure(503, method="POST")]
    assert run_module("work_pool", pool_options(gateway.url, name)).plan[0] is True
    read, write = f"GET /api/work_pools/{name}", "POST /api/work_pools/"
    assert gateway.asked[:4] == [read, write, read, write]


def test_a_creation_that_failed_on_the_way_is_completed_by_the_next_run(gateway: SimulatedGateway, name: str) -> None:
    gateway.failures = [Failure(502, method="POST")] * 5
    options = pool_options(gateway.url, name)
    assert "create work pool" in failed(run_module("work_pool", {**options, "timeout": 1}), "ServerError")
    gateway.failures = []
    assert run_module("work_pool", options).plan[0] is True
    assert run_module("work_pool", options).plan[0] is False


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (200, "a web page (text/html)"),
        (404, "there is no such API at this address"),
        (302, "redirects to 'https://login.example.com/'"),
    ],
)
def test_a_page_of_a_proxy_is_not_taken_for_an_answer(
    gateway: SimulatedGateway, name: str, status: int, expected: str
) -> None:
    gateway.failures = [Failure(status, "<html>Sign in</html>", {"Location": "https://login.example.com/"})]
    assert expected in failed(run_module("work_pool", pool_options(gateway.url, name)), "ServerError")
    assert all(asked.startswith("GET") for asked in gateway.asked)


def test_an_address_without_api_at_its_end(protected: RealServer, name: str) -> None:
    ran = run_module("work_pool", pool_options(protected.url.removesuffix("/api"), name))
    assert "it normally ends in /api" in failed(ran, "ServerError")


def test_nobody_at_the_address(name: str) -> None:
    url = f"http://127.0.0.1:{free_port()}/api"
    message = failed(run_module("work_pool", pool_options(url, name, timeout=1)), "ConnectionFailed")
    assert message.startswith(f"Cannot read work pool '{name}' on {url}: Connection refused.")
