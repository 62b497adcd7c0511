"""What a request carries, and what the surroundings of the process may not add to it."""

from __future__ import annotations

import logging
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from synerise_client import Error, Synerise
from tests.api.conftest import API_KEY, EMAIL, NEW_CUSTOMER, PASSWORD, Bench
from tests.api.server import (
    ACCOUNT,
    ANONYMOUS,
    LOGIN,
    LOGOUT,
    REFRESH,
    REGISTER,
    ScriptedServer,
    reply,
)

EVERY_CALL = """
import sys
from synerise_client import ClientAccountRegisterContext, MemoryStorage, RetryPolicy, Synerise
(Synerise.Initializer().withApiKey("key").withBaseUrl(sys.argv[1]).withStorage(MemoryStorage())
    .withRetryPolicy(RetryPolicy(attempts=1)).init())
told = []
client, note = Synerise.Client, told.append
new = ClientAccountRegisterContext(email="b@example.com", password="pw")
client.registerAccount(new, note, note)
client.signIn("anna@example.com", "pw", note, note)
client.refreshToken(lambda token: note(True), note)
client.getAccount(lambda account: note(True), note)
client.signOutWithMode("SIGN_OUT", False, note, note)
assert Synerise.waitUntilIdle(20)
assert told == [True] * 5, told
"""


def make_every_call(url: str, **environment: str) -> None:
    """Make each call once, in a process whose environment is ours with ``environment``."""
    subprocess.run(
        [sys.executable, "-c", EVERY_CALL, url],
        env={**os.environ, **environment},
        check=True,
        timeout=30,
    )


def authorizations(server: ScriptedServer) -> list[tuple[str, list[str]]]:
    return [(request.path, request.all("Authorization")) for request in server.requests]


RIGHT_AUTHORIZATIONS: list[tuple[str, list[str]]] = [
    (ANONYMOUS, []),
    (REGISTER, ["Bearer token-anonymous"]),
    (LOGIN, []),
    (REFRESH, ["Bearer token-1"]),
    (ACCOUNT, ["Bearer token-refreshed"]),
    (LOGOUT, ["Bearer token-refreshed"]),
]


def test_each_request_carries_exactly_the_token_that_it_needs(bench: Bench) -> None:
    bench.client()
    assert bench.make("register") is True
    assert bench.sign_in() is True
    bench.make("refresh")
    bench.make("account")
    assert bench.call("signOutWithMode", "SIGN_OUT", False) is True
    assert authorizations(bench.server) == RIGHT_AUTHORIZATIONS


def test_each_request_says_that_it_speaks_json_and_which_version_of_the_api(bench: Bench) -> None:
    bench.client()
    bench.make("register")
    bench.sign_in()
    bench.make("account")
    assert len(bench.server.requests) == 4
    for request in bench.server.requests:
        assert request.all("Accept") == ["application/json"]
        assert request.all("Api-Version") == ["4.4"]
        assert len(request.all("User-Agent")) == len(request.all("Host")) == 1
        if request.method == "POST":
            assert request.all("Content-Type") == ["application/json"]


def test_a_log_in_sends_what_is_documented_and_nothing_else(bench: Bench) -> None:
    bench.client()
    bench.sign_in()
    (request,) = bench.server.to(LOGIN)
    assert request.method == "POST"
    assert set(request.json) == {
        "apiKey",
        "identityProvider",
        "email",
        "password",
        "uuid",
        "deviceId",
    }
    assert request.json["apiKey"] == API_KEY
    assert request.json["identityProvider"] == "SYNERISE"
    assert request.json["email"] == EMAIL
    assert request.json["uuid"] == Synerise.Client.getUUID()


def test_a_registration_leaves_out_what_is_not_known(bench: Bench) -> None:
    """The API refuses null there."""
    bench.client()
    bench.make("register")
    (request,) = bench.server.to(REGISTER)
    assert set(request.json) == {"email", "password", "uuid"}


def test_a_password_travels_in_the_body_as_it_is(bench: Bench) -> None:
    bench.client()
    password = 'żółw "\\ 🐢\n\x00'
    assert bench.call("signIn", EMAIL, password) is True
    assert bench.server.requests[0].json["password"] == password


@pytest.mark.parametrize("where", ["HOME", "NETRC"])
def test_a_netrc_neither_adds_nor_replaces_an_authorization(
    server: ScriptedServer, tmp_path: Path, where: str
) -> None:
    netrc = tmp_path / ".netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\n")
    netrc.chmod(0o600)
    home = {"HOME": str(tmp_path), "NETRC": str(netrc)}
    make_every_call(server.url, **{where: home[where]})
    assert authorizations(server) == RIGHT_AUTHORIZATIONS


def test_a_proxy_of_the_environment_is_not_asked_for_this_machine(server: ScriptedServer) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # and does not listen: whoever asks it is refused
        proxy = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        names = ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")
        make_every_call(server.url, no_proxy="", NO_PROXY="", **dict.fromkeys(names, proxy))
    assert authorizations(server) == RIGHT_AUTHORIZATIONS


def test_a_path_of_the_base_url_goes_before_each_route(bench: Bench) -> None:
    bench.client(base_url=bench.server.url + "/in/front/")
    assert bench.sign_in().code == 404
    assert bench.server.requests[0].path == "/in/front" + LOGIN


def test_a_request_over_ipv6_reaches_the_loopback() -> None:
    try:
        server = ScriptedServer(family=socket.AF_INET6)
    except OSError:
        pytest.skip("this machine has no IPv6")
    try:
        bench = Bench(server)
        bench.client()
        assert bench.sign_in() is True
    finally:
        Synerise.shutdown()
        Synerise.__init__()  # type: ignore[misc]
        server.close()


# withRequestHook


def test_a_hook_adds_headers_and_fields_of_the_body(bench: Bench) -> None:
    def hook(operation: str, headers: dict[str, str], body: dict[str, Any]) -> None:
        headers["X-Signature"] = f"of {operation}"
        if operation == "login":
            body["signature"] = "s"

    bench.client(withRequestHook=hook)
    assert bench.sign_in() is True
    bench.make("account")
    login, account = bench.server.requests
    assert login.all("X-Signature") == ["of login"]
    assert login.json["signature"] == "s"
    assert account.all("X-Signature") == ["of account"]
    assert account.body == b""


def test_what_a_hook_adds_to_one_attempt_is_not_in_the_next_one(bench: Bench) -> None:
    seen: list[int] = []

    def hook(operation: str, headers: dict[str, str], body: dict[str, Any]) -> None:
        seen.append(len(body))
        body[f"extra-{len(seen)}"] = headers[f"X-{len(seen)}"] = "x"

    bench.client(withRequestHook=hook)
    bench.server.script(LOGIN, reply(503))
    assert bench.sign_in() is True
    assert seen[0] == seen[1]
    assert "extra-1" not in bench.server.requests[1].json
    assert bench.server.requests[1].all("X-1") == []


def test_a_hook_cannot_replace_the_token(bench: Bench) -> None:
    def hook(operation: str, headers: dict[str, str], body: dict[str, Any]) -> None:
        headers["Authorization"] = "Basic c29tZWJvZHk6ZWxzZQ=="

    bench.client(withRequestHook=hook)
    bench.sign_in()
    bench.make("account")
    assert authorizations(bench.server) == [(LOGIN, []), (ACCOUNT, ["Bearer token-1"])]


@pytest.mark.parametrize("problem", [ValueError("hook"), KeyError(1)], ids=["value", "key"])
def test_a_hook_that_raises_answers_its_call_and_does_not_hold_the_next_one(
    bench: Bench, problem: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    fails = [True]

    def hook(operation: str, headers: dict[str, str], body: dict[str, Any]) -> None:
        if fails.pop() if fails else False:
            raise problem

    bench.client(withRequestHook=hook)
    broken = bench.begin("signIn", EMAIL, PASSWORD)
    next_one = bench.begin("signIn", EMAIL, PASSWORD)
    assert isinstance(broken.wait(), Error)
    assert next_one.wait() is True
    assert len(bench.server.requests) == 1
    assert PASSWORD not in caplog.text


HOOK_THAT_EXITS = """
import os, sys
from synerise_client import Error, MemoryStorage, Synerise
def hook(operation, headers, body):
    sys.exit(3)
(Synerise.Initializer().withApiKey("key").withBaseUrl(sys.argv[1]).withStorage(MemoryStorage())
    .withRequestHook(hook).init())
told = []
Synerise.Client.signIn("anna@example.com", "pw", told.append, told.append)
Synerise.Client.signIn("anna@example.com", "pw", told.append, told.append)
Synerise.waitUntilIdle(5)
os._exit(0 if len(told) == 2 and all(isinstance(each, Error) for each in told) else 9)
"""


def test_a_hook_that_exits_answers_its_call_and_does_not_hold_the_next_one(
    server: ScriptedServer,
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", HOOK_THAT_EXITS, server.url],
        timeout=30,
        check=False,
        capture_output=True,
    )
    assert done.returncode == 0
    assert server.requests == []


@pytest.mark.parametrize("value", [object(), float("nan"), {1, 2}], ids=["object", "nan", "set"])
def test_a_hooks_field_that_is_no_json_is_an_unusable_argument(bench: Bench, value: Any) -> None:
    def hook(operation: str, headers: dict[str, str], body: dict[str, Any]) -> None:
        body["odd"] = value

    bench.client(withRequestHook=hook)
    assert bench.sign_in().code == 3050
    assert bench.server.requests == []


# What is logged


def test_the_debug_log_tells_of_requests_and_of_no_secret(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    bench.client()
    bench.server.script(LOGIN, reply(503), reply(200, body=b"{"))
    bench.sign_in()
    bench.sign_in()
    bench.call("registerAccount", NEW_CUSTOMER)
    bench.make("refresh")
    bench.make("account")
    assert LOGIN in caplog.text
    for secret in (
        PASSWORD,
        API_KEY,
        "Fresh1!word",
        "token-1",
        "token-refreshed",
        "token-anonymous",
    ):
        assert secret not in caplog.text
