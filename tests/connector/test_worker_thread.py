"""The thread that answers the calls: when it comes, when it goes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from synerise_client import Synerise
from synerise_client.calls.workers import workers
from synerise_client.connector import Connector
from tests.conftest import Team


@pytest.fixture
def go_idle_after(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    return lambda seconds: monkeypatch.setattr(workers, "_idle_seconds", seconds)


def worker_of_next_call() -> threading.Thread:
    on: list[threading.Thread] = []

    def note() -> None:
        on.append(threading.current_thread())

    Synerise.Client.retrieveToken(note, note)
    assert Synerise.waitUntilIdle(10)
    (thread,) = on
    return thread


def test_init_and_the_getters_start_no_thread(team: Team) -> None:
    before = set(threading.enumerate())
    client = team.client()
    assert client.getUUID()
    assert not client.isSignedIn()
    assert set(threading.enumerate()) == before


def test_the_thread_is_a_daemon(team: Team) -> None:
    team.client()
    assert worker_of_next_call().daemon


def test_an_idle_client_gives_its_thread_back_and_takes_another_one(
    team: Team, go_idle_after: Callable[[float], None]
) -> None:
    team.client()
    go_idle_after(0.02)
    first = worker_of_next_call()
    first.join(10)
    assert not first.is_alive()
    second = worker_of_next_call()
    assert second is not first


def test_a_client_in_use_keeps_its_thread(team: Team) -> None:
    team.client()
    assert worker_of_next_call() is worker_of_next_call()


def test_a_listener_is_told_also_after_the_thread_was_given_back(
    team: Team, go_idle_after: Callable[[float], None]
) -> None:
    client = team.client()
    team.sign_in()
    assert Synerise.waitUntilIdle(10)
    (first,) = team.heard.threads
    go_idle_after(0.02)
    worker_of_next_call()
    first.join(10)
    team.heard.clear()
    client.destroySession()
    assert Synerise.waitUntilIdle(10)
    assert [each[:2] for each in team.heard.told] == [("listener", "out")]


def test_calls_made_while_the_thread_leaves_are_answered(
    team: Team, go_idle_after: Callable[[float], None]
) -> None:
    client = team.client()
    go_idle_after(0.0002)
    for number in range(300):
        answered = threading.Event()
        client.retrieveToken(None, answered.set)
        assert answered.wait(10), f"call {number} was forgotten"
    assert Synerise.waitUntilIdle(10)


def test_a_client_gone_idle_can_be_shut_down(
    team: Team, go_idle_after: Callable[[float], None]
) -> None:
    client = team.client()
    go_idle_after(0.02)
    worker_of_next_call().join(10)
    Synerise.shutdown()
    with pytest.raises(RuntimeError, match="shut down"):
        client.retrieveToken()


def test_a_call_for_which_no_thread_can_be_started_is_refused_where_it_stands(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = team.client()

    def no_more(self: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", no_more)
        with pytest.raises(RuntimeError, match="thread"):
            client.retrieveToken(*team.heard.callbacks("refused"))
    client.retrieveToken(*team.heard.callbacks("next"))
    assert Synerise.waitUntilIdle(10)
    assert [name for name, _, _ in team.heard.results] == ["next"]


def test_two_connectors_do_not_wait_for_each_other() -> None:
    first, second = (Connector(owner=name, deadline=60) for name in ("first", "second"))
    may_go_on, answered = threading.Event(), threading.Event()

    def work(*_: Any) -> bool:
        return True

    try:
        first.submit("first", lambda: may_go_on.wait(10), None, work)
        second.submit("second", answered.set, None, work)
        assert answered.wait(10)
        assert first.has_pending()
    finally:
        may_go_on.set()
        first.shutdown()
        second.shutdown()
