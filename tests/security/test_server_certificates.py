"""Whom the client believes: withVerify, the variables of the environment, and nobody unchecked."""

from __future__ import annotations

import pathlib
import shutil
from pathlib import Path
from typing import Any

import pytest

from synerise_client import Error, MemoryStorage, Synerise
from synerise_client.sandbox import Sandbox
from tests.api.conftest import Bench
from tests.api.server import LOGIN
from tests.security.conftest import CA, TLS, Serve
from tests.store.conftest import run

HOST = "127.0.0.1"

NAME_A_BUNDLE = """
import sys
from synerise_client import Synerise
try:
    Synerise.Initializer().withVerify(sys.argv[1])
except ValueError as error:
    print(error)
"""


def told_once(bench: Bench, *, why: str) -> None:
    """Sign in, which fails with one Error that names the host and the reason, after one attempt."""
    error = bench.sign_in()
    assert isinstance(error, Error)
    assert (error.code, error.httpStatus) == (-1, None)
    assert HOST in error.message
    assert why in error.message
    assert bench.attempts_at("login") == 1


@pytest.mark.parametrize(
    ("certificate", "why"),
    [("signed", "unable to get local issuer certificate"), ("server", "self-signed certificate")],
)
def test_a_server_of_an_unknown_authority_gets_no_secret(
    bench: Bench, serve: Serve, certificate: str, why: str
) -> None:
    server = serve(certificate)
    bench.client(base_url=server.url)
    told_once(bench, why=why)
    assert server.requests == []
    assert server.connections == 1


def test_a_server_without_tls_is_told_from_one_that_is_not_there(bench: Bench) -> None:
    with Sandbox() as plain:
        bench.client(base_url=plain.url.replace("http:", "https:"))
        error = bench.sign_in()
    assert isinstance(error, Error)
    assert error.message.startswith(f"Could not connect to {HOST}:")
    assert error.message.endswith("it does not speak TLS there, as https needs")


@pytest.mark.parametrize("kind", [str, Path, pathlib.PurePosixPath], ids=["text", "path", "pure"])
def test_the_authority_that_verify_names_is_believed(bench: Bench, serve: Serve, kind: Any) -> None:
    server = serve()
    bench.client(base_url=server.url, withVerify=kind(CA))
    assert bench.sign_in() is True
    assert len(server.to(LOGIN)) == 1


def test_a_folder_with_hashed_names_is_believed(bench: Bench, serve: Serve) -> None:
    bench.client(base_url=serve().url, withVerify=TLS / "hashed")
    assert bench.sign_in() is True


def test_a_single_certificate_can_be_believed_without_an_authority(
    bench: Bench, serve: Serve
) -> None:
    bench.client(base_url=serve("server").url, withVerify=TLS / "server.crt")
    assert bench.sign_in() is True


@pytest.mark.parametrize(
    ("certificate", "why"),
    [("expired", "certificate has expired"), ("elsewhere", "IP address mismatch")],
)
def test_a_believed_authority_does_not_make_up_for_the_rest(
    bench: Bench, serve: Serve, certificate: str, why: str
) -> None:
    server = serve(certificate)
    bench.client(base_url=server.url, withVerify=CA)
    told_once(bench, why=why)
    assert server.requests == []


def test_verify_counts_instead_of_all_others(
    bench: Bench, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(CA))
    server = serve()
    bench.client(base_url=server.url, withVerify=TLS / "server.crt")
    told_once(bench, why="unable to get local issuer certificate")
    assert server.requests == []


def test_true_is_the_default_and_leaves_the_choice_to_the_environment(
    bench: Bench, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(CA))
    bench.client(base_url=serve().url, withVerify=True)
    assert bench.sign_in() is True


def test_true_takes_a_path_back(bench: Bench, serve: Serve) -> None:
    initializer = Synerise.Initializer().withVerify(CA).withVerify(True)
    initializer.withApiKey("key").withBaseUrl(serve().url).withStorage(MemoryStorage()).init()
    assert bench.sign_in().code == -1


def test_false_is_refused_and_says_what_to_do_instead() -> None:
    with pytest.raises(ValueError, match=r"^verify must not be False: .*path"):
        Synerise.Initializer().withVerify(False)


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_server_is_believed_whose_certificate_is_in_the_bundle_of_the_environment(
    bench: Bench, serve: Serve, monkeypatch: pytest.MonkeyPatch, variable: str, host: str
) -> None:
    monkeypatch.setenv(variable, str(TLS / "server.crt"))
    server = serve("server")
    bench.client(base_url=f"https://{host}:{server.port}")
    assert bench.sign_in() is True
    assert len(server.to(LOGIN)) == 1


@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "SSL_CERT_DIR"])
def test_openssls_own_variables_do_not_count(
    bench: Bench, serve: Serve, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(variable, str(CA if variable == "SSL_CERT_FILE" else TLS / "hashed"))
    bench.client(base_url=serve().url)
    told_once(bench, why="unable to get local issuer certificate")


def test_requests_own_variable_counts_before_curls(
    bench: Bench, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CURL_CA_BUNDLE", str(TLS / "server.crt"))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(CA))
    bench.client(base_url=serve().url)
    assert bench.sign_in() is True


def test_the_variables_are_read_once(
    bench: Bench, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(CA))
    bench.client(base_url=serve().url)
    assert bench.sign_in() is True
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(TLS / "server.crt"))
    assert bench.sign_in() is True


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
@pytest.mark.parametrize(
    ("path", "why"),
    [
        (TLS / "server.key", "which holds no certificate"),
        (TLS / "missing.pem", "which is not there"),
    ],
    ids=["no certificate", "missing"],
)
def test_a_variable_that_names_no_certificate_is_named_at_once(
    bench: Bench,
    serve: Serve,
    monkeypatch: pytest.MonkeyPatch,
    variable: str,
    path: Path,
    why: str,
) -> None:
    monkeypatch.setenv(variable, str(path))
    server = serve()
    bench.client(base_url=server.url)
    error = bench.sign_in()
    assert error.code == -1
    assert f"{variable} names {path}, {why}" in error.message
    assert bench.attempts_at("login") == 1
    assert server.connections == 0


def test_certificates_that_are_deleted_later_are_named_at_once(
    bench: Bench, serve: Serve, tmp_path: Path
) -> None:
    bundle = tmp_path / "ca.pem"
    shutil.copy(CA, bundle)
    server = serve()
    bench.client(base_url=server.url, withVerify=bundle)
    bundle.unlink()
    error = bench.sign_in()
    assert error.code == -1
    assert str(bundle) in error.message
    assert bench.attempts_at("login") == 1
    assert server.requests == []


def test_a_path_is_meant_from_where_it_was_given(
    bench: Bench, serve: Serve, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(TLS)
    bench.client(base_url=serve().url, withVerify="ca.crt")
    monkeypatch.chdir(tmp_path)
    assert bench.sign_in() is True


@pytest.mark.parametrize("wrong", [None, 1, 0, b"/etc/ssl/certs", ["ca.crt"], object()])
def test_what_is_no_path_is_a_type_error(wrong: Any) -> None:
    with pytest.raises(TypeError, match=r"^verify must be a path"):
        Synerise.Initializer().withVerify(wrong)


def test_what_holds_no_certificate_is_refused_where_it_is_named(tmp_path: Path) -> None:
    empty = tmp_path / "empty.pem"
    empty.touch()
    for path, why in {
        tmp_path / "missing.pem": "which is not there",
        empty: "which holds no certificate in PEM form",
        TLS / "server.key": "which holds no certificate in PEM form",
        TLS / "make.sh": "which holds no certificate in PEM form",
        tmp_path: "which has no certificate under a hashed name",
    }.items():
        with pytest.raises(ValueError, match=r"^verify names ") as refused:
            Synerise.Initializer().withVerify(path)
        assert f"{path}, {why}" in str(refused.value)


@pytest.mark.parametrize("path", ["a\x00b", "~nobody-of-this-name/ca.crt"], ids=["nul", "home"])
def test_a_path_that_cannot_be_one_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match=r"^verify is no path"):
        Synerise.Initializer().withVerify(path)


def test_a_file_that_may_not_be_read_says_so(tmp_path: Path) -> None:
    shutil.copy(CA, tmp_path / "ca.pem")
    (tmp_path / "ca.pem").chmod(0)
    assert "Permission denied" in run(NAME_A_BUNDLE, tmp_path / "ca.pem")
