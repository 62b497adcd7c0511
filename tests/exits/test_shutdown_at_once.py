"""Synerise.shutdown() at the same time as something else."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from synerise_client import ClientSessionEndReason, SQLiteStorage, Synerise
from synerise_client.calls.workers import workers
from tests.conftest import EMAIL, PASSWORD, Team
from tests.exits.conftest import SECOND, Strict, complaints, said, seconds
from tests.session.scenes import held
from tests.store.conftest import locked, row

OUT = ("listener", "out", ClientSessionEndReason.UserSignOut)


def threads(count: int, run: Callable[[], Any]) -> list[threading.Thread]:
    """Start ``run`` on several threads at the same moment."""
    barrier = threading.Barrier(count)

    def together() -> None:
        barrier.wait(10)
        run()

    started = [threading.Thread(target=together, daemon=True) for _ in range(count)]
    for thread in started:
        thread.start()
    return started


def join(started: list[threading.Thread]) -> None:
    for thread in started:
        thread.join(20)
        assert not thread.is_alive()


@pytest.mark.parametrize("keeps_thread", [True, False])
def test_a_shutdown_waits_for_a_sign_out_of_another_thread_and_what_it_announces(
    team: Team, store: Path, keeps_thread: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The store is locked by somebody else, so the sign-out takes its quarter of a second."""
    storage = SQLiteStorage(store)
    client = team.client(storage)
    team.sign_in()
    connector = client._connector
    if not keeps_thread:
        monkeypatch.setattr(workers, "_idle_seconds", 0.01)
        team.call("retrieveToken")
        for worker in list(workers._threads):
            worker.join(10)
    team.heard.clear()
    is_ending = threading.Event()
    cut = connector.cut

    def cut_and_tell() -> None:
        cut()
        is_ending.set()

    client._session.cut_calls_with(cut_and_tell)
    with locked(store):
        ending = threading.Thread(target=client.signOut)
        ending.start()
        assert is_ending.wait(10)
        Synerise.shutdown()
        assert team.heard.told == [OUT]
        assert storage._database is None
    ending.join(10)
    assert team.heard.told == [OUT]
    assert not client.isSignedIn()


def test_shutdown_on_many_threads_answers_each_call_once_and_returns_in_all(team: Team) -> None:
    client = team.client()
    team.sandbox.add_profile(EMAIL, PASSWORD)
    seen: list[int] = []
    with held(team, "login", "signIn", EMAIL, PASSWORD):
        for _ in range(20):
            client.retrieveToken(*team.heard.callbacks("retrieveToken"))

        def shut_down() -> None:
            Synerise.shutdown()
            seen.append(len(team.heard.results))

        join(threads(8, shut_down))
    assert seen == [21] * 8
    assert {code for _, _, code in team.heard.results} == {-999}


def test_shutdown_in_a_listener_ends_what_is_behind_it(team: Team) -> None:
    client = team.client()
    team.sandbox.add_profile(EMAIL, PASSWORD)
    returned = threading.Event()

    def shut_down() -> None:
        Synerise.shutdown()
        returned.set()

    client.setClientStateChangeListener({"onClientSignedIn": shut_down})
    client.signIn(EMAIL, PASSWORD, *team.heard.callbacks("signIn"))
    client.retrieveToken(*team.heard.callbacks("retrieveToken"))
    assert returned.wait(10)
    team.heard.wait_for(2)
    assert team.heard.results[1] == ("retrieveToken", "error", -999)
    assert team.heard.results[0][0] == "signIn"


def test_shutdown_in_a_dispatched_callback_returns_at_once(team: Team) -> None:
    jobs: queue.Queue[Callable[[], None]] = queue.Queue()
    client = team.client(withCallbackDispatcher=jobs.put)
    client.retrieveToken(None, Synerise.shutdown)
    client.retrieveToken(*team.heard.callbacks("next"))
    for _ in range(2):
        jobs.get(timeout=10)()
    assert [name for name, _, _ in team.heard.results] == ["next"]
    assert not Synerise.isInitialized()


@pytest.mark.long
def test_calls_and_enders_of_many_threads_meet_a_shutdown(
    team: Team, portion: Callable[[int], int], counted: Callable[[str, int], None]
) -> None:
    """What is taken gets one callback, what is refused gets none, and every thread gets on."""
    rounds, total = portion(300), 0
    team.sandbox.add_profile(EMAIL, PASSWORD)
    for _ in range(rounds):
        client = team.client()
        team.heard.clear()
        taken: list[int] = []

        def work(client: Any = client, taken: list[int] = taken) -> None:
            with suppress(RuntimeError):  # refused
                for number in range(10):
                    client.retrieveToken(*team.heard.callbacks("call"))
                    taken.append(number)
                    if number == 5:
                        client.destroySession()

        working = threads(3, work)
        client.signIn(EMAIL, PASSWORD, *team.heard.callbacks("signIn"))
        join(threads(2, Synerise.shutdown))
        before = list(team.heard.results)
        join(working)
        assert team.heard.results == before, "something came after the shutdown"
        assert len(before) == len(taken) + 1
        total += len(before)
    counted("calls that met a shutdown", total)


@pytest.mark.parametrize("when", ["before the drain", "after the drain"])
def test_a_shutdown_in_an_exit_hook(strict: Strict, sandbox: Any, when: str) -> None:
    """Hooks registered after init() run before the drain, the others after it."""
    hook = "atexit.register(lambda: (Synerise.shutdown(), say('down')))\n"
    is_first = when == "after the drain"
    script = strict(
        (hook if is_first else "")
        + "client = stored()\n"
        + "client.signIn(EMAIL, PASSWORD, *told('signIn'))\n"
        + ("" if is_first else hook)
        + "input()\nsys.exit(2)"
    )
    with sandbox.hold("login") as hold:
        assert hold.arrived.wait(10)
        script.go_on()
        if is_first:
            hold.release()
        finished = script.end()
    expected = "signIn success" if is_first else "signIn error -999"
    assert said(finished) == [expected, "down"]
    assert (finished.code, complaints(finished)) == (2, [])
    assert seconds(finished) < SECOND


def test_a_shutdown_stores_what_was_ended_just_before(team: Team, store: Path) -> None:
    client = team.client(SQLiteStorage(store))
    team.sign_in()
    client.signOut()
    Synerise.shutdown()
    assert row(store)["token"] is None


@pytest.mark.parametrize("waits", [lambda: Synerise.waitUntilIdle(10), Synerise.shutdown])
def test_a_thread_that_was_torn_out_of_an_ender_waits_for_no_ender(
    team: Team, waits: Callable[[], Any]
) -> None:
    """What a signal handler raises may do that, and Python then cleans up some time later."""
    client = team.client()
    torn = client._connector.ending()
    torn.__enter__()
    client.retrieveToken(*team.heard.callbacks("retrieveToken"))
    assert waits() in (True, None)
    team.heard.wait_for(1)
    assert torn.__exit__(None, None, None) in (False, None)
