"""What is handed in cannot become another header, another line or another host."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from synerise_client import Synerise
from tests.api.conftest import API_KEY, Bench
from tests.api.server import LOGIN, REFRESH, reply, token_body

LINES = ["a\r\nX-Evil: 1", "a\nb", "a\rb", "a\r\n b", "a\x00b", "a\x0bb", "a\x85b", "a\u2028b"]
FOREIGN = ["ż", "a\xa0b", "€", "a\udc80"]
SPLITS = pytest.mark.parametrize("text", [*LINES, *FOREIGN, "a b", "a\tb"], ids=ascii)


@SPLITS
def test_an_api_key_is_refused_where_it_is_given(text: str) -> None:
    with pytest.raises(ValueError, match=r"^apiKey must be printable ASCII") as refused:
        Synerise.Initializer().withApiKey(text)
    assert text not in str(refused.value)


@SPLITS
def test_a_changed_api_key_is_refused_where_it_is_given(bench: Bench, text: str) -> None:
    bench.client()
    uuid = Synerise.Client.getUUID()
    with pytest.raises(ValueError, match=r"^apiKey must be printable ASCII"):
        Synerise.changeApiKey(text)
    assert Synerise.Client.getUUID() == uuid
    assert bench.sign_in() is True
    assert bench.server.requests[0].json["apiKey"] == API_KEY


def test_blanks_around_an_api_key_are_left_out(bench: Bench) -> None:
    bench.client(withApiKey=" a-key\r\n")
    bench.sign_in()
    Synerise.changeApiKey("\tanother-key\n")
    bench.sign_in()
    assert [each.json["apiKey"] for each in bench.server.requests] == ["a-key", "another-key"]


@SPLITS
def test_a_token_of_the_server_that_cannot_be_a_header_is_not_taken(
    bench: Bench, text: str
) -> None:
    bench.client()
    bench.server.script(LOGIN, reply(body=token_body(text)))
    assert bench.sign_in().code == -106
    assert not Synerise.Client.isSignedIn()
    assert bench.attempts_at("login") == 1


@SPLITS
def test_a_refreshed_token_that_cannot_be_a_header_is_not_taken(bench: Bench, text: str) -> None:
    bench.client()
    assert bench.sign_in() is True
    bench.server.script(REFRESH, reply(body=token_body(text)))
    assert bench.make("refresh").code == -106
    bench.make("account")
    assert bench.server.requests[-1].all("Authorization") == ["Bearer token-1"]


@SPLITS
def test_a_stored_token_that_cannot_be_a_header_is_not_sent(bench: Bench, text: str) -> None:
    bench.client()
    assert bench.sign_in() is True
    Synerise.shutdown()
    ((key, state),) = bench.storage._texts.items()
    fields = json.loads(state)
    fields["token"]["string"] = text
    bench.storage._texts[key] = json.dumps(fields)
    bench.client()
    before = len(bench.server.requests)
    error = bench.make("account")
    assert error.code == -1
    assert "token cannot be sent" in error.message
    assert text not in f"{error}"
    assert len(bench.server.requests) == before
    assert bench.attempts_at("account") == 1


HEADERS: list[tuple[Any, Any]] = [
    *[("X-Odd", text) for text in [*LINES, *FOREIGN]],
    *[("X-Odd", text) for text in (" a", "a ", "\ta", 5, None, b"a")],
    *[(name, "a") for name in ("X: 1\r\nY", "X:Y", "X Y", " X", "X ", "", "Ż", "X\x00", 5, b"X")],
]


@pytest.mark.parametrize(("name", "value"), HEADERS, ids=ascii)
def test_a_hooks_header_that_cannot_be_one_is_named_and_nothing_is_sent(
    bench: Bench, name: Any, value: Any
) -> None:
    attempts: list[str] = []

    def hook(operation: str, headers: dict[Any, Any], body: dict[str, Any]) -> None:
        attempts.append(operation)
        headers[name] = value

    bench.client(withRequestHook=hook)
    error = bench.sign_in()
    assert error.code == -1
    assert error.message == f"The header {name!r} cannot be sent; the request hook has set it"
    assert attempts == ["login"]
    assert bench.server.connections == 0


@pytest.mark.parametrize("value", ["", "a", "a b", "~!;,\"'"], ids=ascii)
def test_a_hooks_header_arrives_as_it_is(bench: Bench, value: str) -> None:
    def hook(operation: str, headers: dict[str, str], body: dict[str, Any]) -> None:
        headers["X_odd.1"] = value

    bench.client(withRequestHook=hook)
    assert bench.sign_in() is True
    assert bench.server.requests[0].all("X_odd.1") == [value]


PATHS = [
    *[f"/{text}" for text in [*LINES, *FOREIGN]],
    *[
        "/a b",
        "/a\t",
        "/a#b",
        "/#",
        "/a\\b",
        "/\\\\host/a",
        "/<a>",
        '/"',
        "/`",
        "/{a}",
        "/a|b",
        "/^",
    ],
    *["", "a", "https://host/a", "\n/a"],
]


@pytest.mark.parametrize("path", PATHS, ids=ascii)
def test_a_route_that_cannot_be_sent_is_refused_where_it_is_given(path: str) -> None:
    with pytest.raises(ValueError, match=r"^withRoutes: the path of login must start with /"):
        Synerise.Initializer().withRoutes({"login": path})


@pytest.mark.parametrize("path", ["/a\r\nX: 1", "/a b", "/a#b", "a"], ids=ascii)
def test_a_route_in_the_file_is_refused_by_init(
    bench: Bench, path: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "routes.json").write_text(json.dumps({"login": path}))
    monkeypatch.setenv("SYNERISE_CLIENT_ROUTES", str(tmp_path / "routes.json"))
    with pytest.raises(ValueError, match=r"^SYNERISE_CLIENT_ROUTES: the path of login must start"):
        bench.client()
    assert not Synerise.isInitialized()


@pytest.mark.parametrize(
    "path", ["/", "/a%20b", "/a?b=c&d=%C5%BC", "/@host/a", "//host/a", "/a/../b;c=(d),*+!$'~:@[x]"]
)
def test_a_route_stays_on_its_host_and_arrives_as_it_is(bench: Bench, path: str) -> None:
    bench.client(withRoutes={"login": path})
    bench.sign_in()
    (request,) = bench.server.requests
    assert request.all("Host") == [f"127.0.0.1:{bench.server.port}"]
