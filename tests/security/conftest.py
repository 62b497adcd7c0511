"""Servers that speak TLS, a proxy, and a client to try against them."""

from __future__ import annotations

import os
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.api.conftest import bench, server  # noqa: F401 - fixtures
from tests.api.server import ScriptedServer
from tests.security.proxy import Proxy
from tests.store.conftest import path  # noqa: F401 - a fixture

TLS = Path(__file__).parent.parent / "data" / "tls"
CA = TLS / "ca.crt"
CLIENT = (TLS / "client.crt", TLS / "other.key")


class PatientServer(ScriptedServer):
    """Lets the client hang up first: else what was said last may be cut off."""

    def _serve(self, connection: socket.socket) -> None:
        with connection.dup() as line, suppress(OSError):
            self._open.add(line)
            super()._serve(connection)
            while not self.cuts_handshakes and line.recv(65536):
                pass


Serve = Callable[..., ScriptedServer]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Start a server with a certificate of tests/data/tls, which may want one of the client's."""
    servers: list[ScriptedServer] = []

    def start(
        name: str = "signed",
        *,
        wants_certificate: bool = False,
        version: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3,
    ) -> ScriptedServer:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(TLS / f"{name}.crt", TLS / "server.key")
        context.maximum_version = version
        if wants_certificate:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(CA)
        servers.append(PatientServer(tls=context))
        return servers[-1]

    yield start
    for each in servers:
        each.close()


@pytest.fixture(autouse=True)
def no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of what the environment could say of certificates and proxies."""
    for name in list(os.environ):
        if name.upper().endswith("_PROXY") or name in {
            "REQUESTS_CA_BUNDLE",
            "CURL_CA_BUNDLE",
            "SSL_CERT_FILE",
            "SSL_CERT_DIR",
            "NETRC",
        }:
            monkeypatch.delenv(name)


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    proxy = Proxy()
    yield proxy
    proxy.close()
