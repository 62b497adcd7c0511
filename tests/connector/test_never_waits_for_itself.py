"""What would wait for itself, or for what has gone already, and does not."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from synerise_client import Error, Synerise
from synerise_client.api.cancellation import Cancellation
from synerise_client.calls.workers import workers
from synerise_client.connector import Connector
from synerise_client.synerise import SyneriseFacade
from tests.conftest import EMAIL, Heard, Team
from tests.connector.scenes import lone_client, returns


class Closed:
    """Counts how often it was closed."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> None:
        self.times += 1


def until(condition: Callable[[], object]) -> None:
    gives_up_at = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < gives_up_at
        time.sleep(0.005)


def wait_for_the_end(call: Cancellation) -> None:
    assert call.event.wait(10)


def test_shutdown_returns_though_only_a_sign_out_in_the_background_was_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It ends between the moment at which shutdown cuts it and the one at which it looks."""
    closed = Closed()
    connector = Connector(owner="client", deadline=5, on_close=closed)
    connector.submit_in_background("signOut", wait_for_the_end)
    drain = connector._drain_here

    def drain_late(*arguments: Any) -> None:
        until(lambda: not connector.has_pending())
        drain(*arguments)

    monkeypatch.setattr(connector, "_drain_here", drain_late)
    assert returns(connector.shutdown)
    assert closed.times == 1


def test_shutdown_returns_though_the_thread_is_just_given_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    closed, answered = Closed(), threading.Event()
    monkeypatch.setattr(workers, "_idle_seconds", 0.05)
    connector = Connector(owner="client", deadline=5, on_close=closed)
    connector.submit("call", lambda _: answered.set(), None, lambda _: True)
    assert answered.wait(10)
    until(lambda: workers._idle)

    def shut_down() -> None:
        with workers._lock:
            time.sleep(0.15)  # the thread's time is up now, and it waits for the lock
            connector.shutdown()

    assert returns(shut_down)
    assert closed.times == 1


def test_shutdown_ends_a_sign_out_in_the_background_after_the_thread_was_given_back(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = team.client()
    connector = client._connector
    monkeypatch.setattr(workers, "_idle_seconds", 0.01)
    team.sign_in()
    with team.sandbox.hold("logout") as hold:
        client.signOut()
        assert hold.arrived.wait(10)
        until(lambda: connector._thread is None)
        assert connector.has_pending()
        assert returns(Synerise.shutdown)
    assert not connector.has_pending()
    assert connector._has_closed


def test_a_request_hook_that_waits_for_all_calls_gets_a_runtime_error(team: Team) -> None:
    raised: list[BaseException] = []

    def hook(operation: str, headers: dict[str, str], body: dict[str, Any]) -> None:
        try:
            clients[0].waitUntilIdle()
        except RuntimeError as error:
            raised.append(error)
            raise

    clients: list[SyneriseFacade] = []
    heard = Heard()
    with lone_client(team, withRequestHook=hook) as facade:
        clients.append(facade)
        facade.Client.requestPasswordReset(EMAIL, *heard.callbacks("reset"))
        ((name, kind, error),) = heard.wait_for(1, 5)
        assert (name, kind) == ("reset", "error")
        assert isinstance(error, Error)
        assert error.code == 10
        assert len(raised) == 1
    assert team.operations == []


def test_a_dispatcher_that_waits_for_all_calls_gets_a_runtime_error(team: Team) -> None:
    raised: list[BaseException] = []

    def dispatch(run: Callable[[], None]) -> None:
        try:
            clients[0].waitUntilIdle()
        except RuntimeError as error:
            raised.append(error)
        run()

    clients: list[SyneriseFacade] = []
    heard = Heard()
    with lone_client(team, withCallbackDispatcher=dispatch) as facade:
        clients.append(facade)
        facade.Client.retrieveToken(*heard.callbacks("retrieveToken"))
        heard.wait_for(1, 5)
        assert len(raised) == 1
        assert facade.waitUntilIdle(5)


@pytest.mark.parametrize("door", ["withRequestHook", "withCallbackDispatcher"])
def test_shutdown_in_a_hook_or_a_dispatcher_returns_at_once(team: Team, door: str) -> None:
    returned, heard = threading.Event(), Heard()
    clients: list[SyneriseFacade] = []

    def shut_down() -> None:
        clients[0].shutdown()
        returned.set()

    def hook(operation: str, headers: dict[str, str], body: dict[str, Any]) -> None:
        shut_down()

    def dispatch(run: Callable[[], None]) -> None:
        shut_down()
        run()

    doors = {"withRequestHook": hook, "withCallbackDispatcher": dispatch}
    with lone_client(team, **{door: doors[door]}) as facade:
        clients.append(facade)
        connector = facade.Client._connector
        facade.Client.requestPasswordReset(EMAIL, *heard.callbacks("reset"))
        assert returned.wait(5)
        heard.wait_for(1, 5)
        until(lambda: connector._has_closed)
        if door == "withRequestHook":
            assert heard.results == [("reset", "error", -999)]
            assert team.operations == []
        assert returns(facade.shutdown)
