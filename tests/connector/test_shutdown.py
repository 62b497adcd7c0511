"""Synerise.shutdown(), and a new Initializer afterwards."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest

from synerise_client import MemoryStorage, Synerise
from tests.conftest import EMAIL, PASSWORD, Team
from tests.connector.scenes import lone_client, returns


def start_held_call(team: Team, hold: Any) -> None:
    """Make a call whose answer is held, and two more behind it."""
    client = Synerise.Client
    client.signIn(EMAIL, PASSWORD, *team.heard.callbacks("signIn"))
    client.retrieveToken(*team.heard.callbacks("retrieveToken"))
    client.getAccount(*team.heard.callbacks("getAccount"))
    assert hold.arrived.wait(10)


ALL_ENDED = [
    ("signIn", "error", -999),
    ("retrieveToken", "error", -999),
    ("getAccount", "error", -999),
]


def test_shutdown_returns_when_every_pending_call_got_its_999(team: Team) -> None:
    team.client()
    team.sandbox.add_profile(EMAIL, PASSWORD)
    with team.sandbox.hold("login") as hold:
        start_held_call(team, hold)
        began = time.monotonic()
        Synerise.shutdown()
        assert team.heard.results == ALL_ENDED
        assert time.monotonic() - began < 2
    assert team.operations == ["login"]


def test_shutdown_waits_for_a_callback_that_is_running(team: Team) -> None:
    client = team.client()
    is_running, may_return = threading.Event(), threading.Event()
    order: list[str] = []

    def slow() -> None:
        is_running.set()
        may_return.wait(10)
        order.append("callback")

    client.retrieveToken(None, slow)
    assert is_running.wait(10)

    def shut_down() -> None:
        Synerise.shutdown()
        order.append("shutdown")

    shutting = threading.Thread(target=shut_down)
    shutting.start()
    shutting.join(0.05)
    assert shutting.is_alive()
    may_return.set()
    shutting.join(10)
    assert order == ["callback", "shutdown"]


def test_shutdown_tells_why(team: Team) -> None:
    team.client()
    team.sandbox.add_profile(EMAIL, PASSWORD)
    with team.sandbox.hold("login") as hold:
        start_held_call(team, hold)
        Synerise.shutdown()
    messages = {value.message for _, _, value in team.heard.told}
    assert len(messages) == 1
    assert "shut down" in messages.pop()


def test_shutdown_inside_a_callback_returns_at_once(team: Team) -> None:
    client = team.client()
    order: list[str] = []
    may_go_on = threading.Event()
    closed = threading.Event()

    def shut_down() -> None:
        may_go_on.wait(10)
        Synerise.shutdown()
        order.append("shutdown returned")

    def ended(error: Any) -> None:
        order.append(f"the next one got {error.code}")
        closed.set()

    client.retrieveToken(None, shut_down)
    client.retrieveToken(None, ended)
    may_go_on.set()
    assert closed.wait(10)
    assert order == ["shutdown returned", "the next one got -999"]
    assert not Synerise.isInitialized()


def test_a_call_made_by_a_callback_during_shutdown_is_refused(team: Team) -> None:
    client = team.client()
    team.sandbox.add_profile(EMAIL, PASSWORD)
    raised: list[RuntimeError] = []

    def call_again() -> None:
        try:
            client.retrieveToken(*team.heard.callbacks("again"))
        except RuntimeError as error:
            raised.append(error)

    with team.sandbox.hold("login") as hold:
        client.signIn(EMAIL, PASSWORD, None, call_again)
        assert hold.arrived.wait(10)
        Synerise.shutdown()
    assert len(raised) == 1
    assert team.heard.results == []


def test_a_second_shutdown_does_nothing(team: Team) -> None:
    client = team.client()
    client.retrieveToken(*team.heard.callbacks("retrieveToken"))
    assert Synerise.waitUntilIdle(10)
    Synerise.shutdown()
    Synerise.shutdown()
    assert len(team.heard.results) == 1
    assert not Synerise.isInitialized()


def test_shutdown_before_init_does_nothing() -> None:
    Synerise.shutdown()
    assert not Synerise.isInitialized()


def test_shutdown_of_a_client_without_calls_returns(team: Team) -> None:
    team.client()
    Synerise.shutdown()
    assert not Synerise.isInitialized()


def test_calls_after_shutdown_are_a_runtime_error(team: Team) -> None:
    client = team.client()
    Synerise.shutdown()
    for call in (client.retrieveToken, client.refreshToken, client.getAccount):
        with pytest.raises(RuntimeError, match="shut down"):
            call(*team.heard.callbacks("late"))
    for ender in (client.destroySession, client.signOut, client.regenerateUUID):
        with pytest.raises(RuntimeError, match="shut down"):
            ender()
    with pytest.raises(RuntimeError, match="not initialized"):
        _ = Synerise.Client
    assert team.heard.told == []
    assert team.operations == []


def test_an_ender_refused_after_shutdown_leaves_the_session_alone(team: Team) -> None:
    storage = MemoryStorage()
    client = team.client(storage)
    uuid = client.getUUID()
    Synerise.shutdown()
    with pytest.raises(RuntimeError, match="shut down"):
        client.regenerateUUID()
    assert team.client(storage).getUUID() == uuid


def test_a_new_initializer_finds_the_customer_still_signed_in(team: Team) -> None:
    storage = MemoryStorage()
    team.client(storage)
    team.sign_in()
    first = Synerise.Client
    team.heard.clear()
    Synerise.shutdown()
    second = team.client(storage)
    assert second is not first
    assert Synerise.isInitialized()
    assert second.isSignedIn()
    assert team.call("getAccount").email == EMAIL
    assert team.heard.told == []


def test_shutdown_does_not_wait_for_a_hung_sign_out_in_the_background(team: Team) -> None:
    client = team.client()
    team.sign_in()
    with team.sandbox.hold("logout") as hold:
        client.signOut()
        assert hold.arrived.wait(10)
        began = time.monotonic()
        Synerise.shutdown()
        assert time.monotonic() - began < 4


def test_shutdown_gives_the_thread_back(team: Team) -> None:
    client = team.client()
    client.retrieveToken(*team.heard.callbacks("retrieveToken"))
    assert Synerise.waitUntilIdle(10)
    (thread,) = team.heard.threads
    Synerise.shutdown()
    thread.join(10)
    assert not thread.is_alive()


def test_shutdown_returns_also_if_the_storage_cannot_be_closed(
    team: Team, caplog: pytest.LogCaptureFixture
) -> None:
    class Stubborn(MemoryStorage):
        def close(self) -> None:
            raise OSError("will not close")

    with lone_client(team, withStorage=Stubborn()) as facade:
        answered = threading.Event()
        facade.Client.retrieveToken(None, answered.set)
        assert answered.wait(10)
        assert returns(facade.shutdown)
    assert "will not close" in caplog.text
