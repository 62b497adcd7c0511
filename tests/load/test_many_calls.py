"""Ten thousand calls at once, two hundred threads, and callbacks that call ten thousand deep."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from functools import partial

import pytest

from synerise_client import Error, Synerise
from tests.conftest import EMAIL, Team

CALLS = 10_000
ENDED = -999


class Answers:
    """Which calls were answered, in that order, and how."""

    def __init__(self) -> None:
        self.numbers: list[int] = []
        self.outcomes: set[int | str] = set()

    def of(self, number: int) -> tuple[Callable[[object], None], Callable[[Error], None]]:
        """Return the callbacks of the call with this number."""
        return partial(self._succeeded, number), partial(self._failed, number)

    def _succeeded(self, number: int, _: object) -> None:
        self.numbers.append(number)
        self.outcomes.add("success")

    def _failed(self, number: int, error: Error) -> None:
        self.numbers.append(number)
        self.outcomes.add(error.code)


def shut_down() -> None:
    Synerise.shutdown()


def destroy_session() -> None:
    Synerise.Client.destroySession()
    assert Synerise.waitUntilIdle(30)


@pytest.mark.parametrize("end", [destroy_session, shut_down])
def test_each_of_ten_thousand_calls_that_are_ended_is_told_so_once_and_in_order(
    team: Team, end: Callable[[], None]
) -> None:
    """The first one is running, the others wait."""
    client, answers = team.client(), Answers()
    team.sign_in()
    with team.sandbox.hold("account") as hold:
        for number in range(CALLS):
            client.getAccount(*answers.of(number))
        assert hold.arrived.wait(10)
        assert answers.numbers == []
        end()
        assert answers.numbers == list(range(CALLS))
    assert answers.outcomes == {ENDED}
    assert team.operations == ["login", "account"]


def test_a_client_that_ended_ten_thousand_calls_goes_on_with_those_made_afterwards(
    team: Team,
) -> None:
    client, answers = team.client(), Answers()
    may_go_on = threading.Event()
    client.retrieveToken(None, lambda: may_go_on.wait(10))
    for number in range(CALLS):
        client.requestPasswordReset(EMAIL, *answers.of(number))
    client.destroySession()
    client.retrieveToken(*answers.of(CALLS))
    may_go_on.set()
    assert Synerise.waitUntilIdle(30)
    assert answers.numbers == list(range(CALLS + 1))
    assert answers.outcomes == {ENDED, 3200}
    assert team.operations == []


def test_each_call_of_two_hundred_threads_is_answered_once_and_in_its_thread_s_order(
    team: Team,
) -> None:
    client, answers = team.client(), Answers()
    team.sign_in()
    all_are_here = threading.Barrier(200)

    def make_calls(thread: int) -> None:
        all_are_here.wait(30)
        for call in range(20):
            client.retrieveToken(*answers.of(thread * 20 + call))

    threads = [threading.Thread(target=make_calls, args=(number,)) for number in range(200)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Synerise.waitUntilIdle(30)
    assert answers.outcomes == {"success"}
    assert sorted(answers.numbers) == list(range(200 * 20))
    for thread_number in range(200):
        own = [number for number in answers.numbers if number // 20 == thread_number]
        assert own == sorted(own)


def test_callbacks_that_call_ten_thousand_deep_do_not_deepen_the_stack(team: Team) -> None:
    client = team.client()
    team.sign_in()
    depths: list[int] = []

    def call_again() -> None:
        depths.append(depth_of_the_stack())
        if len(depths) < CALLS:
            client.retrieveToken(call_again)

    client.retrieveToken(call_again)
    assert Synerise.waitUntilIdle(30)
    assert len(depths) == CALLS
    assert len(set(depths)) == 1


def depth_of_the_stack() -> int:
    depth, frame = 0, sys._getframe()
    while frame.f_back is not None:
        depth, frame = depth + 1, frame.f_back
    return depth
