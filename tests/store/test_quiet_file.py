"""A store that nobody writes to is not read; one that somebody writes to is, at once."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from synerise_client import SQLiteStorage
from synerise_client.session.quiet_file import QuietFile
from synerise_client.session.storage import SessionKey
from tests.store.conftest import opened

pytestmark = pytest.mark.skipif(os.name == "nt", reason="there, no file's times are believed")

KEY = SessionKey("key", "https://api.example.com")
LONG_AGO = time.time_ns() - 10**12
FINE, COARSE = LONG_AGO // 10**6 * 10**6 + 123_456, LONG_AGO // 10**9 * 10**9
SETTLED_SECONDS = 0.07


class Times:
    """A monotonic clock that is moved by hand."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "file"
    file.write_bytes(b"one")
    while file.stat().st_ctime_ns % 10**6 == 0:  # once in a million
        file.chmod(0o600)
    os.utime(file, ns=(FINE, FINE))
    return file


def settled(file: Path, times: Times, seconds: float = 0.06) -> QuietFile:
    """Read a file, and once more when its times have been the same for so long."""
    quiet = QuietFile(str(file), times)
    for _ in range(2):
        times.now += seconds
        quiet.was_read(quiet.look())
    return quiet


def test_a_file_whose_times_stay_the_same_is_unchanged(file: Path) -> None:
    times = Times()
    quiet = settled(file, times)
    assert quiet.is_unchanged()
    file.read_bytes()
    assert quiet.is_unchanged()


def test_nothing_is_believed_before_a_tick_of_the_clock_has_passed(file: Path) -> None:
    assert not QuietFile(str(file), Times()).is_unchanged()
    assert not settled(file, Times(), 0.0).is_unchanged()
    assert not settled(file, Times(), 0.05).is_unchanged()


def test_what_was_settled_has_to_settle_again_after_a_write(file: Path) -> None:
    times = Times()
    quiet = settled(file, times)
    os.utime(file, ns=(FINE + 1, FINE + 1))
    quiet.was_read(quiet.look())
    assert not quiet.is_unchanged()
    times.now += 0.06
    quiet.was_read(quiet.look())
    assert quiet.is_unchanged()


def test_times_of_whole_seconds_need_seconds_to_be_believed(file: Path) -> None:
    os.utime(file, ns=(COARSE, COARSE))
    assert not settled(file, Times(), 2.9).is_unchanged()
    assert settled(file, Times(), 3.1).is_unchanged()


def test_times_are_not_believed_for_long(file: Path) -> None:
    times = Times()
    quiet = settled(file, times)
    times.now += 0.2
    assert not quiet.is_unchanged()
    quiet.was_read(quiet.look())
    assert quiet.is_unchanged()


def test_where_times_may_change_late_none_is_believed(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    times = Times()
    with monkeypatch.context() as patch:
        patch.setattr("synerise_client.session.quiet_file.os.name", "nt")
        is_unchanged = settled(file, times).is_unchanged()
    assert not is_unchanged


def write(file: Path) -> None:
    file.write_bytes(b"two")
    os.utime(file, ns=(FINE + 1, FINE + 1))


def write_and_set_the_time_back(file: Path) -> None:
    file.write_bytes(b"two")
    os.utime(file, ns=(FINE, FINE))


def append(file: Path) -> None:
    with file.open("ab") as stream:
        stream.write(b"!")


def replace(file: Path) -> None:
    other = file.with_name("other")
    other.write_bytes(b"two")
    os.utime(other, ns=(FINE, FINE))
    other.replace(file)


def set_the_clock_back(file: Path) -> None:
    os.utime(file, ns=(1, 1))


@pytest.mark.parametrize(
    "change",
    [write, write_and_set_the_time_back, append, replace, set_the_clock_back, Path.unlink],
    ids=lambda change: change.__name__,
)
def test_whatever_becomes_of_a_file_is_noticed(file: Path, change: object) -> None:
    times = Times()
    quiet = settled(file, times)
    assert quiet.is_unchanged()
    assert callable(change)
    change(file)
    assert not quiet.is_unchanged()


# The store.


def asked(storage: SQLiteStorage, monkeypatch: pytest.MonkeyPatch) -> list[SessionKey]:
    """Return a list that grows whenever SQLite is asked for the version."""
    asked_for: list[SessionKey] = []
    really = storage._version_of

    def version_of(database: sqlite3.Connection, key: SessionKey) -> object:
        asked_for.append(key)
        return really(database, key)

    monkeypatch.setattr(storage, "_version_of", version_of)
    return asked_for


@pytest.fixture
def storage(path: Path) -> SQLiteStorage:
    """One that is open, with a row."""
    storage = SQLiteStorage(path)
    storage.update(KEY, lambda _: "a", 1)
    return storage


def settle(storage: SQLiteStorage) -> object:
    """Have the storage believe the file's times, and return the version."""
    storage.version(KEY)
    time.sleep(SETTLED_SECONDS)
    return storage.version(KEY)


def test_sqlite_is_not_asked_while_nobody_writes(
    storage: SQLiteStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    if storage.path.stat().st_mtime_ns % 10**6 == 0:
        pytest.skip("this file system's times are coarse")
    questions = asked(storage, monkeypatch)
    version = settle(storage)
    del questions[:]
    assert {storage.version(KEY) for _ in range(100)} == {version}
    assert len(questions) < 50  # on a machine that stands still for a while, some are
    storage.close()


@pytest.mark.parametrize("is_settled", [False, True], ids=["at once", "settled"])
def test_a_write_of_another_process_is_seen_at_once(
    storage: SQLiteStorage, is_settled: bool
) -> None:
    script = """
import sqlite3, sys
database = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=20)
for number, _ in enumerate(sys.stdin):
    database.execute("UPDATE session SET state = ?", (str(number % 2),))
    print("written", flush=True)
"""
    process = subprocess.Popen(
        [sys.executable, "-c", script, str(storage.path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    for _ in range(5 if is_settled else 100):
        before = settle(storage) if is_settled else storage.version(KEY)
        process.stdin.write("\n")
        process.stdin.flush()
        assert process.stdout.readline() == "written\n"
        assert storage.version(KEY) != before
    process.communicate(timeout=20)
    storage.close()


def test_writes_beside_the_file_are_seen_at_once(storage: SQLiteStorage) -> None:
    with opened(storage.path) as other:
        assert other.execute("PRAGMA journal_mode = WAL").fetchone() == ("wal",)
        for text in "bcd":
            before = settle(storage)
            other.execute("UPDATE session SET state = ?", (text,))
            assert storage.version(KEY) != before
        assert storage.update(KEY, lambda text: text, 1).text == "d"
    storage.close()


def test_a_file_that_is_deleted_or_replaced_is_noticed_at_once(
    storage: SQLiteStorage, tmp_path: Path
) -> None:
    aside = SQLiteStorage(tmp_path / "aside" / "other.sqlite3")
    aside.update(KEY, lambda _: "b", 1)
    aside.close()
    before = settle(storage)
    aside.path.replace(storage.path)
    replaced = settle(storage)
    assert replaced != before
    assert storage.update(KEY, lambda text: text, 1).text == "b"
    storage.path.unlink()
    assert storage.version(KEY) != replaced
    assert storage.update(KEY, lambda text: text, 1).text is None
    storage.close()


def test_a_write_through_the_same_storage_is_seen_at_once(storage: SQLiteStorage) -> None:
    before = settle(storage)
    written = storage.update(KEY, lambda _: "b", 1).version
    assert storage.version(KEY) == written != before
    storage.close()
