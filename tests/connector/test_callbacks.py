"""What a callback may look like, and what it is given."""

from __future__ import annotations

import functools
from collections.abc import AsyncIterator, Callable
from typing import Any
from unittest.mock import Mock

import pytest

from synerise_client import Error, Synerise, Token
from tests.conftest import Team

Got = list[tuple[Any, ...]]
Shape = Callable[[Got], Callable[..., Any]]


class Screen:
    """Something with methods to hand in as callbacks."""

    got: Got

    def __init__(self, got: Got) -> None:
        self._got = got

    def with_one(self, value: Any) -> None:
        self._got.append((value,))

    def with_none(self) -> None:
        self._got.append(())

    def with_any(*everything: Any) -> None:
        self, *arguments = everything
        self._got.append(tuple(arguments))

    @classmethod
    def of_class(cls, value: Any) -> None:
        cls.got.append((value,))

    @classmethod
    def of_class_with_none(cls) -> None:
        cls.got.append(())

    @staticmethod
    def without_self(got: Got, value: Any) -> None:
        got.append((value,))

    def __call__(self, value: Any) -> None:
        self._got.append((value,))


class Unreadable:
    """Callable, but what it takes cannot be found out."""

    __signature__ = "nobody knows"

    def __init__(self, got: Got) -> None:
        self._got = got

    def __call__(self, *arguments: Any) -> None:
        self._got.append(arguments)


class Listed(list[Any]):
    """A list as its own callback's home, for a bound built-in method."""

    def __init__(self, got: Got) -> None:
        self._got = got
        super().__init__()

    def append(self, value: Any) -> None:
        self._got.append((value,))


def one(got: Got) -> Callable[..., Any]:
    def callback(value: Any) -> None:
        got.append((value,))

    return callback


def none(got: Got) -> Callable[..., Any]:
    def callback() -> None:
        got.append(())

    return callback


def defaults(got: Got) -> Callable[..., Any]:
    def callback(value: Any = None, more: str = "own") -> None:
        got.append((value,) if more == "own" else ("more", more))

    return callback


def positional_only(got: Got) -> Callable[..., Any]:
    def callback(value: Any, /) -> None:
        got.append((value,))

    return callback


def starred(got: Got) -> Callable[..., Any]:
    def callback(*arguments: Any, **named: Any) -> None:
        got.append((*arguments, *named))

    return callback


def only_named(got: Got) -> Callable[..., Any]:
    def callback(*, times: int = 1, **named: Any) -> None:
        got.append(tuple(named))

    return callback


def wrapped_one(got: Got) -> Callable[..., Any]:
    @functools.wraps(one(got))
    def wrapper(*arguments: Any, **named: Any) -> Any:
        return one(got)(*arguments, **named)

    return wrapper


def wrapped_none(got: Got) -> Callable[..., Any]:
    @functools.wraps(none(got))
    def wrapper(*arguments: Any, **named: Any) -> Any:
        return none(got)(*arguments, **named)

    return wrapper


def wrapper_that_adds_an_argument(got: Got) -> Callable[..., Any]:
    def inner(value: Any, unit: str) -> None:
        got.append((value,))

    @functools.wraps(inner)
    def wrapper(value: Any) -> None:
        inner(value, "EUR")

    return wrapper


def wrapper_of_anything_that_adds_an_argument(got: Got) -> Callable[..., Any]:
    def inner(value: Any, unit: str) -> None:
        got.append((value,))

    @functools.wraps(inner)
    def wrapper(*arguments: Any) -> None:
        inner(arguments[0], "EUR")

    return wrapper


def partial_that_leaves_none(got: Got) -> Callable[..., Any]:
    def callback() -> None:
        got.append(())

    return functools.partial(callback)


def of_class(got: Got) -> Callable[..., Any]:
    class Home(Screen):
        pass

    Home.got = got
    return Home.of_class


def of_class_with_none(got: Got) -> Callable[..., Any]:
    class Home(Screen):
        pass

    Home.got = got
    return Home.of_class_with_none


def a_class(got: Got) -> Callable[..., Any]:
    class Made:
        def __init__(self, value: Any) -> None:
            got.append((value,))

    return Made


def mock(got: Got) -> Callable[..., Any]:
    return Mock(side_effect=lambda *arguments: got.append(arguments))


WITH_ONE: dict[str, Shape] = {
    "a function": one,
    "a lambda": lambda got: lambda value: got.append((value,)),
    "defaults": defaults,
    "positional only": positional_only,
    "*args": starred,
    "a bound method": lambda got: Screen(got).with_one,
    "a bound method with *args": lambda got: Screen(got).with_any,
    "a class method": of_class,
    "a partial": lambda got: functools.partial(Screen.without_self, got),
    "a static method in a partial by name": lambda got: functools.partial(
        lambda value, into: into.append((value,)), into=got
    ),
    "a callable object": Screen,
    "an unreadable signature": Unreadable,
    "a wrapper": wrapped_one,
    "a wrapper that adds an argument": wrapper_that_adds_an_argument,
    "a wrapper of anything that adds an argument": wrapper_of_anything_that_adds_an_argument,
    "a class": a_class,
    "a Mock": mock,
    "a method of a list": lambda got: Listed(got).append,
}
WITH_NONE: dict[str, Shape] = {
    "a function": none,
    "a lambda": lambda got: lambda: got.append(()),
    "only names with defaults": only_named,
    "a bound method": lambda got: Screen(got).with_none,
    "a class method": of_class_with_none,
    "a partial": partial_that_leaves_none,
    "a wrapper": wrapped_none,
}


@pytest.mark.parametrize("shape", WITH_ONE.values(), ids=WITH_ONE)
def test_a_callback_that_can_take_one_argument_gets_it(team: Team, shape: Shape) -> None:
    team.client()
    succeeded: Got = []
    failed: Got = []
    Synerise.Client.retrieveToken(None, shape(failed))
    team.sign_in()
    Synerise.Client.retrieveToken(shape(succeeded), None)
    assert Synerise.waitUntilIdle(10)
    assert [type(value) for each in failed for value in each] == [Error]
    assert [type(value) for each in succeeded for value in each] == [Token]


@pytest.mark.parametrize("shape", WITH_NONE.values(), ids=WITH_NONE)
def test_a_callback_that_takes_no_argument_is_called_without(team: Team, shape: Shape) -> None:
    team.client()
    succeeded: Got = []
    failed: Got = []
    Synerise.Client.retrieveToken(None, shape(failed))
    team.sign_in()
    Synerise.Client.retrieveToken(shape(succeeded), None)
    assert Synerise.waitUntilIdle(10)
    assert failed == [()]
    assert succeeded == [()]


def test_print_is_a_callback(team: Team, capsys: pytest.CaptureFixture[str]) -> None:
    team.client().retrieveToken(print, print)
    assert Synerise.waitUntilIdle(10)
    assert capsys.readouterr().out.endswith("(3200)\n")


def test_append_of_a_list_is_a_callback(team: Team) -> None:
    answers: list[Error] = []
    team.client().retrieveToken(None, answers.append)
    assert Synerise.waitUntilIdle(10)
    assert [error.code for error in answers] == [3200]


def test_clear_of_a_list_is_a_callback_without_an_argument(team: Team) -> None:
    answers = ["old"]
    team.client().retrieveToken(None, answers.clear)
    assert Synerise.waitUntilIdle(10)
    assert answers == []


def test_callbacks_may_be_handed_in_by_name(team: Team) -> None:
    answers: list[Error] = []
    team.client().retrieveToken(onError=answers.append)
    assert Synerise.waitUntilIdle(10)
    assert [error.code for error in answers] == [3200]


def two(value: Any, more: Any) -> None: ...


def one_by_name(*, value: Any) -> None: ...


def one_and_a_name(value: Any, *, more: Any) -> None: ...


async def coroutine(value: Any) -> None: ...


async def asynchronous_generator(value: Any) -> AsyncIterator[None]:
    yield


@functools.wraps(one_by_name)
async def wrapping_coroutine(value: Any) -> None: ...


class Two:
    def method(self, value: Any, more: Any) -> None: ...

    async def coroutine(self, value: Any) -> None: ...

    def __call__(self, value: Any, more: Any) -> None: ...


UNUSABLE: dict[str, Any] = {
    "two arguments": two,
    "a bound method with two": Two().method,
    "an unbound method": Screen.with_one,
    "a callable object with two": Two(),
    "a partial that leaves two": functools.partial(two),
    "a keyword without default": one_by_name,
    "one argument and a keyword": one_and_a_name,
    "a coroutine function": coroutine,
    "a bound coroutine method": Two().coroutine,
    "a coroutine function in a partial": functools.partial(coroutine),
    "a wrapping coroutine function": wrapping_coroutine,
    "an asynchronous generator": asynchronous_generator,
    "a number": 3,
    "a text": "callback",
    "a list": [print],
}


@pytest.mark.parametrize("callback", UNUSABLE.values(), ids=UNUSABLE)
@pytest.mark.parametrize("role", ["onSuccess", "onError"])
def test_an_unusable_callback_is_a_type_error_at_the_call_which_is_not_made(
    team: Team, role: str, callback: Any
) -> None:
    client = team.client()
    other = "onError" if role == "onSuccess" else "onSuccess"
    with pytest.raises(TypeError, match=role):
        client.signIn("anna@example.com", "secret", **{role: callback, other: print})
    assert Synerise.waitUntilIdle(10)
    assert team.operations == []


def test_the_type_error_does_not_hold_the_password(team: Team) -> None:
    client = team.client()
    with pytest.raises(TypeError) as raised:
        client.signIn("anna@example.com", "secret-word", UNUSABLE["two arguments"])
    assert "secret-word" not in str(raised.value)
