"""Whom the client believes over TLS: the certificates in tests/data/tls are good for a century."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from synerise_client import Error, RetryPolicy
from tests.api.conftest import Bench
from tests.api.server import LOGIN, REGISTER, ScriptedServer

DATA = Path(__file__).parent.parent / "data" / "tls"


@pytest.fixture
def make() -> Iterator[Callable[[str], ScriptedServer]]:
    servers: list[ScriptedServer] = []

    def make(name: str) -> ScriptedServer:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(DATA / f"{name}.crt", DATA / f"{name}.key")
        servers.append(ScriptedServer(tls=context))
        return servers[-1]

    yield make
    for server in servers:
        server.close()


@pytest.fixture(autouse=True)
def no_bundle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
    monkeypatch.delenv("CURL_CA_BUNDLE", raising=False)


Make = Callable[[str], ScriptedServer]


def test_a_self_signed_server_is_refused_at_once_and_gets_no_secret(
    bench: Bench, make: Make
) -> None:
    server = make("server")
    bench.client(base_url=server.url)
    error = bench.sign_in()
    assert isinstance(error, Error)
    assert (error.code, error.httpStatus) == (-1, None)
    assert "certificate" in error.message
    assert "not trusted" in error.message
    assert "127.0.0.1" in error.message
    assert bench.attempts_at("login") == server.connections == 1
    assert server.requests == []


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_server_is_believed_whose_certificate_is_in_the_bundle_of_the_environment(
    bench: Bench, make: Make, monkeypatch: pytest.MonkeyPatch, variable: str, host: str
) -> None:
    monkeypatch.setenv(variable, str(DATA / "server.crt"))
    server = make("server")
    bench.client(base_url=f"https://{host}:{server.port}")
    assert bench.sign_in() is True
    assert len(server.to(LOGIN)) == 1


def test_a_trusted_certificate_of_another_host_is_refused_at_once(
    bench: Bench, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(DATA / "other.crt"))
    server = make("other")
    bench.client(base_url=server.url)
    error = bench.sign_in()
    assert error.code == -1
    assert "certificate" in error.message
    assert bench.attempts_at("login") == 1
    assert server.requests == []


def test_a_bundle_that_is_not_there_is_named_at_once(
    bench: Bench, make: Make, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "missing.pem"))
    server = make("server")
    bench.client(base_url=server.url)
    error = bench.sign_in()
    assert error.code == -1
    assert "missing.pem" in error.message
    assert bench.attempts_at("login") == 1
    assert server.requests == []


@pytest.mark.parametrize("operation", ["login", "register"])
def test_a_handshake_that_is_cut_is_tried_again_since_nothing_was_sent(
    bench: Bench, make: Make, monkeypatch: pytest.MonkeyPatch, operation: str
) -> None:
    def cut_the_first_two(name: str, headers: dict[str, str], body: dict[str, Any]) -> None:
        bench.attempts.append(name)
        server.cuts_handshakes = name == operation and bench.attempts_at(name) <= 2

    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(DATA / "server.crt"))
    server = make("server")
    bench.client(base_url=server.url, withRequestHook=cut_the_first_two)
    assert bench.make(operation) is True
    assert bench.attempts_at(operation) == 3
    assert len(server.to(LOGIN if operation == "login" else REGISTER)) == 1


def test_a_server_that_does_not_speak_tls_gets_no_secret(bench: Bench) -> None:
    bench.client(base_url=bench.server.url.replace("http:", "https:"))
    assert bench.sign_in().code == -1
    assert bench.server.requests == []


def test_a_handshake_that_never_ends_is_given_up(bench: Bench) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        bench.client(
            base_url=f"https://127.0.0.1:{listener.getsockname()[1]}",
            withTimeouts=(0.05, 20.0),
            withRetryPolicy=RetryPolicy(initial=0, maximum=0),
        )
        error = bench.sign_in()
    assert error.code == -1
    assert "timed out" in error.message
    assert bench.attempts_at("login") == 5
