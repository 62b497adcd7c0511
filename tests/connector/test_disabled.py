"""Settings.sdk.enabled."""

from __future__ import annotations

import pytest

from synerise_client import ClientAccountRegisterContext, Synerise
from tests.conftest import EMAIL, PASSWORD, Team


@pytest.mark.parametrize(
    ("method", "arguments"),
    [
        ("registerAccount", (ClientAccountRegisterContext(EMAIL, PASSWORD),)),
        ("signIn", (EMAIL, PASSWORD)),
        ("signOutWithMode", ("SIGN_OUT", False)),
        ("refreshToken", ()),
        ("retrieveToken", ()),
        ("getAccount", ()),
    ],
)
def test_a_disabled_sdk_answers_each_call_with_minus_1_and_sends_nothing(
    team: Team, method: str, arguments: tuple[object, ...]
) -> None:
    client = team.client()
    team.sign_in()
    sent = team.operations
    Synerise.Settings.sdk.enabled = False
    error = team.call(method, *arguments)
    assert error.code == -1
    assert "disabled" in error.message
    assert team.operations == sent
    assert client.isSignedIn()


def test_an_sdk_that_is_enabled_again_takes_calls(team: Team) -> None:
    team.client()
    Synerise.Settings.sdk.enabled = False
    assert team.call("retrieveToken").code == -1
    Synerise.Settings.sdk.enabled = True
    team.sign_in()
    assert team.call("getAccount").email == EMAIL


def test_the_answer_of_a_disabled_sdk_keeps_the_order(team: Team) -> None:
    client = team.client()
    team.sandbox.add_profile(EMAIL, PASSWORD)
    with team.sandbox.hold("login") as hold:
        client.signIn(EMAIL, PASSWORD, *team.heard.callbacks("signIn"))
        assert hold.arrived.wait(10)
        Synerise.Settings.sdk.enabled = False
        client.getAccount(*team.heard.callbacks("getAccount"))
        assert team.heard.results == []
    assert Synerise.waitUntilIdle(10)
    assert team.heard.results == [("signIn", "success", True), ("getAccount", "error", -1)]
    assert team.operations == ["login"]


def test_is_active_tells_whether_calls_are_taken(team: Team) -> None:
    client = team.client()
    assert client.isActive
    Synerise.Settings.sdk.enabled = False
    assert not client.isActive
    Synerise.Settings.sdk.enabled = True
    Synerise.shutdown()
    assert not client.isActive
