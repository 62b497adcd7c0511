"""Which answers of a log-in or a refresh are tokens, and that the others change nothing."""

from __future__ import annotations

import json
import time
from email.utils import formatdate
from typing import Any

import pytest

from synerise_client import Error, Synerise, Token, TokenOrigin
from tests.api.conftest import EMAIL, NEW_CUSTOMER, PASSWORD, Bench
from tests.api.server import ANONYMOUS, LOGIN, REFRESH, Step, reply, token_body

NOW = int(time.time())
BAD_TOKENS: list[Any] = [
    None, "", 5, True, [], {}, "a b", " a", "a ", "tökèn", "a\u00a0b", "a\nb", "a\r\nX: 1", "a\tb",
    "a\x00b", "a\x7fb", "\u202e", "🐢",
]  # fmt: skip
BAD_EXPIRATIONS: list[Any] = [
    None, True, False, "", str(NOW + 3600), [], {}, 0, -1, NOW - 1, NOW - 10**6,
    (NOW + 3600) * 1000, NOW + 11 * 366 * 86400, 10**40, -(10**40), 1e308, -1e308,
    float("nan"), float("inf"), float("-inf"),
]  # fmt: skip


def with_bytes(name: str, value: bytes) -> bytes:
    """A token reply with raw JSON for one field."""
    body = json.dumps({**token_body(), name: "@"}).encode()
    return body.replace(b'"@"', value)


BAD_ANSWERS: list[tuple[str, Step]] = [
    *(
        (f"token-{number}", reply(body={**token_body(), "token": value}))
        for number, value in enumerate(BAD_TOKENS)
    ),
    *(
        (f"expiration-{number}", reply(body={**token_body(), "expiration": value}))
        for number, value in enumerate(BAD_EXPIRATIONS)
    ),
    ("expiration-1e999", reply(body=with_bytes("expiration", b"1e999"))),
    ("expiration-digits", reply(body=with_bytes("expiration", b"9" * 5000))),
    ("no-token", reply(body={"expiration": NOW + 3600})),
    ("no-expiration", reply(body={"token": "token-1"})),
    ("empty", reply(body=b"")),
    ("html", reply(body=b"<html>")),
    ("list", reply(body=[token_body()])),
    ("null", reply(body=b"null")),
    ("cut", reply(body=b'{"token": "token-1", "expi')),
    ("deep", reply(body=b"[" * 100_000)),
    ("not-utf-8", reply(body=b'{"token": "\xff"}')),
    ("no-content", reply(status=204, body=b"")),
]
BAD = pytest.mark.parametrize(
    "step", [step for _, step in BAD_ANSWERS], ids=[name for name, _ in BAD_ANSWERS]
)


@BAD
def test_a_log_in_without_a_usable_token_is_106_and_changes_nothing(
    bench: Bench, step: Step
) -> None:
    bench.client()
    before, uuid = bench.stored, Synerise.Client.getUUID()
    bench.server.script(LOGIN, step)
    assert bench.fail("signIn", EMAIL, PASSWORD).code == -106
    assert not Synerise.Client.isSignedIn()
    assert Synerise.Client.getUUID() == uuid
    assert bench.stored == before
    assert len(bench.server.requests) == 1


@BAD
def test_a_refresh_without_a_usable_token_is_106_and_keeps_the_old_one(
    bench: Bench, step: Step
) -> None:
    bench.client()
    bench.sign_in()
    before = bench.stored
    bench.server.script(REFRESH, step)
    assert bench.fail("refreshToken").code == -106
    assert bench.call("retrieveToken").tokenString == "token-1"
    assert bench.stored == before
    assert len(bench.server.to(REFRESH)) == 1


@pytest.mark.parametrize("token", [None, "a b"])
def test_an_anonymous_log_in_without_a_usable_token_sends_nothing_more(
    bench: Bench, token: Any
) -> None:
    bench.client()
    bench.server.script(ANONYMOUS, reply(body=token_body(token)))
    assert bench.fail("registerAccount", NEW_CUSTOMER).code == -106
    assert [request.path for request in bench.server.requests] == [ANONYMOUS]


def test_every_printable_character_may_be_in_a_token(bench: Bench) -> None:
    token = "".join(map(chr, range(0x21, 0x7F)))
    bench.client()
    bench.server.script(LOGIN, reply(body=token_body(token)))
    assert bench.sign_in() is True
    bench.make("account")
    assert bench.server.requests[-1].all("Authorization") == [f"Bearer {token}"]


def test_a_token_may_expire_between_two_seconds(bench: Bench) -> None:
    bench.client()
    bench.server.script(LOGIN, reply(body=token_body(expiration=NOW + 3600.5)))
    assert bench.sign_in() is True
    assert bench.call("retrieveToken").expirationDate.timestamp() == NOW + 3600.5


def test_unknown_and_missing_fields_do_no_harm(bench: Bench) -> None:
    bench.client()
    fields = {"token": "token-1", "expiration": NOW + 3600, "more": {"of": ["it"]}}
    bench.server.script(LOGIN, reply(status=201, body=fields))
    assert bench.sign_in() is True
    token = bench.call("retrieveToken")
    assert isinstance(token, Token)
    assert token.origin is TokenOrigin.Synerise


def test_a_created_without_end_is_as_good_as_none(bench: Bench) -> None:
    bench.client()
    bench.server.script(LOGIN, reply(body=with_bytes("created", b"1e999")))
    assert bench.sign_in() is True


@pytest.mark.parametrize("name", ["origin", "customId", "realm", "clientId"])
@pytest.mark.parametrize("wrong", [5, True, [], {"a": 1}, None])
def test_other_fields_of_a_wrong_type_do_no_harm(bench: Bench, name: str, wrong: Any) -> None:
    bench.client()
    bench.server.script(LOGIN, reply(body=token_body(**{name: wrong})))
    assert bench.sign_in() is True
    assert bench.call("retrieveToken").tokenString == "token-1"


@pytest.mark.parametrize(
    "date", ["", "soon", "Thu, 99 Foo 2024 00:00:00 GMT", "Thu, 01 Jan 99999 00:00:00 GMT"]
)
def test_a_date_that_is_none_does_no_harm(bench: Bench, date: str) -> None:
    bench.client()
    bench.server.script(LOGIN, reply(body=token_body(), headers={"Date": date}))
    assert bench.sign_in() is True


def test_a_token_that_is_over_by_the_servers_date_is_not_usable(bench: Bench) -> None:
    bench.client()
    date = {"Date": formatdate(NOW + 7200, usegmt=True)}
    bench.server.script(LOGIN, reply(body=token_body(created=None), headers=date))
    error = bench.sign_in()
    assert isinstance(error, Error)
    assert error.code == -106
