"""A TLS handshake that is cut, that the server does not speak, or that never ends."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from synerise_client import RetryPolicy
from tests.api.conftest import Bench
from tests.api.server import LOGIN, REGISTER
from tests.security.conftest import CA, Serve


@pytest.mark.parametrize("operation", ["login", "register"])
def test_a_handshake_that_is_cut_is_tried_again_since_nothing_was_sent(
    bench: Bench, serve: Serve, operation: str
) -> None:
    def cut_the_first_two(name: str, headers: dict[str, str], body: dict[str, Any]) -> None:
        bench.attempts.append(name)
        server.cuts_handshakes = name == operation and bench.attempts_at(name) <= 2

    server = serve()
    bench.client(base_url=server.url, withVerify=CA, withRequestHook=cut_the_first_two)
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
