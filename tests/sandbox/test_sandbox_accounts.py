from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from synerise_client.sandbox import Sandbox

from .caller import EMAIL, PASSWORD, Caller, causes, code, good

NEW = "new@example.com"


@pytest.fixture
def token(call: Caller, anna: int) -> str:
    """The token of a signed-in customer."""
    return call.token()


def test_an_account_has_the_documented_fields(call: Caller, anna: int, token: str) -> None:
    account = call.account(token)
    moment = account.pop("lastActivityDate")
    assert datetime.fromisoformat(moment.replace("Z", "+00:00")).tzinfo
    nothing = dict.fromkeys(
        [
            "phone",
            "lastName",
            "displayName",
            "birthDate",
            "avatarUrl",
            "company",
            "address",
            "city",
            "province",
            "zipCode",
            "countryCode",
        ]
    )
    flags = dict.fromkeys(["email", "sms", "push", "bluetooth", "rfid", "wifi"], False)
    assert account == {
        **nothing,
        "clientId": anna,
        "email": EMAIL,
        "customId": "anna-1",
        "uuid": "uuid-1",
        "firstName": "Anna",
        "sex": "NOT_SPECIFIED",
        "anonymous": False,
        "agreements": flags,
        "attributes": {},
        "tags": [],
    }


def test_the_last_activity_follows_the_clock(sandbox: Sandbox, call: Caller, token: str) -> None:
    first = call.account(token)["lastActivityDate"]
    sandbox.advance(600)
    assert call.account(token)["lastActivityDate"] > first


@pytest.mark.parametrize("operation", ["account_update", "basic_information_update"])
def test_an_update_changes_only_what_is_given(call: Caller, token: str, operation: str) -> None:
    change = {
        "city": "Hel",
        "birthDate": "1990-01-31",
        "agreements": {"sms": True},
        "attributes": {"size": "M"},
    }
    before = call.account(token)
    good(call(operation, change, token))
    good(call(operation, {"attributes": {"kids": 2}, "agreements": {"push": True}}, token))
    after = call.account(token)
    assert (after["city"], after["birthDate"]) == ("Hel", "1990-01-31")
    assert after["attributes"] == {"size": "M", "kids": 2}
    assert after["agreements"] == {**before["agreements"], "sms": True, "push": True}
    assert (after["firstName"], after["email"]) == ("Anna", EMAIL)


@pytest.mark.parametrize("operation", ["account_update", "basic_information_update"])
def test_null_resets_a_field_and_deletes_an_attribute(
    call: Caller, token: str, operation: str
) -> None:
    full = {
        "sex": "FEMALE",
        "attributes": {"size": "M", "kids": 2},
        "agreements": {"sms": True, "push": True},
    }
    good(call(operation, full, token))
    nulls = {
        "firstName": None,
        "sex": None,
        "lastName": None,
        "attributes": {"size": None, "hat": None},
        "agreements": {"sms": None},
    }
    good(call(operation, nulls, token))
    account = call.account(token)
    assert (account["firstName"], account["sex"]) == (None, "NOT_SPECIFIED")
    assert account["attributes"] == {"kids": 2}
    assert (account["agreements"]["sms"], account["agreements"]["push"]) == (False, True)
    good(call(operation, {"attributes": None, "agreements": None}, token))
    account = call.account(token)
    assert account["attributes"] == {}
    assert not any(account["agreements"].values())


@pytest.mark.parametrize("operation", ["account_update", "basic_information_update"])
def test_an_empty_string_is_refused_and_nothing_changes(
    call: Caller, token: str, operation: str
) -> None:
    change = {"city": "Hel", "firstName": "", "attributes": {"size": ""}}
    faults = {"firstName": "EMPTY", "attributes.size": "EMPTY"}
    assert causes(call(operation, change, token)) == faults
    assert call.account(token)["city"] is None


def test_identifiers_can_be_updated(call: Caller, anna: int, token: str) -> None:
    good(call("account_update", {"email": NEW, "customId": None, "uuid": "uuid-2"}, token))
    account = call.account(token)
    assert (account["email"], account["customId"]) == (NEW, None)
    assert call.login().status_code == 401
    assert good(call.login(NEW))["clientId"] == str(anna)


def test_an_update_to_what_it_was_is_fine(call: Caller, token: str) -> None:
    good(call("account_update", {"email": EMAIL, "customId": "anna-1"}, token))


@pytest.mark.parametrize(
    ("change", "faults"),
    [
        ({"email": None, "uuid": None}, {"email": "NULL", "uuid": "NULL"}),
        ({"email": "new"}, {"email": "FORMAT"}),
        ({"email": "bob@example.com"}, {"email": "TAKEN"}),
        ({"customId": "bob-1"}, {"customId": "TAKEN"}),
    ],
)
def test_identifiers_are_not_updated_to_nothing_or_to_anothers(
    sandbox: Sandbox, call: Caller, token: str, change: dict[str, Any], faults: dict[str, str]
) -> None:
    sandbox.add_profile("bob@example.com", PASSWORD, customId="bob-1")
    assert causes(call("account_update", change, token)) == faults


def test_basic_information_holds_no_identifier(call: Caller, token: str) -> None:
    change = {"email": NEW, "customId": "c", "uuid": "u", "city": "Hel"}
    faults = dict.fromkeys(["email", "customId", "uuid"], "UNKNOWN")
    assert causes(call("basic_information_update", change, token)) == faults
    assert call.account(token)["city"] is None


def test_a_forgotten_password_is_reset_once(sandbox: Sandbox, call: Caller, anna: int) -> None:
    anonymous = call.anonymous()
    good(call("password_reset_request", {"email": EMAIL}, anonymous))
    body = {"password": "Other1!", "token": code(sandbox, "password_reset", EMAIL)}
    weak = {**body, "password": "other"}
    assert causes(call("password_reset_confirm", weak, anonymous)) == {"password": "POLICY"}
    good(call("password_reset_confirm", body, anonymous))
    assert call.login().status_code == 401
    good(call.login(password="Other1!"))
    assert causes(call("password_reset_confirm", body, anonymous)) == {"token": "INVALID"}


def test_a_password_reset_expires(sandbox: Sandbox, call: Caller, anna: int) -> None:
    good(call("password_reset_request", {"email": EMAIL}, call.anonymous()))
    body = {"password": "Other1!", "token": code(sandbox, "password_reset", EMAIL)}
    sandbox.advance(3600)
    answer = call("password_reset_confirm", body, call.anonymous())
    assert causes(answer) == {"token": "INVALID"}
    good(call.login())


def test_an_unknown_email_gets_no_reset_mail(sandbox: Sandbox, call: Caller) -> None:
    good(call("password_reset_request", {"email": EMAIL}, call.anonymous()))
    assert sandbox.outbox == []


def test_a_code_of_another_kind_does_not_work(sandbox: Sandbox, call: Caller, token: str) -> None:
    good(call("password_reset_request", {"email": EMAIL}, token))
    body = {"token": code(sandbox, "password_reset", EMAIL)}
    assert causes(call("email_change_confirm", body, token)) == {"token": "INVALID"}
    assert causes(call("activation_confirm", body, token)) == {"token": "INVALID"}


def test_a_password_is_changed_by_who_knows_it(call: Caller, token: str) -> None:
    wrong = {"oldPassword": "Wrong1!", "password": "Other1!"}
    assert call("password_change", wrong, token).status_code == 403
    weak = {"oldPassword": PASSWORD, "password": "other"}
    assert causes(call("password_change", weak, token)) == {"password": "POLICY"}
    good(call("password_change", {"oldPassword": PASSWORD, "password": "Other1!"}, token))
    good(call("account", token=token))
    assert call.login().status_code == 401
    good(call.login(password="Other1!"))


def test_who_has_no_password_cannot_change_it(call: Caller) -> None:
    body = {"oldPassword": PASSWORD, "password": "Other1!"}
    assert call("password_change", body, call.simple(customId="c-1")).status_code == 403


def test_an_email_changes_after_a_mail_to_the_new_one(
    sandbox: Sandbox, call: Caller, anna: int, token: str
) -> None:
    good(call("email_change_request", {"email": NEW, "password": PASSWORD}, token))
    assert call.account(token)["email"] == EMAIL
    body = {"token": code(sandbox, "email_change", NEW), "newsletterAgreement": True}
    good(call("email_change_confirm", body, token))
    account = call.account(token)
    assert (account["email"], account["agreements"]["email"]) == (NEW, True)
    assert good(call.login(NEW))["clientId"] == str(anna)
    assert causes(call("email_change_confirm", body, token)) == {"token": "INVALID"}


def test_an_email_change_may_leave_the_newsletter_alone(
    sandbox: Sandbox, call: Caller, token: str
) -> None:
    good(call("account_update", {"agreements": {"email": True}}, token))
    good(call("email_change_request", {"email": NEW, "password": PASSWORD}, token))
    good(call("email_change_confirm", {"token": code(sandbox, "email_change", NEW)}, token))
    assert call.account(token)["agreements"]["email"] is True


def test_an_email_change_wants_the_password_or_a_provider(
    sandbox: Sandbox, call: Caller, token: str
) -> None:
    sandbox.add_provider_token("provided", "OAUTH", EMAIL)
    sandbox.add_provider_token("another", "OAUTH", "bob@example.com")
    for factor in ({"password": "Wrong1!"}, {"identityProviderToken": "another"}):
        assert call("email_change_request", {"email": NEW, **factor}, token).status_code == 403
    unknown = {"email": NEW, "identityProviderToken": "unknown"}
    assert call("email_change_request", unknown, token).status_code == 403
    answer = call("email_change_request", {"email": NEW}, token)
    assert causes(answer) == {"password": "REQUIRED"}
    assert sandbox.outbox == []
    good(call("email_change_request", {"email": NEW, "identityProviderToken": "provided"}, token))


def test_an_email_does_not_change_to_anothers(sandbox: Sandbox, call: Caller, token: str) -> None:
    body = {"email": NEW, "password": PASSWORD}
    good(call("email_change_request", body, token))
    sandbox.add_profile(NEW, PASSWORD)
    late = {"token": code(sandbox, "email_change", NEW)}
    assert causes(call("email_change_confirm", late, token)) == {"email": "TAKEN"}
    assert causes(call("email_change_request", body, token)) == {"email": "TAKEN"}


def test_an_email_change_belongs_to_the_customer_and_expires(
    sandbox: Sandbox, call: Caller, token: str
) -> None:
    sandbox.add_profile("bob@example.com", PASSWORD)
    good(call("email_change_request", {"email": NEW, "password": PASSWORD}, token))
    body = {"token": code(sandbox, "email_change", NEW)}
    bob = call.token("bob@example.com")
    assert causes(call("email_change_confirm", body, bob)) == {"token": "INVALID"}
    sandbox.advance(3600)
    assert causes(call("email_change_confirm", body, call.token())) == {"token": "INVALID"}


def test_a_phone_number_changes_after_a_message_to_it(
    sandbox: Sandbox, call: Caller, token: str
) -> None:
    good(call("phone_update_request", {"phone": "500"}, token))
    pin = code(sandbox, "phone_update", "500")
    right = {"phone": "500", "confirmationCode": pin, "smsAgreement": True}
    for wrong in ({"phone": "600"}, {"confirmationCode": "no"}):
        answer = call("phone_update_confirm", {**right, **wrong}, token)
        assert causes(answer) == {"confirmationCode": "INVALID"}
    assert call.account(token)["phone"] is None
    good(call("phone_update_confirm", right, token))
    account = call.account(token)
    assert (account["phone"], account["agreements"]["sms"]) == ("500", True)
    answer = call("phone_update_confirm", right, token)
    assert causes(answer) == {"confirmationCode": "INVALID"}


def test_a_phone_update_may_leave_the_agreement_alone_and_expires(
    sandbox: Sandbox, call: Caller, token: str
) -> None:
    good(call("phone_update_request", {"phone": "500"}, token))
    body = {"phone": "500", "confirmationCode": code(sandbox, "phone_update", "500")}
    good(call("phone_update_confirm", body, token))
    assert call.account(token)["agreements"]["sms"] is False
    good(call("phone_update_request", {"phone": "600"}, token))
    body = {"phone": "600", "confirmationCode": code(sandbox, "phone_update", "600")}
    sandbox.advance(3600)
    answer = call("phone_update_confirm", body, call.token())
    assert causes(answer) == {"confirmationCode": "INVALID"}


@pytest.mark.parametrize(
    ("operation", "faults"),
    [
        ("password_reset_request", {"email": "REQUIRED"}),
        ("password_reset_confirm", {"password": "REQUIRED", "token": "REQUIRED"}),
        ("password_change", {"oldPassword": "REQUIRED", "password": "REQUIRED"}),
        ("email_change_request", {"email": "REQUIRED"}),
        ("email_change_confirm", {"token": "REQUIRED"}),
        ("phone_update_request", {"phone": "REQUIRED"}),
        ("phone_update_confirm", {"phone": "REQUIRED", "confirmationCode": "REQUIRED"}),
        (
            "account_delete",
            {"identityProvider": "REQUIRED", "identityProviderToken": "REQUIRED"},
        ),
        ("event_custom", {"action": "REQUIRED", "label": "REQUIRED", "client": "REQUIRED"}),
    ],
)
def test_missing_fields_are_named(
    call: Caller, token: str, operation: str, faults: dict[str, str]
) -> None:
    assert causes(call(operation, {}, token)) == faults


def test_an_account_is_deleted_with_its_tokens_and_codes(
    sandbox: Sandbox, call: Caller, token: str
) -> None:
    other = call.token(deviceId="device-2")
    good(call("password_reset_request", {"email": EMAIL}, token))
    body = {"identityProvider": "SYNERISE", "password": PASSWORD}
    wrong = {**body, "password": "Wrong1!"}
    assert call("account_delete", wrong, token).status_code == 403
    good(call("account_delete", body, token))
    for dead in (token, other):
        assert call("account", token=dead).status_code == 401
    assert call.login().status_code == 401
    reset = {"password": "Other1!", "token": code(sandbox, "password_reset", EMAIL)}
    answer = call("password_reset_confirm", reset, call.anonymous())
    assert causes(answer) == {"token": "INVALID"}
    sandbox.add_profile(EMAIL, PASSWORD)


def test_an_account_is_deleted_by_its_provider(sandbox: Sandbox, call: Caller) -> None:
    sandbox.add_provider_token("provided", "OAUTH", EMAIL)
    sandbox.add_provider_token("another", "OAUTH", "bob@example.com")
    first = good(call("login", call.provided("provided")))
    body = {"identityProvider": "OAUTH", "identityProviderToken": "provided"}
    wrong = {**body, "identityProviderToken": "another"}
    assert call("account_delete", wrong, first["token"]).status_code == 403
    good(call("account_delete", body, first["token"]))
    again = good(call("login", call.provided("provided")))
    assert again["clientId"] != first["clientId"]


def test_a_deletion_names_an_unknown_provider(call: Caller, token: str) -> None:
    body = {"identityProvider": "MYSPACE", "identityProviderToken": "x"}
    assert causes(call("account_delete", body, token)) == {"identityProvider": "VALUE"}
