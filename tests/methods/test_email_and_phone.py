"""A new e-mail address and a new phone number: asked for, confirmed, refused."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import EMAIL, PASSWORD, Team
from tests.methods.steps import (
    NEW_EMAIL,
    OTHER_EMAIL,
    PHONE,
    PROVIDER_TOKEN,
    by_field,
    mailed,
    provider_vouches,
    take,
)
from tests.session.scenes import bodies


def device(team: Team) -> dict[str, Any]:
    """What the sign-in told of the device."""
    return {name: bodies(team, "login")[0][name] for name in ("uuid", "deviceId")}


@pytest.mark.parametrize("newsletter", [True, False])
def test_the_token_of_the_mail_changes_the_email(team: Team, newsletter: bool) -> None:
    client = team.client()
    team.sign_in(agreements={"email": not newsletter})
    assert take(team, "requestEmailChange") is True
    assert team.call("getAccount").email == EMAIL
    token = mailed(team, "email_change")
    changes = {"token": token, "newsletterAgreement": newsletter}
    assert take(team, "confirmEmailChange", **changes) is True
    assert bodies(team, "email_change_confirm") == [changes]
    account = team.call("getAccount")
    assert (account.email, account.agreements.email) == (NEW_EMAIL, newsletter)
    assert client.isSignedIn()
    assert team.heard.events == [("in",)]


def test_a_change_of_the_email_is_vouched_for_by_the_password(team: Team) -> None:
    team.client()
    team.sign_in()
    assert take(team, "requestEmailChange") is True
    assert bodies(team, "email_change_request") == [
        {"email": NEW_EMAIL, "password": PASSWORD, **device(team)}
    ]


def test_a_change_of_the_email_is_vouched_for_by_a_provider(team: Team) -> None:
    team.client()
    team.sign_in()
    provider_vouches(team)
    changes = {"password": None, "externalToken": PROVIDER_TOKEN, "authID": "anna-at-google"}
    assert take(team, "requestEmailChange", **changes) is True
    assert bodies(team, "email_change_request") == [
        {
            "email": NEW_EMAIL,
            "identityProviderToken": PROVIDER_TOKEN,
            "customId": "anna-at-google",
            **device(team),
        }
    ]


@pytest.mark.parametrize("nothing", [None, ""])
def test_a_change_of_the_email_that_nobody_vouches_for_is_3050(
    team: Team, nothing: str | None
) -> None:
    team.client()
    team.sign_in()
    error = take(team, "requestEmailChange", password=nothing, externalToken=nothing)
    assert error.code == 3050
    assert "password" in error.message
    assert "externalToken" in error.message
    assert team.operations == ["login"]


@pytest.mark.parametrize(
    "proof",
    [{"password": "Wrong1!word"}, {"password": None, "externalToken": "a-stolen-token"}],
    ids=["password", "provider"],
)
def test_a_wrong_proof_is_403_and_the_session_goes_on(
    team: Team, proof: dict[str, str | None]
) -> None:
    client = team.client()
    team.sign_in()
    error = take(team, "requestEmailChange", **proof)
    assert error.code == 403
    assert team.operations == ["login", "email_change_request"]
    assert client.isSignedIn()
    assert team.heard.events == [("in",)]
    assert team.sandbox.outbox == []


def test_an_address_that_is_anothers_is_400(team: Team) -> None:
    team.client()
    team.sandbox.add_profile(OTHER_EMAIL, PASSWORD)
    team.sign_in()
    error = take(team, "requestEmailChange", email=OTHER_EMAIL)
    assert error.code == 400
    assert by_field(error)["email"].rejectedValue == OTHER_EMAIL


def test_a_token_that_does_not_work_leaves_the_email(team: Team) -> None:
    team.client()
    team.sign_in()
    error = take(team, "confirmEmailChange")
    assert error.code == 400
    assert by_field(error)["token"].rejectedValue is None
    assert team.call("getAccount").email == EMAIL


@pytest.mark.parametrize("agreement", [True, False])
def test_the_code_of_the_message_changes_the_phone(team: Team, agreement: bool) -> None:
    team.client()
    team.sign_in(agreements={"sms": not agreement})
    assert take(team, "requestPhoneUpdate") is True
    assert bodies(team, "phone_update_request") == [{"phone": PHONE}]
    assert team.call("getAccount").phone is None
    code = mailed(team, "phone_update")
    changes = {"confirmationCode": code, "smsAgreement": agreement}
    assert take(team, "confirmPhoneUpdate", **changes) is True
    assert bodies(team, "phone_update_confirm") == [{"phone": PHONE, **changes}]
    account = team.call("getAccount")
    assert (account.phone, account.agreements.sms) == (PHONE, agreement)


def test_a_code_for_another_number_leaves_the_phone(team: Team) -> None:
    team.client()
    team.sign_in()
    take(team, "requestPhoneUpdate")
    code = mailed(team, "phone_update")
    error = take(team, "confirmPhoneUpdate", phone="+48111222333", confirmationCode=code)
    assert error.code == 400
    assert by_field(error)["confirmationCode"].rejectedValue is None
    assert code not in repr(error)
    assert team.call("getAccount").phone is None
