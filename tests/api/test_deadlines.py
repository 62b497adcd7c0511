"""A call ends in time, also where the server sends a byte now and then."""

from __future__ import annotations

import importlib
import time

import pytest

from synerise_client import Error, RetryPolicy, Synerise
from synerise_client.api.cancellation import Cancellation
from synerise_client.api.current_call import requests_belong_to, socket_timeout
from synerise_client.api.deadlines import watch
from tests.api.conftest import EMAIL, PASSWORD, Bench
from tests.api.server import ACCOUNT, LOGIN, Step, drip, hang_up, reply, silence

# The first call of a process loads these, which on a busy machine takes longer than SHORT.
for _name in ("tenacity", "synerise_client.api.connection", "synerise_client.session.tokens"):
    importlib.import_module(_name)

SHORT = RetryPolicy(initial=0, maximum=0, deadline=0.3)
IN_THE_STATUS_LINE = drip(b"HTTP/1.1 200 ", b"O")
IN_THE_HEADERS = drip(b"HTTP/1.1 200 OK\r\nX-Long: ", b"x")
IN_THE_BODY = drip(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", b" ")
IN_CHUNKS = drip(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n")
IN_AN_ERRORS_BODY = drip(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 100000\r\n\r\n", b" ")
DRIPS = pytest.mark.parametrize(
    "step",
    [IN_THE_STATUS_LINE, IN_THE_HEADERS, IN_THE_BODY, IN_CHUNKS, IN_AN_ERRORS_BODY],
    ids=["status", "headers", "body", "chunks", "error"],
)


def test_whatever_is_watched_ends_at_its_deadline() -> None:
    call = Cancellation(0.05)
    with watch.over(call):
        assert call.event.wait(10)
    with pytest.raises(Error, match="time limit"):
        raise call.error or AssertionError


def test_a_socket_may_hardly_wait_once_the_deadline_has_passed_and_never_without_end() -> None:
    with requests_belong_to(Cancellation(0.0)):
        assert 0 < socket_timeout(5.0) < 0.1


@DRIPS
def test_a_server_that_drips_does_not_hold_a_call_beyond_its_deadline(
    bench: Bench, step: Step
) -> None:
    bench.client(withRetryPolicy=SHORT)
    bench.server.script(LOGIN, step, step)
    began = time.monotonic()
    error = bench.sign_in()
    assert time.monotonic() - began < 2
    assert isinstance(error, Error)
    assert error.code == -1
    assert "time" in error.message
    assert len(bench.server.requests) == 1


@DRIPS
def test_a_server_that_drips_does_not_hold_a_call_that_was_ended(bench: Bench, step: Step) -> None:
    bench.client()
    bench.server.script(LOGIN, step)
    answer = bench.begin("signIn", EMAIL, PASSWORD)
    bench.server.wait_for(LOGIN)
    began = time.monotonic()
    Synerise.Client.destroySession()
    assert answer.wait().code == -999
    assert time.monotonic() - began < 1
    assert not Synerise.Client.isSignedIn()


def test_the_next_call_is_carried_out_after_one_that_took_too_long(bench: Bench) -> None:
    bench.client(withRetryPolicy=SHORT)
    bench.server.script(LOGIN, IN_THE_BODY)
    late = bench.begin("signIn", EMAIL, PASSWORD)
    next_one = bench.begin("signIn", EMAIL, PASSWORD)
    assert late.wait().code == -1
    assert next_one.wait() is True


def test_a_silent_server_does_not_hold_a_call_beyond_its_deadline(bench: Bench) -> None:
    bench.client(withRetryPolicy=SHORT, withTimeouts=(30.0, 30.0))
    bench.server.script(LOGIN, silence)
    began = time.monotonic()
    assert bench.sign_in().code == -1
    assert time.monotonic() - began < 2


def test_all_attempts_of_a_call_share_its_deadline(bench: Bench) -> None:
    bench.client(
        withRetryPolicy=RetryPolicy(attempts=1000, initial=0, maximum=0, deadline=0.4),
        withTimeouts=(5.0, 0.05),
    )
    bench.server.script(LOGIN, *[silence] * 1000)
    began = time.monotonic()
    assert bench.sign_in().code == -1
    assert time.monotonic() - began < 2
    assert 2 <= len(bench.server.requests) < 50


def test_the_read_timeout_ends_one_attempt(bench: Bench) -> None:
    bench.client(withTimeouts=(5.0, 0.1))
    assert bench.sign_in() is True
    bench.server.script(ACCOUNT, silence, hang_up, reply(body={"email": EMAIL}))
    account = bench.call("getAccount")
    assert account.email == EMAIL
    assert len(bench.server.to(ACCOUNT)) == 3
