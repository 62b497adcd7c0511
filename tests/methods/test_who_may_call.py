"""Which methods need a customer, and that no refusal of the server's is lost on the way."""

from __future__ import annotations

import pytest

from synerise_client import ClientSessionEndReason, Error
from tests.conftest import Team
from tests.methods.steps import NEED_A_CUSTOMER, STEPS, accept_next, take
from tests.session.scenes import bearers

FOR_CUSTOMERS = [method for method in STEPS if method in NEED_A_CUSTOMER]
WITHOUT_A_TOKEN = {"signIn", "signInConditionally", "authenticate", "authenticateConditionally"}
WITHOUT_A_TOKEN |= {"simpleAuthentication", "signOutWithMode"}
FOR_ANYBODY = [each for each in STEPS if each not in NEED_A_CUSTOMER | WITHOUT_A_TOKEN]
SENDING = [each for each in STEPS if each != "retrieveToken"]
WITH_A_TOKEN = [each for each in SENDING if each not in WITHOUT_A_TOKEN and each != "refreshToken"]


@pytest.mark.parametrize("method", FOR_CUSTOMERS)
def test_without_a_customer_it_is_3200_and_nothing_is_sent(team: Team, method: str) -> None:
    team.client()
    error = take(team, method)
    assert isinstance(error, Error)
    assert error.code == 3200
    assert team.operations == []


@pytest.mark.parametrize("method", FOR_CUSTOMERS)
def test_with_an_expired_token_it_is_3210_and_nothing_is_sent(team: Team, method: str) -> None:
    team.client()
    team.sign_in()
    team.heard.clear()
    team.time_passes(3601)
    assert take(team, method).code == 3210
    assert team.operations == ["login"]
    assert team.heard.events == [("out", ClientSessionEndReason.SessionExpiration)]


def test_signing_out_without_a_customer_is_3220(team: Team) -> None:
    team.client()
    assert take(team, "signOutWithMode").code == 3220
    assert team.operations == []


@pytest.mark.parametrize("method", FOR_ANYBODY)
def test_without_a_customer_the_others_go_with_an_anonymous_token(team: Team, method: str) -> None:
    team.client()
    accept_next(team, method)
    assert take(team, method) is True
    assert team.operations == ["login_anonymous", STEPS[method].operation]
    assert bearers(team, STEPS[method].operation)[0]
    assert team.heard.events == []


@pytest.mark.parametrize("status", [400, 423])
@pytest.mark.parametrize("method", SENDING)
def test_a_refusal_reaches_on_error_at_once_and_the_session_goes_on(
    team: Team, method: str, status: int
) -> None:
    client = team.client()
    team.sign_in()
    team.sandbox.fail(STEPS[method].operation, status)
    error = take(team, method)
    assert (error.code, error.httpStatus) == (status, status)
    assert team.operations == ["login", STEPS[method].operation]
    # What is refused when signing out is only the news of it.
    assert client.isSignedIn() is (method != "signOutWithMode")


@pytest.mark.parametrize("method", WITH_A_TOKEN)
def test_a_403_does_not_end_the_session(team: Team, method: str) -> None:
    client = team.client()
    team.sign_in()
    team.sandbox.fail(STEPS[method].operation, 403)
    assert take(team, method).code == 403
    assert client.isSignedIn()
    assert team.heard.events == [("in",)]
    assert team.operations == ["login", STEPS[method].operation]


@pytest.mark.parametrize("method", WITH_A_TOKEN)
def test_after_a_401_the_call_is_sent_once_more_with_a_new_token(team: Team, method: str) -> None:
    client = team.client()
    team.sign_in()
    team.sandbox.fail(STEPS[method].operation, 401)
    accept_next(team, method)
    assert not isinstance(take(team, method), Error)
    operation = STEPS[method].operation
    assert team.operations == ["login", operation, "refresh", operation]
    first, second = bearers(team, operation)
    assert first != second
    assert client.isSignedIn() is (method != "deleteAccountByIdentityProvider")
