"""At which level what is logged, and who sees it where no logging is set up."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from synerise_client import Synerise
from synerise_client.sandbox import Sandbox
from tests.conftest import EMAIL, PASSWORD, Team


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
