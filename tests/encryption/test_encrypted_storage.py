"""Sessions that are encrypted where they are kept."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from synerise_client import EncryptedStorage, MemoryStorage, RedisStorage, SQLiteStorage
from synerise_client.session.storage import Storage, StorageError
from synerise_client.storage_compliance import KEY, OTHERS, StorageCompliance, read, write
from tests.redis_server import RedisServer

SECRET_KEY = Fernet.generate_key()


class TestEncryptedSQLiteStorage(StorageCompliance):
    @pytest.fixture
    def make_storage(self, path: Path) -> Callable[[], Storage]:
        return lambda: EncryptedStorage(SQLiteStorage(path), SECRET_KEY)

    @pytest.fixture
    def unreachable_storage(self, tmp_path: Path) -> Storage:
        (tmp_path / "a file").touch()
        return EncryptedStorage(SQLiteStorage(tmp_path / "a file" / "sessions"), SECRET_KEY)


class TestEncryptedRedisStorage(StorageCompliance):
    @pytest.fixture
    def make_storage(self, redis: RedisServer) -> Callable[[], Storage]:
        return lambda: EncryptedStorage(RedisStorage(redis.url), SECRET_KEY.decode())

    @pytest.fixture
    def unreachable_storage(self, tmp_path: Path) -> Storage:
        return EncryptedStorage(RedisStorage(f"unix://{tmp_path}/nobody"), SECRET_KEY)


@pytest.fixture
def memory() -> MemoryStorage:
    """The storage beneath."""
    return MemoryStorage()


@pytest.fixture
def storage(memory: MemoryStorage) -> EncryptedStorage:
    return EncryptedStorage(memory, SECRET_KEY)


def refused(storage: EncryptedStorage, reason: str) -> None:
    """It can be neither read nor written, and stays as it is."""
    stored = read(storage._storage)
    for change in (lambda text: text, lambda text: "new", lambda text: f"{text}!"):
        with pytest.raises(StorageError, match=reason):
            storage.update(KEY, change, 5)
    assert read(storage._storage) == stored


def test_nothing_of_a_text_is_seen_beneath(
    storage: EncryptedStorage, memory: MemoryStorage
) -> None:
    write(storage, "a-token-of-somebody")
    stored = read(memory) or ""
    assert stored.startswith("fernet:")
    assert "token" not in stored
    assert read(storage) == "a-token-of-somebody"


def test_the_same_text_twice_is_stored_as_two(
    storage: EncryptedStorage, memory: MemoryStorage
) -> None:
    write(storage, "a")
    write(storage, "a", OTHERS["profile"])
    assert read(memory) != read(memory, OTHERS["profile"])


def test_what_stays_the_same_is_not_encrypted_anew(
    storage: EncryptedStorage, memory: MemoryStorage
) -> None:
    version = write(storage, "a").version
    stored = read(memory)
    assert write(storage, "a").version == version
    assert read(memory) == stored


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
def test_a_row_in_anothers_place_is_refused(
    storage: EncryptedStorage, memory: MemoryStorage, other: tuple[str, str, str]
) -> None:
    write(storage, "of another customer", type(KEY)(*other))
    write(memory, read(memory, type(KEY)(*other)))
    refused(storage, "swapped")


def test_another_key_is_refused(storage: EncryptedStorage, memory: MemoryStorage) -> None:
    write(storage, "a")
    refused(EncryptedStorage(memory, Fernet.generate_key()), "key that EncryptedStorage was not")
    assert read(storage) == "a"


def test_any_damage_is_refused(storage: EncryptedStorage, memory: MemoryStorage) -> None:
    write(storage, "a")
    stored = read(memory) or ""
    # Not the last one before the padding: of its bits some count for nothing.
    for at in range(len("fernet:"), len(stored.rstrip("=")) - 1):
        write(memory, stored[:at] + ("A" if stored[at] != "A" else "B") + stored[at + 1 :])
        with pytest.raises(StorageError, match="damaged"):
            read(storage)
    for damaged in (stored[:-5], stored + "ä", "fernet:", "fernet:ä"):
        write(memory, damaged)
        refused(storage, "damaged")


def test_what_cannot_be_read_can_be_deleted(
    storage: EncryptedStorage, memory: MemoryStorage
) -> None:
    write(memory, "fernet:nonsense")
    assert write(storage, None).text is None
    assert read(memory) is None


def test_the_first_key_encrypts_and_all_decrypt(memory: MemoryStorage) -> None:
    old, new = Fernet.generate_key(), Fernet.generate_key().decode()
    write(EncryptedStorage(memory, old), "a")
    both = EncryptedStorage(memory, [new, old])
    assert read(both) == "a"
    refused(EncryptedStorage(memory, new), "key that")
    write(both, "b")
    assert read(EncryptedStorage(memory, new)) == "b"
    refused(EncryptedStorage(memory, old), "key that")


def test_a_plain_row_is_refused_and_the_message_says_how_it_is_accepted(
    storage: EncryptedStorage, memory: MemoryStorage
) -> None:
    write(memory, '{"uuid": "plain"}')
    refused(storage, "accept_unencrypted=True")


def test_a_plain_row_is_taken_over_if_asked_and_encrypted_with_its_next_change(
    memory: MemoryStorage,
) -> None:
    storage = EncryptedStorage(memory, SECRET_KEY, accept_unencrypted=True)
    write(memory, "plain")
    assert read(storage) == "plain"
    assert read(memory) == "plain"
    assert storage.update(KEY, lambda text: f"{text}!", 5).text == "plain!"
    assert (read(memory) or "").startswith("fernet:")
    assert read(EncryptedStorage(memory, SECRET_KEY)) == "plain!"


@pytest.mark.parametrize("key", ["", b"", "short-and-secret", "ä" * 44, [], ["x" * 44]])
def test_a_key_that_cannot_be_used_is_a_value_error_that_does_not_show_it(key: str) -> None:
    with pytest.raises(ValueError, match=r"^key must be") as caught:
        EncryptedStorage(MemoryStorage(), key)
    assert "secret" not in str(caught.value)
    assert "xxx" not in str(caught.value)


def test_wrong_types_are_told_at_once() -> None:
    with pytest.raises(TypeError, match=r"^key must be"):
        EncryptedStorage(MemoryStorage(), None)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"^key must be"):
        EncryptedStorage(MemoryStorage(), [1])  # type: ignore[list-item]
    for storage in ("sessions.sqlite3", MemoryStorage):
        with pytest.raises(TypeError, match=r"^storage must be"):
            EncryptedStorage(storage, SECRET_KEY)  # type: ignore[arg-type]


def test_a_repr_shows_what_is_beneath_and_no_key() -> None:
    assert repr(EncryptedStorage(SQLiteStorage("a"), SECRET_KEY)) == (
        "EncryptedStorage(SQLiteStorage('a'))"
    )


def test_without_cryptography_the_message_names_the_extra() -> None:
    script = (
        "import sys; sys.modules['cryptography.fernet'] = None\n"
        "from synerise_client import EncryptedStorage, MemoryStorage\n"
        "try: EncryptedStorage(MemoryStorage(), 'key')\n"
        "except ImportError as error: print(error)"
    )
    said = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=30
    ).stdout
    assert "pip install 'synerise_client[encryption]'" in said
