"""getAccount and registerAccount."""

from __future__ import annotations

from typing import Any

import pytest

from synerise_client import (
    ClientAccountInformation,
    ClientAccountRegisterContext,
    ClientAgreements,
    ClientSex,
    Error,
)
from tests.conftest import EMAIL, PASSWORD, Team
from tests.session.scenes import bearers, bodies


def test_get_account_tells_what_the_server_knows_of_the_customer(team: Team) -> None:
    client = team.client()
    team.sign_in(firstName="Anna", city="Kraków", sex="FEMALE", customId="custom-1")
    account = team.call("getAccount")
    assert isinstance(account, ClientAccountInformation)
    assert (account.email, account.customId) == (EMAIL, "custom-1")
    assert (account.firstName, account.city) == ("Anna", "Kraków")
    assert account.sex is ClientSex.Female
    assert account.uuid == client.getUUID()
    assert account.anonymous is False


def test_get_account_carries_the_customers_token_and_no_body(team: Team) -> None:
    team.client()
    team.sign_in()
    team.call("getAccount")
    request = team.sandbox.requests[-1]
    assert (request.operation, request.method, request.json) == ("account", "GET", None)
    assert bearers(team, "account") == [team.call("retrieveToken").tokenString]


def test_get_account_is_asked_of_the_server_each_time(team: Team) -> None:
    team.client()
    team.sign_in()
    team.call("getAccount")
    team.call("getAccount")
    assert team.operations == ["login", "account", "account"]


@pytest.mark.parametrize("body", ["<html></html>", "", "[]", "null"])
def test_an_account_that_is_no_json_object_is_minus_106_and_not_asked_for_again(
    team: Team, body: str
) -> None:
    client = team.client()
    team.sign_in()
    team.sandbox.fail("account", 200, body=body)
    assert team.call("getAccount").code == -106
    assert team.operations == ["login", "account"]
    assert client.isSignedIn()


@pytest.mark.parametrize("body", [{}, {"email": None, "a new key": [1]}])
def test_every_key_of_an_account_may_be_missing_and_unknown_ones_are_ignored(
    team: Team, body: dict[str, Any]
) -> None:
    team.client()
    team.sign_in()
    team.sandbox.fail("account", 200, body=body)
    account = team.call("getAccount")
    assert isinstance(account, ClientAccountInformation)
    assert account.email is None


def test_a_registration_sends_what_was_given_and_the_uuid(team: Team) -> None:
    client = team.client()
    context = ClientAccountRegisterContext(
        EMAIL, PASSWORD, firstName="Anna", city="Kraków", agreements=ClientAgreements(email=True)
    )
    assert team.call("registerAccount", context) is True
    assert bodies(team, "register") == [
        {
            "email": EMAIL,
            "password": PASSWORD,
            "firstName": "Anna",
            "city": "Kraków",
            "agreements": {"email": True},
            "uuid": client.getUUID(),
        }
    ]


def test_a_registration_leaves_out_what_is_none(team: Team) -> None:
    team.client()
    context = ClientAccountRegisterContext(EMAIL, PASSWORD, firstName=None, phone=None)
    assert team.call("registerAccount", context) is True
    assert set(bodies(team, "register")[0]) == {"email", "password", "uuid"}


def test_what_is_changed_in_a_context_after_the_call_is_not_sent(team: Team) -> None:
    client = team.client()
    context = ClientAccountRegisterContext(EMAIL, PASSWORD, firstName="Anna")
    with team.sandbox.hold("login_anonymous") as hold:
        client.registerAccount(context, *team.heard.callbacks("registerAccount"))
        assert hold.arrived.wait(10)
        context.firstName = "Bea"
    team.heard.wait_for(1)
    assert bodies(team, "register")[0]["firstName"] == "Anna"


def test_a_registration_signs_nobody_in_but_the_customer_can(team: Team) -> None:
    client = team.client()
    team.call("registerAccount", ClientAccountRegisterContext(EMAIL, PASSWORD))
    assert not client.isSignedIn()
    assert team.heard.events == []
    assert team.call("signIn", EMAIL, PASSWORD) is True
    assert team.call("getAccount").email == EMAIL


def test_a_refused_registration_tells_why_without_the_password(team: Team) -> None:
    team.client()
    error = team.call("registerAccount", ClientAccountRegisterContext("no address", "weak"))
    assert isinstance(error, Error)
    assert error.code == 400
    causes = {cause.field: cause for cause in error.causes}
    assert set(causes) == {"email", "password"}
    assert causes["email"].rejectedValue == "no address"
    assert causes["password"].rejectedValue is None
    assert team.operations == ["login_anonymous", "register"]


def test_a_registration_is_sent_again_once_if_its_token_was_refused(team: Team) -> None:
    team.client()
    team.sandbox.fail("register", 401, 2)
    context = ClientAccountRegisterContext(EMAIL, PASSWORD)
    assert team.call("registerAccount", context).code == 401
    assert team.operations == ["login_anonymous", "register", "login_anonymous", "register"]
