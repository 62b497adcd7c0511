"""destroySession: everything goes, at once and for good."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from synerise_client import (
    ClientAccountRegisterContext,
    ClientSessionEndReason,
    SQLiteStorage,
    Synerise,
)
from synerise_client.api.operations import Operations
from tests.conftest import EMAIL, PASSWORD, Team
from tests.session.scenes import at_once, bodies, held, story

DESTROYED = ("out", ClientSessionEndReason.SessionDestroyed)


def test_a_destroyed_session_has_no_customer_no_token_and_a_new_uuid(team: Team) -> None:
    client = team.client()
    team.sign_in()
    uuid = client.getUUID()
    assert client.destroySession() is None  # type: ignore[func-returns-value]
    assert not client.isSignedIn()
    assert UUID(client.getUUID()).version == 4
    assert client.getUUID() != uuid
    assert team.call("retrieveToken").code == 3200
    assert team.operations == ["login"]
    assert team.heard.events == [("in",), DESTROYED]


def test_a_destroyed_session_takes_a_new_device(team: Team) -> None:
    client = team.client()
    team.sign_in()
    client.destroySession()
    team.sign_in()
    first, second = bodies(team, "login")
    assert first["deviceId"] != second["deviceId"]
    assert first["uuid"] != second["uuid"]


def test_a_destroyed_session_forgets_who_was_signed_in_last(team: Team) -> None:
    client = team.client()
    team.sign_in()
    client.destroySession()
    uuid = client.getUUID()
    team.sign_in("bea@example.com")
    assert client.getUUID() == uuid


def test_an_anonymous_session_is_destroyed_without_an_event(team: Team) -> None:
    client = team.client()
    team.call("registerAccount", ClientAccountRegisterContext("one@example.com", PASSWORD))
    uuid = client.getUUID()
    client.destroySession()
    assert client.getUUID() != uuid
    team.call("registerAccount", ClientAccountRegisterContext("two@example.com", PASSWORD))
    assert team.operations == ["login_anonymous", "register"] * 2
    assert team.heard.events == []


def test_a_session_destroyed_twice_is_heard_once(team: Team) -> None:
    client = team.client()
    team.sign_in()
    client.destroySession()
    client.destroySession()
    assert Synerise.waitUntilIdle(10)
    assert team.heard.events == [("in",), DESTROYED]


@pytest.mark.parametrize("ender", ["destroySession", "signOut"])
def test_a_late_refresh_does_not_revive_an_ended_session(
    team: Team, tmp_path: Path, ender: str
) -> None:
    """The request is still running: it is answered -999, here and on disk it stays ended."""
    path = tmp_path / "sessions.sqlite3"
    client = team.client(SQLiteStorage(path))
    team.sign_in()
    team.heard.clear()
    with held(team, "refresh", "refreshToken") as hold:
        getattr(client, ender)()
        team.heard.wait_for(2)
        hold.release()
    assert Synerise.waitUntilIdle(10)
    reason = {"signOut": "USER_SIGN_OUT", "destroySession": "SESSION_DESTROYED"}[ender]
    assert story(team.heard) == [
        ("listener", "out", reason),
        ("refreshToken", "error", -999),
    ]
    assert not client.isSignedIn()
    assert team.call("retrieveToken").code == 3200
    other = team.other_client(SQLiteStorage(path))
    assert other.getUUID() == client.getUUID()
    assert not other.isSignedIn()


@pytest.mark.parametrize(
    ("operation", "method", "arguments"),
    [("refresh", "refreshToken", ()), ("login", "signIn", (EMAIL, PASSWORD))],
)
def test_an_answer_that_is_already_in_does_not_revive_a_destroyed_session(
    team: Team,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    operation: str,
    method: str,
    arguments: tuple[str, ...],
) -> None:
    """The whole answer has been read, but not yet taken, when the session is destroyed."""
    path = tmp_path / "sessions.sqlite3"
    client = team.client(SQLiteStorage(path))
    team.sign_in()
    team.heard.clear()
    send = getattr(Operations, operation)

    def destroyed_meanwhile(self: Operations, *given: Any, **options: Any) -> Any:
        answer = send(self, *given, **options)
        at_once(client.destroySession)
        return answer

    monkeypatch.setattr(Operations, operation, destroyed_meanwhile)
    getattr(client, method)(*arguments, *team.heard.callbacks(method))
    team.heard.wait_for(2)
    assert Synerise.waitUntilIdle(10)
    assert story(team.heard) == [("listener", *DESTROYED), (method, "error", -999)]
    assert not client.isSignedIn()
    assert team.call("retrieveToken").code == 3200
    other = team.other_client(SQLiteStorage(path))
    assert not other.isSignedIn()
    assert other.getUUID() == client.getUUID()
