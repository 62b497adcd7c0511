"""Scripts that once went wrong, each a step or two longer than it takes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.machine.calls import ANNA, BEN, KEYS, RIGHT, call
from tests.machine.sessions import Sessions

ANNA_SIGNS_IN = call("signIn", ANNA, RIGHT)
BEN_SIGNS_IN = call("signIn", BEN, RIGHT)
NOBODY_SIGNS_IN = call("signIn", "", RIGHT)


@pytest.fixture
def script(scripts: type[Sessions]) -> Iterator[Sessions]:
    script = scripts()
    yield script
    script.teardown()


def test_a_sign_in_that_another_process_was_quicker_than_tells_its_end_between_the_two(
    script: Sessions,
) -> None:
    script.start(on_disk=False, first=NOBODY_SIGNS_IN)
    script.other_process_acts_before_a_request(ANNA_SIGNS_IN, BEN_SIGNS_IN)
    script.other_process_calls(call("getAccount"), False)


@pytest.mark.parametrize("ender", ["signOut", "destroySession"])
def test_the_end_of_a_sign_in_that_the_ender_did_not_know_of_has_its_reason(
    script: Sessions, ender: str
) -> None:
    script.start(on_disk=False, first=NOBODY_SIGNS_IN)
    script.other_process_calls(call("retrieveToken"), False)
    script.sign_in(ANNA_SIGNS_IN, True)
    script.other_process_ends_at_once(call(ender))
    script.calls_in_a_row([call("getAccount")])


def test_a_refusal_whose_date_shows_that_the_token_has_expired_is_an_expiry(
    script: Sessions,
) -> None:
    script.start(on_disk=False, first=ANNA_SIGNS_IN)
    script.time_passes(3600)
    script.restart(0, -100_000, [call("refreshToken")])


def test_a_due_refresh_whose_failure_shows_that_the_token_has_expired_is_an_expiry(
    script: Sessions,
) -> None:
    script.start(on_disk=False, first=ANNA_SIGNS_IN)
    script.time_passes(5000)
    script.wall_clock_jumps(-2000)
    script.server_makes_trouble(("refresh", ["503", "503"], NOBODY_SIGNS_IN))
    script.restart(0, 0, [call("retrieveToken")])


def test_what_a_failed_due_refresh_tells_of_the_token_is_kept(script: Sessions) -> None:
    script.start(on_disk=False, first=ANNA_SIGNS_IN)
    script.time_passes(2900)
    script.wall_clock_jumps(-1000)
    script.server_makes_trouble(("refresh", ["503", "503"], NOBODY_SIGNS_IN))
    script.restart(0, 0, [call("retrieveToken")])
    script.time_passes(900)


@pytest.mark.parametrize("carries_over", [False, True])
def test_a_key_that_is_changed_there_and_back_at_once_keeps_its_session_stored(
    script: Sessions, carries_over: bool
) -> None:
    there, back = (call("changeApiKey", key, carries_over) for key in reversed(KEYS))
    script.start(on_disk=False, first=NOBODY_SIGNS_IN)
    script.end_under_a_request(call("requestPasswordReset", ANNA), [], [there, back], [], 0, False)
    script.sign_in(ANNA_SIGNS_IN, True)
    script.restart(0, 0, [call("getAccount")])
