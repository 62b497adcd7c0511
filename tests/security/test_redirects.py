"""Nothing goes to a second server: neither a token nor a body nor a cookie."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from synerise_client import Error
from tests.api.conftest import API_KEY, PASSWORD, Bench
from tests.api.server import ACCOUNT, LOGIN, REFRESH, REGISTER, ScriptedServer, reply, token_body

PATHS = {"login": LOGIN, "register": REGISTER, "refresh": REFRESH, "account": ACCOUNT}


@pytest.fixture
def elsewhere() -> Iterator[ScriptedServer]:
    server = ScriptedServer()
    yield server
    server.close()


@pytest.mark.parametrize("status", [300, 301, 302, 303, 305, 307, 308])
@pytest.mark.parametrize("operation", list(PATHS))
def test_a_redirect_reaches_no_second_server(
    bench: Bench, elsewhere: ScriptedServer, operation: str, status: int
) -> None:
    bench.client()
    assert bench.sign_in() is True
    location = {"Location": f"{elsewhere.url}{PATHS[operation]}", "Set-Cookie": "a=b; Path=/"}
    bench.server.script(PATHS[operation], reply(status, headers=location))
    before = len(bench.server.requests)
    error = bench.make(operation)
    assert isinstance(error, Error)
    assert (error.code, error.httpStatus) == (status, status)
    assert len(bench.server.requests) == before + 1
    assert elsewhere.connections == 0


@pytest.mark.parametrize(
    "location",
    ["//127.0.0.1:{port}/", "http://127.0.0.1:{port}", "/same", "", "http://[", "javascript:x"],
)
def test_a_location_is_not_even_looked_at(
    bench: Bench, elsewhere: ScriptedServer, location: str
) -> None:
    bench.client()
    to = {"Location": location.format(port=elsewhere.port)}
    bench.server.script(LOGIN, reply(307, headers=to))
    error = bench.sign_in()
    assert error.code == 307
    assert elsewhere.connections == 0
    assert len(bench.server.requests) == 1


def test_a_redirects_error_holds_nothing_of_the_request(
    bench: Bench, elsewhere: ScriptedServer
) -> None:
    bench.client()
    body = {"message": f"you sent {PASSWORD} with {API_KEY}", "path": f"/?{PASSWORD}"}
    bench.server.script(LOGIN, reply(302, body, {"Location": elsewhere.url}))
    error = bench.sign_in()
    assert error.code == 302
    assert PASSWORD not in f"{vars(error)}{error}"
    assert API_KEY not in f"{vars(error)}{error}"


@pytest.mark.parametrize("status", [200, 302, 401, 500])
def test_a_cookie_is_neither_kept_nor_sent(bench: Bench, status: int) -> None:
    cookies = {"Set-Cookie": "session=s3cret; Path=/; Max-Age=9999; Domain=127.0.0.1"}
    bench.client()
    body = token_body() if status == 200 else {}
    bench.server.script(LOGIN, *[reply(status, body, cookies)] * 9)
    for _ in range(2):
        bench.sign_in()
    bench.call("requestPasswordReset", "anna@example.com")
    assert len(bench.server.requests) >= 3
    assert [request.all("Cookie") for request in bench.server.requests] == [[]] * len(
        bench.server.requests
    )
