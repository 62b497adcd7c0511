"""Synerise.Settings, before and after init()."""

from __future__ import annotations

from typing import Any

import pytest

from synerise_client import Synerise
from tests.conftest import EMAIL, Team
from tests.methods.steps import STEPS, take, warnings_in

FLAGS = ["enabled", "doNotTrack", "shouldDestroySessionOnApiKeyChange"]


@pytest.fixture
def sdk(team: Team) -> Any:
    """The settings of a facade that is not initialized."""
    assert not Synerise.isInitialized()
    return Synerise.Settings.sdk


def test_the_settings_are_there_before_init_with_their_defaults(sdk: Any) -> None:
    assert Synerise.Settings.isAlwaysActive() is True
    assert sdk.enabled is True
    assert sdk.doNotTrack is False
    assert sdk.minTokenRefreshInterval == 1800
    assert sdk.shouldDestroySessionOnApiKeyChange is True


def test_what_is_set_before_init_holds_after_it(team: Team, sdk: Any) -> None:
    sdk.enabled = False
    sdk.minTokenRefreshInterval = 2400
    team.client()
    assert (Synerise.Settings.sdk.enabled, Synerise.Settings.sdk.minTokenRefreshInterval) == (
        False,
        2400,
    )
    assert team.call("getAccount").code == -1


@pytest.mark.parametrize("method", STEPS)
def test_while_it_is_disabled_each_call_is_minus_1_and_nothing_is_sent(
    team: Team, method: str
) -> None:
    client = team.client()
    team.sign_in()
    Synerise.Settings.sdk.enabled = False
    error = take(team, method)
    assert error.code == -1
    assert "disabled" in error.message
    client.recognizeAnonymous(EMAIL)
    assert Synerise.waitUntilIdle(10)
    assert team.operations == ["login"]
    assert client.isSignedIn()


def test_while_it_is_disabled_a_sign_out_is_carried_out_here_and_told_to_nobody(team: Team) -> None:
    client = team.client()
    team.sign_in()
    Synerise.Settings.sdk.enabled = False
    client.signOut()
    assert Synerise.waitUntilIdle(10)
    assert not client.isSignedIn()
    assert team.operations == ["login"]


def test_once_it_is_enabled_again_calls_are_carried_out(team: Team) -> None:
    team.client(withSettings={"sdk": {"enabled": False}})
    assert take(team, "registerAccount").code == -1
    Synerise.Settings.sdk.enabled = True
    assert take(team, "registerAccount") is True


@pytest.mark.parametrize("name", FLAGS)
@pytest.mark.parametrize("wrong", [None, 0, 1, "true"])
def test_a_flag_takes_only_a_bool(sdk: Any, name: str, wrong: object) -> None:
    before = getattr(sdk, name)
    with pytest.raises(TypeError, match=f"^{name} must be"):
        setattr(sdk, name, wrong)
    assert getattr(sdk, name) is before


@pytest.mark.parametrize("wrong", [None, True, "1800", float("nan"), [1800]])
def test_the_refresh_interval_takes_only_a_number(sdk: Any, wrong: object) -> None:
    with pytest.raises(TypeError, match=r"^minTokenRefreshInterval must be"):
        sdk.minTokenRefreshInterval = wrong
    assert sdk.minTokenRefreshInterval == 1800


@pytest.mark.parametrize("short", [1799.9, 60, 0, -5])
def test_a_refresh_interval_below_1800_is_1800_with_a_warning(
    sdk: Any, caplog: pytest.LogCaptureFixture, short: float
) -> None:
    sdk.minTokenRefreshInterval = short
    assert sdk.minTokenRefreshInterval == 1800
    (line,) = warnings_in(caplog)
    assert "minTokenRefreshInterval" in line


def test_a_refresh_is_due_by_the_interval_that_is_set_now(team: Team) -> None:
    team.client()
    team.sandbox.token_lifetime = 36000
    team.sign_in()
    team.time_passes(36000 - 7000)
    team.call("retrieveToken")
    assert team.operations == ["login"]
    Synerise.Settings.sdk.minTokenRefreshInterval = 7200
    team.call("retrieveToken")
    assert team.operations == ["login", "refresh"]


def test_with_settings_takes_a_nested_mapping(team: Team) -> None:
    settings = {"sdk": {"enabled": False, "minTokenRefreshInterval": 3000}}
    initializer = team.initializer().withSettings(settings)
    assert Synerise.Settings.sdk.enabled is True  # not before init()
    initializer.init()
    assert Synerise.Settings.sdk.enabled is False
    assert Synerise.Settings.sdk.minTokenRefreshInterval == 3000
    assert Synerise.Settings.sdk.shouldDestroySessionOnApiKeyChange is True


def test_settings_may_be_set_several_at_once(sdk: Any) -> None:
    Synerise.Settings.set({"sdk": {"enabled": False, "doNotTrack": True}})
    assert (sdk.enabled, sdk.doNotTrack) == (False, True)


def test_names_that_are_not_known_are_left_out_with_a_warning_each(
    sdk: Any, caplog: pytest.LogCaptureFixture
) -> None:
    Synerise.Settings.set(
        {"sdk": {"enabled": False, "appGroupIdentifier": "x"}, "tracker": {"minBatchSize": 1}}
    )
    assert sdk.enabled is False
    assert [("appGroup" in line, "tracker" in line) for line in warnings_in(caplog)] == [
        (True, False),
        (False, True),
    ]


@pytest.mark.parametrize("settings", [None, 12, "sdk", {"sdk": None}, {"sdk": {"enabled": "no"}}])
def test_settings_of_a_wrong_type_are_a_type_error(sdk: Any, settings: Any) -> None:
    with pytest.raises(TypeError, match=r"settings|enabled"):
        Synerise.Settings.set(settings)
    assert sdk.enabled is True


def test_the_initializer_refuses_settings_of_a_wrong_type_where_the_call_stands(team: Team) -> None:
    with pytest.raises(TypeError, match="settings"):
        team.initializer().withSettings([("sdk", {})])  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["tracker", "notifications", "injector", "inAppMessaging"])
def test_the_settings_of_other_modules_say_that_they_are_not_part_of_this_port(
    team: Team, name: str
) -> None:
    with pytest.raises(AttributeError, match="not part of this port"):
        getattr(Synerise.Settings, name)
