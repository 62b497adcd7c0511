"""setClientStateChangeListener: what a listener may be, and when it is told."""

from __future__ import annotations

from typing import Any

import pytest

from synerise_client import ClientSessionEndReason, Synerise
from tests.conftest import Team
from tests.connector.scenes import logged

Told = list[Any]


class Both:
    def __init__(self, told: Told) -> None:
        self._told = told

    def onClientSignedIn(self) -> None:
        self._told.append("in")

    def onClientSignedOut(self, reason: ClientSessionEndReason) -> None:
        self._told.append(reason)


class OnlyIn:
    def __init__(self, told: Told) -> None:
        self._told = told

    def onClientSignedIn(self) -> None:
        self._told.append("in")


class OnlyOut:
    def __init__(self, told: Told) -> None:
        self._told = told

    def onClientSignedOut(self, reason: ClientSessionEndReason) -> None:
        self._told.append(reason)


class OutWithoutReason:
    def __init__(self, told: Told) -> None:
        self._told = told

    def onClientSignedOut(self) -> None:
        self._told.append("out")


def as_mapping(told: Told) -> dict[str, Any]:
    return {"onClientSignedIn": lambda: told.append("in"), "onClientSignedOut": told.append}


def half_a_mapping(told: Told) -> dict[str, Any]:
    return {"onClientSignedOut": told.append, "onSomethingElse": print}


def mapping_with_none(told: Told) -> dict[str, Any]:
    return {"onClientSignedIn": lambda: told.append("in"), "onClientSignedOut": None}


DESTROYED = ClientSessionEndReason.SessionDestroyed
LISTENERS: dict[str, tuple[Any, Told]] = {
    "an object": (Both, ["in", DESTROYED]),
    "an object without onClientSignedOut": (OnlyIn, ["in"]),
    "an object without onClientSignedIn": (OnlyOut, [DESTROYED]),
    "onClientSignedOut without the reason": (OutWithoutReason, ["out"]),
    "a mapping": (as_mapping, ["in", DESTROYED]),
    "a mapping without onClientSignedIn": (half_a_mapping, [DESTROYED]),
    "a mapping with None": (mapping_with_none, ["in"]),
}


@pytest.mark.parametrize(("make", "expected"), LISTENERS.values(), ids=LISTENERS)
def test_a_listener_hears_what_it_has_a_method_for(team: Team, make: Any, expected: Told) -> None:
    told: Told = []
    team.client()
    Synerise.Client.setClientStateChangeListener(make(told))
    team.sign_in()
    Synerise.Client.destroySession()
    assert Synerise.waitUntilIdle(10)
    assert told == expected


def test_none_takes_the_listener_away(team: Team, caplog: pytest.LogCaptureFixture) -> None:
    client = team.client()
    client.setClientStateChangeListener(None)
    team.sign_in()
    client.destroySession()
    assert Synerise.waitUntilIdle(10)
    assert team.heard.events == []
    assert logged(caplog) == []


def two(reason: Any, more: Any) -> None: ...


async def coroutine(reason: Any) -> None: ...


UNUSABLE: dict[str, Any] = {
    "an object without methods": object(),
    "an empty mapping": {},
    "a mapping with other names": {"signedIn": print},
    "a text": "listener",
    "a method that is no function": {"onClientSignedIn": 3},
    "a method with two arguments": {"onClientSignedOut": two},
    "a coroutine function": {"onClientSignedOut": coroutine},
}


@pytest.mark.parametrize("listener", UNUSABLE.values(), ids=UNUSABLE)
def test_an_unusable_listener_is_a_type_error_and_the_one_before_stays(
    team: Team, listener: Any
) -> None:
    client = team.client()
    with pytest.raises(TypeError, match="onClientSigned"):
        client.setClientStateChangeListener(listener)
    team.sign_in()
    assert team.heard.events == [("in",)]


def test_a_new_listener_replaces_the_one_before(team: Team) -> None:
    client = team.client()
    told: Told = []
    client.setClientStateChangeListener(Both(told))
    team.sign_in()
    assert told == ["in"]
    assert team.heard.events == []


def test_a_listener_that_raises_is_logged_and_the_callback_still_comes(
    team: Team, caplog: pytest.LogCaptureFixture
) -> None:
    def breaks() -> None:
        raise ValueError("broken listener")

    client = team.client()
    client.setClientStateChangeListener({"onClientSignedIn": breaks})
    team.sign_in()
    assert client.isSignedIn()
    (record,) = logged(caplog)
    assert record.name == "synerise_client"
    assert "broken listener" in caplog.text


def test_a_listener_may_call_the_client(team: Team) -> None:
    client = team.client()
    client.setClientStateChangeListener(
        {"onClientSignedIn": lambda: client.getAccount(*team.heard.callbacks("getAccount"))}
    )
    team.sign_in()
    assert Synerise.waitUntilIdle(10)
    assert [(name, kind) for name, kind, _ in team.heard.results] == [("getAccount", "success")]


def test_a_signed_in_listener_that_needs_an_argument_is_refused_where_it_is_set(
    team: Team,
) -> None:
    with pytest.raises(TypeError, match="onClientSignedIn"):
        team.client().setClientStateChangeListener({"onClientSignedIn": lambda needed: None})


def test_a_mistyped_key_of_a_listener_is_warned_of(
    team: Team, caplog: pytest.LogCaptureFixture
) -> None:
    listener = {"onClientSignedIn": lambda: None, "onClientSignedout": lambda: None}
    team.client().setClientStateChangeListener(listener)
    assert "onClientSignedOut" in caplog.text
