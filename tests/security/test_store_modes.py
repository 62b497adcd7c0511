"""The store's files while they are written: seen from another process, whatever the umask.

What is refused, and which modes are left in the end, stands in tests/store/test_store_files.py.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from synerise_client import SQLiteStorage, Synerise
from synerise_client.session.storage import SessionKey, StorageError
from tests.conftest import Team
from tests.store.conftest import mode, store_warnings

HOLD_TRANSACTIONS = """
import os, sys
from synerise_client import SQLiteStorage
from synerise_client.session.storage import SessionKey
os.umask(int(sys.argv[1], 8))
storage = SQLiteStorage(sys.argv[2])
print("begun", flush=True)
for text in ("first", "second", None):
    def change(before):
        storage._database.execute("UPDATE session SET state = state || 'x'")
        print("in a transaction", flush=True)
        input()
        return text
    storage.update(SessionKey("key", "url"), change, 5)
"""

HOLD_THE_REFRESH_LOCK = """
import os, sys
from synerise_client import SQLiteStorage
from synerise_client.session.storage import SessionKey
os.umask(int(sys.argv[1], 8))
release = SQLiteStorage(sys.argv[2]).try_refresh_lock(SessionKey("key", "url"))
print(release is not None, flush=True)
input()
release()
"""

SIDE_FILES = ["-journal", "-wal", "-shm"]


@pytest.mark.parametrize("umask", ["0", "022", "077", "777"])
def test_another_process_sees_private_files_only_while_a_transaction_runs(
    path: Path, umask: str
) -> None:
    script = subprocess.Popen(
        [sys.executable, "-c", HOLD_TRANSACTIONS, umask, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert script.stdin is not None
    assert script.stdout is not None
    seen: set[str] = set()
    try:
        assert script.stdout.readline() == "begun\n"
        for _ in range(3):
            assert script.stdout.readline() == "in a transaction\n"
            assert mode(path.parent) == 0o700
            for each in path.parent.iterdir():
                assert mode(each) == 0o600, each.name
                seen.add(each.name)
            script.stdin.write("\n")
            script.stdin.flush()
        assert script.wait(10) == 0
    finally:
        script.kill()
        script.communicate()
    assert {path.name, f"{path.name}-journal"} <= seen
    assert {mode(each) for each in path.parent.iterdir()} == {0o600}


@pytest.mark.parametrize("umask", ["0", "022", "777"])
def test_another_process_sees_private_files_only_while_a_refresh_is_locked(
    path: Path, umask: str
) -> None:
    script = subprocess.Popen(
        [sys.executable, "-c", HOLD_THE_REFRESH_LOCK, umask, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert script.stdout is not None
    try:
        assert script.stdout.readline() == "True\n"
        modes = {each.name: mode(each) for each in path.parent.iterdir()}
    finally:
        script.communicate("\n", timeout=10)
    assert script.returncode == 0
    assert len(modes) == 2
    assert set(modes.values()) == {0o600}


@pytest.mark.parametrize("dangling", [False, True], ids=["target", "dangling"])
def test_a_refresh_lock_that_is_a_symlink_is_not_followed(path: Path, dangling: bool) -> None:
    key, storage = SessionKey("key", "url"), SQLiteStorage(path)
    release = storage.try_refresh_lock(key)
    assert release is not None
    (lock,) = [each for each in path.parent.iterdir() if each != path]
    release()
    lock.unlink(missing_ok=True)
    target = path.parent.parent / "target"
    if not dangling:
        target.write_bytes(b"precious")
    lock.symlink_to(target)
    with pytest.raises(StorageError, match="symbolic link"):
        storage.try_refresh_lock(key)
    assert target.exists() is not dangling
    assert dangling or target.read_bytes() == b"precious"


@pytest.mark.parametrize("suffix", SIDE_FILES)
@pytest.mark.parametrize("dangling", [False, True], ids=["target", "dangling"])
def test_a_side_file_that_is_a_symlink_is_not_followed(
    team: Team, path: Path, caplog: pytest.LogCaptureFixture, suffix: str, dangling: bool
) -> None:
    target = path.parent.parent / "target"
    path.parent.mkdir(mode=0o700)
    if not dangling:
        target.write_bytes(b"precious")
        target.chmod(0o600)
    path.with_name(path.name + suffix).symlink_to(target)
    team.client(SQLiteStorage(path))
    team.sign_in()
    assert team.call("getAccount").email == "anna@example.com"
    Synerise.shutdown()
    (warning,) = store_warnings(caplog)
    assert "symbolic link" in warning
    assert target.exists() is not dangling
    assert dangling or target.read_bytes() == b"precious"
    assert not path.exists() or path.read_bytes() == b""


@pytest.mark.parametrize("suffix", SIDE_FILES)
def test_a_side_file_that_others_can_write_to_is_not_used(
    team: Team, path: Path, caplog: pytest.LogCaptureFixture, suffix: str
) -> None:
    path.parent.mkdir(mode=0o700)
    side = path.with_name(path.name + suffix)
    side.write_bytes(b"theirs")
    side.chmod(0o666)
    team.client(SQLiteStorage(path))
    team.sign_in()
    Synerise.shutdown()
    (warning,) = store_warnings(caplog)
    assert f"others can write to {side}" in warning
    assert side.read_bytes() == b"theirs"
