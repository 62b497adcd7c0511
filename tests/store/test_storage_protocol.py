"""What every storage promises to a session, whatever it is made of."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from synerise_client import MemoryStorage, SQLiteStorage
from synerise_client.models.enums import TokenOrigin
from synerise_client.session.clock import Clock
from synerise_client.session.state import SessionState, SessionToken
from synerise_client.session.storage import SessionKey, Storage, StorageError, Stored
from synerise_client.session.store import StateStore
from synerise_client.storage_compliance import StorageCompliance

KEY = SessionKey("the-api-key", "https://api.example.com")


class TestMemoryStorage(StorageCompliance):
    @pytest.fixture
    def make_storage(self) -> Callable[[], Storage]:
        memory = MemoryStorage()
        return lambda: memory


class TestSQLiteStorage(StorageCompliance):
    @pytest.fixture
    def make_storage(self, path: Path) -> Callable[[], Storage]:
        return lambda: SQLiteStorage(path)

    @pytest.fixture
    def unreachable_storage(self, tmp_path: Path) -> Storage:
        (tmp_path / "a file").touch()
        return SQLiteStorage(tmp_path / "a file" / "sessions.sqlite3")


class TestSharedSQLiteStorage(StorageCompliance):
    @pytest.fixture
    def make_storage(self, path: Path) -> Callable[[], Storage]:
        shared = SQLiteStorage(path)
        return lambda: shared


def write(storage: Storage, text: str) -> Stored:
    return storage.update(KEY, lambda _: text, 5)


def test_another_connections_write_changes_the_version(path: Path) -> None:
    one, other = SQLiteStorage(path), SQLiteStorage(path)
    seen = write(one, "a").version
    write(other, "b")
    assert one.version(KEY) != seen
    one.close()
    other.close()


def test_a_refresh_lock_that_cannot_be_had_is_a_storage_error(path: Path) -> None:
    path.parent.mkdir()
    path.parent.chmod(0o777)
    with pytest.raises(StorageError, match="others can write"):
        SQLiteStorage(path).try_refresh_lock(KEY)
    assert not [*path.parent.iterdir()]


def test_what_a_session_is_made_of_hides_its_secrets() -> None:
    token = SessionToken("a-token-of-somebody", 2e9, 3600, 1.0, True, TokenOrigin.Synerise)
    state = SessionState(
        "a-uuid", "a-device", token, "anna@example.com", "custom-id", "anna@example.com"
    )
    store = StateStore(MemoryStorage(), KEY, Clock(), state)
    for thing in (KEY, token, state, store, (KEY, state)):
        for shown in (repr(thing), str(thing), f"{thing}"):
            assert "a-token-of-somebody" not in shown
            assert "the-api-key" not in shown
            assert "anna@example.com" not in shown
    assert "https://api.example.com" in repr(KEY)
    assert "a-uuid" in repr(state)
