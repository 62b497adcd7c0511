"""When the answer is lost: what may be done twice is sent again, everything else is not."""

from __future__ import annotations

import pytest

from synerise_client import Error, Synerise
from synerise_client.api.routes import ROUTES
from tests.conftest import EMAIL, Team
from tests.methods.steps import STEPS, take

ONCE = {
    "register",
    "activation_request",
    "activation_confirm",
    "pin_request",
    "pin_confirm",
    "password_reset_request",
    "password_reset_confirm",
    "password_change",
    "email_change_request",
    "email_change_confirm",
    "phone_update_request",
    "phone_update_confirm",
    "account_delete",
}
AGAIN = [operation for operation in ROUTES if operation not in ONCE]
METHOD_OF = {step.operation: method for method, step in reversed(STEPS.items())}


def be_ready_for(team: Team, operation: str) -> None:
    """Have ``operation`` be what the next call asks for first."""
    team.client()
    if operation not in ("event_custom", "login_anonymous"):
        team.sign_in()
    if operation == "refresh":
        team.time_passes(1801)


def ask_for(team: Team, operation: str) -> tuple[object, int]:
    """Call a method; return what its callback got, and how often ``operation`` was sent."""
    before = len(team.operations)
    result: object = None
    if operation == "event_custom":
        Synerise.Client.recognizeAnonymous(EMAIL)
        assert Synerise.waitUntilIdle(10)
    else:
        result = take(team, METHOD_OF.get(operation, "registerAccount"))
    return result, team.operations[before:].count(operation)


def test_every_operation_is_tried_here() -> None:
    assert {*METHOD_OF, "event_custom", "login_anonymous"} == ROUTES.keys()
    assert ROUTES.keys() > ONCE


@pytest.mark.parametrize("operation", sorted(ONCE))
def test_what_must_not_be_done_twice_is_sent_once(team: Team, operation: str) -> None:
    be_ready_for(team, operation)
    team.sandbox.drop(operation)
    error, times_sent = ask_for(team, operation)
    assert isinstance(error, Error)
    assert error.code == -1
    assert times_sent == 1


@pytest.mark.parametrize("operation", ROUTES)
def test_after_a_fault_of_the_server_only_what_may_be_done_twice_is_sent_again(
    team: Team, operation: str
) -> None:
    be_ready_for(team, operation)
    team.sandbox.fail(operation, 502)
    error, times_sent = ask_for(team, operation)
    assert times_sent == (1 if operation in ONCE else 2)
    if operation in ONCE:
        assert isinstance(error, Error)
        assert error.code == 502


@pytest.mark.parametrize("operation", ROUTES)
def test_what_the_server_did_not_act_on_is_always_sent_again(team: Team, operation: str) -> None:
    be_ready_for(team, operation)
    team.sandbox.fail(operation, 503)
    assert ask_for(team, operation)[1] == 2


@pytest.mark.parametrize("operation", AGAIN)
def test_what_may_be_done_twice_is_sent_again(team: Team, operation: str) -> None:
    be_ready_for(team, operation)
    team.sandbox.drop(operation)
    result, times_sent = ask_for(team, operation)
    assert times_sent == 2
    # The token that the first attempt signed out is not good for a second one.
    assert isinstance(result, Error) is (operation == "logout")
