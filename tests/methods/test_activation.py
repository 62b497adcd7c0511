"""Registration and the two ways to activate an account: by mail and by PIN."""

from __future__ import annotations

import pytest

from synerise_client import ClientAccountRegisterContext, Error, MemoryStorage, Synerise
from tests.conftest import EMAIL, PASSWORD, Team
from tests.methods.steps import by_field, mailed
from tests.session.scenes import bodies


def register(team: Team, activation: str) -> None:
    team.sandbox.activation = activation
    assert team.call("registerAccount", ClientAccountRegisterContext(EMAIL, PASSWORD)) is True


@pytest.mark.parametrize(("activation", "code"), [("mail", "SAU-302"), ("pin", "SAU-303")])
def test_before_the_activation_a_sign_in_is_403_and_says_what_is_missing(
    team: Team, activation: str, code: str
) -> None:
    client = team.client()
    register(team, activation)
    error = team.call("signIn", EMAIL, PASSWORD)
    assert (error.code, error.errorCode) == (403, code)
    assert not client.isSignedIn()


def test_the_token_of_the_mail_activates_the_account(team: Team) -> None:
    team.client()
    register(team, "mail")
    token = mailed(team, "activation")
    assert team.call("confirmAccountActivation", token) is True
    assert bodies(team, "activation_confirm") == [{"token": token}]
    assert team.call("signIn", EMAIL, PASSWORD) is True


def test_a_mail_that_was_asked_for_again_activates_the_account(team: Team) -> None:
    team.client()
    register(team, "mail")
    first = mailed(team, "activation")
    assert team.call("requestAccountActivation", EMAIL) is True
    assert bodies(team, "activation_request") == [{"email": EMAIL}]
    assert team.call("confirmAccountActivation", first).code == 400
    assert team.call("confirmAccountActivation", mailed(team, "activation")) is True


def test_a_token_that_does_not_work_is_400_and_not_repeated(team: Team) -> None:
    team.client()
    error = team.call("confirmAccountActivation", "not-the-token")
    assert isinstance(error, Error)
    assert error.code == 400
    assert by_field(error)["token"].rejectedValue is None
    assert "not-the-token" not in repr(error)


def test_the_token_of_the_mail_works_once(team: Team) -> None:
    team.client()
    register(team, "mail")
    token = mailed(team, "activation")
    assert team.call("confirmAccountActivation", token) is True
    assert team.call("confirmAccountActivation", token).code == 400


def test_a_ported_script_registers_activates_by_pin_and_signs_in(team: Team) -> None:
    team.sandbox.activation = "pin"
    client = team.client()
    told: list[object] = []

    def registered() -> None:
        client.requestAccountActivationByPin(EMAIL, requested, told.append)

    def requested() -> None:
        pin = mailed(team, "activation_pin")
        client.confirmAccountActivationByPin(pin, EMAIL, activated, told.append)

    def activated() -> None:
        client.signIn(EMAIL, PASSWORD, lambda: client.getAccount(account, told.append), told.append)

    def account(information: object) -> None:
        told.append(information)

    context = ClientAccountRegisterContext(EMAIL, PASSWORD, {"firstName": "Anna"})
    client.registerAccount(context, registered, told.append)
    assert Synerise.waitUntilIdle(10)
    assert [getattr(each, "firstName", each) for each in told] == ["Anna"]
    by_pin = ["register", "pin_request", "pin_confirm", "login", "account"]
    assert team.operations == ["login_anonymous", *by_pin]
    assert team.heard.events == [("in",)]


def test_a_pin_travels_with_the_device_that_asked_for_it(team: Team) -> None:
    client = team.client()
    register(team, "pin")
    team.call("requestAccountActivationByPin", EMAIL)
    pin = mailed(team, "activation_pin")
    team.call("confirmAccountActivationByPin", pin, EMAIL)
    asked, confirmed = bodies(team, "pin_request")[0], bodies(team, "pin_confirm")[0]
    device = {"uuid": client.getUUID(), "deviceId": bodies(team, "login_anonymous")[0]["deviceId"]}
    assert asked == {"email": EMAIL, **device}
    assert confirmed == {"email": EMAIL, "pinCode": pin, **device}


def test_a_pin_that_another_device_asked_for_is_refused(team: Team) -> None:
    team.client()
    other = team.other_client(MemoryStorage())
    register(team, "pin")
    assert team.call("requestAccountActivationByPin", EMAIL) is True
    pin = mailed(team, "activation_pin")
    error = team.call("confirmAccountActivationByPin", pin, EMAIL, client=other)
    assert error.code == 400
    assert pin not in repr(error)
    assert team.call("confirmAccountActivationByPin", pin, EMAIL) is True


def test_a_wrong_pin_is_400_and_not_repeated(team: Team) -> None:
    team.client()
    register(team, "pin")
    wrong = "123456" if mailed(team, "activation_pin") != "123456" else "654321"
    error = team.call("confirmAccountActivationByPin", wrong, EMAIL)
    assert error.code == 400
    assert by_field(error)["pinCode"].rejectedValue is None
    assert wrong not in repr(error)
    assert team.call("signIn", EMAIL, PASSWORD).code == 403


def test_an_email_that_is_no_address_is_the_servers_to_refuse(team: Team) -> None:
    team.client()
    for method in ("requestAccountActivation", "requestAccountActivationByPin"):
        error = team.call(method, "no address")
        assert error.code == 400
        assert by_field(error)["email"].rejectedValue == "no address"
