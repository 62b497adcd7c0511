"""What a user is told: what happened and, where something can be done, what."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from synerise_client import Error, MemoryStorage, Synerise
from synerise_client.sandbox import Sandbox
from tests.conftest import EMAIL, PASSWORD, Team
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


@pytest.fixture
def levels(caplog: pytest.LogCaptureFixture) -> Callable[[], list[str]]:
    """Return the levels of what was logged since the last time, in order, each once."""
    caplog.set_level(logging.DEBUG, "synerise_client")

    def taken() -> list[str]:
        ours = [each for each in caplog.records if each.name.startswith("synerise_client")]
        caplog.clear()
        return list(dict.fromkeys(each.levelname for each in ours))

    return taken


def test_a_call_and_its_request_are_debug(team: Team, caplog: Any, levels: Any) -> None:
    team.client()
    team.sign_in()
    assert Synerise.waitUntilIdle(10)
    lines = [record.getMessage() for record in caplog.records if "signIn" in record.getMessage()]
    assert lines == ["signIn: success"]
    assert "POST /sauth/v3/auth/login/client: HTTP status 200" in caplog.text
    assert levels() == ["DEBUG"]


def test_retries_and_refreshes_are_info(team: Team, levels: Any) -> None:
    team.client()
    team.sandbox.fail("login", 503)
    team.sign_in()
    assert Synerise.waitUntilIdle(10)
    assert "INFO" in levels()
    team.call("refreshToken")
    assert Synerise.waitUntilIdle(10)
    assert levels() == ["DEBUG", "INFO"]
    team.time_passes(1801)
    team.sandbox.fail("refresh", 400)
    team.call("retrieveToken")
    assert Synerise.waitUntilIdle(10)
    assert levels() == ["DEBUG", "INFO"]


def test_what_a_user_should_know_is_a_warning(team: Team, levels: Any) -> None:
    team.client()
    Synerise.Client.getAccount()  # fails, and there is no onError
    assert Synerise.waitUntilIdle(10)
    assert levels() == ["DEBUG", "WARNING"]


def test_only_what_somebody_has_programmed_wrongly_is_an_error(team: Team, levels: Any) -> None:
    def breaks() -> None:
        raise LookupError

    team.client()
    Synerise.Client.signIn(EMAIL, PASSWORD, None, lambda: None)  # the server refuses that
    assert Synerise.waitUntilIdle(10)
    assert levels() == ["DEBUG"]
    Synerise.Client.getAccount(None, breaks)
    assert Synerise.waitUntilIdle(10)
    assert levels() == ["DEBUG", "ERROR"]


@pytest.fixture
def script(sandbox: Sandbox) -> Callable[[str], str]:
    """Run a script that sets up no logging, and return what it writes to stderr."""
    beginning = (
        "from synerise_client import *\n"
        f"initializer = Synerise.Initializer().withApiKey('{sandbox.api_key}')\n"
        f"initializer.withBaseUrl('{sandbox.url}').withStorage(MemoryStorage())\n"
    )

    def run(source: str) -> str:
        return subprocess.run(
            [sys.executable, "-c", beginning + source],
            check=True,
            capture_output=True,
            text=True,
            timeout=30,
        ).stderr

    return run


def test_without_any_logging_set_up_warnings_and_failed_callbacks_are_still_seen(
    script: Callable[[str], str],
) -> None:
    shown = script("initializer.init()\nSynerise.Client.getAccount(None, lambda: 1 / 0)")
    assert "ZeroDivisionError" in shown
    assert "no onError" in script("initializer.init()\nSynerise.Client.getAccount()")
    assert script("initializer.init()\nSynerise.Client.getAccount(None, lambda: None)") == ""


CALL = "initializer.init()\nSynerise.Client.getAccount()\n"
DEBUG_MODE = "initializer.withDebugModeEnabled(True).init()\nSynerise.Client.getAccount()\n"
LOGGING = "import logging; logging.basicConfig(format='<%(levelname)s> %(message)s')\n"


def test_debug_mode_shows_everything_where_no_logging_is_set_up(
    script: Callable[[str], str],
) -> None:
    shown = script(DEBUG_MODE)
    assert "DEBUG synerise_client: getAccount: error 3200" in shown
    assert shown.count("no onError") == 1


def test_debug_mode_leaves_it_to_the_logging_that_is_set_up(script: Callable[[str], str]) -> None:
    for before, after in ("", LOGGING), (LOGGING, ""):
        shown = script(before + DEBUG_MODE.replace(".init()", f".init()\n{after}"))
        assert shown.count("getAccount: error 3200") == 1
        assert shown.startswith("<DEBUG> ")


def test_debug_mode_can_be_left(script: Callable[[str], str]) -> None:
    shown = script("initializer.withDebugModeEnabled(True).withDebugModeEnabled(False)\n" + CALL)
    assert "no onError" in shown
    assert "DEBUG" not in shown


def test_storages_are_named_to_those_who_hand_in_something_else(team: Team) -> None:
    with pytest.raises(TypeError, match=r"MemoryStorage\(\) or SQLiteStorage\(\)"):
        team.initializer().withStorage(MemoryStorage)  # type: ignore[arg-type]
