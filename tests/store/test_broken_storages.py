"""Storages that are locked, that raise what they like, or hold a row that cannot be."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import platformdirs
import pytest

from synerise_client import ClientSessionEndReason, MemoryStorage, SQLiteStorage, Synerise
from synerise_client.session import store
from synerise_client.session.state import SessionState, to_text
from synerise_client.session.storage import SessionKey, StorageError, Stored
from tests.conftest import EMAIL, Team
from tests.session.scenes import held, story
from tests.store.conftest import Change, locked, row, store_warnings

KEY = SessionKey("key", "url")
DESTROYED = ClientSessionEndReason.SessionDestroyed
OTHER_KEY = "the-key-of-another-profile"


class ForeignStorage(MemoryStorage):
    """Raises what no storage of this package does while it is down."""

    is_down = False

    def version(self, key: SessionKey) -> object:
        if self.is_down:
            raise ConnectionError("the server is gone")
        return super().version(key)

    def update(self, key: SessionKey, change: Change, timeout: float) -> Stored:
        if self.is_down:
            raise ConnectionError("the server is gone")
        return super().update(key, change, timeout)


class PatientStorage(SQLiteStorage):
    """Notes how long it may wait, and does not."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.patience: list[float] = []

    def update(self, key: SessionKey, change: Change, timeout: float) -> Stored:
        self.patience.append(timeout)
        return super().update(key, change, min(timeout, 0.02))


def test_an_ended_call_gets_its_999_soon_though_the_file_is_locked(team: Team, path: Path) -> None:
    client = team.client(SQLiteStorage(path))
    team.sign_in()
    with locked(path), held(team, "account", "getAccount"):
        began = time.monotonic()
        client.destroySession()
        told = team.heard.wait_for(3)
        assert time.monotonic() - began < 4
        assert told[1:2] == [("listener", "out", DESTROYED)]
        assert story(team.heard)[2] == ("getAccount", "error", -999)


def test_a_locked_file_is_waited_for_only_once_for_long(team: Team, path: Path) -> None:
    storage = PatientStorage(path)
    client = team.client(storage)
    team.sign_in()
    with locked(path):
        assert team.call("retrieveToken").tokenString
        storage.patience.clear()
        for _ in range(3):
            assert team.call("retrieveToken").tokenString
        assert team.call("refreshToken").tokenString
    assert storage.patience
    assert max(storage.patience) <= store.CALLER_TIMEOUT
    team.call("retrieveToken")
    assert Synerise.waitUntilIdle(10)
    assert row(path)["uuid"] == client.getUUID()


def test_a_storage_that_raises_what_it_likes_stops_no_end(
    team: Team, caplog: pytest.LogCaptureFixture
) -> None:
    storage = ForeignStorage()
    client = team.client(storage)
    team.sign_in()
    with held(team, "account", "getAccount"):
        client.getAccount(*team.heard.callbacks("getAccount"))
        storage.is_down = True
        client.destroySession()
        assert not client.isSignedIn()
        team.heard.wait_for(4)
    assert Synerise.waitUntilIdle(10)
    assert story(team.heard) == [
        ("listener", "in"),
        ("listener", "out", DESTROYED),
        ("getAccount", "error", -999),
        ("getAccount", "error", -999),
    ]
    (warning,) = store_warnings(caplog)
    assert "ConnectionError" in warning


def test_a_storage_that_raises_what_it_likes_leaves_the_session_in_memory(
    team: Team, caplog: pytest.LogCaptureFixture
) -> None:
    storage = ForeignStorage()
    storage.is_down = True
    client = team.client(storage)
    team.sign_in()
    assert team.call("getAccount").email == EMAIL
    assert client.isSignedIn()
    storage.is_down = False
    token = team.call("retrieveToken").tokenString
    assert len(store_warnings(caplog)) == 1
    Synerise.shutdown()
    team.client(storage)
    assert team.call("retrieveToken").tokenString == token


def test_a_storage_that_goes_away_between_two_calls_ends_nothing(
    team: Team, caplog: pytest.LogCaptureFixture
) -> None:
    storage = ForeignStorage()
    client = team.client(storage)
    team.sign_in()
    storage.is_down = True
    assert team.call("getAccount").email == EMAIL
    assert client.isSignedIn()
    assert team.heard.events == [("in",)]
    assert len(store_warnings(caplog)) == 1


@pytest.mark.parametrize("ending", ["next call", "shutdown"])
def test_the_row_of_the_old_key_is_deleted_once_that_works(team: Team, ending: str) -> None:
    storage = ForeignStorage()
    client = team.client(storage)
    team.sign_in()
    old = SessionKey(team.sandbox.api_key, team.sandbox.url)
    storage.is_down = True
    Synerise.changeApiKey(OTHER_KEY)
    assert Synerise.waitUntilIdle(10)
    storage.is_down = False
    assert storage.update(old, lambda text: text, 1).text is not None
    if ending == "next call":
        assert team.call("retrieveToken", client=client).code
    else:
        Synerise.shutdown()
    assert storage.update(old, lambda text: text, 1).text is None


FIELDS: dict[str, Any] = json.loads(to_text(SessionState(uuid="theirs", device_id="device")))


TOKEN: dict[str, Any] = {
    "string": "token",
    "lifetime": 1,
    "realm": None,
    "client_id": None,
    "custom_id": None,
    "origin": "SYNERISE",
}


def open_row(team: Team, **changes: Any) -> str:
    """Start a client on such a row and return its uuid."""
    storage = MemoryStorage()
    key = SessionKey(team.sandbox.api_key, team.sandbox.url)
    storage.update(key, lambda _: json.dumps({**FIELDS, **changes}), 1)
    return team.client(storage).getUUID()


def test_a_row_is_read(team: Team) -> None:
    assert open_row(team, token={**TOKEN, "expiration": 5}) == "theirs"


@pytest.mark.parametrize(
    "changes",
    [
        {"token": {**TOKEN, "expiration": 10**400}},
        {"uuid": None},
        {"device_id": 5},
        {"epoch": "1"},
        {"epoch": True},
        {"clock_offset": None},
        {"clock_offset": "1"},
        {"token": {**TOKEN, "expiration": float("nan")}},
        {"token": {**TOKEN, "expiration": 1e300}},
        {"token": {**TOKEN, "expiration": 5, "lifetime": None}},
        {"token": {**TOKEN, "expiration": 5, "string": 5}},
    ],
)
def test_an_impossible_row_is_unreadable(
    team: Team, caplog: pytest.LogCaptureFixture, changes: dict[str, Any]
) -> None:
    assert open_row(team, **changes) not in ("theirs", None)
    team.sign_in()
    assert Synerise.Client.isSignedIn()
    (warning,) = store_warnings(caplog)
    assert "in memory" in warning
    assert "a session's state" in warning


def test_without_a_home_folder_the_session_lives_in_memory(
    team: Team, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def no_home(*_: object, **__: object) -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("SYNERISE_CLIENT_HOME", raising=False)
    monkeypatch.setattr(platformdirs, "user_data_path", no_home)
    storage = SQLiteStorage()
    assert storage.version(KEY) is None
    with pytest.raises(StorageError, match="home directory"):
        storage.update(KEY, lambda text: text, 0.1)
    client = team.client(storage)
    assert client.getUUID()
    team.sign_in()
    assert client.isSignedIn()
    (warning,) = store_warnings(caplog)
    assert "home directory" in warning
