"""What several tests of the session set up or look at."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from synerise_client import ClientModule, Error, Synerise
from synerise_client.api.cancellation import Cancellation
from synerise_client.api.operations import Operations
from synerise_client.sandbox import Hold
from tests.conftest import Heard, Team

ABSENT = object()
"""A value that leaves its key out."""

ALL_ATTEMPTS = 5
"""How often a request is tried at most."""

GARBAGE = "<html>Sorry</html>"


def token_answer(team: Team, left: float = 3600.0, **changes: Any) -> dict[str, Any]:
    """Return a token reply as the server would give it now, with ``changes``."""
    now = team.clock.wall()
    answer = {
        "token": "a-token-of-the-test",
        "expiration": int(now + left),
        "created": int(now * 1000),
        "origin": "SYNERISE",
        "customId": "custom-1",
        "realm": "client",
        "clientId": "1234",
        **changes,
    }
    return {name: value for name, value in answer.items() if value is not ABSENT}


def signed_in(team: Team) -> str:
    """Sign a customer in, forget that it was heard, and return the token."""
    team.client()
    team.sign_in()
    token: str = team.call("retrieveToken").tokenString
    team.heard.clear()
    return token


@contextmanager
def held(
    team: Team, operation: str, method: str, *arguments: Any, client: ClientModule | None = None
) -> Iterator[Hold]:
    """Call ``method`` and keep the answer to ``operation`` back while the block runs.

    The block starts once the server has acted; ``team.heard`` gets the callback.
    """
    with team.sandbox.hold(operation) as hold:
        getattr(client or Synerise.Client, method)(*arguments, *team.heard.callbacks(method))
        assert hold.arrived.wait(10), f"{operation} was not asked for"
        yield hold


def at_once(function: Callable[..., Any], *arguments: Any) -> Any:
    """Return what ``function`` returns, and fail if it waits for something."""
    returned: list[Any] = []
    thread = threading.Thread(target=lambda: returned.append(function(*arguments)), daemon=True)
    thread.start()
    thread.join(5)
    assert returned, "it waits"
    return returned[0]


def story(heard: Heard) -> list[tuple[Any, ...]]:
    """Return what listener and callbacks were told, in order, with errors as their codes."""
    return [
        tuple(each.code if isinstance(each, Error) else each for each in told)
        for told in heard.told
    ]


def bearers(team: Team, operation: str) -> list[str]:
    """Return the tokens that requests for ``operation`` carried."""
    return [
        request.headers["Authorization"].removeprefix("Bearer ")
        for request in team.sandbox.requests
        if request.operation == operation
    ]


def bodies(team: Team, operation: str) -> list[Any]:
    """Return the bodies of the requests for ``operation``."""
    return [request.json for request in team.sandbox.requests if request.operation == operation]


def time_limits(monkeypatch: pytest.MonkeyPatch, operation: str) -> list[float]:
    """Return a list that grows by the seconds that each ``operation`` may still take."""
    limits: list[float] = []
    send = getattr(Operations, operation)

    def noting(self: Operations, *arguments: Any, **options: Any) -> Any:
        call = next(each for each in arguments if isinstance(each, Cancellation))
        limits.append(call.remaining() or 0.0)
        return send(self, *arguments, **options)

    monkeypatch.setattr(Operations, operation, noting)
    return limits
