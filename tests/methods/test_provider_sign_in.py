"""authenticate, and which uuid a customer has after each way to sign in."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest

from synerise_client import (
    ClientAgreements,
    ClientAuthContext,
    ClientIdentityProvider,
    Error,
    MemoryStorage,
    SQLiteStorage,
    TokenOrigin,
)
from tests.conftest import EMAIL, PASSWORD, Team
from tests.methods.steps import OTHER_EMAIL, PROVIDER_TOKEN, provider_vouches, take
from tests.session.scenes import ABSENT, bodies, token_answer
from tests.store.conftest import bytes_of

METHODS = ["authenticate", "authenticateConditionally"]
both_ways = pytest.mark.parametrize("method", METHODS)
AUTH_ID = "anna-at-google"
WITH_AUTH_ID = ClientAuthContext(authID=AUTH_ID)


def test_a_newcomer_gets_an_account_and_is_signed_in(team: Team) -> None:
    client = team.client()
    provider_vouches(team)
    assert take(team, "authenticate") is True
    assert client.isSignedIn()
    assert not client.isSignedInViaSimpleAuthentication()
    assert team.heard.events == [("in",)]
    assert team.call("getAccount").email == EMAIL


@pytest.mark.parametrize("provider", ["OAUTH", "FACEBOOK", "GOOGLE", "APPLE"])
def test_every_provider_may_be_given_as_member_or_text(team: Team, provider: str) -> None:
    team.client()
    provider_vouches(team, provider=provider)
    for given in (provider, ClientIdentityProvider(provider)):
        assert take(team, "authenticate", provider=given) is True
    assert team.call("retrieveToken").origin is TokenOrigin(provider)
    assert [body["identityProvider"] for body in bodies(team, "login")] == [provider] * 2


def test_it_sends_the_token_and_what_the_context_holds(team: Team) -> None:
    client = team.client()
    provider_vouches(team)
    context = ClientAuthContext(
        authID=AUTH_ID, agreements=ClientAgreements(sms=True), attributes={"shoe": 38}
    )
    assert take(team, "authenticate", context=context) is True
    (body,) = bodies(team, "login")
    assert body.pop("deviceId")
    assert body == {
        "apiKey": team.sandbox.api_key,
        "identityProvider": "GOOGLE",
        "identityProviderToken": PROVIDER_TOKEN,
        "uuid": client.getUUID(),
        "customId": AUTH_ID,
        "agreements": {"sms": True},
        "attributes": {"shoe": 38},
    }
    account = team.call("getAccount")
    assert (account.customId, account.attributes) == (AUTH_ID, {"shoe": 38})


def test_what_the_context_does_not_hold_is_not_sent(team: Team) -> None:
    team.client()
    provider_vouches(team)
    for context in (ClientAuthContext(), ClientAuthContext(authID=None, attributes=None)):
        assert take(team, "authenticate", context=context) is True
    for body in bodies(team, "login"):
        assert not {"authID", "customId", "agreements", "attributes"} & body.keys()


def test_a_token_that_the_provider_did_not_give_is_401(team: Team) -> None:
    client = team.client()
    error = take(team, "authenticate")
    assert isinstance(error, Error)
    assert error.code == 401
    assert PROVIDER_TOKEN not in repr(error)
    assert not client.isSignedIn()
    assert team.heard.events == []


@both_ways
@pytest.mark.parametrize(
    "provider", ["UNKNOWN", "SYNERISE", "MYSPACE", "google", ClientIdentityProvider.Synerise]
)
def test_a_provider_that_gives_no_tokens_is_3050_and_nothing_is_sent(
    team: Team, method: str, provider: str
) -> None:
    team.client()
    error = take(team, method, provider=provider)
    assert error.code == 3050
    assert "provider" in error.message
    assert team.operations == []


def test_the_providers_token_is_not_stored_or_logged(
    team: Team, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    client = team.client(SQLiteStorage(tmp_path / "sessions.sqlite3"))
    provider_vouches(team)
    assert take(team, "authenticate") is True
    assert client.getUUID().encode() in bytes_of(tmp_path)
    assert PROVIDER_TOKEN.encode() not in bytes_of(tmp_path)
    assert PROVIDER_TOKEN not in caplog.text


@both_ways
def test_the_same_auth_id_has_the_same_uuid_on_every_machine(team: Team, method: str) -> None:
    client, other = team.client(), team.other_client(MemoryStorage())
    team.sandbox.add_profile(EMAIL, PASSWORD)
    provider_vouches(team)
    take(team, method, context=WITH_AUTH_ID)
    arguments = (PROVIDER_TOKEN, ClientIdentityProvider.Google, WITH_AUTH_ID)
    team.call(method, *arguments, client=other)
    assert other.isSignedIn()
    assert client.getUUID() == other.getUUID()
    assert UUID(client.getUUID()).version == 5
    operation = "login" if method == "authenticate" else "login_conditional"
    assert [body["uuid"] for body in bodies(team, operation)] == [client.getUUID()] * 2


def test_the_uuid_of_an_auth_id_is_that_of_the_same_identifier(team: Team) -> None:
    client = team.client(withUUIDSalt="salt")
    client.regenerateUUIDWithClientIdentifier(AUTH_ID)
    uuid = client.getUUID()
    client.destroySession()
    provider_vouches(team)
    take(team, "authenticate", context=WITH_AUTH_ID)
    assert client.getUUID() == uuid


def test_another_auth_id_has_another_uuid(team: Team) -> None:
    client = team.client()
    provider_vouches(team)
    take(team, "authenticate", context=WITH_AUTH_ID)
    uuid = client.getUUID()
    take(team, "authenticate", context=ClientAuthContext(authID="another"))
    assert client.getUUID() != uuid


def test_without_an_auth_id_the_uuid_is_kept_once_only(team: Team) -> None:
    client = team.client()
    provider_vouches(team)
    first = client.getUUID()
    take(team, "authenticate")
    assert client.getUUID() == first
    take(team, "authenticate")
    second = client.getUUID()
    assert second != first
    client.regenerateUUID()
    client.destroySession()
    third = client.getUUID()
    take(team, "authenticate")
    assert client.getUUID() == third


def test_without_an_auth_id_nobody_takes_over_the_uuid_of_who_was_there(team: Team) -> None:
    client = team.client()
    team.sign_in()
    client.signOut()
    before = client.getUUID()
    provider_vouches(team, OTHER_EMAIL)
    take(team, "authenticate")
    assert client.getUUID() != before


@both_ways
def test_a_failed_sign_in_leaves_the_uuid(team: Team, method: str) -> None:
    client = team.client()
    uuid = client.getUUID()
    operation = "login" if method == "authenticate" else "login_conditional"
    team.sandbox.fail(operation, 403)
    assert take(team, method, context=WITH_AUTH_ID).code == 403
    assert client.getUUID() == uuid


@pytest.mark.parametrize("method", ["signIn", "signInConditionally"])
def test_another_email_takes_a_new_uuid_and_the_same_in_other_spelling_does_not(
    team: Team, method: str
) -> None:
    client = team.client()
    team.sign_in()
    uuid = client.getUUID()
    take(team, method, email=f" {EMAIL.upper()} ")
    assert client.isSignedIn()
    assert client.getUUID() == uuid
    team.sandbox.add_profile(OTHER_EMAIL, PASSWORD)
    take(team, method, email=OTHER_EMAIL)
    assert client.getUUID() != uuid
    operation = "login" if method == "signIn" else "login_conditional"
    assert bodies(team, operation)[-1]["uuid"] == client.getUUID()


@pytest.mark.parametrize(
    ("said", "origin"), [("APPLE", TokenOrigin.Apple), (ABSENT, TokenOrigin.OAuth)]
)
def test_the_origin_is_what_the_server_says_else_the_provider(
    team: Team, said: object, origin: TokenOrigin
) -> None:
    team.client()
    team.sandbox.fail("login", 200, body=token_answer(team, origin=said))
    take(team, "authenticate", provider="OAUTH")
    assert team.call("retrieveToken").origin is origin
