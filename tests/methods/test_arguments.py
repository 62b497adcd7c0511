"""Wrong arguments of all methods: a wrong type where the call stands, a wrong value in onError."""

from __future__ import annotations

from typing import Any

import pytest

from synerise_client import ClientAccountUpdateContext, ClientAuthContext, Synerise
from tests.conftest import Team
from tests.methods.steps import STEPS, take

MAY_BE_NONE = {
    ("requestEmailChange", "password"),
    ("requestEmailChange", "externalToken"),
    ("requestEmailChange", "authID"),
    ("deleteAccountByIdentityProvider", "authID"),
}
FLAGS = {"fromAllDevices", "newsletterAgreement", "smsAgreement"}
CONTEXTS = {"context", "data"}

WRONG = [12, b"text", ["text"], object()]
WITH_ARGUMENTS = [method for method, step in STEPS.items() if step.arguments]
WITH_A_CONTEXT = [method for method, step in STEPS.items() if CONTEXTS & step.arguments.keys()]
WITH_A_FLAG = [method for method, step in STEPS.items() if FLAGS & step.arguments.keys()]


def call(team: Team, method: str, **changes: Any) -> None:
    arguments = {**STEPS[method].arguments, **changes}
    on_success, on_error = team.heard.callbacks(method)
    getattr(Synerise.Client, method)(**arguments, onSuccess=on_success, onError=on_error)


def nothing_came_of_it(team: Team) -> bool:
    return Synerise.waitUntilIdle(10) and team.heard.told == [] and team.operations == []


def context_of(method: str) -> tuple[str, Any]:
    """The name of a method's context, and its class."""
    name = next(iter(CONTEXTS & STEPS[method].arguments.keys()))
    return name, type(STEPS[method].arguments[name])


@pytest.mark.parametrize("method", WITH_ARGUMENTS)
def test_an_argument_of_a_wrong_type_is_named_where_the_call_stands(
    team: Team, method: str
) -> None:
    team.client()
    for name in STEPS[method].arguments:
        for wrong in WRONG:
            with pytest.raises(TypeError, match=rf"^{name} must be "):
                call(team, method, **{name: wrong})
    assert nothing_came_of_it(team)


@pytest.mark.parametrize("method", WITH_ARGUMENTS)
def test_none_is_a_wrong_type_where_something_is_needed(team: Team, method: str) -> None:
    team.client()
    for name in STEPS[method].arguments:
        if (method, name) not in MAY_BE_NONE:
            with pytest.raises(TypeError, match=rf"^{name} must be .*not None$"):
                call(team, method, **{name: None})
    assert nothing_came_of_it(team)


@pytest.mark.parametrize("method", WITH_A_FLAG)
def test_what_only_looks_like_a_flag_is_a_wrong_type(team: Team, method: str) -> None:
    team.client()
    (name,) = FLAGS & STEPS[method].arguments.keys()
    for wrong in (0, 1, "true"):
        with pytest.raises(TypeError, match=rf"^{name} must be "):
            call(team, method, **{name: wrong})
    assert nothing_came_of_it(team)


@pytest.mark.parametrize("method", WITH_A_CONTEXT)
def test_a_mapping_or_another_context_is_no_context(team: Team, method: str) -> None:
    team.client()
    name, _ = context_of(method)
    other = ClientAuthContext() if method == "updateAccount" else ClientAccountUpdateContext()
    for wrong in ({"firstName": "Anna"}, other):
        with pytest.raises(TypeError, match=rf"^{name} must be a Client"):
            call(team, method, **{name: wrong})
    assert nothing_came_of_it(team)


@pytest.mark.parametrize("method", WITH_A_CONTEXT)
def test_a_context_with_what_json_cannot_hold_is_refused_where_the_call_stands(
    team: Team, method: str
) -> None:
    team.client()
    name, kind = context_of(method)
    who = ("new@example.com", "Pass1!word") if method == "registerAccount" else ()
    with pytest.raises(TypeError, match="attributes"):
        call(team, method, **{name: kind(*who, attributes={"when": object()})})
    with pytest.raises(ValueError, match="attributes"):
        call(team, method, **{name: kind(*who, attributes={"much": float("nan")})})
    assert nothing_came_of_it(team)


@pytest.mark.parametrize("method", WITH_ARGUMENTS)
def test_an_empty_text_is_3050_and_sends_nothing(team: Team, method: str) -> None:
    team.client()
    for name in STEPS[method].arguments.keys() - FLAGS - CONTEXTS:
        if (method, name) not in MAY_BE_NONE:
            error = take(team, method, **{name: ""})
            assert error.code == 3050
            assert name in error.message
    assert team.operations == []


@pytest.mark.parametrize("method", STEPS)
@pytest.mark.parametrize("callback", ["onSuccess", "onError"])
def test_a_callback_that_cannot_be_called_is_a_type_error_where_the_call_stands(
    team: Team, method: str, callback: str
) -> None:
    client = team.client()
    for wrong in (12, "callback", lambda one, two: None):
        with pytest.raises(TypeError, match=callback):
            getattr(client, method)(**STEPS[method].arguments, **{callback: wrong})
    assert nothing_came_of_it(team)


@pytest.mark.parametrize("name", ["email", "customIdentify", "parameters"])
def test_recognize_anonymous_names_an_argument_of_a_wrong_type(team: Team, name: str) -> None:
    client = team.client()
    with pytest.raises(TypeError, match=rf"^{name} must be "):
        client.recognizeAnonymous(**{name: 12})  # type: ignore[arg-type]
    assert nothing_came_of_it(team)
