"""AsyncClient has the methods of Synerise.Client, argument by argument."""

from __future__ import annotations

import asyncio
import inspect
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from synerise_client import ClientModule, Synerise
from synerise_client.aio import AsyncClient
from tests.conftest import Team
from tests.methods.steps import STEPS

SURFACE = json.loads((Path(__file__).parent.parent / "data" / "client-module.json").read_text())
METHODS = [each["name"] for each in SURFACE["methods"]]
ANSWERS = {
    "OnTrue": "Answer[bool]",
    "OnToken": "Answer[Token]",
    "OnAccount": "Answer[ClientAccountInformation]",
    "OnResult": "Answer[ClientConditionalAuthResult]",
}
CALLBACKS = {"onSuccess", "onError"}


def parameters_of(kind: type, method: str) -> dict[str, inspect.Parameter]:
    parameters = dict(inspect.signature(getattr(kind, method)).parameters)
    del parameters["self"]
    return parameters


AWAITED = [method for method in METHODS if "onSuccess" in parameters_of(ClientModule, method)]


def test_there_are_the_javascript_methods_and_no_others() -> None:
    assert {name for name in dir(AsyncClient) if not name.startswith("_")} == set(METHODS)
    assert set(AWAITED) == STEPS.keys()


@pytest.mark.parametrize("method", METHODS)
def test_a_method_has_the_same_arguments_without_the_callbacks(method: str) -> None:
    there = parameters_of(ClientModule, method)
    without = [each for name, each in there.items() if name not in CALLBACKS]
    assert list(parameters_of(AsyncClient, method).values()) == without


@pytest.mark.parametrize("method", METHODS)
def test_a_method_returns_or_awaits_what_the_callback_would_get(method: str) -> None:
    there = inspect.signature(getattr(ClientModule, method))
    here = inspect.signature(getattr(AsyncClient, method))
    on_success = there.parameters.get("onSuccess")
    expected = ANSWERS[on_success.annotation] if on_success else there.return_annotation
    assert here.return_annotation == expected


@pytest.mark.parametrize("method", METHODS)
def test_a_method_hands_its_arguments_on_in_their_order(
    team: Team, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    client, given = AsyncClient(team.client()), list[Any]()
    is_awaited = method in AWAITED

    def note(_: ClientModule, *arguments: Any) -> object:
        if is_awaited:
            *arguments, on_success, _on_error = arguments  # type: ignore[assignment]
            on_success("the result")
        given.extend(arguments)
        return None if is_awaited else "the result"

    names = list(parameters_of(AsyncClient, method))
    monkeypatch.setattr(ClientModule, method, note)
    result = asyncio.run(called(client, method, names))
    if method == "setClientStateChangeListener":
        assert [set(each) for each in given] == [{"onClientSignedIn", "onClientSignedOut"}]
    else:
        assert given == names
    returns_nothing = inspect.signature(getattr(AsyncClient, method)).return_annotation == "None"
    assert result == (None if returns_nothing else "the result")


async def called(client: AsyncClient, method: str, arguments: list[Any]) -> object:
    result = getattr(client, method)(*arguments)
    return await result if inspect.isawaitable(result) else result


@pytest.mark.parametrize("method", METHODS)
def test_each_method_says_what_it_does(method: str) -> None:
    assert inspect.getdoc(getattr(AsyncClient, method))


def test_a_mistyped_method_is_an_attribute_error_that_says_which_is_meant(team: Team) -> None:
    client: Any = AsyncClient(team.client())
    with pytest.raises(AttributeError, match=r"AsyncClient has no 'get_account'; .* 'getAccount'"):
        client.get_account()


@pytest.mark.parametrize("wrong", [None, Synerise, ClientModule])
def test_something_other_than_the_client_is_a_type_error(wrong: Any) -> None:
    with pytest.raises(TypeError, match="client must be a ClientModule"):
        AsyncClient(wrong)


def test_a_wrong_type_is_a_type_error_where_the_call_is_awaited(team: Team) -> None:
    client = AsyncClient(team.client())
    wrong: Any = None
    calls: list[Callable[[], Any]] = [
        lambda: client.signIn("anna@example.com", wrong),
        lambda: client.registerAccount(wrong),
    ]
    for call in calls:
        with pytest.raises(TypeError, match="must be"):
            asyncio.run(call())
    assert team.operations == []


def test_after_the_shutdown_a_call_is_a_runtime_error(team: Team) -> None:
    client = AsyncClient(team.client())
    Synerise.shutdown()
    with pytest.raises(RuntimeError, match="shut down"):
        asyncio.run(client.retrieveToken())
