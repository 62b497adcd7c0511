"""What the client shows to a server that wants to know who asks: withCertificate."""

from __future__ import annotations

import os
import pty
import ssl
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from synerise_client import Error, Synerise
from tests.api.conftest import Bench
from tests.api.server import LOGIN
from tests.security.conftest import CA, CLIENT, TLS, Serve

CERTIFICATE, KEY = CLIENT
VERSIONS = pytest.mark.parametrize(
    "version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3], ids=["1.2", "1.3"]
)

NAME_A_KEY_WITH_A_PASSPHRASE = """
import sys
from synerise_client import Synerise
try:
    Synerise.Initializer().withCertificate(*sys.argv[1:])
except ValueError as error:
    print(error)
"""


@pytest.fixture
def both(tmp_path: Path) -> Path:
    """A certificate and its key in one file."""
    path = tmp_path / "both.pem"
    path.write_text(CERTIFICATE.read_text() + KEY.read_text())
    return path


@VERSIONS
def test_a_server_that_wants_a_certificate_gets_it(
    bench: Bench, serve: Serve, version: ssl.TLSVersion
) -> None:
    server = serve(wants_certificate=True, version=version)
    bench.client(base_url=server.url, withVerify=CA, withCertificate=CLIENT)
    assert bench.sign_in() is True
    assert bench.make("account").email == "anna@example.com"
    assert len(server.to(LOGIN)) == 1


def test_certificate_and_key_may_be_in_one_file(bench: Bench, serve: Serve, both: Path) -> None:
    server = serve(wants_certificate=True)
    bench.client(base_url=server.url, withVerify=CA, withCertificate=str(both))
    assert bench.sign_in() is True


@VERSIONS
@pytest.mark.parametrize("shown", [None, (TLS / "other.crt", TLS / "other.key")], ids=["no", "bad"])
@pytest.mark.parametrize("operation", ["login", "register"])
def test_without_the_certificate_that_the_server_wants_there_is_one_error_that_says_so(
    bench: Bench, serve: Serve, version: ssl.TLSVersion, shown: Any, operation: str
) -> None:
    server = serve(wants_certificate=True, version=version)
    certificate = {} if shown is None else {"withCertificate": shown}
    bench.client(base_url=server.url, withVerify=CA, **certificate)
    error = bench.make(operation)
    assert isinstance(error, Error)
    assert (error.code, error.httpStatus) == (-1, None)
    assert "127.0.0.1" in error.message
    assert "withCertificate" in error.message
    assert bench.attempts.count("register" if operation == "register" else "login") <= 1
    assert server.connections == 1
    assert server.requests == []


def test_a_server_that_wants_none_is_not_troubled_by_one(bench: Bench, serve: Serve) -> None:
    bench.client(base_url=serve().url, withVerify=CA, withCertificate=CLIENT)
    assert bench.sign_in() is True


def test_a_certificate_that_is_deleted_later_is_named_at_once(
    bench: Bench, serve: Serve, both: Path
) -> None:
    server = serve(wants_certificate=True)
    bench.client(base_url=server.url, withVerify=CA, withCertificate=both)
    both.unlink()
    error = bench.sign_in()
    assert error.code == -1
    assert str(both) in error.message
    assert bench.attempts_at("login") == 1
    assert server.requests == []


@pytest.mark.parametrize("wrong", [None, True, 5, b"x.crt", [CERTIFICATE], CLIENT])
def test_what_is_no_path_is_a_type_error_that_names_the_argument(wrong: Any) -> None:
    with pytest.raises(TypeError, match=r"^certificate must be a path"):
        Synerise.Initializer().withCertificate(wrong)
    if wrong is not None:
        with pytest.raises(TypeError, match=r"^key must be a path"):
            Synerise.Initializer().withCertificate(CERTIFICATE, wrong)


def test_a_key_without_a_certificate_is_a_type_error() -> None:
    with pytest.raises(TypeError, match="certificate"):
        Synerise.Initializer().withCertificate(key=KEY)  # type: ignore[call-arg]


@pytest.mark.parametrize(
    ("certificate", "key", "problem"),
    [
        ("missing.crt", "other.key", "certificate names {}, which is not there"),
        ("client.crt", "missing.key", "key names {}, which is not there"),
        ("other.key", None, "certificate names {}, which holds no certificate in PEM form"),
        ("make.sh", "other.key", "certificate names {}, which holds no certificate in PEM form"),
        ("hashed", "other.key", "certificate names {}, which cannot be read: Is a directory"),
        ("client.crt", None, "certificate names {}, which holds no private key in PEM form: it"),
        ("client.crt", "ca.crt", "key names {}, which holds no private key in PEM form"),
        ("client.crt", "server.key", "key names {}, whose key is another certificate's"),
        ("client.crt", "encrypted.key", "key names {}, whose key needs a passphrase"),
    ],
)
def test_what_cannot_be_shown_is_refused_where_it_is_named(
    certificate: str, key: str | None, problem: str
) -> None:
    blamed = certificate if problem.startswith("certificate") else key
    with pytest.raises(ValueError, match=r"^(certificate|key) names") as refused:
        Synerise.Initializer().withCertificate(
            TLS / certificate, None if key is None else TLS / key
        )
    assert str(refused.value).startswith(problem.format(TLS / str(blamed)))


def test_a_broken_certificate_is_refused_where_it_is_named(tmp_path: Path) -> None:
    broken = tmp_path / "broken.pem"
    broken.write_text(CERTIFICATE.read_text().replace("M", "N") + KEY.read_text())
    with pytest.raises(ValueError, match=r"^certificate names .*, which cannot be used"):
        Synerise.Initializer().withCertificate(broken)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no terminal to make")
@pytest.mark.parametrize("files", [1, 2])
def test_nobody_is_asked_for_a_passphrase_on_the_terminal(tmp_path: Path, files: int) -> None:
    arguments = [str(CERTIFICATE), str(TLS / "encrypted.key")]
    if files == 1:
        both = tmp_path / "both.pem"
        both.write_text("".join(Path(each).read_text() for each in arguments))
        arguments = [str(both)]
    ours, theirs = pty.openpty()
    try:
        done = subprocess.run(
            [sys.executable, "-c", NAME_A_KEY_WITH_A_PASSPHRASE, *arguments],
            stdin=theirs,
            capture_output=True,
            start_new_session=True,
            text=True,
            timeout=20,
            check=True,
        )
    finally:
        os.close(ours)
        os.close(theirs)
    assert "needs a passphrase" in done.stdout
    assert "pass phrase" not in done.stdout + done.stderr
