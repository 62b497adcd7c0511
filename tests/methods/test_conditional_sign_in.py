"""signInConditionally and authenticateConditionally: only SUCCESS with a token signs in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from synerise_client import (
    ClientConditionalAuthResult,
    ClientConditionalAuthStatus,
    ClientSessionEndReason,
    Error,
)
from tests.conftest import EMAIL, PASSWORD, Team
from tests.methods.steps import OTHER_EMAIL, STEPS, provider_vouches, take
from tests.session.scenes import ABSENT, bodies, token_answer

METHODS = ["signInConditionally", "authenticateConditionally"]
both_ways = pytest.mark.parametrize("method", METHODS)


@pytest.fixture
def anna(team: Team) -> None:
    """Somebody with a password, whom a provider vouches for."""
    team.client()
    team.sandbox.add_profile(EMAIL, PASSWORD)
    provider_vouches(team)


@both_ways
@pytest.mark.usefixtures("anna")
def test_with_nothing_in_the_way_the_customer_is_signed_in(team: Team, method: str) -> None:
    result = take(team, method)
    assert result == ClientConditionalAuthResult(ClientConditionalAuthStatus.Success, [])
    assert team.operations == ["login_conditional"]
    assert team.heard.events == [("in",)]
    assert team.call("getAccount").email == EMAIL


@pytest.mark.usefixtures("anna")
def test_it_sends_what_a_sign_in_sends(team: Team) -> None:
    take(team, "signInConditionally")
    team.call("signIn", EMAIL, PASSWORD)
    assert bodies(team, "login_conditional") == bodies(team, "login")


@both_ways
@pytest.mark.parametrize(
    "status", [each for each in ClientConditionalAuthStatus if each != "SUCCESS"]
)
@pytest.mark.usefixtures("anna")
def test_another_status_comes_through_on_success_and_signs_nobody_in(
    team: Team, method: str, status: ClientConditionalAuthStatus
) -> None:
    conditions: list[Mapping[str, Any]] = [{"name": "terms", "version": 3}]
    team.sandbox.require(status.value, EMAIL, conditions)
    result = take(team, method)
    assert result == ClientConditionalAuthResult(status, conditions)
    assert isinstance(result.status, ClientConditionalAuthStatus)
    assert nobody_is_signed_in(team)


@both_ways
@pytest.mark.usefixtures("anna")
def test_an_unknown_status_is_kept_as_it_came_and_signs_nobody_in(team: Team, method: str) -> None:
    body = {"status": "COFFEE_REQUIRED", "conditions": [], **token_answer(team)}
    team.sandbox.fail("login_conditional", 200, body=body)
    result = take(team, method)
    assert result.status == "COFFEE_REQUIRED"
    assert not isinstance(result.status, ClientConditionalAuthStatus)
    assert nobody_is_signed_in(team)


@both_ways
@pytest.mark.parametrize("status", ["success", "SUCCESS ", "Success"])
@pytest.mark.usefixtures("anna")
def test_what_only_looks_like_success_signs_nobody_in(team: Team, method: str, status: str) -> None:
    team.sandbox.fail("login_conditional", 200, body={"status": status, **token_answer(team)})
    assert take(team, method).status == status
    assert nobody_is_signed_in(team)


@both_ways
@pytest.mark.parametrize(
    "changes",
    [{"token": ABSENT}, {"token": ""}, {"expiration": None}, {"expiration": 12}],
    ids=["no token", "an empty token", "no expiration", "an expiration that is past"],
)
@pytest.mark.usefixtures("anna")
def test_success_without_a_usable_token_is_minus_106(
    team: Team, method: str, changes: dict[str, Any]
) -> None:
    body = {"status": "SUCCESS", "conditions": [], **token_answer(team, **changes)}
    team.sandbox.fail("login_conditional", 200, body=body)
    assert take(team, method).code == -106
    assert team.operations == ["login_conditional"]
    assert nobody_is_signed_in(team)


@both_ways
@pytest.mark.parametrize("status", [ABSENT, None, 200, ["SUCCESS"]])
@pytest.mark.usefixtures("anna")
def test_an_answer_without_a_status_is_minus_106(team: Team, method: str, status: object) -> None:
    team.sandbox.fail("login_conditional", 200, body=token_answer(team, status=status))
    assert take(team, method).code == -106
    assert nobody_is_signed_in(team)


@pytest.mark.parametrize("activation", ["mail", "pin"])
def test_an_account_that_is_not_activated_is_activation_required(
    team: Team, activation: str
) -> None:
    team.client()
    team.sandbox.activation = activation
    assert take(team, "registerAccount") is True
    email = STEPS["registerAccount"].arguments["context"].email
    result = take(team, "signInConditionally", email=email)
    assert result.status is ClientConditionalAuthStatus.ActivationRequired
    assert nobody_is_signed_in(team)


def test_a_newcomer_gets_no_account(team: Team) -> None:
    team.client()
    provider_vouches(team)
    for _ in range(2):
        result = take(team, "authenticateConditionally")
        assert result.status is ClientConditionalAuthStatus.RegistrationRequired


@pytest.mark.usefixtures("anna")
def test_wrong_credentials_are_a_status_or_the_servers_error(team: Team) -> None:
    result = take(team, "signInConditionally", password="Wrong1!word")
    assert result.status is ClientConditionalAuthStatus.Unauthorized
    team.sandbox.fail("login_conditional", 401)
    error = take(team, "signInConditionally", password="Wrong1!word")
    assert isinstance(error, Error)
    assert error.code == 401
    assert team.operations == ["login_conditional"] * 2
    assert nobody_is_signed_in(team)


@both_ways
@pytest.mark.usefixtures("anna")
def test_whoever_was_signed_in_stays_until_it_succeeds(team: Team, method: str) -> None:
    team.sign_in(OTHER_EMAIL)
    team.heard.clear()
    team.sandbox.require("TERMS_ACCEPTANCE_REQUIRED", EMAIL)
    take(team, method)
    assert team.call("getAccount").email == OTHER_EMAIL
    assert team.heard.events == []
    team.sandbox.require("SUCCESS", EMAIL)
    take(team, method)
    assert team.call("getAccount").email == EMAIL
    assert team.heard.events == [("out", ClientSessionEndReason.UserSignOut), ("in",)]


def nobody_is_signed_in(team: Team) -> bool:
    return team.call("retrieveToken").code == 3200 and team.heard.events == []
