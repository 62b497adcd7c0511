"""A cancelled await: not sent or ended at once, its result dropped, the session still usable."""

from __future__ import annotations

import asyncio
import logging
from contextlib import ExitStack
from typing import Any

import pytest

from synerise_client import ClientAccountUpdateBasicInformationContext, Synerise
from tests.conftest import EMAIL, PASSWORD, Team
from tests.connector.scenes import logged
from tests.loops.scenes import arrived, async_client, begun, code_of


async def cancelled(task: asyncio.Task[Any]) -> bool:
    """Cancel a task and tell whether it ended by that."""
    task.cancel()
    await asyncio.wait([task], timeout=10)
    return task.cancelled()


def test_a_call_that_is_cancelled_before_its_turn_is_not_sent(
    team: Team, caplog: pytest.LogCaptureFixture
) -> None:
    client = async_client(team)

    async def story() -> None:
        with team.sandbox.hold("login") as hold:
            first = asyncio.create_task(client.signIn(EMAIL, PASSWORD))
            await arrived(hold)
            unwanted = asyncio.create_task(client.requestPasswordReset(EMAIL))
            last = asyncio.create_task(client.getAccount())
            await begun(unwanted, last)
            assert await cancelled(unwanted)
            hold.release()
            assert await first is True
            assert (await last).firstName == "Anna"

    asyncio.run(story())
    assert Synerise.waitUntilIdle(10)
    assert team.operations == ["login", "account"]
    assert logged(caplog) == []


def test_a_call_that_is_cancelled_while_it_runs_ends_at_once_and_the_next_one_goes_on(
    team: Team, caplog: pytest.LogCaptureFixture
) -> None:
    client, nothing = async_client(team), ClientAccountUpdateBasicInformationContext()

    async def story() -> None:
        await client.signIn(EMAIL, PASSWORD)
        with team.sandbox.hold("account") as hold:
            unwanted = asyncio.create_task(client.getAccount())
            await arrived(hold)
            assert await cancelled(unwanted)
            assert await asyncio.wait_for(client.updateAccountBasicInformation(nothing), 10)

    asyncio.run(story())
    assert client.isSignedIn()
    assert Synerise.waitUntilIdle(10)
    assert team.operations == ["login", "account", "basic_information_update"]
    assert logged(caplog) == []


def test_a_sign_in_that_is_cancelled_while_it_runs_signs_nobody_in(team: Team) -> None:
    client = async_client(team)
    uuid = client.getUUID()

    async def story() -> None:
        with team.sandbox.hold("login") as hold:
            unwanted = asyncio.create_task(client.signIn(EMAIL, PASSWORD))
            await arrived(hold)
            assert await cancelled(unwanted)
        assert await code_of(client.getAccount()) == 3200
        assert not client.isSignedIn()
        assert await client.signIn(EMAIL, PASSWORD)

    asyncio.run(story())
    assert team.heard.events == [("in",)]
    assert client.getUUID() == uuid


def test_a_due_refresh_that_is_cancelled_leaves_the_token_and_lets_the_next_call_refresh(
    team: Team,
) -> None:
    client = async_client(team)

    async def story() -> None:
        await client.signIn(EMAIL, PASSWORD)
        before = await client.retrieveToken()
        team.time_passes(1801)
        with team.sandbox.hold("refresh") as hold:
            unwanted = asyncio.create_task(client.retrieveToken())
            await arrived(hold)
            assert await cancelled(unwanted)
        assert client.isSignedIn()
        assert (await client.retrieveToken()).tokenString != before.tokenString

    asyncio.run(story())
    assert team.operations == ["login", "refresh", "refresh"]


def test_wait_for_gives_up_in_time(team: Team) -> None:
    client = async_client(team)

    async def story() -> None:
        with team.sandbox.hold("login"), pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(client.signIn(EMAIL, PASSWORD), timeout=0.1)
        assert await client.signIn(EMAIL, PASSWORD)

    asyncio.run(story())


def test_a_call_whose_task_is_cancelled_before_it_begins_is_not_made(team: Team) -> None:
    client = async_client(team)

    async def story() -> None:
        assert await cancelled(asyncio.create_task(client.signIn(EMAIL, PASSWORD)))

    asyncio.run(story())
    assert Synerise.waitUntilIdle(10)
    assert team.operations == []


def test_a_call_that_is_cancelled_after_its_answer_came_changes_nothing_any_more(
    team: Team, caplog: pytest.LogCaptureFixture
) -> None:
    client = async_client(team)

    async def story() -> None:
        task = asyncio.create_task(client.signIn(EMAIL, PASSWORD))
        await begun(task)
        assert Synerise.waitUntilIdle(10)  # the answer waits for the loop, which waits here
        assert await cancelled(task)
        assert (await client.getAccount()).firstName == "Anna"

    asyncio.run(story())
    assert team.operations == ["login", "account"]
    assert logged(caplog) == []


def test_calls_that_are_cancelled_in_any_order_leave_the_others_in_theirs(team: Team) -> None:
    client = async_client(team)

    async def story() -> list[Any]:
        await client.signIn(EMAIL, PASSWORD)
        with team.sandbox.hold("account") as hold:
            tasks = [asyncio.create_task(client.getAccount()) for _ in range(9)]
            await arrived(hold)
            await begun(*tasks)
            for number in (7, 0, 3, 4):
                assert await cancelled(tasks[number])
        return [await task for number, task in enumerate(tasks) if number not in (7, 0, 3, 4)]

    assert [account.firstName for account in asyncio.run(story())] == ["Anna"] * 5
    assert team.operations == ["login", *["account"] * 6]


def test_what_is_pending_when_asyncio_run_ends_is_taken_back(
    team: Team, caplog: pytest.LogCaptureFixture
) -> None:
    client, holding_back = async_client(team), ExitStack()

    async def story() -> None:
        with team.sandbox.hold("login") as hold:
            tasks.append(asyncio.create_task(client.signIn(EMAIL, PASSWORD)))
            tasks.append(asyncio.create_task(client.getAccount()))
            await arrived(hold)
            await begun(*tasks)
            # So that the second one does not begin between the ends of both.
            holding_back.enter_context(Synerise.Client._connector.ending())

    tasks: list[asyncio.Task[Any]] = []
    with holding_back:
        asyncio.run(story())
    assert Synerise.waitUntilIdle(10)
    assert team.operations == ["login"]
    assert logged(caplog) == []
    assert asyncio.run(client.signIn(EMAIL, PASSWORD)) is True


def test_a_loop_that_is_closed_while_a_call_is_pending_costs_one_line_in_the_log(
    team: Team, caplog: pytest.LogCaptureFixture
) -> None:
    client = async_client(team)
    loop = asyncio.new_event_loop()
    with team.sandbox.hold("login") as hold:
        task = loop.create_task(client.signIn(EMAIL, PASSWORD))
        loop.run_until_complete(arrived(hold))
        loop.close()
    assert Synerise.waitUntilIdle(10)
    (record,) = logged(caplog)
    assert record.levelno == logging.WARNING
    assert "loop was closed" in record.getMessage()
    assert client.isSignedIn()
    assert asyncio.run(client.getAccount()).firstName == "Anna"
    task.get_coro().close()  # type: ignore[union-attr,unused-ignore]
    task._log_destroy_pending = False  # type: ignore[attr-defined]


def test_a_listener_whose_loop_was_closed_costs_a_line_and_no_call(
    team: Team, caplog: pytest.LogCaptureFixture
) -> None:
    client = async_client(team)

    async def listen() -> None:
        client.setClientStateChangeListener({"onClientSignedIn": lambda: None})

    asyncio.run(listen())
    assert asyncio.run(client.signIn(EMAIL, PASSWORD)) is True
    (record,) = logged(caplog)
    assert "loop was closed" in record.getMessage()


@pytest.mark.long
def test_cancelling_at_any_moment_loses_no_answer_and_hangs_nothing(
    team: Team, portion: Any, counted: Any
) -> None:
    client, rounds = async_client(team), portion(400)

    async def story() -> int:
        ended_by_it = 0
        await client.signIn(EMAIL, PASSWORD)
        for number in range(rounds):
            tasks = [asyncio.create_task(client.getAccount()) for _ in range(3)]
            await asyncio.sleep((number % 20) / 4000)
            ended_by_it += await cancelled(tasks[number % 3])
            rest = [task for task in tasks if task is not tasks[number % 3]]
            accounts = await asyncio.wait_for(asyncio.gather(*rest), 30)
            assert [account.firstName for account in accounts] == ["Anna", "Anna"]
        return ended_by_it

    ended_by_it = asyncio.run(story())
    assert Synerise.waitUntilIdle(10)
    assert client.isSignedIn()
    counted("awaits cancelled", ended_by_it)


def test_a_call_that_is_taken_back_while_it_runs_gets_no_callback(
    team: Team, caplog: pytest.LogCaptureFixture
) -> None:
    async_client(team)
    client, (succeeded, failed) = Synerise.Client, team.heard.callbacks("taken back")
    with team.sandbox.hold("login") as hold:
        client.signIn(EMAIL, PASSWORD, succeeded, failed)
        assert hold.arrived.wait(10)
        client._withdraw(succeeded)
    assert Synerise.waitUntilIdle(10)
    assert (team.heard.told, logged(caplog)) == ([], [])
