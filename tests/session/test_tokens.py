"""refreshToken, retrieveToken, and which token a call gets."""

from __future__ import annotations

from datetime import datetime, timezone
from email.utils import formatdate

import pytest

from synerise_client import (
    ClientAccountRegisterContext,
    Synerise,
    Token,
    TokenOrigin,
)
from tests.conftest import EMAIL, PASSWORD, Team
from tests.session.scenes import ABSENT, bearers, bodies, token_answer

YEAR = 365.25 * 24 * 3600
NEED_A_CUSTOMER = ["refreshToken", "retrieveToken", "getAccount"]


def new_customer(email: str = "new@example.com") -> ClientAccountRegisterContext:
    return ClientAccountRegisterContext(email, PASSWORD)


@pytest.mark.parametrize("method", NEED_A_CUSTOMER)
def test_an_anonymous_token_is_no_customer(team: Team, method: str) -> None:
    team.client()
    team.call("registerAccount", new_customer())
    assert team.call(method).code == 3200
    assert team.operations == ["login_anonymous", "register"]


def test_refresh_token_hands_out_the_new_token(team: Team) -> None:
    team.client()
    team.sign_in()
    old = team.call("retrieveToken")
    new = team.call("refreshToken")
    assert isinstance(new, Token)
    assert new.tokenString != old.tokenString
    assert team.call("retrieveToken") == new


def test_refresh_token_refreshes_a_token_that_is_not_due(team: Team) -> None:
    team.client()
    team.sign_in()
    team.call("refreshToken")
    team.call("refreshToken")
    assert team.operations == ["login", "refresh", "refresh"]


def test_a_refresh_carries_the_current_token_and_the_api_key(team: Team) -> None:
    team.client()
    team.sign_in()
    first = team.call("retrieveToken").tokenString
    second = team.call("refreshToken").tokenString
    team.call("refreshToken")
    assert bearers(team, "refresh") == [first, second]
    assert bodies(team, "refresh") == [{"apiKey": team.sandbox.api_key}] * 2


def test_a_live_token_is_handed_out_without_a_request(team: Team) -> None:
    team.client()
    team.sign_in()
    first = team.call("retrieveToken")
    team.time_passes(1700)
    assert team.call("retrieveToken") == first
    assert team.operations == ["login"]


def test_a_token_is_what_the_server_said_of_it(team: Team) -> None:
    team.client()
    team.sandbox.fail("login", 200, body=token_answer(team, expiration=1_999_999_999))
    assert team.call("signIn", EMAIL, PASSWORD) is True
    assert team.call("retrieveToken") == Token(
        tokenString="a-token-of-the-test",
        expirationDate=datetime.fromtimestamp(1_999_999_999, timezone.utc),
        rlm="client",
        origin=TokenOrigin.Synerise,
        clientId="1234",
        customId="custom-1",
    )


def test_a_refresh_reply_that_leaves_fields_out_keeps_the_old_values(team: Team) -> None:
    team.client()
    team.sign_in(customId="custom-2")
    old = team.call("retrieveToken")
    sparse = token_answer(team, customId=ABSENT, clientId=ABSENT, realm=ABSENT, origin=ABSENT)
    team.sandbox.fail("refresh", 200, body=sparse)
    new = team.call("refreshToken")
    assert new.tokenString == "a-token-of-the-test"
    assert (new.customId, new.clientId, new.rlm) == ("custom-2", old.clientId, "client")
    assert new.clientId
    assert Synerise.Client.isSignedIn()


def test_a_refresh_reply_with_other_values_replaces_the_old_ones(team: Team) -> None:
    team.client()
    team.sign_in(customId="custom-2")
    team.sandbox.fail("refresh", 200, body=token_answer(team, realm="other"))
    new = team.call("refreshToken")
    assert (new.customId, new.clientId, new.rlm) == ("custom-1", "1234", "other")


def test_an_unusable_token_signs_nobody_in(team: Team) -> None:
    """Which ones are unusable is tried in tests/api."""
    client = team.client()
    uuid = client.getUUID()
    team.sandbox.fail("login", 200, body=token_answer(team, token=None))
    assert team.call("signIn", EMAIL, PASSWORD).code == -106
    assert team.operations == ["login"]
    assert not client.isSignedIn()
    assert client.getUUID() == uuid
    assert team.heard.events == []


@pytest.mark.parametrize("left", [-10, 0, 10.1 * YEAR, 1000 * YEAR])
def test_an_expiration_that_is_past_or_over_ten_years_ahead_is_unusable(
    team: Team, left: float
) -> None:
    client = team.client()
    team.sandbox.fail("login", 200, body=token_answer(team, left))
    assert team.call("signIn", EMAIL, PASSWORD).code == -106
    assert not client.isSignedIn()


def test_a_bool_is_no_expiration_even_where_it_would_lie_ahead(team: Team) -> None:
    """On a server whose clock stands at 1970, true would be one second ahead."""
    client = team.client()
    body = token_answer(team, expiration=True, created=0)
    team.sandbox.fail("login", 200, headers={"Date": formatdate(0, usegmt=True)}, body=body)
    assert team.call("signIn", EMAIL, PASSWORD).code == -106
    assert not client.isSignedIn()


@pytest.mark.parametrize("left", [2, 9.9 * YEAR])
def test_an_expiration_up_to_ten_years_ahead_is_usable(team: Team, left: float) -> None:
    client = team.client()
    team.sandbox.fail("login", 200, body=token_answer(team, left))
    assert team.call("signIn", EMAIL, PASSWORD) is True
    assert client.isSignedIn()


def test_a_call_for_anybody_carries_the_customers_token_if_there_is_one(team: Team) -> None:
    team.client()
    team.sign_in()
    token = team.call("retrieveToken").tokenString
    assert team.call("registerAccount", new_customer()) is True
    assert team.operations == ["login", "register"]
    assert bearers(team, "register") == [token]


def test_an_anonymous_token_is_fetched_once_and_kept(team: Team) -> None:
    client = team.client()
    team.call("registerAccount", new_customer("one@example.com"))
    team.call("registerAccount", new_customer("two@example.com"))
    assert team.operations == ["login_anonymous", "register", "register"]
    assert bodies(team, "login_anonymous")[0]["uuid"] == client.getUUID()
    first, second = bearers(team, "register")
    assert first == second
    assert not client.isSignedIn()


def test_an_anonymous_token_whose_refresh_is_refused_is_fetched_anew_silently(team: Team) -> None:
    team.client()
    team.call("registerAccount", new_customer("one@example.com"))
    team.sandbox.revoke_all()
    team.time_passes(1801)
    assert team.call("registerAccount", new_customer("two@example.com")) is True
    assert team.operations[2:] == ["refresh", "login_anonymous", "register"]
    assert team.heard.events == []


def test_an_anonymous_token_that_a_call_is_refused_with_is_fetched_anew_silently(
    team: Team,
) -> None:
    team.client()
    team.call("registerAccount", new_customer("one@example.com"))
    team.sandbox.revoke_all()
    assert team.call("registerAccount", new_customer("two@example.com")) is True
    assert team.operations[2:] == ["register", "login_anonymous", "register"]
    assert team.heard.events == []
