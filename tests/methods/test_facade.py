"""Synerise itself: init, onReady, onError, what there is before and after, and what is not."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from synerise_client import ClientModule, Error, Synerise, SyneriseInitializer
from tests.conftest import EMAIL, Team
from tests.methods.steps import warnings_in

NOT_PORTED = ["Tracker", "Notifications", "Injector", "Promotions", "Content"]


def test_before_init_there_is_no_client_and_the_error_says_what_to_do(team: Team) -> None:
    assert Synerise.isInitialized() is False
    with pytest.raises(RuntimeError, match=r"Initializer\(\).*init\(\)"):
        Synerise.Client  # noqa: B018
    with pytest.raises(RuntimeError, match="not initialized"):
        ClientModule.instance()
    with pytest.raises(RuntimeError, match="not initialized"):
        Synerise.waitUntilIdle()


def test_init_makes_the_client_that_instance_returns_and_sends_nothing(team: Team) -> None:
    client = team.client()
    assert Synerise.isInitialized() is True
    assert isinstance(client, ClientModule)
    assert Synerise.Client is client
    assert ClientModule.instance() is client
    assert team.operations == []


def test_each_method_of_the_initializer_returns_the_initializer(team: Team) -> None:
    initializer = team.initializer()
    for method, value in {
        "withApiKey": team.sandbox.api_key,
        "withBaseUrl": team.sandbox.url,
        "withRequestValidationSalt": "salt",
        "withInitialDoNotTrack": False,
        "withDebugModeEnabled": True,
        "withCrashHandlingEnabled": True,
        "withSettings": {},
    }.items():
        assert getattr(initializer, method)(value) is initializer
    assert isinstance(initializer, SyneriseInitializer)
    initializer.init()
    assert Synerise.isInitialized()


@pytest.fixture(autouse=True)
def _level() -> Any:
    """Set the level of the package's loggers back."""
    log = logging.getLogger("synerise_client")
    level = log.level
    yield
    log.setLevel(level)


@pytest.mark.parametrize(
    ("method", "wrong"),
    [
        ("withApiKey", None),
        ("withApiKey", 12),
        ("withBaseUrl", 12),
        ("withRequestValidationSalt", 12),
        ("withInitialDoNotTrack", None),
        ("withDebugModeEnabled", "yes"),
        ("withCrashHandlingEnabled", None),
        ("withSettings", None),
        ("withStorage", None),
        ("withRetryPolicy", None),
        ("withTimeouts", None),
        ("withDrainTimeout", "60"),
        ("withUUIDSalt", None),
        ("withRequestHook", None),
        ("withRoutes", None),
        ("withCallbackDispatcher", None),
    ],
)
def test_a_wrong_type_for_the_initializer_is_a_type_error_where_the_call_stands(
    team: Team, method: str, wrong: object
) -> None:
    with pytest.raises(TypeError, match=r"must be"):
        getattr(team.initializer(), method)(wrong)
    assert not Synerise.isInitialized()


def test_a_salt_is_accepted_and_a_warning_says_that_it_is_not_sent(
    team: Team, caplog: pytest.LogCaptureFixture
) -> None:
    team.client(withRequestValidationSalt="a-secret-salt")
    team.sign_in()
    (line,) = warnings_in(caplog)
    assert "not sent" in line
    assert "a-secret-salt" not in caplog.text
    assert "a-secret-salt" not in str(
        [(each.json, *each.headers) for each in team.sandbox.requests]
    )


def test_on_ready_is_called_when_it_is_initialized(team: Team) -> None:
    told: list[str] = []
    Synerise.onReady(lambda: told.append("ready"))
    assert told == []
    team.initializer().init()
    assert told == ["ready"]


def test_on_ready_finds_the_client_there(team: Team) -> None:
    told: list[Any] = []
    Synerise.onReady(lambda: told.append(Synerise.Client.getUUID()))
    team.initializer().init()
    assert told == [Synerise.Client.getUUID()]


def test_on_ready_is_called_at_once_if_it_is_initialized_already(team: Team) -> None:
    team.client()
    told: list[str] = []
    Synerise.onReady(lambda: told.append("ready"))
    assert told == ["ready"]


def test_on_ready_has_one_slot(team: Team) -> None:
    told: list[str] = []
    Synerise.onReady(lambda: told.append("first"))
    Synerise.onReady(lambda: told.append("second"))
    team.initializer().init()
    assert told == ["second"]
    Synerise.onReady(None)
    team.initializer().init()
    assert told == ["second"]


def test_a_second_init_changes_nothing_but_warns_and_is_ready_again(
    team: Team, caplog: pytest.LogCaptureFixture
) -> None:
    client = team.client()
    told: list[str] = []
    Synerise.onReady(lambda: told.append("ready"))
    team.initializer().withApiKey("another").withSettings({"sdk": {"enabled": False}}).init()
    assert told == ["ready", "ready"]
    (line,) = warnings_in(caplog)
    assert "already" in line
    assert Synerise.Client is client
    assert Synerise.Settings.sdk.enabled is True
    team.sign_in()
    assert client.isSignedIn()


@pytest.mark.parametrize(
    "setting", [{"withApiKey": " "}, {"withApiKey": ""}, {"withBaseUrl": "ftp://example.com"}]
)
def test_on_error_is_told_why_init_raises(team: Team, setting: Any) -> None:
    told: list[Any] = []
    Synerise.onError(lambda _: told.append("the first slot"))
    Synerise.onError(told.append)
    Synerise.onReady(lambda: told.append("ready"))
    with pytest.raises(ValueError, match=r"withApiKey|URL|url") as raised:
        team.client(**setting)
    (error,) = told
    assert isinstance(error, Error)
    assert (error.code, error.message) == (3050, str(raised.value))
    assert Synerise.isInitialized() is False


def test_after_a_failed_init_another_one_may_succeed(team: Team) -> None:
    with pytest.raises(ValueError, match="withApiKey"):
        team.client(withApiKey="")
    assert team.client().isSignedIn() is False


@pytest.mark.parametrize("wrong", [12, "callback"])
@pytest.mark.parametrize("slot", ["onReady", "onError"])
def test_a_slot_takes_only_what_can_be_called(team: Team, slot: str, wrong: object) -> None:
    with pytest.raises(TypeError, match="callback must be"):
        getattr(Synerise, slot)(wrong)


def test_what_on_ready_raises_is_logged_and_stops_nothing(
    team: Team, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> None:
        raise LookupError("the user's own mistake")

    Synerise.onReady(fail)
    client = team.client()
    team.sign_in()
    assert client.isSignedIn()
    assert "the user's own mistake" in caplog.text


def test_what_on_error_raises_does_not_hide_why_init_fails(
    team: Team, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_: Error) -> None:
        raise LookupError("the user's own mistake")

    Synerise.onError(fail)
    with pytest.raises(ValueError, match="withApiKey"):
        team.client(withApiKey="")
    assert "the user's own mistake" in caplog.text


def test_after_a_shutdown_another_init_makes_another_client(team: Team) -> None:
    client = team.client()
    Synerise.shutdown()
    assert Synerise.isInitialized() is False
    with pytest.raises(RuntimeError, match="not initialized"):
        Synerise.Client  # noqa: B018
    with pytest.raises(RuntimeError, match="not initialized"):
        ClientModule.instance()
    assert team.client() is not client


@pytest.mark.parametrize("name", NOT_PORTED)
def test_the_other_modules_say_that_they_are_not_part_of_this_port(team: Team, name: str) -> None:
    team.client()
    with pytest.raises(AttributeError, match=f"{name} is not part of this port"):
        getattr(Synerise, name)
    assert not hasattr(Synerise, name)


def test_the_client_is_active_while_calls_are_carried_out(team: Team) -> None:
    client = team.client()
    assert client.isActive is True
    Synerise.Settings.sdk.enabled = False
    assert client.isActive is False
    Synerise.Settings.sdk.enabled = True
    assert client.isActive is True
    Synerise.shutdown()
    assert client.isActive is False


def test_the_client_is_not_always_active_and_needs_no_configuration(team: Team) -> None:
    client = team.client()
    assert client.isAlwaysActive() is False
    returned: list[Any] = [
        client.configure(),  # type: ignore[func-returns-value]
        client.configure({"apiKey": "another"}),  # type: ignore[func-returns-value]
    ]
    assert returned == [None, None]
    team.sign_in()
    assert team.call("getAccount").email == EMAIL
