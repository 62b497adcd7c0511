"""What the Initializer takes for base URL, routes, retries and timeouts, and what it refuses."""

from __future__ import annotations

from typing import Any

import pytest

from synerise_client import Error, MemoryStorage, RetryPolicy, Synerise
from synerise_client.api.base_url import parse_base_url
from tests.api.conftest import Bench
from tests.api.server import ACCOUNT, LOGIN, reply


def initialize(base_url: str) -> None:
    try:
        Synerise.Initializer().withApiKey("key").withStorage(MemoryStorage()).withBaseUrl(
            base_url
        ).init()
    finally:
        Synerise.shutdown()


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("https://api.snrapi.com", "https://api.snrapi.com"),
        ("https://api.snrapi.com/", "https://api.snrapi.com"),
        ("  https://api.snrapi.com//  ", "https://api.snrapi.com"),
        ("HTTPS://API.SnrApi.com", "https://api.snrapi.com"),
        ("https://api.snrapi.com:443", "https://api.snrapi.com"),
        ("https://api.snrapi.com:8443", "https://api.snrapi.com:8443"),
        ("https://example.com/In/Front/", "https://example.com/In/Front"),
        ("http://localhost:80", "http://localhost"),
        ("http://LOCALHOST:8080/", "http://localhost:8080"),
        ("http://127.0.0.1:5000", "http://127.0.0.1:5000"),
        ("http://127.8.9.1", "http://127.8.9.1"),
        ("http://[::1]:5000/x/", "http://[::1]:5000/x"),
        ("https://[2001:DB8::1]", "https://[2001:db8::1]"),
    ],
)
def test_a_base_url_has_one_normal_form(written: str, normal: str) -> None:
    initialize(written)
    assert parse_base_url(written).text == normal


@pytest.mark.parametrize(
    "url",
    [
        "http://api.snrapi.com",
        "http://localhost.example.com",
        "http://127.0.0.1.example.com",
        "http://example.com/127.0.0.1",
        "http://10.0.0.1",
        "http://0.0.0.0",
        "http://[::2]",
        "HTTP://EXAMPLE.COM:80",
    ],
)
def test_plain_http_is_refused_except_on_this_machine(url: str) -> None:
    with pytest.raises(ValueError, match=r"withBaseUrl.*https"):
        initialize(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://user:secret-word@example.com",
        "https://user@example.com",
        "https://:secret-word@example.com",
        "http://127.0.0.1:80@example.com",
        "https://example.com?key=secret-word",
        "https://example.com#part",
        " ",
        "api.snrapi.com",
        "//api.snrapi.com",
        "ftp://example.com",
        "file:///etc/passwd",
        "https://",
        "https:///path",
        "https://:443",
        "https://example.com:port",
        "https://example.com:99999",
        "https://example.com:-1",
        "https://[::1",
        "https://[nonsense]",
        "https://exa mple.com",
        "https://example.com\\other.example.com",
        "https://exa<mple>.com",
        "https://@example.com",
        "https://:@example.com",
        "https://user:secret-word/x@example.com",
        "https://exa mple.com#secret-word",
        "secret-word",
        "https://example.com\r\nX-Evil: 1",
        "https://exam\nple.com",
        "https://exam\tple.com",
        "https://example.com/a#b",
        "https://example.com/a b",
        "https:\\\\example.com",
        "https://example.com\\@host",
        "https://exa%0d%0ample.com",
        "https://exa%00mple.com",
        "https://example.com;a",
        "https://example.com,host",
        "https://exa*mple.com",
        "https://example..com",
        "https://[::1]host",
        "https://example.com:80:90",
        "https://example.com\x00",
        "\u00a0",
        "nonsense",
    ],
)
def test_what_is_no_base_url_is_refused_where_it_is_given_by_its_builders_name(url: str) -> None:
    with pytest.raises(ValueError, match=r"^withBaseUrl: ") as refused:
        initialize(url)
    assert "secret-word" not in str(refused.value)
    assert not Synerise.isInitialized()


@pytest.mark.parametrize("wrong", [5, b"https://example.com", ["https://example.com"]])
def test_a_base_url_of_a_wrong_type_is_a_type_error(wrong: Any) -> None:
    with pytest.raises(TypeError, match="baseUrl"):
        Synerise.Initializer().withBaseUrl(wrong)


@pytest.mark.parametrize("name", ["attempts", "initial", "maximum", "deadline"])
@pytest.mark.parametrize("value", [-1, float("nan"), float("inf"), float("-inf"), "5", None, True])
def test_a_retry_policy_refuses_what_makes_no_sense_and_names_it(name: str, value: Any) -> None:
    with pytest.raises((TypeError, ValueError), match=name):
        RetryPolicy(**{name: value})


@pytest.mark.parametrize(("name", "value"), [("attempts", 0), ("attempts", 1.5), ("deadline", 0)])
def test_a_retry_policy_refuses_what_would_try_nothing(name: str, value: Any) -> None:
    with pytest.raises((TypeError, ValueError), match=name):
        RetryPolicy(**{name: value})


@pytest.mark.parametrize("name", ["connect", "read"])
@pytest.mark.parametrize("value", [0, -1, float("nan"), float("inf"), "5", None, True])
def test_timeouts_refuse_what_makes_no_sense_and_name_it(name: str, value: Any) -> None:
    with pytest.raises((TypeError, ValueError), match=name):
        Synerise.Initializer().withTimeouts(**{name: value})


def test_a_retry_policy_is_a_value() -> None:
    assert RetryPolicy() == RetryPolicy(attempts=5, initial=0.5, maximum=8, deadline=60)
    with pytest.raises(AttributeError):
        RetryPolicy().attempts = 3  # type: ignore[misc]


@pytest.mark.parametrize("wrong", [None, 5, {"attempts": 3}, RetryPolicy])
def test_what_is_no_retry_policy_is_a_type_error(wrong: Any) -> None:
    with pytest.raises(TypeError, match="policy"):
        Synerise.Initializer().withRetryPolicy(wrong)


@pytest.mark.parametrize("wrong", [None, 5, "hook"])
def test_what_is_no_hook_is_a_type_error(wrong: Any) -> None:
    with pytest.raises(TypeError, match="hook"):
        Synerise.Initializer().withRequestHook(wrong)


# withRoutes


def test_a_route_can_be_replaced(bench: Bench) -> None:
    bench.client(withRoutes={"account": "/elsewhere?v=1"})
    bench.server.script("/elsewhere?v=1", reply(body={"email": "anna@example.com"}))
    assert bench.sign_in() is True
    assert bench.make("account").email == "anna@example.com"
    assert bench.server.to(ACCOUNT) == []
    assert len(bench.server.to(LOGIN)) == 1


def test_a_replaced_route_does_not_change_other_clients(bench: Bench) -> None:
    Synerise.Initializer().withRoutes({"login": "/elsewhere"})
    bench.client()
    assert bench.sign_in() is True


@pytest.mark.parametrize("wrong", [None, 5, "login", ["login"]])
def test_routes_that_are_no_mapping_are_a_type_error(wrong: Any) -> None:
    with pytest.raises(TypeError, match="routes"):
        Synerise.Initializer().withRoutes(wrong)


def test_a_moved_host_is_named_when_it_cannot_be_found(bench: Bench) -> None:
    bench.client(base_url="https://nobody.invalid")
    error = bench.sign_in()
    assert isinstance(error, Error)
    assert error.code == -1
    assert "nobody.invalid" in error.message
    assert bench.attempts_at("login") == 5
