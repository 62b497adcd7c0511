"""waitUntilIdle: what it waits for, and where it cannot."""

from __future__ import annotations

import threading

import pytest

from synerise_client import Synerise
from tests.conftest import EMAIL, PASSWORD, Team
from tests.connector.scenes import waiting_in_vain


def test_wait_until_idle_counts_calls_that_callbacks_make(team: Team) -> None:
    client = team.client()
    answered: list[int] = []

    def again(depth: int) -> None:
        answered.append(depth)
        if depth < 5:
            client.retrieveToken(None, lambda: again(depth + 1))

    client.retrieveToken(None, lambda: again(1))
    assert Synerise.waitUntilIdle(10)
    assert answered == [1, 2, 3, 4, 5]


def test_wait_until_idle_waits_for_a_callback_to_return(team: Team) -> None:
    client = team.client()
    returns: list[bool] = []
    may_return = threading.Event()

    def slow() -> None:
        may_return.wait(10)
        returns.append(True)

    client.retrieveToken(None, slow)
    assert Synerise.waitUntilIdle(0.05) is False
    may_return.set()
    assert Synerise.waitUntilIdle(10) is True
    assert returns == [True]


def test_wait_until_idle_gives_up_after_its_timeout(team: Team) -> None:
    client = team.client()
    team.sandbox.add_profile(EMAIL, PASSWORD)
    with team.sandbox.hold("login") as hold:
        client.signIn(EMAIL, PASSWORD)
        assert hold.arrived.wait(10)
        assert Synerise.waitUntilIdle(0) is False
        assert Synerise.waitUntilIdle(timeout=0.05) is False
    assert Synerise.waitUntilIdle(timeout=10) is True
    assert client.isSignedIn()


def test_wait_until_idle_without_calls_returns_at_once(team: Team) -> None:
    team.client()
    assert Synerise.waitUntilIdle() is True


def test_wait_until_idle_counts_what_the_server_is_told_in_the_background(team: Team) -> None:
    client = team.client()
    team.sign_in()
    with team.sandbox.hold("logout") as hold:
        client.signOut()
        assert hold.arrived.wait(10)
        assert Synerise.waitUntilIdle(0.05) is False
    assert Synerise.waitUntilIdle(10) is True


def test_wait_until_idle_inside_a_callback_is_a_runtime_error(team: Team) -> None:
    client = team.client()
    raised: list[RuntimeError] = []

    client.retrieveToken(None, waiting_in_vain(raised))
    assert Synerise.waitUntilIdle(10)
    assert len(raised) == 1
    assert "callback" in str(raised[0])


def test_wait_until_idle_inside_a_listener_is_a_runtime_error(team: Team) -> None:
    client = team.client()
    raised: list[RuntimeError] = []

    team.sign_in()
    client.setClientStateChangeListener({"onClientSignedOut": waiting_in_vain(raised)})
    client.destroySession()
    assert Synerise.waitUntilIdle(10)
    assert len(raised) == 1


def test_wait_until_idle_on_a_thread_started_by_a_callback_works(team: Team) -> None:
    client = team.client()
    waited: list[bool] = []
    threads: list[threading.Thread] = []

    def start() -> None:
        thread = threading.Thread(target=lambda: waited.append(Synerise.waitUntilIdle(10)))
        threads.append(thread)
        thread.start()

    client.retrieveToken(None, start)
    assert Synerise.waitUntilIdle(10)
    threads[0].join(10)
    assert waited == [True]


def test_wait_until_idle_before_init_is_a_runtime_error() -> None:
    with pytest.raises(RuntimeError, match="not initialized"):
        Synerise.waitUntilIdle()
