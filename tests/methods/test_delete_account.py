"""deleteAccountByIdentityProvider: the account goes, and the session with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from synerise_client import ClientIdentityProvider, SQLiteStorage
from tests.conftest import EMAIL, PASSWORD, Heard, Team
from tests.methods.steps import (
    DELETED,
    PROVIDER_TOKEN,
    STEPS,
    provider_vouches,
    take,
)
from tests.session.scenes import bodies, story
from tests.store.conftest import bytes_of

DELETE = "deleteAccountByIdentityProvider"


def test_the_account_is_gone_and_so_is_the_session(team: Team) -> None:
    client = team.client()
    team.sign_in()
    uuid = client.getUUID()
    assert take(team, DELETE) is True
    assert not client.isSignedIn()
    assert client.getUUID() != uuid
    assert team.call("getAccount").code == 3200
    assert team.call("signIn", EMAIL, PASSWORD).code == 401
    assert "logout" not in team.operations


def test_the_listener_hears_it_once_and_before_the_callback(team: Team) -> None:
    client = team.client()
    team.sign_in()
    team.heard.clear()
    client.deleteAccountByIdentityProvider(PASSWORD, "SYNERISE", None, *team.heard.callbacks("it"))
    client.retrieveToken(*team.heard.callbacks("retrieveToken"))
    team.heard.wait_for(3)
    assert story(team.heard) == [
        ("listener", *DELETED),
        ("it", "success", True),
        ("retrieveToken", "error", 3200),
    ]


def test_a_password_travels_as_such_with_the_device(team: Team) -> None:
    team.client()
    team.sign_in()
    login = bodies(team, "login")[0]
    take(team, DELETE, clientIdentityProvider="SYNERISE")
    assert bodies(team, "account_delete") == [
        {
            "identityProvider": "SYNERISE",
            "password": PASSWORD,
            "uuid": login["uuid"],
            "deviceId": login["deviceId"],
        }
    ]


def test_a_providers_token_travels_as_such(team: Team) -> None:
    client = team.client()
    provider_vouches(team)
    take(team, "authenticate")
    google = ClientIdentityProvider.Google
    assert team.call(DELETE, PROVIDER_TOKEN, google, "anna-at-google") is True
    (body,) = bodies(team, "account_delete")
    assert body["identityProvider"] == "GOOGLE"
    assert body["identityProviderToken"] == PROVIDER_TOKEN
    assert body["customId"] == "anna-at-google"
    assert "password" not in body
    assert not client.isSignedIn()


@pytest.mark.parametrize(
    ("factor", "provider"), [("Wrong1!word", "SYNERISE"), ("a-stolen-token", "GOOGLE")]
)
def test_a_wrong_factor_is_403_and_the_session_goes_on(
    team: Team, factor: str, provider: str
) -> None:
    client = team.client()
    team.sign_in()
    token, uuid = team.call("retrieveToken"), client.getUUID()
    assert team.call(DELETE, factor, provider, None).code == 403
    assert team.operations == ["login", "account_delete"]
    assert (team.call("retrieveToken"), client.getUUID()) == (token, uuid)
    assert team.heard.events == [("in",)]
    assert team.call("getAccount").email == EMAIL


@pytest.mark.parametrize("provider", ["UNKNOWN", "MYSPACE", "synerise"])
def test_an_unknown_provider_is_3050_and_nothing_is_sent(team: Team, provider: str) -> None:
    client = team.client()
    team.sign_in()
    error = take(team, DELETE, clientIdentityProvider=provider)
    assert error.code == 3050
    assert "clientIdentityProvider" in error.message
    assert team.operations == ["login"]
    assert client.isSignedIn()


def test_without_an_answer_the_session_goes_on_as_nobody_knows(team: Team) -> None:
    client = team.client()
    team.sign_in()
    team.sandbox.drop("account_delete")
    assert take(team, DELETE).code == -1
    assert team.operations == ["login", "account_delete"]
    assert client.isSignedIn()


def test_nothing_of_the_old_session_stays_in_the_file(team: Team, tmp_path: Path) -> None:
    client = team.client(SQLiteStorage(tmp_path / "sessions.sqlite3"))
    team.sign_in(customId="anna-1-of-the-shop")
    token = team.call("retrieveToken")
    device_id = bodies(team, "login")[0]["deviceId"]
    secrets = [
        EMAIL,
        client.getUUID(),
        device_id,
        token.tokenString,
        token.clientId,
        token.customId,
    ]
    before = bytes_of(tmp_path)
    assert all(secret.encode() in before for secret in secrets)
    assert take(team, DELETE) is True
    after = bytes_of(tmp_path)
    assert not [secret for secret in secrets if secret.encode() in after]
    assert client.getUUID().encode() in after


def test_another_process_hears_of_it_once(team: Team, tmp_path: Path) -> None:
    team.client(SQLiteStorage(tmp_path / "sessions.sqlite3"))
    team.sign_in()
    heard = Heard()
    other = team.other_client(SQLiteStorage(tmp_path / "sessions.sqlite3"), heard)
    assert take(team, DELETE) is True
    for _ in range(2):
        assert team.call("retrieveToken", client=other).code == 3200
    assert heard.events == [DELETED]


def test_a_customer_of_simple_authentication_may_delete_the_account_too(team: Team) -> None:
    client = team.client()
    take(team, "simpleAuthentication")
    uuid = client.getUUID()
    team.sandbox.fail(STEPS[DELETE].operation, 200, body="")
    assert take(team, DELETE) is True
    assert client.getUUID() != uuid
    assert team.heard.events == [("in",), DELETED]
