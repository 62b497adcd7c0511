"""signIn: who is it, which uuid is taken, and what happens to whoever was signed in before."""

from __future__ import annotations

from pathlib import Path

import pytest

from synerise_client import (
    ClientAccountInformation,
    ClientAccountRegisterContext,
    ClientSessionEndReason,
    Error,
    SQLiteStorage,
    Synerise,
)
from tests.conftest import EMAIL, PASSWORD, Team
from tests.session.scenes import bodies, story

OTHER = "bea@example.com"
REPLACED = ("out", ClientSessionEndReason.UserSignOut)


def test_a_sign_in_sends_who_it_is_and_no_token(team: Team) -> None:
    client = team.client()
    team.sign_in()
    (request,) = team.sandbox.requests
    assert request.operation == "login"
    assert "Authorization" not in request.headers
    assert request.json.pop("deviceId")
    assert request.json == {
        "apiKey": team.sandbox.api_key,
        "identityProvider": "SYNERISE",
        "email": EMAIL,
        "password": PASSWORD,
        "uuid": client.getUUID(),
    }


def test_after_a_sign_in_a_customer_is_signed_in_but_not_by_simple_authentication(
    team: Team,
) -> None:
    client = team.client()
    assert not client.isSignedIn()
    team.sign_in()
    assert client.isSignedIn()
    assert not client.isSignedInViaSimpleAuthentication()


def test_a_customer_counts_as_signed_in_only_while_the_token_lives(team: Team) -> None:
    client = team.client()
    team.sign_in()
    team.time_passes(3590)
    assert client.isSignedIn()
    team.time_passes(11)
    assert not client.isSignedIn()
    assert team.operations == ["login"]


def test_a_wrong_password_signs_nobody_in(team: Team) -> None:
    client = team.client()
    team.sandbox.add_profile(EMAIL, PASSWORD)
    uuid = client.getUUID()
    error = team.call("signIn", EMAIL, "Wrong1!word")
    assert isinstance(error, Error)
    assert error.code == 401
    assert team.operations == ["login"]
    assert not client.isSignedIn()
    assert client.getUUID() == uuid
    assert team.heard.events == []


def test_the_first_sign_in_keeps_the_uuid(team: Team) -> None:
    client = team.client()
    uuid = client.getUUID()
    team.sign_in()
    assert client.getUUID() == uuid


def test_the_same_email_keeps_the_uuid_however_it_is_spelled(team: Team) -> None:
    client = team.client()
    team.sign_in()
    uuid = client.getUUID()
    assert team.call("signIn", f" {EMAIL.upper()} ", PASSWORD) is True
    assert client.getUUID() == uuid
    client.signOut()
    assert team.call("signIn", EMAIL, PASSWORD) is True
    assert client.getUUID() == uuid


def test_another_email_takes_a_new_uuid(team: Team) -> None:
    client = team.client()
    team.sign_in()
    first = client.getUUID()
    client.signOut()
    assert client.getUUID() == first
    team.sign_in(OTHER)
    assert client.getUUID() != first
    assert bodies(team, "login")[1]["uuid"] == client.getUUID()


def test_another_email_keeps_the_device(team: Team) -> None:
    team.client()
    team.sign_in()
    team.sign_in(OTHER)
    first, second = bodies(team, "login")
    assert first["deviceId"] == second["deviceId"]


def test_another_email_takes_a_new_uuid_in_the_next_run_too(team: Team, tmp_path: Path) -> None:
    storage = SQLiteStorage(tmp_path / "sessions.sqlite3")
    team.client(storage)
    team.sign_in()
    first = Synerise.Client.getUUID()
    Synerise.shutdown()
    client = team.client(storage)
    assert client.getUUID() == first
    team.sign_in(OTHER)
    assert client.getUUID() != first


def test_a_sign_in_that_fails_does_not_count_as_the_last_one(team: Team) -> None:
    client = team.client()
    team.sign_in()
    uuid = client.getUUID()
    assert team.call("signIn", OTHER, PASSWORD).code == 401
    assert client.getUUID() == uuid
    team.sign_in()
    assert client.getUUID() == uuid


def test_another_sign_in_ends_the_session_before_once_it_has_succeeded(team: Team) -> None:
    client = team.client()
    team.sign_in()
    team.sandbox.add_profile(OTHER, PASSWORD)
    team.heard.clear()
    client.signIn(OTHER, PASSWORD, *team.heard.callbacks("signIn"))
    team.heard.wait_for(3)
    assert story(team.heard) == [
        ("listener", *REPLACED),
        ("listener", "in"),
        ("signIn", "success", True),
    ]
    account = team.call("getAccount")
    assert isinstance(account, ClientAccountInformation)
    assert account.email == OTHER


@pytest.mark.parametrize("status", [400, 401, 403, 423])
def test_another_sign_in_that_fails_changes_nothing(team: Team, status: int) -> None:
    client = team.client()
    team.sign_in()
    uuid, token = client.getUUID(), team.call("retrieveToken")
    team.heard.clear()
    team.sandbox.fail("login", status)
    assert team.call("signIn", OTHER, PASSWORD).code == status
    assert client.isSignedIn()
    assert client.getUUID() == uuid
    assert team.call("retrieveToken") == token
    assert team.heard.events == []


def test_while_another_sign_in_is_tried_the_session_before_goes_on(team: Team) -> None:
    client = team.client()
    team.sign_in()
    team.sandbox.add_profile(OTHER, PASSWORD)
    uuid = client.getUUID()
    with team.sandbox.hold("login") as hold:
        client.signIn(OTHER, PASSWORD)
        assert hold.arrived.wait(10)
        assert client.isSignedIn()
        assert client.getUUID() == uuid
        assert team.heard.events == [("in",)]
    assert Synerise.waitUntilIdle(10)


def test_a_sign_in_after_an_anonymous_token_is_no_replacement(team: Team) -> None:
    team.client()
    team.call("registerAccount", ClientAccountRegisterContext(EMAIL, PASSWORD))
    assert team.call("signIn", EMAIL, PASSWORD) is True
    assert team.operations == ["login_anonymous", "register", "login"]
    assert team.heard.events == [("in",)]
