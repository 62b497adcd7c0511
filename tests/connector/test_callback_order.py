"""When callbacks come, on which thread, and what they may do."""

from __future__ import annotations

import logging
import threading
from typing import Any

import pytest

from synerise_client import Error, Synerise, Token
from tests.conftest import EMAIL, PASSWORD, Team
from tests.connector.scenes import logged, lone_client


def codes(team: Team) -> list[tuple[str, Any]]:
    return [(name, value) for name, _, value in team.heard.results]


def test_callbacks_come_in_the_order_of_the_calls(team: Team) -> None:
    client = team.client()
    team.sandbox.add_profile(EMAIL, PASSWORD)
    with team.sandbox.hold("login") as hold:
        client.signIn(EMAIL, PASSWORD, *team.heard.callbacks("first"))
        client.signOutWithMode("SIGN_OUT", False, *team.heard.callbacks("second"))
        client.retrieveToken(*team.heard.callbacks("third"))
        client.signIn(EMAIL, "wrong", *team.heard.callbacks("fourth"))
        client.retrieveToken(*team.heard.callbacks("fifth"))
        assert hold.arrived.wait(10)
        assert team.heard.told == []
        assert team.operations == ["login"]
    assert Synerise.waitUntilIdle(10)
    names = [name for name, _, _ in team.heard.results]
    assert names == ["first", "second", "third", "fourth", "fifth"]
    assert team.operations == ["login", "logout", "login"]


def test_a_call_that_fails_at_once_still_waits_for_the_ones_before(team: Team) -> None:
    client = team.client()
    team.sandbox.add_profile(EMAIL, PASSWORD)
    with team.sandbox.hold("login") as hold:
        client.signIn(EMAIL, PASSWORD, *team.heard.callbacks("signIn"))
        client.signOutWithMode("NO_MODE", False, *team.heard.callbacks("signOutWithMode"))
        assert hold.arrived.wait(10)
        assert team.heard.results == []
    assert Synerise.waitUntilIdle(10)
    assert codes(team) == [("signIn", True), ("signOutWithMode", 3050)]


def test_the_answer_of_a_disabled_sdk_keeps_the_order(team: Team) -> None:
    client = team.client()
    team.sandbox.add_profile(EMAIL, PASSWORD)
    with team.sandbox.hold("login") as hold:
        client.signIn(EMAIL, PASSWORD, *team.heard.callbacks("signIn"))
        assert hold.arrived.wait(10)
        Synerise.Settings.sdk.enabled = False
        client.getAccount(*team.heard.callbacks("getAccount"))
        assert team.heard.results == []
    assert Synerise.waitUntilIdle(10)
    assert team.heard.results == [("signIn", "success", True), ("getAccount", "error", -1)]
    assert team.operations == ["login"]


def test_callbacks_and_events_never_overlap(team: Team) -> None:
    client = team.client()
    team.sign_in()
    running, has_begun = threading.Lock(), threading.Event()
    were_alone: list[bool] = []

    def callback() -> None:
        were_alone.append(running.acquire(blocking=False))
        has_begun.set()
        threading.Event().wait(0.05)
        running.release()

    client.setClientStateChangeListener({"onClientSignedOut": callback})
    client.retrieveToken(callback, callback)
    client.retrieveToken(callback, callback)
    assert has_begun.wait(10)
    client.destroySession()
    assert Synerise.waitUntilIdle(10)
    assert were_alone == [True] * 3


def test_calls_from_many_threads_get_one_callback_each_without_overlapping(team: Team) -> None:
    client = team.client()
    inside: list[int] = []
    most: list[int] = []

    def callback() -> None:
        inside.append(1)
        most.append(len(inside))
        inside.pop()

    def make_calls() -> None:
        for _ in range(50):
            client.retrieveToken(callback, callback)

    threads = [threading.Thread(target=make_calls) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Synerise.waitUntilIdle(10)
    assert most == [1] * 200


def test_a_callback_never_runs_on_the_callers_stack(team: Team) -> None:
    client = team.client()
    on: list[threading.Thread] = []
    client.retrieveToken(None, lambda: on.append(threading.current_thread()))
    assert Synerise.waitUntilIdle(10)
    assert len(on) == 1
    assert on[0] is not threading.current_thread()


def test_a_callback_of_a_call_made_by_a_callback_comes_after_it_has_returned(team: Team) -> None:
    client = team.client()
    order: list[str] = []

    def outer() -> None:
        client.retrieveToken(None, lambda: order.append("inner"))
        order.append("outer is about to return")

    client.retrieveToken(None, outer)
    assert Synerise.waitUntilIdle(10)
    assert order == ["outer is about to return", "inner"]


def test_a_call_made_by_a_callback_goes_behind_those_that_were_made_before(team: Team) -> None:
    client = team.client()
    order: list[str] = []

    def first() -> None:
        order.append("first")
        client.retrieveToken(None, lambda: order.append("made by the first"))

    may_go_on = threading.Event()
    client.retrieveToken(None, lambda: may_go_on.wait(10))
    client.retrieveToken(None, first)
    client.retrieveToken(None, lambda: order.append("second"))
    may_go_on.set()
    assert Synerise.waitUntilIdle(10)
    assert order == ["first", "second", "made by the first"]


def test_all_callbacks_and_events_come_on_one_thread(team: Team) -> None:
    client = team.client()
    team.sign_in()
    client.retrieveToken(*team.heard.callbacks("retrieveToken"))
    client.signOutWithMode("SIGN_OUT", False, *team.heard.callbacks("signOutWithMode"))
    assert Synerise.waitUntilIdle(10)
    client.getAccount(*team.heard.callbacks("getAccount"))
    client.destroySession()
    assert Synerise.waitUntilIdle(10)
    assert len(team.heard.told) == 5
    assert len(team.heard.threads) == 1
    assert team.heard.threads != {threading.current_thread()}


def test_callbacks_may_chain_calls_and_see_their_results(team: Team) -> None:
    client = team.client()
    team.sandbox.add_profile(EMAIL, PASSWORD)
    tokens: list[Token] = []

    def signed_in() -> None:
        client.retrieveToken(lambda token: tokens.append(token))
        client.refreshToken(lambda token: tokens.append(token))

    client.signIn(EMAIL, PASSWORD, signed_in)
    assert Synerise.waitUntilIdle(10)
    assert len({token.tokenString for token in tokens}) == 2


def test_a_raising_callback_is_logged_with_its_traceback_and_the_next_one_still_comes(
    team: Team, caplog: pytest.LogCaptureFixture
) -> None:
    client = team.client()

    def breaks(error: Error) -> None:
        raise ZeroDivisionError("nobody divides by that")

    client.retrieveToken(None, breaks)
    client.retrieveToken(*team.heard.callbacks("next"))
    assert Synerise.waitUntilIdle(10)
    assert codes(team) == [("next", 3200)]
    (record,) = logged(caplog)
    assert record.name == "synerise_client"
    assert record.levelno == logging.ERROR
    assert "breaks" in record.getMessage()
    assert "in breaks" in caplog.text
    assert "nobody divides by that" in caplog.text


def test_a_raising_callback_is_not_called_again_nor_the_other_one(
    team: Team, caplog: pytest.LogCaptureFixture
) -> None:
    client = team.client()
    team.sign_in()
    calls: list[str] = []

    def breaks() -> None:
        calls.append("onSuccess")
        raise ValueError

    client.retrieveToken(breaks, lambda: calls.append("onError"))
    client.retrieveToken(lambda: calls.append("next"))
    assert Synerise.waitUntilIdle(10)
    assert calls == ["onSuccess", "next"]
    assert len(logged(caplog)) == 1


def test_a_callback_that_raises_an_error_of_ours_is_not_answered_again(
    team: Team, caplog: pytest.LogCaptureFixture
) -> None:
    client = team.client()
    errors: list[Error] = []

    def raises(error: Error) -> None:
        errors.append(error)
        raise error

    client.retrieveToken(None, raises)
    assert Synerise.waitUntilIdle(10)
    assert [error.code for error in errors] == [3200]
    assert len(logged(caplog)) == 1


@pytest.mark.parametrize("ending", [SystemExit(3), KeyboardInterrupt()], ids=["exit", "ctrl-c"])
def test_an_exit_in_a_callback_is_logged_with_a_hint_and_stops_nothing(
    team: Team, caplog: pytest.LogCaptureFixture, ending: BaseException
) -> None:
    client = team.client()

    def leaves() -> None:
        raise ending

    client.retrieveToken(None, leaves)
    client.retrieveToken(*team.heard.callbacks("next"))
    assert Synerise.waitUntilIdle(10)
    assert codes(team) == [("next", 3200)]
    (record,) = logged(caplog)
    assert record.name == "synerise_client"
    assert "waitUntilIdle()" in record.getMessage()
    assert "sys.exit(" in record.getMessage()


def test_a_failed_call_without_on_error_leaves_exactly_one_line(
    team: Team, caplog: pytest.LogCaptureFixture
) -> None:
    client = team.client()
    client.signIn(EMAIL, "Never-In-A-Log1", print)
    assert Synerise.waitUntilIdle(10)
    (record,) = logged(caplog)
    assert record.name == "synerise_client"
    assert "signIn" in record.getMessage()
    assert "401" in record.getMessage()
    assert "Never-In-A-Log1" not in caplog.text


def test_calls_with_their_callbacks_leave_no_line(
    team: Team, caplog: pytest.LogCaptureFixture
) -> None:
    client = team.client()
    team.sign_in()
    client.retrieveToken()
    client.signOutWithMode("SIGN_OUT", False)
    client.retrieveToken(None, lambda: None)
    assert Synerise.waitUntilIdle(10)
    assert logged(caplog) == []


def test_what_a_request_hook_raises_answers_the_call_and_stops_nothing(
    team: Team, caplog: pytest.LogCaptureFixture
) -> None:
    def leaves(operation: str, headers: dict[str, str], body: dict[str, Any]) -> None:
        raise SystemExit(3)

    with lone_client(team, withRequestHook=leaves) as facade:
        client = facade.Client
        client.signIn(EMAIL, PASSWORD, *team.heard.callbacks("signIn"))
        client.retrieveToken(*team.heard.callbacks("retrieveToken"))
        team.heard.wait_for(2, timeout=3)
    assert codes(team) == [("signIn", 10), ("retrieveToken", 3200)]
    assert "SystemExit" in caplog.text
