"""updateAccount and updateAccountBasicInformation: what is sent, and what comes of it."""

from __future__ import annotations

from typing import Any

import pytest

from synerise_client import (
    ClientAccountInformation,
    ClientAccountUpdateBasicInformationContext,
    ClientAccountUpdateContext,
    ClientAgreements,
    ClientSex,
    Error,
)
from tests.conftest import EMAIL, Team
from tests.methods.steps import NEW_EMAIL, OTHER_EMAIL, STEPS, by_field, take
from tests.session.scenes import bodies

CONTEXTS: dict[str, Any] = {
    "updateAccount": ClientAccountUpdateContext,
    "updateAccountBasicInformation": ClientAccountUpdateBasicInformationContext,
}
both_ways = pytest.mark.parametrize("method", CONTEXTS)


def update(team: Team, method: str, **fields: Any) -> Any:
    return team.call(method, CONTEXTS[method](**fields))


def sent(team: Team, method: str) -> list[Any]:
    return bodies(team, STEPS[method].operation)


def account_of(team: Team) -> ClientAccountInformation:
    account = team.call("getAccount")
    assert isinstance(account, ClientAccountInformation)
    return account


@both_ways
def test_only_what_was_set_is_sent_and_changed(team: Team, method: str) -> None:
    team.client()
    team.sign_in(firstName="Anna", lastName="Nowak", city="Kraków")
    assert update(team, method, firstName="Ewa", sex=ClientSex.Female) is True
    assert sent(team, method) == [{"firstName": "Ewa", "sex": "FEMALE"}]
    account = account_of(team)
    assert (account.firstName, account.lastName, account.city) == ("Ewa", "Nowak", "Kraków")
    assert account.sex is ClientSex.Female


@both_ways
def test_with_nothing_set_an_empty_object_is_sent(team: Team, method: str) -> None:
    team.client()
    team.sign_in(firstName="Anna")
    before = account_of(team)
    assert update(team, method) is True
    assert sent(team, method) == [{}]
    assert account_of(team).firstName == before.firstName == "Anna"


@both_ways
def test_none_deletes_an_attribute(team: Team, method: str) -> None:
    team.client()
    team.sign_in(attributes={"x": 1, "y": 2})
    assert update(team, method, attributes={"x": None}) is True
    assert sent(team, method) == [{"attributes": {"x": None}}]
    assert account_of(team).attributes == {"y": 2}


@both_ways
def test_none_resets_a_native_field(team: Team, method: str) -> None:
    team.client()
    team.sign_in(firstName="Anna", phone="+48500600700")
    assert update(team, method, phone=None) is True
    assert sent(team, method) == [{"phone": None}]
    account = account_of(team)
    assert (account.phone, account.firstName) == (None, "Anna")


@both_ways
def test_only_the_agreements_that_were_set_change(team: Team, method: str) -> None:
    team.client()
    team.sign_in(agreements={"email": True, "sms": True})
    assert update(team, method, agreements=ClientAgreements(sms=False)) is True
    assert sent(team, method) == [{"agreements": {"sms": False}}]
    agreements = account_of(team).agreements
    assert agreements is not None
    assert (agreements.email, agreements.sms) == (True, False)


@both_ways
def test_an_empty_text_is_400_and_changes_nothing(team: Team, method: str) -> None:
    client = team.client()
    team.sign_in(firstName="Anna", city="Kraków")
    error = update(team, method, firstName="", city="Gdańsk")
    assert isinstance(error, Error)
    assert error.code == 400
    assert by_field(error)["firstName"].rejectedValue == ""
    assert (account_of(team).firstName, account_of(team).city) == ("Anna", "Kraków")
    assert client.isSignedIn()
    assert len(sent(team, method)) == 1


@both_ways
def test_what_is_changed_in_the_context_after_the_call_is_not_sent(team: Team, method: str) -> None:
    client = team.client()
    team.sign_in()
    context = CONTEXTS[method](firstName="Anna", attributes={"x": [1]})
    with team.sandbox.hold("account") as hold:
        client.getAccount()
        assert hold.arrived.wait(10)
        getattr(client, method)(context, *team.heard.callbacks(method))
        context.firstName = "Ewa"
        context.attributes["x"].append(2)
    team.heard.wait_for(2)
    assert sent(team, method) == [{"firstName": "Anna", "attributes": {"x": [1]}}]


def test_the_identifiers_of_an_account_can_be_changed(team: Team) -> None:
    team.client()
    team.sign_in()
    assert update(team, "updateAccount", email=NEW_EMAIL, customId="anna-1") is True
    account = account_of(team)
    assert (account.email, account.customId) == (NEW_EMAIL, "anna-1")


def test_an_email_that_is_anothers_is_400(team: Team) -> None:
    team.client()
    team.sandbox.add_profile(OTHER_EMAIL, "Other3!word")
    team.sign_in()
    error = update(team, "updateAccount", email=OTHER_EMAIL)
    assert error.code == 400
    assert by_field(error)["email"].rejectedValue == OTHER_EMAIL
    assert account_of(team).email == EMAIL


def test_basic_information_has_no_identifiers() -> None:
    for name in ("email", "customId", "uuid"):
        identifier: Any = {name: "anna"}
        with pytest.raises(TypeError, match=name):
            ClientAccountUpdateBasicInformationContext(**identifier)


def test_an_anonymous_customer_may_have_basic_information(team: Team) -> None:
    client = team.client()
    assert update(team, "updateAccountBasicInformation", firstName="Anna") is True
    assert team.operations == ["login_anonymous", "basic_information_update"]
    assert not client.isSignedIn()
    assert take(team, "updateAccount").code == 3200


@both_ways
def test_an_update_without_an_answer_is_sent_again(team: Team, method: str) -> None:
    team.client()
    team.sign_in()
    team.sandbox.drop(STEPS[method].operation)
    assert update(team, method, firstName="Ewa") is True
    assert sent(team, method) == [{"firstName": "Ewa"}] * 2
    assert account_of(team).firstName == "Ewa"
