"""What is awaited: results and errors, in the order of the calls, on the loop that waits."""

from __future__ import annotations

import asyncio
import inspect
import sys
import threading
import traceback
from collections.abc import Callable
from typing import Any

import pytest

from synerise_client import (
    ClientAccountInformation,
    ClientConditionalAuthResult,
    ClientSessionEndReason,
    Error,
    Synerise,
    Token,
)
from synerise_client.aio import AsyncClient
from tests.conftest import EMAIL, PASSWORD, Team
from tests.connector.scenes import logged
from tests.loops.scenes import arrived, async_client, begun, code_of
from tests.methods.steps import STEPS, accept_next

RESULTS = {
    "refreshToken": Token,
    "retrieveToken": Token,
    "getAccount": ClientAccountInformation,
    "signInConditionally": ClientConditionalAuthResult,
    "authenticateConditionally": ClientConditionalAuthResult,
}


def signed_in(team: Team, method: str) -> AsyncClient:
    team.client()
    team.sign_in()
    if method == "retrieveToken":
        team.time_passes(1801)  # else it would ask nothing of the server
    return AsyncClient(Synerise.Client)


@pytest.mark.parametrize("method", STEPS)
def test_a_call_returns_what_on_success_would_get(team: Team, method: str) -> None:
    client = signed_in(team, method)
    accept_next(team, method)
    result = asyncio.run(getattr(client, method)(*STEPS[method].arguments.values()))
    if method in RESULTS:
        assert isinstance(result, RESULTS[method])
    else:
        assert result is True
    assert team.operations[-1] == STEPS[method].operation


@pytest.mark.parametrize("method", STEPS)
def test_a_call_raises_what_on_error_would_get(team: Team, method: str) -> None:
    client = signed_in(team, method)
    team.sandbox.fail(STEPS[method].operation, 403)
    call = getattr(client, method)(*STEPS[method].arguments.values())
    with pytest.raises(Error) as raised:
        asyncio.run(call)
    assert (raised.value.code, raised.value.httpStatus) == (403, 403)


def test_a_traceback_of_an_error_has_no_frame_of_ours_that_holds_an_argument(team: Team) -> None:
    client = async_client(team)
    with pytest.raises(Error) as raised:
        asyncio.run(client.signIn(EMAIL, "Wrong-password-9"))
    package = inspect.getfile(AsyncClient)
    frames = [
        frame
        for frame, _ in traceback.walk_tb(raised.value.__traceback__)
        if frame.f_code.co_filename == package
    ]
    assert frames
    assert not [frame for frame in frames if "Wrong-password-9" in repr(frame.f_locals)]


def test_a_traceback_of_a_wrong_argument_shows_no_other_in_our_frames(team: Team) -> None:
    client = async_client(team)
    wrong: Any = 5
    with pytest.raises(TypeError) as raised:
        asyncio.run(client.changePassword("Old-password-9", wrong))
    (frame,) = (
        frame
        for frame, _ in traceback.walk_tb(raised.value.__traceback__)
        if frame.f_code.co_filename == inspect.getfile(AsyncClient)
    )
    assert "Old-password-9" not in repr(frame.f_locals)


def test_calls_are_carried_out_in_the_order_in_which_they_were_begun(team: Team) -> None:
    client = async_client(team)

    async def story() -> tuple[Any, ...]:
        return await asyncio.gather(
            code_of(client.getAccount()),
            client.signIn(EMAIL, PASSWORD),
            client.getAccount(),
            client.signOutWithMode("SIGN_OUT", False),
            code_of(client.getAccount()),
        )

    before, signed_in, account, signed_out, after = asyncio.run(story())
    assert (before, signed_in, signed_out, after) == (3200, True, True, 3200)
    assert account.firstName == "Anna"
    assert team.operations == ["login", "account", "logout"]


def test_awaited_calls_and_those_with_callbacks_share_one_queue(team: Team) -> None:
    client, order = async_client(team), list[str]()

    async def story() -> None:
        first = asyncio.ensure_future(client.signIn(EMAIL, PASSWORD))
        await begun(first)
        Synerise.Client.getAccount(lambda account: order.append("callback"), print)
        await client.updateAccountBasicInformation(
            STEPS["updateAccountBasicInformation"].arguments["context"]
        )
        order.append("awaited")
        assert await first

    asyncio.run(story())
    assert order == ["callback", "awaited"]
    assert team.operations == ["login", "account", "basic_information_update"]


def test_a_call_that_nobody_awaits_is_not_made_and_the_warning_names_it(team: Team) -> None:
    client = async_client(team)
    with pytest.warns(RuntimeWarning, match="AsyncClient.retrieveToken' was never awaited"):
        client.retrieveToken()  # type: ignore[unused-coroutine]
    assert Synerise.waitUntilIdle(10)
    assert team.operations == []


@pytest.mark.skipif(sys.version_info < (3, 11), reason="TaskGroup came with 3.11")
def test_a_task_group_runs_calls_and_ends_the_others_when_one_fails(team: Team) -> None:
    client = async_client(team)

    async def story() -> None:
        group: Any = asyncio.TaskGroup()  # type: ignore[attr-defined,unused-ignore]
        async with group:
            group.create_task(client.signIn(EMAIL, "wrong"))
            tasks.append(group.create_task(client.registerAccount(*registration)))

    tasks: list[asyncio.Task[bool]] = []
    registration = STEPS["registerAccount"].arguments.values()
    with pytest.raises(Exception, match="TaskGroup") as raised:
        asyncio.run(story())
    (error,) = raised.value.exceptions  # type: ignore[attr-defined]
    assert error.code == 401
    assert tasks[0].cancelled() or tasks[0].result() is True
    assert Synerise.waitUntilIdle(10)


def test_one_client_does_for_several_loops_one_after_another(team: Team) -> None:
    client = async_client(team)
    assert asyncio.run(client.signIn(EMAIL, PASSWORD)) is True
    assert asyncio.run(client.getAccount()).firstName == "Anna"
    assert asyncio.run(client.retrieveToken()).tokenString


def test_one_client_does_for_several_loops_at_a_time(team: Team) -> None:
    client, answers = async_client(team), list[tuple[bool, str]]()
    asyncio.run(client.signIn(EMAIL, PASSWORD))

    async def story() -> None:
        here = threading.current_thread()
        for _ in range(5):
            token, account = await asyncio.gather(client.retrieveToken(), client.getAccount())
            on_its_thread = threading.current_thread() is here
            answers.append((on_its_thread, f"{account.firstName} {bool(token.tokenString)}"))

    threads = [threading.Thread(target=lambda: asyncio.run(story())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert answers == [(True, "Anna True")] * 20


def test_a_synchronous_ender_ends_awaited_calls_in_their_order(team: Team) -> None:
    client, order = async_client(team), list[tuple[str, int | None]]()

    async def note(name: str, call: Any) -> None:
        order.append((name, await code_of(call)))

    async def story() -> None:
        await client.signIn(EMAIL, PASSWORD)
        with team.sandbox.hold("account") as hold:
            tasks = [
                asyncio.create_task(note("running", client.getAccount())),
                asyncio.create_task(note("queued", client.refreshToken())),
            ]
            await arrived(hold)
            client.destroySession()
            await asyncio.wait(tasks, timeout=10)

    asyncio.run(story())
    assert order == [("running", -999), ("queued", -999)]
    assert not client.isSignedIn()


def test_the_shutdown_ends_awaited_calls(team: Team) -> None:
    client = async_client(team)

    async def story() -> int | None:
        with team.sandbox.hold("login") as hold:
            task = asyncio.create_task(code_of(client.signIn(EMAIL, PASSWORD)))
            await arrived(hold)
            Synerise.shutdown()
            return await task

    assert asyncio.run(story()) == -999


@pytest.mark.parametrize("shape", ["object", "mapping"])
def test_the_listener_hears_on_the_loop_and_before_the_call_returns(team: Team, shape: str) -> None:
    client, order = async_client(team), list[Any]()
    on: set[threading.Thread] = set()

    class Listener:
        def onClientSignedIn(self) -> None:
            on.add(threading.current_thread())
            order.append("in")

        def onClientSignedOut(self, reason: ClientSessionEndReason) -> None:
            on.add(threading.current_thread())
            order.append(reason)

    listener: Any = Listener()
    if shape == "mapping":
        listener = {name: getattr(listener, name) for name in dir(listener) if name[:2] == "on"}

    async def story() -> None:
        client.setClientStateChangeListener(listener)
        await client.signIn(EMAIL, PASSWORD)
        order.append("signed in")
        await client.signOutWithMode("SIGN_OUT", False)
        order.append("signed out")

    asyncio.run(story())
    assert order == ["in", "signed in", ClientSessionEndReason.UserSignOut, "signed out"]
    assert on == {threading.current_thread()}


def test_a_listener_may_leave_out_the_reason_and_one_of_its_methods(team: Team) -> None:
    client, heard = async_client(team), list[str]()

    async def story() -> None:
        client.setClientStateChangeListener({"onClientSignedOut": lambda: heard.append("out")})
        await client.signIn(EMAIL, PASSWORD)
        await client.signOutWithMode("SIGN_OUT", False)
        client.setClientStateChangeListener(None)
        await client.signIn(EMAIL, PASSWORD)
        await client.signOutWithMode("SIGN_OUT", False)

    asyncio.run(story())
    assert heard == ["out"]


@pytest.mark.parametrize("wrong", [object(), {}, {"onClientSignedIn": 5}])
def test_a_listener_without_usable_methods_is_a_type_error(team: Team, wrong: object) -> None:
    client = async_client(team)

    async def story() -> None:
        client.setClientStateChangeListener(wrong)

    with pytest.raises(TypeError, match="onClientSigned"):
        asyncio.run(story())


@pytest.mark.parametrize("name", ["onClientSignedIn", "onClientSignedOut"])
def test_a_coroutine_function_is_refused_as_a_listener(team: Team, name: str) -> None:
    client = async_client(team)

    async def hear() -> None: ...

    async def story() -> None:
        client.setClientStateChangeListener({name: hear})

    with pytest.raises(TypeError, match=f"{name} is a coroutine"):
        asyncio.run(story())
    with pytest.raises(TypeError, match=f"{name} is a coroutine"):
        Synerise.Client.setClientStateChangeListener({name: hear})


def test_a_listener_needs_a_loop_that_is_running(team: Team) -> None:
    with pytest.raises(RuntimeError, match="no running event loop"):
        async_client(team).setClientStateChangeListener({"onClientSignedIn": print})


def test_what_a_listener_raises_is_logged_and_the_call_returns(
    team: Team, caplog: pytest.LogCaptureFixture
) -> None:
    client = async_client(team)

    def breaks() -> None:
        raise LookupError("the user's own mistake")

    async def story() -> bool:
        client.setClientStateChangeListener({"onClientSignedIn": breaks})
        return await client.signIn(EMAIL, PASSWORD)

    assert asyncio.run(story()) is True
    (record,) = logged(caplog)
    assert "breaks raised LookupError" in record.getMessage()


def test_answers_come_to_the_loop_though_callbacks_are_dispatched_elsewhere(team: Team) -> None:
    jobs: list[Callable[[], None]] = []
    client = async_client(team, withCallbackDispatcher=jobs.append)
    Synerise.Client.retrieveToken(*team.heard.callbacks("elsewhere"))
    assert asyncio.run(code_of(client.retrieveToken())) == 3200
    assert team.heard.told == []
    assert len(jobs) == 1
