"""TLS through an HTTP proxy: the proxy is told where to, and nothing that is secret."""

from __future__ import annotations

import base64
import logging
from pathlib import Path

import pytest

from tests.api.conftest import API_KEY, EMAIL, PASSWORD, Bench
from tests.api.server import ScriptedServer
from tests.security.conftest import CA, CLIENT, Serve
from tests.security.proxy import Proxy

BASE_URL = "https://api.example.test"  # a name that only the proxy can reach
PROXY_PASSWORD = "pr0xy-pass"
SECRETS = (API_KEY, PASSWORD, PROXY_PASSWORD, "token-1", "Bearer")


def go_through(
    proxy: Proxy, server: ScriptedServer, monkeypatch: pytest.MonkeyPatch, user: str = ""
) -> None:
    """Have the environment name the proxy, and the proxy lead to ``server``."""
    proxy.target = server.port
    monkeypatch.setenv("HTTPS_PROXY", f"http://{user}{proxy.address}")


def test_the_proxy_hears_the_hosts_name_and_no_secret(
    bench: Bench, serve: Serve, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve()
    go_through(proxy, server, monkeypatch)
    bench.client(base_url=BASE_URL, withVerify=CA)
    assert bench.sign_in() is True
    assert bench.make("account").email == EMAIL
    assert server.requests[1].all("Authorization") == ["Bearer token-1"]
    assert len(proxy.heads) == 2
    for head in proxy.heads:
        first, *rest = head.decode().split("\r\n")
        assert first.startswith("CONNECT api.example.test:443 HTTP/1.")
        names = {line.partition(":")[0].lower() for line in rest if line}
        assert names <= {"host", "user-agent"}


def test_the_proxys_own_password_goes_to_the_proxy_alone_and_into_no_log(
    bench: Bench,
    serve: Serve,
    proxy: Proxy,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    server = serve()
    go_through(proxy, server, monkeypatch, user=f"robot:{PROXY_PASSWORD}@")
    bench.client(base_url=BASE_URL, withVerify=CA)
    assert bench.sign_in() is True
    encoded = base64.b64encode(f"robot:{PROXY_PASSWORD}".encode())
    assert b"Proxy-Authorization: Basic " + encoded in proxy.heads[0]
    assert server.requests[0].all("Proxy-Authorization") == []
    assert not [secret for secret in (*SECRETS, encoded.decode()) if secret in caplog.text]


@pytest.mark.parametrize("status", ["407 Proxy Authentication Required", "403 No", "502 Bad"])
def test_a_proxy_that_refuses_is_told_without_its_password(
    bench: Bench,
    serve: Serve,
    proxy: Proxy,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    status: str,
) -> None:
    caplog.set_level(logging.DEBUG)
    server = serve()
    go_through(proxy, server, monkeypatch, user=f"robot:{PROXY_PASSWORD}@")
    proxy.refuses_with = status
    bench.client(base_url=BASE_URL, withVerify=CA)
    error = bench.sign_in()
    assert error.code == -1
    assert status in error.message
    assert server.connections == 0
    told = f"{caplog.text} {error!r} {error}"
    assert not [secret for secret in SECRETS if secret in told]
    assert "robot" not in told


def test_a_proxy_that_is_not_there_is_told_without_its_password(
    bench: Bench, proxy: Proxy, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    address = proxy.address
    proxy.close()
    monkeypatch.setenv("HTTPS_PROXY", f"http://robot:{PROXY_PASSWORD}@{address}")
    bench.client(base_url=BASE_URL)
    error = bench.sign_in()
    assert error.code == -1
    assert address in error.message
    told = f"{caplog.text} {error!r} {error}"
    assert PROXY_PASSWORD not in told
    assert "robot" not in told


def test_the_server_behind_a_proxy_is_the_one_whose_certificate_counts(
    bench: Bench, serve: Serve, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve("elsewhere")
    go_through(proxy, server, monkeypatch)
    bench.client(base_url=BASE_URL, withVerify=CA)
    error = bench.sign_in()
    assert error.code == -1
    assert "The certificate of api.example.test is not trusted" in error.message
    assert "Hostname mismatch" in error.message
    assert bench.attempts_at("login") == len(proxy.heads) == 1
    assert server.requests == []


def test_the_clients_certificate_is_shown_to_the_server_behind_a_proxy(
    bench: Bench, serve: Serve, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_through(proxy, serve(wants_certificate=True), monkeypatch)
    bench.client(base_url=BASE_URL, withVerify=CA, withCertificate=CLIENT)
    assert bench.sign_in() is True


def test_a_server_behind_a_proxy_that_wants_a_certificate_is_named(
    bench: Bench, serve: Serve, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_through(proxy, serve(wants_certificate=True), monkeypatch)
    bench.client(base_url=BASE_URL, withVerify=CA)
    error = bench.sign_in()
    assert error.code == -1
    assert "api.example.test turned this client away" in error.message
    assert bench.attempts_at("login") == 1


def test_a_netrc_adds_nothing_for_the_proxy_nor_for_the_server_behind_it(
    bench: Bench,
    serve: Serve,
    proxy: Proxy,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    netrc = tmp_path / ".netrc"
    lines = [f"machine {host} login robot password {PROXY_PASSWORD}" for host in ("127.0.0.1", "x")]
    netrc.write_text("\n".join([*lines, f"default login robot password {PROXY_PASSWORD}", ""]))
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HOME", str(tmp_path))
    server = serve()
    go_through(proxy, server, monkeypatch)
    bench.client(base_url=BASE_URL, withVerify=CA)
    assert bench.sign_in() is True
    assert bench.make("account").email == EMAIL
    assert b"Authorization" not in b"".join(proxy.heads)
    assert [request.all("Authorization") for request in server.requests] == [[], ["Bearer token-1"]]
