"""Which failures are worth another attempt, how many attempts there are, and when they stop."""

from __future__ import annotations

import time
from email.utils import formatdate
from typing import Any

import pytest

from synerise_client import Error, RetryPolicy, Synerise
from tests.api.conftest import EMAIL, NEW_CUSTOMER, PASSWORD, Bench, Waits
from tests.api.server import (
    ACCOUNT,
    LOGIN,
    REFRESH,
    REGISTER,
    Step,
    hang_up,
    raw,
    reply,
    reset,
    silence,
)

SAFE = {"login": LOGIN, "refresh": REFRESH, "account": ACCOUNT}
ALL = {**SAFE, "register": REGISTER}
HALF = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"


def ready(bench: Bench, operation: str, **settings: Any) -> None:
    """Have everything in place for one request of ``operation``: a token, and no count yet."""
    bench.client(**settings)
    if operation in ("refresh", "account"):
        assert bench.sign_in() is True
    bench.attempts.clear()


def is_success(answer: Any) -> bool:
    return not isinstance(answer, Error)


@pytest.mark.parametrize("operation", ["refresh", "account", "register"])
def test_a_refused_connection_is_tried_again(bench: Bench, operation: str) -> None:
    ready(bench, operation)
    if operation == "register":
        bench.sign_in()
    bench.server.refuse()
    bench.attempts.clear()
    error = bench.make(operation)
    assert (error.code, error.httpStatus) == (-1, None)
    assert "refused" in error.message
    assert bench.attempts == [operation] * 5


@pytest.mark.parametrize("operation", ["login", "register"])
def test_a_server_that_comes_back_between_attempts_is_reached(bench: Bench, operation: str) -> None:
    def come_back(name: str, headers: dict[str, str], body: dict[str, Any]) -> None:
        if name == operation:
            bench.attempts.append(name)
            if bench.attempts_at(name) == 1:
                bench.server.refuse()
            if bench.attempts_at(name) == 3:
                bench.server.listen()

    ready(bench, operation, withRequestHook=come_back)
    assert bench.make(operation) is True
    assert bench.attempts_at(operation) == 3


@pytest.mark.parametrize("operation", SAFE)
@pytest.mark.parametrize(
    "step", [reset, hang_up, raw(HALF), silence], ids=["reset", "eof", "half", "silence"]
)
def test_a_safe_call_without_an_answer_is_sent_again(
    bench: Bench, operation: str, step: Step
) -> None:
    ready(bench, operation, withTimeouts=(5.0, 0.1 if step is silence else 5.0))
    bench.server.script(SAFE[operation], step, step)
    assert is_success(bench.make(operation))
    assert bench.attempts_at(operation) == 3


@pytest.mark.parametrize(
    "step", [reset, hang_up, raw(b"HTTP/1.1 2"), silence], ids=["reset", "eof", "half", "silence"]
)
def test_a_registration_without_an_answer_is_not_sent_again(bench: Bench, step: Step) -> None:
    ready(bench, "register", withTimeouts=(5.0, 0.1 if step is silence else 5.0))
    bench.server.script(REGISTER, step)
    error = bench.make("register")
    assert (error.code, error.httpStatus) == (-1, None)
    assert error.message
    assert len(bench.server.to(REGISTER)) == 1


def test_a_registration_has_succeeded_with_its_status_however_its_body_ends(bench: Bench) -> None:
    ready(bench, "register")
    bench.server.script(REGISTER, raw(HALF))
    assert bench.make("register") is True


@pytest.mark.parametrize("operation", ALL)
@pytest.mark.parametrize("status", [429, 503])
def test_a_server_that_has_not_acted_is_asked_again(
    bench: Bench, operation: str, status: int
) -> None:
    ready(bench, operation)
    bench.server.script(ALL[operation], reply(status), reply(status, headers={"Retry-After": "0"}))
    assert is_success(bench.make(operation))
    assert bench.attempts_at(operation) == 3


@pytest.mark.parametrize("operation", ALL)
@pytest.mark.parametrize("status", [408, 425, 500, 502, 504])
def test_a_passing_trouble_is_tried_again_where_that_is_safe(
    bench: Bench, operation: str, status: int
) -> None:
    ready(bench, operation)
    bench.server.script(ALL[operation], reply(status))
    answer = bench.make(operation)
    if operation in SAFE:
        assert is_success(answer)
        assert bench.attempts_at(operation) == 2
    else:
        assert (answer.code, answer.httpStatus) == (status, status)
        assert bench.attempts_at(operation) == 1


@pytest.mark.parametrize("operation", ALL)
@pytest.mark.parametrize("status", [400, 403, 404, 406, 409, 412, 423, 501, 505, 599])
def test_what_another_attempt_would_not_change_is_told_at_once(
    bench: Bench, operation: str, status: int
) -> None:
    ready(bench, operation)
    bench.server.script(ALL[operation], reply(status, body=b"<html>no</html>"))
    assert bench.make(operation).code == status
    assert bench.attempts_at(operation) == 1


@pytest.mark.parametrize("operation", SAFE)
def test_an_unusable_answer_is_not_asked_for_again(bench: Bench, operation: str) -> None:
    ready(bench, operation)
    bench.server.script(SAFE[operation], reply(body=b"{"))
    assert bench.make(operation).code == -106
    assert bench.attempts_at(operation) == 1


@pytest.mark.parametrize("operation", ALL)
def test_there_are_five_attempts_at_most(bench: Bench, operation: str) -> None:
    ready(bench, operation)
    bench.server.script(ALL[operation], *[reply(503)] * 9)
    assert bench.make(operation).code == 503
    assert len(bench.server.to(ALL[operation])) == 5


def test_the_number_of_attempts_can_be_set(bench: Bench) -> None:
    ready(bench, "login", withRetryPolicy=RetryPolicy(attempts=2, initial=0, maximum=0))
    bench.server.script(LOGIN, *[reply(503)] * 9)
    assert bench.make("login").code == 503
    assert len(bench.server.to(LOGIN)) == 2


def test_a_call_waits_as_many_seconds_as_the_server_asks_for(bench: Bench, waits: Waits) -> None:
    ready(bench, "login")
    bench.server.script(LOGIN, reply(503, headers={"Retry-After": "7"}))
    answer = bench.begin("signIn", EMAIL, PASSWORD)
    assert waits.first() == 7
    Synerise.Client.destroySession()
    assert answer.wait().code == -999


@pytest.mark.parametrize("ahead", [-7200, 0, 7200])
def test_a_call_waits_until_the_date_that_the_server_names_by_the_servers_clock(
    bench: Bench, waits: Waits, ahead: int
) -> None:
    now = time.time() + ahead
    headers = {
        "Date": formatdate(now, usegmt=True),
        "Retry-After": formatdate(now + 9, usegmt=True),
    }
    ready(bench, "register")
    bench.server.script(REGISTER, reply(429, headers=headers))
    answer = bench.begin("registerAccount", NEW_CUSTOMER)
    assert waits.first() == 9
    Synerise.Client.destroySession()
    assert answer.wait().code == -999


def test_what_the_server_asks_for_is_added_to_the_clients_own_wait(
    bench: Bench, waits: Waits
) -> None:
    ready(bench, "login", withRetryPolicy=RetryPolicy(initial=4, maximum=4))
    bench.server.script(LOGIN, reply(503, headers={"Retry-After": "3"}))
    answer = bench.begin("signIn", EMAIL, PASSWORD)
    assert 3 < waits.first() <= 7
    Synerise.Client.destroySession()
    assert answer.wait().code == -999


@pytest.mark.parametrize("seconds", ["31", "9" * 400])
def test_a_wait_beyond_the_deadline_is_not_begun(bench: Bench, seconds: str) -> None:
    ready(bench, "login", withRetryPolicy=RetryPolicy(initial=0, maximum=0, deadline=30))
    bench.server.script(LOGIN, reply(503, headers={"Retry-After": seconds}))
    began = time.monotonic()
    assert bench.make("login").code == 503
    assert time.monotonic() - began < 5
    assert bench.attempts_at("login") == 1


@pytest.mark.parametrize(
    "value", ["soon", "-5", "1.5", "", "1e3", "12 apples", "\xb2", "Sun, 99 Foo"]
)
def test_a_retry_after_that_is_no_number_and_no_date_is_ignored(bench: Bench, value: str) -> None:
    ready(bench, "login", withRetryPolicy=RetryPolicy(initial=0, maximum=0, deadline=30))
    bench.server.script(LOGIN, reply(503, headers={"Retry-After": value}))
    assert bench.make("login") is True
    assert bench.attempts_at("login") == 2


def test_a_date_in_the_past_is_no_wait(bench: Bench) -> None:
    ready(bench, "login")
    bench.server.script(LOGIN, reply(429, headers={"Retry-After": formatdate(0, usegmt=True)}))
    assert bench.make("login") is True


@pytest.mark.parametrize("ender", ["destroySession", "signOut", "regenerateUUID"])
def test_a_waiting_call_that_is_ended_is_answered_at_once_and_sends_nothing_more(
    bench: Bench, waits: Waits, ender: str
) -> None:
    ready(bench, "login")
    bench.server.script(LOGIN, reply(503, headers={"Retry-After": "40"}))
    answer = bench.begin("signIn", EMAIL, PASSWORD)
    assert waits.first() == 40
    began = time.monotonic()
    getattr(Synerise.Client, ender)()
    assert answer.wait().code == -999
    assert time.monotonic() - began < 1
    assert Synerise.waitUntilIdle(5)
    assert bench.attempts_at("login") == len(bench.server.requests) == 1


def test_a_call_after_an_ended_wait_is_carried_out(bench: Bench, waits: Waits) -> None:
    """The event that ended one call's wait says nothing to the next one."""
    ready(bench, "login")
    bench.server.script(LOGIN, reply(503, headers={"Retry-After": "40"}))
    ended = bench.begin("signIn", EMAIL, PASSWORD)
    assert waits.first() == 40
    Synerise.Client.destroySession()
    assert ended.wait().code == -999
    bench.server.script(LOGIN, reply(503), reply(503))
    assert bench.sign_in() is True
    assert len(bench.server.to(LOGIN)) == 4
