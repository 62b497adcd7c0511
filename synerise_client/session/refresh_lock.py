"""A lock beside a file, which the operating system takes back from a process that dies."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Release = Callable[[], None]


def load_locks() -> None:
    """Load what :func:`try_lock` needs, on the user's thread.

    Loaded on a worker it could wait for a fork which waits for it: filelock has
    hooks around forks of its own.
    """
    import filelock  # noqa: F401


def try_lock(path: Path) -> Release | None:
    """Lock ``path``, which is made for its owner alone, without waiting.

    Returns:
        What unlocks it and deletes it; None if somebody else holds it, in this
        process or in another one.

    Raises:
        OSError: it cannot be locked here.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(path, mode=0o600, thread_local=False, fallback_to_soft=False)
    try:
        lock.acquire(blocking=False)
    except Timeout:
        return None

    owner = os.getpid()

    def release() -> None:
        if os.getpid() != owner:
            return  # forked in a request hook: the lock is the parent's
        with suppress(OSError):
            os.unlink(path)  # while it is held: whoever gets the lock of a deleted file tries again
        lock.release()

    return release
