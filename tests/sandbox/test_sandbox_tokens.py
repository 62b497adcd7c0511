from __future__ import annotations

import pytest

from synerise_client.sandbox import Sandbox

from .caller import ANONYMOUS_IS_ENOUGH, PATHS, WITHOUT_TOKEN, Caller, causes, good

WITH_TOKEN = sorted(set(PATHS) - WITHOUT_TOKEN)
SIGNED_IN = sorted(set(PATHS) - WITHOUT_TOKEN - ANONYMOUS_IS_ENOUGH)


@pytest.mark.parametrize("operation", WITH_TOKEN)
def test_a_call_without_a_live_token_is_refused(
    sandbox: Sandbox, call: Caller, anna: int, operation: str
) -> None:
    token = call.token()
    assert call(operation).status_code == 401
    assert call(operation, token="unknown").status_code == 401
    sandbox.advance(3601)
    assert call(operation, token=token).status_code == 401


@pytest.mark.parametrize("operation", SIGNED_IN)
def test_an_anonymous_token_is_not_enough(call: Caller, operation: str) -> None:
    assert call(operation, token=call.anonymous()).status_code == 403


@pytest.mark.parametrize("operation", sorted(ANONYMOUS_IS_ENOUGH))
def test_an_anonymous_token_is_enough(call: Caller, operation: str) -> None:
    body = {"apiKey": call.sandbox.api_key}
    assert call(operation, body, call.anonymous()).status_code in {200, 400}


@pytest.mark.parametrize("operation", sorted(WITHOUT_TOKEN))
def test_a_login_does_not_look_at_a_token(call: Caller, anna: int, operation: str) -> None:
    good(call(operation, call.credentials(), token="unknown"))


@pytest.mark.parametrize("header", ["", "Bearer", "Basic {}", "Bearer  {}", "{}"])
def test_the_authorization_header_has_one_form(call: Caller, anna: int, header: str) -> None:
    headers = {"Authorization": header.format(call.token())}
    url = call.sandbox.url + PATHS["account"]
    assert call.session.get(url, headers=headers, timeout=10).status_code == 401


def test_a_token_lives_until_its_expiration(sandbox: Sandbox, call: Caller, anna: int) -> None:
    token = call.token()
    sandbox.advance(3590)
    good(call("account", token=token))
    sandbox.advance(10)
    assert call("account", token=token).status_code == 401


def test_a_simple_authentication_token_counts_as_signed_in(call: Caller) -> None:
    token = call.simple(customId="c-1")
    good(call("account_update", {"city": "Hel"}, token))
    assert call.account(token)["city"] == "Hel"


def test_a_refresh_gives_a_longer_lived_token_of_the_same_customer(
    sandbox: Sandbox, call: Caller, anna: int
) -> None:
    old = good(call.login())
    sandbox.advance(1000)
    new = good(call("refresh", {"apiKey": sandbox.api_key}, old["token"]))
    assert new["token"] != old["token"]
    assert new["expiration"] in {old["expiration"] + 1000, old["expiration"] + 1001}
    renewed = {name: new[name] for name in ("token", "expiration", "created")}
    assert new == {**old, **renewed}
    assert call.account(new["token"])["clientId"] == anna


def test_a_refresh_keeps_the_origin(sandbox: Sandbox, call: Caller) -> None:
    sandbox.add_provider_token("provided", "FACEBOOK", "bob@example.com")
    provided = good(call("login", call.provided("provided", "FACEBOOK")))["token"]
    tokens = {
        "ANONYMOUS": call.anonymous(),
        "SIMPLE_AUTH": call.simple(customId="c-1"),
        "FACEBOOK": provided,
    }
    for origin, token in tokens.items():
        reply = good(call("refresh", {"apiKey": sandbox.api_key}, token))
        assert reply["origin"] == origin


def test_the_refreshed_token_lives_on(sandbox: Sandbox, call: Caller, anna: int) -> None:
    token = call.token()
    good(call("refresh", {"apiKey": sandbox.api_key}, token))
    good(call("account", token=token))


def test_an_expired_token_is_not_refreshed(sandbox: Sandbox, call: Caller, anna: int) -> None:
    token = call.token()
    sandbox.advance(3601)
    assert call("refresh", {"apiKey": sandbox.api_key}, token).status_code == 401


@pytest.mark.parametrize("operation", ["refresh", "logout"])
def test_refresh_and_logout_want_the_api_key(call: Caller, anna: int, operation: str) -> None:
    token = call.token()
    assert call(operation, {"apiKey": "wrong"}, token).status_code == 401
    assert call(operation, {}, token).status_code == 401
    good(call("account", token=token))


def test_a_logout_ends_one_token(sandbox: Sandbox, call: Caller, anna: int) -> None:
    here, there = call.token(), call.token(deviceId="device-2")
    good(call("logout", {"apiKey": sandbox.api_key}, here))
    assert call("account", token=here).status_code == 401
    good(call("account", token=there))


def test_a_logout_from_all_devices_ends_all_tokens_of_the_customer(
    sandbox: Sandbox, call: Caller, anna: int
) -> None:
    sandbox.add_profile("bob@example.com", "Secret1!")
    bob = call.token("bob@example.com")
    here, there = call.token(), call.token(deviceId="device-2")
    good(call("logout", {"apiKey": sandbox.api_key, "fromAllDevices": True}, here))
    assert call("account", token=here).status_code == 401
    assert call("account", token=there).status_code == 401
    good(call("account", token=bob))


def test_a_logout_names_a_faulty_field(sandbox: Sandbox, call: Caller, anna: int) -> None:
    body = {"apiKey": sandbox.api_key, "fromAllDevices": "yes"}
    assert causes(call("logout", body, call.token())) == {"fromAllDevices": "TYPE"}


def test_a_revoked_token_is_refused(sandbox: Sandbox, call: Caller, anna: int) -> None:
    revoked, other = call.token(), call.token()
    sandbox.revoke(revoked)
    assert call("account", token=revoked).status_code == 401
    good(call("account", token=other))


def test_all_tokens_can_be_revoked(sandbox: Sandbox, call: Caller, anna: int) -> None:
    tokens = [call.token(), call.anonymous()]
    sandbox.revoke_all()
    for token in tokens:
        assert call("refresh", {"apiKey": sandbox.api_key}, token).status_code == 401
    good(call("account", token=call.token()))


def test_an_unknown_token_cannot_be_revoked_and_is_not_shown(sandbox: Sandbox) -> None:
    with pytest.raises(ValueError, match="not handed out") as raised:
        sandbox.revoke("some-token")
    assert "some-token" not in str(raised.value)
