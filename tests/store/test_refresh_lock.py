"""The file that one process at a time locks before it refreshes a token."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from synerise_client import SQLiteStorage
from synerise_client.session.storage import SessionKey

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows locks in its own way")

KEY = SessionKey("key", "https://api.example.com")
_HOLDER = """
import os, sys, time
from synerise_client import SQLiteStorage
from synerise_client.session.storage import SessionKey

release = SQLiteStorage(sys.argv[1]).try_refresh_lock(SessionKey(*sys.argv[2:4]))
assert release is not None
if sys.argv[4] == "forks" and os.fork() == 0:
    print("child", flush=True)
    sys.stdin.read()
    release()  # the parent's: nothing happens
    os._exit(0)
if sys.argv[4] == "holds":
    print("holder", flush=True)
    time.sleep(60)
os._exit(9)  # as if it were killed
"""


def holder(path: Path, what: str) -> subprocess.Popen[str]:
    """Start a process that has the lock, and wait until it says so."""
    process = subprocess.Popen(
        [sys.executable, "-c", _HOLDER, str(path), *KEY[:2], what],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() in ("child\n", "holder\n")
    return process


def test_a_killed_process_leaves_its_refresh_lock_to_others(path: Path) -> None:
    storage = SQLiteStorage(path)
    process = holder(path, "holds")
    assert storage.try_refresh_lock(KEY) is None
    process.kill()
    process.communicate(timeout=20)
    release = storage.try_refresh_lock(KEY)
    assert release is not None
    release()


def test_a_child_does_not_keep_the_refresh_lock_of_a_parent_that_has_died(path: Path) -> None:
    process = holder(path, "forks")
    assert process.wait(20) == 9
    storage = SQLiteStorage(path)
    release = storage.try_refresh_lock(KEY)
    assert release is not None
    process.communicate("", timeout=20)
    assert storage.try_refresh_lock(KEY) is None  # nor has the child given it back
    release()


def test_the_refresh_lock_is_its_owners_alone_and_is_gone_when_given_back(path: Path) -> None:
    storage = SQLiteStorage(path)
    umask = os.umask(0o277)
    try:
        release = storage.try_refresh_lock(KEY)
    finally:
        os.umask(umask)
    assert release is not None
    (lock,) = path.parent.glob("*.lock")
    assert lock.stat().st_mode & 0o777 == 0o600
    assert lock.stat().st_size == 0
    release()
    assert not [*path.parent.glob("*.lock")]


def test_the_lock_of_a_deleted_file_is_none(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    storage, really_open = SQLiteStorage(path), os.open

    def open_and_be_late(name: str, *arguments: int) -> int:
        file = really_open(name, *arguments)
        if str(name).endswith(".lock"):
            os.unlink(name)  # as whoever gives it back does
        return file

    monkeypatch.setattr(os, "open", open_and_be_late)
    assert storage.try_refresh_lock(KEY) is None
    monkeypatch.undo()
    release = storage.try_refresh_lock(KEY)
    assert release is not None
    release()


def test_a_refresh_lock_leaves_no_file_open(path: Path) -> None:
    storage = SQLiteStorage(path)
    before = len(os.listdir("/dev/fd"))
    release = storage.try_refresh_lock(KEY)
    assert release is not None
    assert storage.try_refresh_lock(KEY) is None
    release()
    assert len(os.listdir("/dev/fd")) == before
