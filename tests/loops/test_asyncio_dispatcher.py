"""Callbacks on an event loop: ``withCallbackDispatcher(loop.call_soon_threadsafe)``."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import pytest

from synerise_client import ClientModule, ClientSessionEndReason, Error, Synerise
from tests.conftest import EMAIL, PASSWORD, Team
from tests.connector.scenes import logged


def on_a_loop(team: Team, story: Callable[[ClientModule], Any]) -> None:
    """Run a coroutine function on a loop that callbacks are dispatched to."""

    async def told() -> None:
        loop = asyncio.get_running_loop()
        await story(team.client(withCallbackDispatcher=loop.call_soon_threadsafe))

    team.sandbox.add_profile(EMAIL, PASSWORD)
    asyncio.run(told())


async def told(team: Team, count: int) -> None:
    """Let the loop go on until ``count`` things were told."""
    for _ in range(1000):
        if len(team.heard.told) >= count:
            return
        await asyncio.sleep(0.01)
    pytest.fail(f"only {team.heard.told}")


def test_callbacks_and_events_come_on_the_loop_in_the_order_of_the_calls(team: Team) -> None:
    async def story(client: ClientModule) -> None:
        client.retrieveToken(*team.heard.callbacks("before"))
        client.signIn(EMAIL, PASSWORD, *team.heard.callbacks("signIn"))
        client.getAccount(lambda _: note_account(True), print)
        client.signOutWithMode("SIGN_OUT", False, *team.heard.callbacks("signOutWithMode"))
        await told(team, 6)

    note_account = team.heard.callbacks("getAccount")[0]
    on_a_loop(team, story)
    (before, *rest), here = team.heard.told, threading.current_thread()
    assert (before[:2], before[2].code) == (("before", "error"), 3200)
    assert rest == [
        ("listener", "in"),
        ("signIn", "success", True),
        ("getAccount", "success", True),
        ("listener", "out", ClientSessionEndReason.UserSignOut),
        ("signOutWithMode", "success", True),
    ]
    assert team.heard.threads == {here}


def test_calls_that_callbacks_on_the_loop_make_go_on_in_order(team: Team) -> None:
    async def story(client: ClientModule) -> None:
        def next_call(number: int) -> Callable[[Error], None]:
            def failed(error: Error) -> None:
                team.heard.callbacks(str(number))[1](error)
                if number < 20:
                    client.retrieveToken(None, next_call(number + 1))

            return failed

        client.retrieveToken(None, next_call(1))
        await told(team, 20)

    on_a_loop(team, story)
    assert team.heard.results == [(str(number), "error", 3200) for number in range(1, 21)]


def test_wait_until_idle_in_a_callback_on_the_loop_is_a_runtime_error(team: Team) -> None:
    raised: list[BaseException] = []

    async def story(client: ClientModule) -> None:
        def wait(error: Error) -> None:
            try:
                Synerise.waitUntilIdle()
            except RuntimeError as problem:
                raised.append(problem)
            team.heard.callbacks("waited")[1](error)

        client.retrieveToken(None, wait)
        await told(team, 1)

    on_a_loop(team, story)
    assert "inside a callback" in str(raised[0])


def test_a_call_is_finished_when_its_callback_was_handed_to_the_loop(team: Team) -> None:
    async def story(client: ClientModule) -> None:
        client.retrieveToken(*team.heard.callbacks("retrieveToken"))
        assert Synerise.waitUntilIdle(10)  # though the loop cannot go on meanwhile
        assert team.heard.told == []
        await told(team, 1)

    on_a_loop(team, story)


def test_a_loop_that_is_closed_costs_one_callback_one_line_and_no_call(
    team: Team, caplog: pytest.LogCaptureFixture
) -> None:
    async def story(client: ClientModule) -> None:
        pass

    on_a_loop(team, story)
    Synerise.Client.setClientStateChangeListener(None)
    Synerise.Client.signIn(EMAIL, PASSWORD, lambda: team.heard.onClientSignedIn())
    assert Synerise.waitUntilIdle(10)
    assert Synerise.Client.isSignedIn()
    assert team.heard.told == []
    (record,) = logged(caplog)
    assert "the callback counts as given" in record.getMessage()
