"""What is loaded late, on a worker thread, and what must not happen in the middle of that."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from synerise_client.process.locks import held_within

if TYPE_CHECKING:
    from collections.abc import Iterator

_MOMENT_SECONDS = 0.1
_lock = threading.RLock()
_loaded_at = 0.0


@contextmanager
def loading() -> Iterator[None]:
    """Import in the block what is loaded late.

    A fork waits for it, for 10 seconds at most: a module that is half loaded at a fork
    stays so in the child.
    """
    global _loaded_at
    with _lock:
        yield
        _loaded_at = time.monotonic()


def has_just_loaded() -> bool:
    """Tell whether another thread is in the block of :func:`loading`, or was a moment ago."""
    with held_within(0, _lock) as is_held:
        return not is_held or time.monotonic() - _loaded_at < _MOMENT_SECONDS


def lock_of_loading() -> threading.RLock:
    """Return the lock that is held in the block of :func:`loading`, for a fork to wait for."""
    return _lock


def renew_after_fork() -> None:
    """The lock is held by the thread that forked, of which the child has a copy."""
    global _lock
    _lock = threading.RLock()
