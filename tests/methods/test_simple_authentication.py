"""simpleAuthentication: a customer of whom only the caller knows who it is."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from synerise_client import (
    ClientSessionEndReason,
    ClientSimpleAuthenticationData,
    MemoryStorage,
    Token,
    TokenOrigin,
)
from tests.conftest import EMAIL, Heard, Team
from tests.methods.steps import NEED_A_CUSTOMER, STEPS, accept_next, take
from tests.session.scenes import ABSENT, bearers, bodies, token_answer

AUTH_ID = "anna-1"
WITHOUT_REFRESH = sorted(NEED_A_CUSTOMER - {"refreshToken", "retrieveToken"})
replaced = ("out", ClientSessionEndReason.UserSignOut)


def test_the_customer_is_signed_in_by_simple_authentication_only(team: Team) -> None:
    client = team.client()
    assert take(team, "simpleAuthentication") is True
    assert client.isSignedInViaSimpleAuthentication()
    assert not client.isSignedIn()
    assert team.heard.events == [("in",)]
    assert team.operations == ["simple_authentication"]
    token = team.call("retrieveToken")
    assert (token.origin, token.customId) == (TokenOrigin.SimpleAuth, AUTH_ID)


def test_it_sends_the_identifier_and_what_was_set(team: Team) -> None:
    client = team.client()
    data = ClientSimpleAuthenticationData({"email": EMAIL}, firstName="Anna", company=None)
    assert take(team, "simpleAuthentication", data=data) is True
    (body,) = bodies(team, "simple_authentication")
    assert body.pop("deviceId")
    assert body == {
        "apiKey": team.sandbox.api_key,
        "uuid": client.getUUID(),
        "customId": AUTH_ID,
        "email": EMAIL,
        "firstName": "Anna",
        "company": None,
    }
    assert "Authorization" not in team.sandbox.requests[0].headers
    assert team.call("getAccount").firstName == "Anna"


def test_no_longer_when_the_token_has_expired(team: Team) -> None:
    client = team.client()
    take(team, "simpleAuthentication")
    team.time_passes(3601)
    assert not client.isSignedInViaSimpleAuthentication()
    assert team.call("getAccount").code == 3210


def test_the_server_may_miss_email_and_identifier(team: Team) -> None:
    client = team.client()
    uuid = client.getUUID()
    team.sandbox.fail("simple_authentication", 412)
    assert take(team, "simpleAuthentication").code == 412
    assert not client.isSignedInViaSimpleAuthentication()
    assert client.getUUID() == uuid
    assert team.heard.events == []


def test_data_without_a_custom_id_leaves_the_auth_id_in_its_place(team: Team) -> None:
    team.client()
    take(team, "simpleAuthentication", data=ClientSimpleAuthenticationData(customId=None))
    assert team.sandbox.requests[-1].json["customId"]


def test_a_value_that_the_server_does_not_take_is_400(team: Team) -> None:
    team.client()
    data = ClientSimpleAuthenticationData(firstName="")
    assert take(team, "simpleAuthentication", data=data).code == 400


def test_the_uuid_in_the_data_is_the_customers(team: Team) -> None:
    client = team.client()
    uuid = str(uuid4())
    assert take(team, "simpleAuthentication", data=ClientSimpleAuthenticationData(uuid=uuid))
    assert client.getUUID() == uuid
    assert bodies(team, "simple_authentication")[0]["uuid"] == uuid


@pytest.mark.parametrize("uuid", [None, ""])
def test_without_a_uuid_it_is_that_of_the_identifier_on_every_machine(
    team: Team, uuid: str | None
) -> None:
    client, other = team.client(), team.other_client(MemoryStorage(), Heard())
    data = ClientSimpleAuthenticationData(uuid=uuid)
    assert take(team, "simpleAuthentication", data=data) is True
    plain = ClientSimpleAuthenticationData()
    assert team.call("simpleAuthentication", plain, AUTH_ID, client=other) is True
    assert client.getUUID() == other.getUUID()
    assert UUID(client.getUUID()).version == 5
    sent = {body["uuid"] for body in bodies(team, "simple_authentication")}
    assert sent == {client.getUUID()}


def test_a_failed_simple_authentication_leaves_who_was_there(team: Team) -> None:
    client = team.client()
    team.sign_in()
    uuid = client.getUUID()
    team.sandbox.fail("simple_authentication", 412)
    assert take(team, "simpleAuthentication").code == 412
    assert client.isSignedIn()
    assert client.getUUID() == uuid
    assert team.heard.events == [("in",)]


def test_it_replaces_who_was_there_and_is_replaced_itself(team: Team) -> None:
    client = team.client()
    team.sign_in()
    take(team, "simpleAuthentication")
    assert (client.isSignedIn(), client.isSignedInViaSimpleAuthentication()) == (False, True)
    team.sign_in()
    assert (client.isSignedIn(), client.isSignedInViaSimpleAuthentication()) == (True, False)
    assert team.heard.events == [("in",), replaced, ("in",), replaced, ("in",)]


@pytest.mark.parametrize("method", WITHOUT_REFRESH)
def test_calls_that_need_a_customer_go_with_its_token(team: Team, method: str) -> None:
    team.client()
    take(team, "simpleAuthentication")
    token = team.call("retrieveToken").tokenString
    accept_next(team, method)
    assert getattr(take(team, method), "code", None) is None
    assert bearers(team, STEPS[method].operation) == [token]


def test_what_such_a_customer_may_do_is_the_servers_to_decide(team: Team) -> None:
    client = team.client()
    take(team, "simpleAuthentication")
    team.sandbox.fail("password_change", 403)
    assert take(team, "changePassword").code == 403
    assert client.isSignedInViaSimpleAuthentication()


def test_it_is_such_a_session_also_if_the_server_does_not_say_so(team: Team) -> None:
    client = team.client()
    answer = token_answer(team, origin=ABSENT)
    team.sandbox.fail("simple_authentication", 200, body=answer)
    assert take(team, "simpleAuthentication") is True
    assert (client.isSignedIn(), client.isSignedInViaSimpleAuthentication()) == (False, True)


def test_its_token_is_refreshed_and_stays_what_it_is(team: Team) -> None:
    client = team.client()
    take(team, "simpleAuthentication")
    answer = token_answer(team, origin=ABSENT)
    team.sandbox.fail("refresh", 200, body=answer)
    new = team.call("refreshToken")
    assert isinstance(new, Token)
    assert new.origin is TokenOrigin.SimpleAuth
    assert client.isSignedInViaSimpleAuthentication()


def test_its_uuid_is_not_regenerated_and_signing_out_ends_it(team: Team) -> None:
    client = team.client()
    take(team, "simpleAuthentication")
    assert client.regenerateUUID() is False
    assert team.call("signOutWithMode", "SIGN_OUT", False) is True
    assert not client.isSignedInViaSimpleAuthentication()
    assert team.heard.events == [("in",), replaced]
    assert team.operations == ["simple_authentication", "logout"]
