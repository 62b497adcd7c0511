"""What every storage promises to a session, whatever it is made of."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from synerise_client import MemoryStorage, SQLiteStorage
from synerise_client.models.enums import TokenOrigin
from synerise_client.session.clock import Clock
from synerise_client.session.state import SessionState, SessionToken
from synerise_client.session.storage import SessionKey, Storage, StorageError, Stored
from synerise_client.session.store import StateStore

KEY = SessionKey("the-api-key", "https://api.example.com")
OTHERS = [
    SessionKey("another-key", "https://api.example.com"),
    SessionKey("the-api-key", "https://another.example.com"),
    SessionKey("the-api-key", "https://api.example.com", "a profile"),
]
KINDS: list[Callable[[Path], Storage]] = [
    lambda path: MemoryStorage(),
    lambda path: SQLiteStorage(path),
]


def read(storage: Storage, key: SessionKey = KEY) -> str | None:
    return storage.update(key, lambda text: text, 5).text


def write(storage: Storage, text: str | None, key: SessionKey = KEY) -> Stored:
    return storage.update(key, lambda _: text, 5)


@pytest.mark.parametrize("kind", KINDS, ids=["memory", "sqlite"])
class TestStorage:
    """A suite for all; a storage of one's own can be added to KINDS."""

    @pytest.fixture
    def storage(self, kind: Callable[[Path], Storage], path: Path) -> Iterator[Storage]:
        storage = kind(path)
        yield storage
        storage.close()

    def test_a_row_that_nobody_wrote_is_none(self, storage: Storage) -> None:
        assert read(storage) is None

    def test_what_was_written_is_read_again(self, storage: Storage) -> None:
        text = 'żółw 🐢 " \\ \n \x00 end'
        assert write(storage, text).text == text
        assert read(storage) == text

    def test_a_change_is_given_what_is_stored(self, storage: Storage) -> None:
        write(storage, "a")
        assert storage.update(KEY, lambda text: f"{text}b", 5).text == "ab"
        assert read(storage) == "ab"

    def test_none_deletes(self, storage: Storage) -> None:
        write(storage, "a")
        assert write(storage, None).text is None
        assert read(storage) is None

    def test_deleting_what_is_not_there_does_nothing(self, storage: Storage) -> None:
        assert write(storage, None).text is None

    @pytest.mark.parametrize("other", OTHERS, ids=["api key", "base URL", "profile"])
    def test_each_key_has_a_row_of_its_own(self, storage: Storage, other: SessionKey) -> None:
        write(storage, "mine")
        assert read(storage, other) is None
        write(storage, "other", other)
        write(storage, None, other)
        assert read(storage) == "mine"

    def test_a_change_that_raises_changes_nothing_and_blocks_nothing(
        self, storage: Storage
    ) -> None:
        write(storage, "before")

        def fail(text: str | None) -> str | None:
            raise LookupError

        with pytest.raises(LookupError):
            storage.update(KEY, fail, 5)
        assert read(storage) == "before"
        assert write(storage, "after").text == "after"

    def test_the_version_stays_while_nobody_else_writes(self, storage: Storage) -> None:
        seen = write(storage, "a").version
        assert storage.version(KEY) == seen
        assert storage.update(KEY, lambda text: text, 5).version == seen
        assert storage.version(KEY) == seen

    def test_another_clients_write_changes_the_version(self, storage: Storage) -> None:
        seen = write(storage, "a").version
        write(storage, "b")
        assert storage.version(KEY) != seen

    def test_close_keeps_everything_and_the_storage_can_be_used_again(
        self, storage: Storage
    ) -> None:
        write(storage, "a")
        storage.close()
        storage.close()
        assert read(storage) == "a"

    def test_threads_that_change_a_row_at_once_lose_nothing(self, storage: Storage) -> None:
        write(storage, "0")

        def add() -> None:
            for _ in range(10):
                storage.update(KEY, lambda text: str(int(text or 0) + 1), 30)

        threads = [threading.Thread(target=add) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert read(storage) == "80"

    def test_one_at_a_time_has_the_refresh_lock(self, storage: Storage) -> None:
        release = storage.try_refresh_lock(KEY)
        assert release is not None
        assert storage.try_refresh_lock(KEY) is None
        release()
        again = storage.try_refresh_lock(KEY)
        assert again is not None
        again()

    @pytest.mark.parametrize("other", OTHERS, ids=["api key", "base URL", "profile"])
    def test_each_key_has_a_refresh_lock_of_its_own(
        self, storage: Storage, other: SessionKey
    ) -> None:
        releases = [storage.try_refresh_lock(key) for key in (KEY, other)]
        for release in releases:
            assert release is not None
            release()

    def test_the_refresh_lock_does_not_keep_anybody_from_writing(self, storage: Storage) -> None:
        release = storage.try_refresh_lock(KEY)
        assert write(storage, "a").text == "a"
        assert release is not None
        release()

    def test_no_repr_tells_what_is_stored(self, storage: Storage) -> None:
        stored = write(storage, "a-token-of-somebody")
        for shown in (repr(storage), str(storage), repr(stored), str(stored)):
            assert "a-token-of-somebody" not in shown
            assert "the-api-key" not in shown


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
