from __future__ import annotations

import time
from typing import Any

import pytest

from synerise_client.sandbox import Sandbox

from .caller import EMAIL, PASSWORD, Caller, causes, good

LOGINS = ["login", "login_conditional", "login_anonymous", "simple_authentication"]


def test_a_login_answers_the_documented_token_reply(call: Caller, anna: int) -> None:
    before = time.time()
    reply = good(call.login())
    assert set(reply) == {
        "token",
        "expiration",
        "created",
        "origin",
        "customId",
        "realm",
        "clientId",
        "clientUuid",
    }
    assert reply["origin"] == "SYNERISE"
    assert reply["realm"] == "client"
    assert reply["customId"] == "anna-1"
    assert reply["clientId"] == str(anna)
    assert reply["clientUuid"] == "uuid-1"
    assert before + 3590 < reply["expiration"] < before + 3610
    assert before * 1000 - 1000 < reply["created"] < before * 1000 + 10_000
    assert isinstance(reply["expiration"], int)
    assert isinstance(reply["created"], int)


def test_tokens_differ_and_tell_nothing(call: Caller, anna: int) -> None:
    first, second = call.token(), call.token()
    assert first != second
    assert "anna" not in first
    assert "." not in first


def test_the_token_lifetime_is_a_setting() -> None:
    with Sandbox(token_lifetime=120) as sandbox:
        call = Caller(sandbox)
        with call.session:
            reply = good(call("login_anonymous", call.device()))
            assert reply["expiration"] - reply["created"] // 1000 == 120
            sandbox.token_lifetime = 60
            reply = good(call("login_anonymous", call.device()))
            assert reply["expiration"] - reply["created"] // 1000 == 60


@pytest.mark.parametrize("operation", LOGINS)
@pytest.mark.parametrize("key", ["wrong", None])
def test_a_login_with_another_api_key_is_refused(
    call: Caller, anna: int, operation: str, key: str | None
) -> None:
    answer = call(operation, call.credentials(apiKey=key))
    assert answer.status_code == 401
    assert answer.json()["status"] == 401


@pytest.mark.parametrize("operation", LOGINS)
def test_a_login_without_device_id_has_its_own_code(
    call: Caller, anna: int, operation: str
) -> None:
    body = call.credentials()
    del body["deviceId"]
    answer = call(operation, body)
    assert answer.status_code == 400
    assert answer.json()["errorCode"] == "SAU-601"


@pytest.mark.parametrize("operation", LOGINS)
def test_a_login_without_uuid_names_the_field(call: Caller, anna: int, operation: str) -> None:
    assert causes(call(operation, call.credentials(uuid=None))) == {"uuid": "REQUIRED"}


@pytest.mark.parametrize(
    ("email", "password"), [(EMAIL, "Wrong1!"), ("nobody@example.com", PASSWORD)]
)
def test_wrong_credentials_are_refused(call: Caller, anna: int, email: str, password: str) -> None:
    answer = call.login(email, password)
    assert answer.status_code == 401
    assert answer.json()["errorCode"] is None


def test_an_email_may_be_spelled_in_another_case(call: Caller, anna: int) -> None:
    assert good(call.login(" ANNA@Example.com"))["clientId"] == str(anna)


def test_a_custom_id_does_instead_of_an_email(call: Caller, anna: int) -> None:
    reply = good(call("login", call.credentials(customId="anna-1") | {"email": None}))
    assert reply["clientId"] == str(anna)


def test_an_unknown_custom_id_is_refused(call: Caller, anna: int) -> None:
    body = call.credentials(customId="other")
    del body["email"]
    assert call("login", body).status_code == 401


@pytest.mark.parametrize(
    ("change", "faults"),
    [
        ({"email": None}, {"email": "REQUIRED"}),
        ({"password": None}, {"password": "REQUIRED"}),
        ({"password": 5}, {"password": "TYPE"}),
        ({"identityProvider": None}, {"identityProvider": "REQUIRED"}),
        ({"identityProvider": "MYSPACE"}, {"identityProvider": "VALUE"}),
        ({"identityProvider": "OAUTH"}, {"identityProviderToken": "REQUIRED"}),
        ({"agreements": {"fax": True}}, {"agreements.fax": "UNKNOWN"}),
        ({"customId": 7}, {"customId": "TYPE"}),
    ],
)
def test_a_malformed_login_names_the_field(
    call: Caller, anna: int, change: dict[str, Any], faults: dict[str, str]
) -> None:
    assert causes(call("login", {**call.credentials(), **change})) == faults


def test_a_login_may_bring_agreements_and_attributes(call: Caller, anna: int) -> None:
    token = call.token(agreements={"sms": True}, attributes={"size": "M"})
    account = call.account(token)
    assert account["agreements"]["sms"] is True
    assert account["attributes"] == {"size": "M"}


@pytest.mark.parametrize(("mode", "code"), [("mail", "SAU-302"), ("pin", "SAU-303")])
def test_an_account_that_is_not_activated_cannot_sign_in(
    sandbox: Sandbox, call: Caller, mode: str, code: str
) -> None:
    sandbox.activation = mode
    good(call("register", {"email": EMAIL, "password": PASSWORD}, call.anonymous()))
    answer = call.login()
    assert answer.status_code == 403
    assert answer.json()["errorCode"] == code
    assert call.login(password="Wrong1!").status_code == 401
    reply = good(call("login_conditional", call.credentials()))
    assert reply == {"status": "ACTIVATION_REQUIRED", "conditions": []}


def test_a_provider_signs_a_newcomer_up(sandbox: Sandbox, call: Caller) -> None:
    sandbox.add_provider_token("provided", "GOOGLE", EMAIL)
    reply = good(call("login", call.provided("provided", "GOOGLE", customId="g-1")))
    assert reply["origin"] == "GOOGLE"
    assert reply["customId"] == "g-1"
    again = good(call("login", call.provided("provided", "GOOGLE")))
    assert again["clientId"] == reply["clientId"]
    assert call.account(reply["token"])["email"] == EMAIL


def test_a_refused_provider_login_makes_no_account(sandbox: Sandbox, call: Caller) -> None:
    sandbox.add_provider_token("provided", "OAUTH", EMAIL)
    body = call.provided("provided", attributes={"size": ""})
    assert causes(call("login", body)) == {"attributes.size": "EMPTY"}
    reply = good(call("login_conditional", call.provided("provided")))
    assert reply["status"] == "REGISTRATION_REQUIRED"


def test_a_provider_signs_in_the_customer_with_its_email(
    sandbox: Sandbox, call: Caller, anna: int
) -> None:
    sandbox.add_provider_token("provided", "APPLE", EMAIL)
    reply = good(call("login", call.provided("provided", "APPLE", customId="another")))
    assert reply["clientId"] == str(anna)
    assert reply["customId"] == "anna-1"


def test_a_provider_knows_the_customer_after_a_change_of_email(
    sandbox: Sandbox, call: Caller, anna: int
) -> None:
    sandbox.add_provider_token("provided", "OAUTH", EMAIL)
    token = good(call("login", call.provided("provided")))["token"]
    good(call("account_update", {"email": "new@example.com"}, token))
    assert good(call("login", call.provided("provided")))["clientId"] == str(anna)


def test_a_taken_custom_id_is_not_given_to_a_second_customer(
    sandbox: Sandbox, call: Caller, anna: int
) -> None:
    sandbox.add_provider_token("provided", "OAUTH", "bob@example.com")
    reply = good(call("login", call.provided("provided", customId="anna-1")))
    assert reply["customId"] is None


@pytest.mark.parametrize(("token", "provider"), [("other", "OAUTH"), ("provided", "FACEBOOK")])
def test_an_unknown_provider_token_is_refused(
    sandbox: Sandbox, call: Caller, token: str, provider: str
) -> None:
    sandbox.add_provider_token("provided", "OAUTH", EMAIL)
    body = call.provided(token, provider)
    assert call("login", body).status_code == 401
    assert good(call("login_conditional", body))["status"] == "UNAUTHORIZED"


def test_a_provider_that_does_not_exist_vouches_for_nobody(sandbox: Sandbox) -> None:
    with pytest.raises(ValueError, match="FACEBOOK"):
        sandbox.add_provider_token("provided", "MYSPACE", EMAIL)


def test_a_conditional_login_without_conditions_is_a_login(call: Caller, anna: int) -> None:
    reply = good(call("login_conditional", call.credentials()))
    assert reply["status"] == "SUCCESS"
    assert reply["conditions"] == []
    assert call.account(reply["token"])["clientId"] == anna


def test_a_conditional_login_with_a_wrong_password_is_a_status(call: Caller, anna: int) -> None:
    reply = good(call("login_conditional", call.credentials(password="Wrong1!")))
    assert reply == {"status": "UNAUTHORIZED", "conditions": []}


def test_a_required_status_is_answered_instead_of_a_token(
    sandbox: Sandbox, call: Caller, anna: int
) -> None:
    sandbox.require("TERMS_ACCEPTANCE_REQUIRED", "Anna@example.com", [{"terms": 3}])
    reply = good(call("login_conditional", call.credentials()))
    assert reply == {"status": "TERMS_ACCEPTANCE_REQUIRED", "conditions": [{"terms": 3}]}
    wrong = good(call("login_conditional", call.credentials(password="Wrong1!")))
    assert wrong["status"] == "UNAUTHORIZED"
    assert call.login().status_code == 200
    sandbox.require("SUCCESS", EMAIL)
    assert "token" in good(call("login_conditional", call.credentials()))


def test_a_conditional_login_never_makes_an_account(sandbox: Sandbox, call: Caller) -> None:
    sandbox.add_provider_token("provided", "OAUTH", EMAIL)
    for _ in range(2):
        reply = good(call("login_conditional", call.provided("provided")))
        assert reply == {"status": "REGISTRATION_REQUIRED", "conditions": []}


def test_an_anonymous_login_keeps_to_its_uuid(call: Caller) -> None:
    first = good(call("login_anonymous", call.device()))
    again = good(call("login_anonymous", call.device()))
    other = good(call("login_anonymous", call.device(uuid="uuid-2")))
    assert first["origin"] == "ANONYMOUS"
    assert first["realm"] == "anonymous"
    assert first["customId"] is None
    assert first["clientId"] == again["clientId"] != other["clientId"]


def test_an_anonymous_token_never_leads_to_the_customer_of_that_uuid(
    call: Caller, anna: int
) -> None:
    token = call.token()
    anonymous = call.anonymous()
    good(call("basic_information_update", {"city": "Gdynia"}, anonymous))
    assert call.account(token)["city"] is None


@pytest.mark.parametrize("data", [{}, {"firstName": "Anna"}, {"email": None, "customId": ""}])
def test_simple_authentication_wants_an_identifier(call: Caller, data: dict[str, Any]) -> None:
    assert call("simple_authentication", call.device(**data)).status_code == 412


def test_simple_authentication_makes_a_profile(call: Caller) -> None:
    body = call.device(customId="c-1", email=None, firstName="Ola", agreements={"push": True})
    reply = good(call("simple_authentication", body))
    assert reply["origin"] == "SIMPLE_AUTH"
    assert reply["realm"] == "client"
    account = call.account(reply["token"])
    assert (account["customId"], account["firstName"]) == ("c-1", "Ola")
    assert account["agreements"]["push"] is True
    assert account["anonymous"] is False
    again = good(call("simple_authentication", call.device(customId="c-1", city="Hel")))
    assert again["clientId"] == reply["clientId"]
    assert call.account(again["token"])["firstName"] == "Ola"


def test_simple_authentication_finds_a_customer_by_email(call: Caller, anna: int) -> None:
    assert call.account(call.simple(email=EMAIL))["clientId"] == anna


def test_simple_authentication_takes_the_identifier_before_the_email(
    sandbox: Sandbox, call: Caller, anna: int
) -> None:
    sandbox.add_profile("bob@example.com", PASSWORD)
    body = call.device(customId="anna-1", email="bob@example.com")
    assert causes(call("simple_authentication", body)) == {"email": "TAKEN"}


def test_simple_authentication_names_a_faulty_field(call: Caller) -> None:
    body = call.device(customId="c-1", city="")
    assert causes(call("simple_authentication", body)) == {"city": "EMPTY"}
