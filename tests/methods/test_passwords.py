"""requestPasswordReset, confirmPasswordReset and changePassword."""

from __future__ import annotations

import pytest

from synerise_client import Error
from tests.conftest import EMAIL, PASSWORD, Team
from tests.methods.steps import NEW_PASSWORD, by_field, mailed, take
from tests.session.scenes import bodies

WEAK = "weak-password"


@pytest.fixture
def reset_token(team: Team) -> str:
    """The token of a mail for a customer who is not signed in."""
    team.client()
    team.sandbox.add_profile(EMAIL, PASSWORD)
    assert take(team, "requestPasswordReset") is True
    return mailed(team, "password_reset")


def test_the_token_of_the_mail_sets_a_new_password(team: Team, reset_token: str) -> None:
    assert take(team, "confirmPasswordReset", token=reset_token) is True
    assert bodies(team, "password_reset_request") == [{"email": EMAIL}]
    assert bodies(team, "password_reset_confirm") == [
        {"password": NEW_PASSWORD, "token": reset_token}
    ]
    assert team.call("signIn", EMAIL, PASSWORD).code == 401
    assert team.call("signIn", EMAIL, NEW_PASSWORD) is True


def test_resetting_a_password_signs_nobody_in(team: Team, reset_token: str) -> None:
    take(team, "confirmPasswordReset", token=reset_token)
    assert team.heard.events == []
    assert team.call("getAccount").code == 3200


def test_the_token_of_the_mail_works_once(team: Team, reset_token: str) -> None:
    assert take(team, "confirmPasswordReset", token=reset_token) is True
    error = take(team, "confirmPasswordReset", token=reset_token)
    assert error.code == 400
    assert by_field(error)["token"].rejectedValue is None
    assert reset_token not in repr(error)


def test_a_weak_password_is_400_without_the_password_and_leaves_the_token(
    team: Team, reset_token: str
) -> None:
    error = take(team, "confirmPasswordReset", password=WEAK, token=reset_token)
    assert isinstance(error, Error)
    assert error.code == 400
    assert by_field(error)["password"].rejectedValue is None
    assert WEAK not in repr(error)
    assert take(team, "confirmPasswordReset", token=reset_token) is True


def test_an_unknown_email_is_answered_like_a_known_one(team: Team) -> None:
    team.client()
    assert take(team, "requestPasswordReset") is True
    assert team.sandbox.outbox == []


def test_a_customer_changes_the_password(team: Team) -> None:
    client = team.client()
    team.sign_in()
    assert take(team, "changePassword") is True
    assert bodies(team, "password_change") == [{"oldPassword": PASSWORD, "password": NEW_PASSWORD}]
    assert client.isSignedIn()
    assert team.call("signIn", EMAIL, PASSWORD).code == 401
    assert team.call("signIn", EMAIL, NEW_PASSWORD) is True


def test_a_wrong_old_password_is_403_and_the_session_goes_on(team: Team) -> None:
    client = team.client()
    team.sign_in()
    token, uuid = team.call("retrieveToken"), client.getUUID()
    error = take(team, "changePassword", oldPassword="Wrong1!word")
    assert (error.code, error.httpStatus) == (403, 403)
    assert team.operations == ["login", "password_change"]
    assert team.heard.events == [("in",)]
    assert (team.call("retrieveToken"), client.getUUID()) == (token, uuid)
    assert team.call("getAccount").email == EMAIL


def test_a_weak_new_password_is_400_without_the_password(team: Team) -> None:
    team.client()
    team.sign_in()
    error = take(team, "changePassword", newPassword=WEAK)
    assert error.code == 400
    assert by_field(error)["password"].rejectedValue is None
    assert WEAK not in repr(error)
