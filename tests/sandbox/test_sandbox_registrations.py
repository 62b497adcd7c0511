from __future__ import annotations

from typing import Any

import pytest

from synerise_client.sandbox import Sandbox

from .caller import EMAIL, PASSWORD, Caller, causes, code, good

NEWCOMER = {"email": EMAIL, "password": PASSWORD}


def register(call: Caller, **more: Any) -> str:
    """Register a newcomer; gives the anonymous token that did it."""
    token = call.anonymous()
    good(call("register", {**NEWCOMER, **more}, token))
    return token


def test_a_registered_customer_can_sign_in_at_once(sandbox: Sandbox, call: Caller) -> None:
    register(
        call,
        phone="+48500100200",
        customId="c-1",
        firstName="Anna",
        lastName="Nowak",
        sex="FEMALE",
        company="Acme",
        city="Hel",
        address="Dluga 1",
        zipCode="84-150",
        province="pomorskie",
        countryCode="PL",
        uuid="uuid-9",
        agreements={"email": True, "wifi": False},
        attributes={"size": "M", "kids": 2},
    )
    account = call.account(call.token())
    assert account["phone"] == "+48500100200"
    assert account["customId"] == "c-1"
    assert (account["firstName"], account["lastName"]) == ("Anna", "Nowak")
    assert account["sex"] == "FEMALE"
    assert account["zipCode"] == "84-150"
    assert account["agreements"]["email"] is True
    assert account["attributes"] == {"size": "M", "kids": 2}
    assert sandbox.outbox == []


@pytest.mark.parametrize(
    ("change", "faults"),
    [
        ({"email": None}, {"email": "REQUIRED"}),
        ({"email": "anna"}, {"email": "FORMAT"}),
        ({"email": " "}, {"email": "EMPTY"}),
        ({"email": 5}, {"email": "TYPE"}),
        ({"password": None}, {"password": "REQUIRED"}),
        ({"phone": None}, {"phone": "NULL"}),
        ({"customId": None}, {"customId": "NULL"}),
        ({"firstName": None, "city": None}, {"firstName": "NULL", "city": "NULL"}),
        ({"agreements": None}, {"agreements": "NULL"}),
        ({"agreements": {"sms": None}}, {"agreements.sms": "NULL"}),
        ({"agreements": {"sms": "yes"}}, {"agreements.sms": "TYPE"}),
        ({"agreements": {"fax": True}}, {"agreements.fax": "UNKNOWN"}),
        ({"agreements": []}, {"agreements": "TYPE"}),
        ({"attributes": {"size": None}}, {"attributes.size": "NULL"}),
        ({"attributes": {"size": ""}}, {"attributes.size": "EMPTY"}),
        ({"attributes": "size"}, {"attributes": "TYPE"}),
        ({"lastName": ""}, {"lastName": "EMPTY"}),
        ({"lastName": 5}, {"lastName": "TYPE"}),
        ({"sex": "female"}, {"sex": "VALUE"}),
    ],
)
def test_a_faulty_registration_names_all_fields_and_makes_no_account(
    call: Caller, change: dict[str, Any], faults: dict[str, str]
) -> None:
    assert causes(call("register", {**NEWCOMER, **change}, call.anonymous())) == faults
    assert call.login().status_code == 401


@pytest.mark.parametrize("password", ["Se1!x", "secret1!", "SECRET1!", "Secret!!", "Secret11"])
def test_a_password_has_to_keep_the_policy(call: Caller, password: str) -> None:
    body = {**NEWCOMER, "password": password}
    answer = call("register", body, call.anonymous())
    assert causes(answer) == {"password": "POLICY"}
    assert answer.json()["errors"][0]["rejectedValue"] == password


def test_the_shortest_password_has_six_characters(call: Caller) -> None:
    register(call, password="Sec1!x")


def test_an_email_and_a_custom_id_belong_to_one_customer(call: Caller, anna: int) -> None:
    body = {"email": "ANNA@example.com", "password": PASSWORD, "customId": "anna-1"}
    answer = call("register", body, call.anonymous())
    assert causes(answer) == {"email": "TAKEN", "customId": "TAKEN"}


def test_an_unknown_field_is_overlooked(call: Caller) -> None:
    register(call, shoeSize=None)


def test_activation_has_three_modes(sandbox: Sandbox) -> None:
    assert sandbox.activation == "automatic"
    with pytest.raises(ValueError, match="automatic, mail, pin"):
        sandbox.activation = "fax"


def test_a_mailed_token_activates_once(sandbox: Sandbox, call: Caller) -> None:
    sandbox.activation = "mail"
    anonymous = register(call)
    assert call.login().status_code == 403
    body = {"token": code(sandbox, "activation")}
    good(call("activation_confirm", body, anonymous))
    good(call.login())
    assert causes(call("activation_confirm", body, anonymous)) == {"token": "INVALID"}


def test_an_activation_token_expires(sandbox: Sandbox, call: Caller) -> None:
    sandbox.activation = "mail"
    register(call)
    sandbox.advance(3600)
    body = {"token": code(sandbox, "activation")}
    assert causes(call("activation_confirm", body, call.anonymous())) == {"token": "INVALID"}
    assert call.login().status_code == 403


def test_a_new_activation_token_replaces_the_old_one(sandbox: Sandbox, call: Caller) -> None:
    sandbox.activation = "mail"
    anonymous = register(call)
    old = code(sandbox, "activation")
    good(call("activation_request", {"email": EMAIL.upper()}, anonymous))
    new = code(sandbox, "activation", EMAIL.upper())
    assert causes(call("activation_confirm", {"token": old}, anonymous)) == {"token": "INVALID"}
    good(call("activation_confirm", {"token": new}, anonymous))
    good(call.login())


@pytest.mark.parametrize("operation", ["activation_request", "pin_request"])
def test_nothing_is_mailed_to_the_active_and_the_unknown(
    sandbox: Sandbox, call: Caller, anna: int, operation: str
) -> None:
    for email in (EMAIL, "nobody@example.com"):
        good(call(operation, call.device(email=email), call.anonymous()))
    assert sandbox.outbox == []


@pytest.mark.parametrize(
    ("operation", "faults"),
    [
        ("activation_request", {"email": "REQUIRED"}),
        ("activation_confirm", {"token": "REQUIRED"}),
        ("pin_request", {"uuid": "REQUIRED", "deviceId": "REQUIRED"}),
        ("pin_confirm", {"pinCode": "REQUIRED"}),
    ],
)
def test_an_activation_names_missing_fields(
    call: Caller, operation: str, faults: dict[str, str]
) -> None:
    assert causes(call(operation, {}, call.anonymous())) == faults


def test_a_pin_activates_on_the_device_that_asked_for_it(sandbox: Sandbox, call: Caller) -> None:
    sandbox.activation = "pin"
    anonymous = register(call)
    good(call("pin_request", call.device(email=EMAIL, deviceId="device-2"), anonymous))
    pin = code(sandbox, "activation_pin")
    assert len(pin) == 6
    assert pin.isdecimal()
    right = call.device(email=EMAIL, deviceId="device-2", pinCode=pin)
    for wrong in (
        {"deviceId": "device-1"},
        {"uuid": "uuid-2"},
        {"pinCode": "no"},
        {"email": "nobody@example.com"},
    ):
        assert causes(call("pin_confirm", {**right, **wrong}, anonymous)) == {"pinCode": "INVALID"}
    good(call("pin_confirm", right, anonymous))
    good(call.login())
    assert causes(call("pin_confirm", right, anonymous)) == {"pinCode": "INVALID"}


def test_the_pin_of_a_registration_belongs_to_its_device(sandbox: Sandbox, call: Caller) -> None:
    sandbox.activation = "pin"
    anonymous = register(call)
    body = call.device(email=EMAIL, pinCode=code(sandbox, "activation_pin"))
    good(call("pin_confirm", body, anonymous))
    good(call.login())


def test_a_pin_expires(sandbox: Sandbox, call: Caller) -> None:
    sandbox.activation = "pin"
    register(call)
    body = call.device(email=EMAIL, pinCode=code(sandbox, "activation_pin"))
    sandbox.advance(3600)
    assert causes(call("pin_confirm", body, call.anonymous())) == {"pinCode": "INVALID"}


def test_an_added_profile_is_active_in_every_mode(sandbox: Sandbox, call: Caller) -> None:
    sandbox.activation = "mail"
    sandbox.add_profile(EMAIL, "short", attributes={"size": "M"}, uuid="uuid-3")
    assert call.account(call.token(password="short"))["attributes"] == {"size": "M"}


def test_an_added_profile_says_what_is_wrong_with_it(sandbox: Sandbox, anna: int) -> None:
    with pytest.raises(TypeError, match="no nickname"):
        sandbox.add_profile("bob@example.com", PASSWORD, nickname="Bob")
    with pytest.raises(ValueError, match="email is another customer's"):
        sandbox.add_profile(EMAIL, PASSWORD)
    with pytest.raises(ValueError, match="email must be an e-mail address; city must not be null"):
        sandbox.add_profile("bob", PASSWORD, city=None)
