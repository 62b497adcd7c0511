"""Files, processes and storages that go wrong on purpose."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from synerise_client import SQLiteStorage
from synerise_client.session.storage import SessionKey, StorageError, Stored
from tests.processes import script_that_said

Change = Callable[[str | None], str | None]

_WITHOUT_PRIVILEGES = """
import ctypes, os, sys
if sys.platform == "linux" and os.geteuid() == 0:
    libc = ctypes.CDLL(None)
    for capability in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH: root may do all it is denied
        assert libc.prctl(24, capability, 0, 0, 0) == 0  # PR_CAPBSET_DROP
os.execv(sys.executable, [sys.executable, "-c", *sys.argv[1:]])
"""

_HOLD_THE_LOCK = """
import sqlite3, sys
database = sqlite3.connect(sys.argv[1], isolation_level=None)
database.execute("BEGIN EXCLUSIVE")
sys.stdout.write("locked\\n")
sys.stdout.flush()
sys.stdin.read()
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a store may be made; its folder does not exist yet."""
    return tmp_path / "home" / "sessions.sqlite3"


def run(script: str, *arguments: object, **environment: str) -> str:
    """Run a script in a process of its own that the modes of files hold for, root's too."""
    done = subprocess.run(
        [sys.executable, "-c", _WITHOUT_PRIVILEGES, script, *map(str, arguments)],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=40,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection of somebody else's."""
    with closing(
        sqlite3.connect(path, isolation_level=None, timeout=5, check_same_thread=False)
    ) as database:
        yield database


@contextmanager
def locked(path: Path, kind: str = "EXCLUSIVE") -> Iterator[None]:
    """Have somebody else keep the file locked."""
    with opened(path) as database:
        database.execute(f"BEGIN {kind}")
        try:
            yield
        finally:
            database.execute("ROLLBACK")


def locked_by_a_process(path: Path) -> AbstractContextManager[subprocess.Popen[str]]:
    """Have another process keep the file locked, until it is killed or the block ends."""
    return script_that_said("locked", _HOLD_THE_LOCK, path)


def rows(path: Path) -> list[dict[str, Any]]:
    """The states that are on disk now."""
    with opened(path) as database:
        return [json.loads(text) for (text,) in database.execute("SELECT state FROM session")]


def row(path: Path) -> dict[str, Any]:
    """The only state that is on disk now."""
    (state,) = rows(path)
    return state


def bytes_of(folder: Path) -> bytes:
    """Everything that the files of a folder hold, side files and what was set aside included."""
    return b"".join(each.read_bytes() for each in sorted(folder.rglob("*")) if each.is_file())


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def store_warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What was reported of the store, warnings and worse."""
    return [
        record.getMessage()
        for record in caplog.records
        if record.levelname in ("WARNING", "ERROR", "CRITICAL")
        and record.name in ("synerise_client.session", "synerise_client.storage")
    ]


class ImpatientStorage(SQLiteStorage):
    """Waits for nobody, so that a test need not either."""

    def update(self, key: SessionKey, change: Change, timeout: float) -> Stored:
        return super().update(key, change, min(timeout, 0.02))


class BrokenStorage(SQLiteStorage):
    """Cannot be read or written while ``reads`` or ``writes`` is False, such as on a full disk."""

    reads = True
    writes = True

    def version(self, key: SessionKey) -> object:
        return super().version(key) if self.reads else None

    def update(self, key: SessionKey, change: Change, timeout: float) -> Stored:
        if not self.reads:
            raise StorageError("no such device")

        def checked(text: str | None) -> str | None:
            after = change(text)
            if after != text and not self.writes:
                raise StorageError("the disk is full")
            return after

        return super().update(key, checked, timeout)
