"""What commands and the doctor say of a server's certificate."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.api.server import ScriptedServer
from tests.cli.caller import EMAIL, PASSWORD, call

DATA = Path(__file__).parents[1] / "data" / "tls"
TYPED = f"{PASSWORD}\n".encode()


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[ScriptedServer]:
    """A server with a certificate that nobody has signed but itself."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(DATA / "server.crt", DATA / "server.key")
    server = ScriptedServer(tls=context)
    monkeypatch.setenv("SYNERISE_CLIENT_BASE_URL", server.url)
    monkeypatch.setenv("SYNERISE_CLIENT_API_KEY", "key")
    monkeypatch.setattr("synerise_client.cli.customer._ATTEMPTS", 1)
    monkeypatch.setenv("SYNERISE_CLIENT_HOME", str(tmp_path / "home"))
    yield server
    server.close()


def verdicts(told: Any) -> dict[str, str]:
    return {each["check"]: each["verdict"] for each in told["checks"]}


def test_a_certificate_that_is_not_trusted_is_told_from_a_dead_server(
    server: ScriptedServer,
) -> None:
    ended = call("doctor", "--json")
    assert ended.exit_code == 7
    found = verdicts(ended.json)
    assert (found["Server"], found["TLS"], found["API key"]) == (
        "cannot tell",
        "wrong",
        "cannot tell",
    )
    (tls,) = (each for each in ended.json["checks"] if each["check"] == "TLS")
    assert "not trusted: self" in tls["found"]
    assert "--ca" in tls["advice"]
    assert server.requests == []


@pytest.mark.parametrize("how", ["option", "variable"])
def test_a_certificate_that_is_named_is_believed(
    server: ScriptedServer, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SYNERISE_CLIENT_CA", str(DATA / "server.crt" if how == "variable" else ""))
    options = ["--ca", str(DATA / "server.crt")] if how == "option" else []
    found = verdicts(call("doctor", "--json", *options).json)
    assert (found["Server"], found["TLS"], found["API key"]) == ("ok", "ok", "ok")
    assert call("sign-in", EMAIL, *options, stdin=TYPED).exit_code == 0


def test_a_certificate_of_somebody_else_is_found(server: ScriptedServer) -> None:
    assert verdicts(call("doctor", "--json", "--ca", DATA / "other.crt").json)["TLS"] == "wrong"


def test_a_command_that_does_not_trust_the_server_sends_nothing_and_names_the_option(
    server: ScriptedServer,
) -> None:
    ended = call("sign-in", EMAIL, stdin=TYPED)
    assert ended.exit_code == 4
    assert "not trusted" in ended.line
    assert "--ca" in ended.line
    assert server.requests == []


@pytest.mark.parametrize("command", ["token", "doctor"])
def test_certificates_that_are_not_there_are_a_wrong_argument(
    server: ScriptedServer, command: str, tmp_path: Path
) -> None:
    ended = call(command, "--ca", tmp_path / "missing.pem")
    assert ended.exit_code == 2
    assert ended.line.startswith("Error: --ca names ")
    assert "which is not there" in ended.line


def test_plain_http_where_tls_is_expected_is_no_question_of_trust(server: ScriptedServer) -> None:
    plain = ScriptedServer()
    try:
        url = plain.url.replace("http:", "https:")
        found = verdicts(call("doctor", "--json", "--base-url", url).json)
    finally:
        plain.close()
    assert (found["Server"], found["TLS"]) == ("wrong", "cannot tell")
