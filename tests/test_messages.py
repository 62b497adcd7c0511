"""What a user is told: what happened and, where something can be done, what."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from synerise_client import Error, MemoryStorage, Synerise
from tests.conftest import Team
from tests.methods.steps import take


def hook_breaks(operation: str, headers: dict[str, str], body: dict[str, Any]) -> None:
    raise LookupError


def hook_sets_a_header(operation: str, headers: dict[str, str], body: dict[str, Any]) -> None:
    headers["X-Shop"] = "Łódź"


def disable(team: Team) -> None:
    Synerise.Settings.sdk.enabled = False


def do_not_track(team: Team) -> None:
    Synerise.Settings.sdk.doNotTrack = True


def lets_expire(team: Team) -> None:
    team.sign_in()
    team.time_passes(4000)


TOLD: list[tuple[dict[str, Any], Callable[[Team], object], str, int, str]] = [
    ({}, lambda team: None, "getAccount", 3200, "sign in first"),
    ({}, lambda team: None, "signOutWithMode", 3220, "nobody to sign out"),
    ({}, lets_expire, "getAccount", 3210, "sign in again"),
    ({}, disable, "registerAccount", -1, "Synerise.Settings.sdk.enabled is False"),
    ({}, do_not_track, "registerAccount", -109, "Synerise.Settings.sdk.doNotTrack is True"),
    ({"withRequestHook": hook_breaks}, lambda team: None, "registerAccount", 10, "the log has"),
    (
        {"withRequestHook": hook_sets_a_header},
        lambda team: None,
        "registerAccount",
        -1,
        "The header 'X-Shop' cannot be sent; the request hook has set it",
    ),
    (
        {},
        lambda team: team.sandbox.drop("register"),
        "registerAccount",
        -1,
        "the server may have acted on the request",
    ),
    ({}, lambda team: team.sandbox.stop(), "registerAccount", -1, "Could not connect to 127.0.0.1"),
]


@pytest.mark.parametrize(("doors", "happens", "method", "code", "words"), TOLD)
def test_an_error_says_what_can_be_done(
    team: Team,
    doors: dict[str, Any],
    happens: Callable[[Team], object],
    method: str,
    code: int,
    words: str,
) -> None:
    team.client(**doors)
    happens(team)
    error = take(team, method)
    assert isinstance(error, Error)
    assert error.code == code
    assert words in error.message


def test_an_answer_that_hardly_comes_from_the_api_asks_whether_the_base_url_is_right(
    team: Team,
) -> None:
    team.client()
    for body in ("<html>Sign in to the hotel's network</html>", "[]"):
        team.sandbox.fail("login", 200, body=body)
        error = take(team, "signIn")
        assert error.code == -106
        assert "does withBaseUrl lead to Synerise's API?" in error.message


def test_an_unknown_mode_names_those_there_are(team: Team) -> None:
    team.client()
    error = take(team, "signOutWithMode", mode="LEAVE")
    assert error.code == 3050
    known = "SIGN_OUT and SIGN_OUT_WITH_SESSION_DESTROY"
    assert error.message == f"mode is not a sign-out mode: 'LEAVE'; there are {known}"


def test_an_unknown_operation_says_which_one_is_meant(team: Team) -> None:
    with pytest.raises(ValueError, match="unknown operation 'log_in'; did you mean 'login'"):
        team.initializer().withRoutes({"log_in": "/login"})
    with pytest.raises(ValueError, match="known are: account, account_delete,"):
        team.initializer().withRoutes({"xyz": "/login"})


def test_a_coroutine_function_as_a_callback_is_told_where_calls_are_awaited(team: Team) -> None:
    async def succeed() -> None: ...

    client: Any = team.client()
    with pytest.raises(TypeError, match=r"onSuccess is a coroutine.*synerise_client\.aio"):
        client.retrieveToken(succeed)


def test_a_client_that_was_shut_down_says_how_to_start_another(team: Team) -> None:
    client = team.client()
    Synerise.shutdown()
    for call in (client.retrieveToken, client.destroySession):
        with pytest.raises(RuntimeError, match=r"init\(\) or connect\(\) of Synerise\.Initializer"):
            call()


def test_storages_are_named_to_those_who_hand_in_something_else(team: Team) -> None:
    with pytest.raises(TypeError, match=r"MemoryStorage\(\) or SQLiteStorage\(\)"):
        team.initializer().withStorage(MemoryStorage)  # type: ignore[arg-type]
