"""A lock beside a file, which the operating system takes back from a process that dies.

Where there is flock it is used as it is: filelock takes 11 ms and 5 MB to load.
"""

from __future__ import annotations

import os
import sys
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

from synerise_client.process.forks import renew_in_children, settle_before_forks

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Release = Callable[[], None]


def try_lock(path: Path) -> Release | None:
    """Lock ``path``, which is made for its owner alone, without waiting.

    Returns:
        What unlocks it and deletes it; None if somebody else holds it, in this
        process or in another one.

    Raises:
        OSError: it cannot be locked here.
    """
    unlock = _unlocking(path)
    if unlock is None:
        return None
    owner = os.getpid()

    def release() -> None:
        if os.getpid() != owner:
            return  # forked in a request hook: the lock is the parent's
        with suppress(OSError):
            os.unlink(path)  # while it is held: whoever gets the lock of a deleted file tries again
        unlock()

    return release


if sys.platform == "win32":
    from filelock import FileLock, Timeout

    def _unlocking(path: Path) -> Release | None:
        lock = FileLock(path, thread_local=False, fallback_to_soft=False)
        try:
            lock.acquire(blocking=False)
        except Timeout:
            return None
        return lock.release

else:
    import fcntl

    class _LockFiles:
        """Open files that are locked, or about to be.

        A child that is forked meanwhile closes its copies, which would keep the
        lock of a parent that dies; closed, they take nothing from it.
        """

        def __init__(self) -> None:
            self._changing = threading.Lock()
            self._open: set[int] = set()
            renew_in_children(self)
            settle_before_forks(self)

        def open(self, path: Path) -> int:
            with self._changing:
                flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK
                file = os.open(path, flags, 0o600)
                self._open.add(file)
            return file

        def close(self, file: int) -> None:
            with self._changing:
                self._open.discard(file)
                os.close(file)

        def locks_of_changes(self) -> tuple[threading.Lock, ...]:
            return (self._changing,)

        def renew_after_fork(self) -> None:
            self._changing = threading.Lock()
            for file in self._open:
                os.close(file)
            self._open = set()

    _lock_files = _LockFiles()

    def _unlocking(path: Path) -> Release | None:
        file = _lock_files.open(path)
        is_locked = False
        try:
            is_locked = _is_locked(file)
        finally:
            if not is_locked:
                _lock_files.close(file)

        def unlock() -> None:
            with suppress(OSError):
                fcntl.flock(file, fcntl.LOCK_UN)  # a copy in a child that is just forked goes, too
            _lock_files.close(file)

        return unlock if is_locked else None

    def _is_locked(file: int) -> bool:
        """Lock an open file; False if somebody else has it locked, or has deleted it meanwhile."""
        with suppress(PermissionError):
            os.fchmod(file, 0o600)  # whatever the umask says
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except (BlockingIOError, PermissionError):  # the latter on file systems of a network
            return False
        return os.fstat(file).st_nlink > 0
