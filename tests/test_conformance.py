"""The Client module against what the JavaScript one was observed to do.

Where the two differ on purpose, the test names the difference and why.
The models and contexts are replayed in tests/models.
"""

from __future__ import annotations

import ast
import inspect
import json
import textwrap
from pathlib import Path
from typing import Any

import pytest

import synerise_client
from synerise_client import (
    ClientAccountInformation,
    ClientModule,
    ClientSex,
    Error,
    ErrorCode,
    Synerise,
    Token,
)
from synerise_client.api.transport import Transport
from tests.conftest import Team
from tests.methods.steps import STEPS, accept_next

OBSERVED = json.loads((Path(__file__).parent / "data" / "client-module.json").read_text("utf-8"))

METHODS = {each["name"]: each["params"] for each in OBSERVED["methods"]}
CALLBACKS = {each["name"]: each for each in OBSERVED["callbacks"]}
ENUMS: dict[str, dict[str, str]] = OBSERVED["enums"]

OF_THE_BASE_MODULE = {"instance", "isActive", "isAlwaysActive", "configure"}
OF_THE_FACADE = {"share"}  # tells instance() which module it is

HANDS_OUT_A_TOKEN = {
    "refreshToken": "JavaScript hands out true; Synerise's documentation has function(token)",
    "retrieveToken": "JavaScript makes a Token of nothing; here a token without text is -106",
}
NEEDS_A_STATUS = ["signInConditionally", "authenticateConditionally"]
OTHERS = [name for name in CALLBACKS if name not in {*HANDS_OUT_A_TOKEN, *NEEDS_A_STATUS}]


def fail_oddly(*_: object, **__: object) -> None:
    raise LookupError("nobody foresaw this")


def outcome(method: str) -> tuple[Any, ...]:
    """Call a method and return which callback was called, with how many arguments, and those."""
    heard: list[tuple[Any, ...]] = []
    getattr(Synerise.Client, method)(
        *STEPS[method].arguments.values(),
        lambda *given: heard.append(("onSuccess", len(given), *given)),
        lambda *given: heard.append(("onError", len(given), *given)),
    )
    assert Synerise.waitUntilIdle(10)
    (only,) = heard
    return only


def signed_in(team: Team, method: str) -> None:
    """Sign a customer in, and let time pass if ``method`` would ask nothing of the server."""
    team.client()
    team.sign_in()
    if method == "retrieveToken":
        team.time_passes(1801)


def test_the_module_has_the_javascript_methods_and_no_others() -> None:
    public = {name for name in dir(ClientModule) if not name.startswith("_")}
    assert len(METHODS) == 33
    assert public - OF_THE_BASE_MODULE - OF_THE_FACADE == METHODS.keys()


@pytest.mark.parametrize("name", METHODS)
def test_a_method_has_the_javascript_parameters_in_the_same_order(team: Team, name: str) -> None:
    method = getattr(team.client(), name)
    assert list(inspect.signature(method).parameters) == METHODS[name]


@pytest.mark.parametrize("name", CALLBACKS)
def test_both_callbacks_may_be_left_out(team: Team, name: str) -> None:
    signed_in(team, name)
    accept_next(team, name)
    getattr(Synerise.Client, name)(*STEPS[name].arguments.values())
    assert Synerise.waitUntilIdle(10)
    assert STEPS[name].operation in team.operations


@pytest.mark.parametrize("name", OTHERS)
def test_an_answer_without_data_reaches_on_success_as_in_javascript(team: Team, name: str) -> None:
    signed_in(team, name)
    accept_next(team, name)
    callback, count, value = outcome(name)
    expected = CALLBACKS[name]["nullData"]
    assert [callback, count] == expected[:2]
    if name == "getAccount":
        # A model, whose unset fields JavaScript leaves undefined and Python calls None.
        assert expected[2] == {"sex": "NOT_SPECIFIED", "lastActivityDate": None}
        assert value == ClientAccountInformation(sex=ClientSex.NotSpecified, lastActivityDate=None)
    else:
        assert value is expected[2] is True


@pytest.mark.parametrize("name", HANDS_OUT_A_TOKEN)
def test_the_methods_about_the_token_hand_out_the_token(team: Team, name: str) -> None:
    signed_in(team, name)
    callback, count, value = outcome(name)
    assert [callback, count] == CALLBACKS[name]["nullData"][:2]
    assert isinstance(value, Token)
    assert value.tokenString


def test_no_token_is_made_of_an_answer_without_data(team: Team) -> None:
    team.client()
    team.sign_in()
    before = team.call("retrieveToken")
    team.time_passes(1801)
    team.sandbox.fail("refresh", 200, body={}, times=2)
    assert outcome("refreshToken")[2].code == ErrorCode.UNUSABLE_ANSWER
    # A due refresh that fails is no reason to withhold a token that lives.
    assert outcome("retrieveToken") == ("onSuccess", 1, before)


@pytest.mark.parametrize("name", NEEDS_A_STATUS)
def test_a_conditional_sign_in_without_any_data_is_an_error(team: Team, name: str) -> None:
    """JavaScript hands out a result without a status, which says nothing of the sign-in."""
    assert CALLBACKS[name]["nullData"] == ["onSuccess", 1, {}]
    signed_in(team, name)
    team.sandbox.fail(STEPS[name].operation, 200, body={})
    callback, count, error = outcome(name)
    assert (callback, count, error.code) == ("onError", 1, ErrorCode.UNUSABLE_ANSWER)


@pytest.mark.parametrize("name", CALLBACKS)
def test_a_failure_reaches_on_error_as_in_javascript(team: Team, name: str) -> None:
    signed_in(team, name)
    team.sandbox.fail(STEPS[name].operation, 403)
    callback, count, error = outcome(name)
    assert isinstance(error, Error)
    data = {"code": error.code, "message": error.message}
    assert [callback, count, data] == CALLBACKS[name]["failure"]


@pytest.mark.parametrize("name", CALLBACKS)
def test_a_failure_that_nobody_foresaw_is_10_as_in_javascript(
    team: Team, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """In JavaScript a native exception fires neither callback; here onError gets it, too."""
    signed_in(team, name)
    monkeypatch.setattr(Transport, "send", fail_oddly)
    callback, count, error = outcome(name)
    expected = CALLBACKS[name]["nullFailure"]
    assert [callback, count, error.code] == [*expected[:2], expected[2]["code"]]
    # The words are our own: JavaScript misspells them.
    assert expected[2]["message"] == "Unknown error has occured"
    assert "unknown error" in error.message


@pytest.mark.parametrize("case", OBSERVED["errors"], ids=lambda case: json.dumps(case["input"]))
def test_an_error_is_made_of_data_as_in_javascript(case: dict[str, Any]) -> None:
    # Python has no undefined: what JavaScript makes of that, is made of None.
    given = None if case["input"] == "__undefined__" else case["input"]
    error = Error.fromObject(given)
    # Without a code JavaScript leaves it undefined; here that is as unknown as no data at all.
    assert error.code == case["error"].get("code", ErrorCode.UNKNOWN)
    if given:
        assert error.message == case["error"]["message"]
    else:
        assert error.message


def test_regenerating_tells_whether_it_did(team: Team) -> None:
    """JavaScript drops what the native SDK returns; Synerise's documentation has it."""
    client = team.client()
    assert client.regenerateUUID() is True
    assert client.regenerateUUIDWithClientIdentifier("anna") is True
    team.sign_in()
    assert client.regenerateUUID() is False
    assert client.regenerateUUIDWithClientIdentifier("anna") is False


def test_the_other_synchronous_methods_return_what_javascript_returns(team: Team) -> None:
    client = team.client()
    assert client.isSignedIn() is False
    assert client.isSignedInViaSimpleAuthentication() is False
    assert isinstance(client.getUUID(), str)
    returned: list[Any] = [
        client.setClientStateChangeListener(None),  # type: ignore[func-returns-value]
        client.recognizeAnonymous(None, None, None),  # type: ignore[func-returns-value]
        client.signOut(),  # type: ignore[func-returns-value]
        client.destroySession(),  # type: ignore[func-returns-value]
    ]
    assert returned == [None] * 4


@pytest.mark.parametrize("name", ENUMS)
def test_an_enum_and_its_strings_go_to_each_other_as_in_javascript(name: str) -> None:
    enum = getattr(synerise_client, name)
    from_string = getattr(synerise_client, f"{name}FromString")
    to_string = getattr(synerise_client, f"{name}ToString")
    extra = {"Apple": "APPLE"} if name == "ClientIdentityProvider" else {}  # JavaScript forgets it
    assert {each.name: each.value for each in enum} == {**ENUMS[name], **extra}
    for member, string in ENUMS[name].items():
        assert from_string(string) is enum[member]
        assert to_string(enum[member]) == string


@pytest.mark.parametrize("name", METHODS)
def test_a_method_holds_no_logic(name: str) -> None:
    """It checks its arguments and hands them on: two statements at most, beside its docstring."""
    (function,) = ast.parse(textwrap.dedent(inspect.getsource(getattr(ClientModule, name)))).body
    assert isinstance(function, ast.FunctionDef)
    _, *statements = function.body
    assert len(statements) <= 2
    assert not any(isinstance(each, (ast.If, ast.For, ast.Try)) for each in ast.walk(function))
