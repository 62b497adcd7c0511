"""Locks that need not be waited for, and a condition that is made when somebody waits."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Lock(Protocol):
    """A lock of either kind."""

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        """Take it."""

    def release(self) -> None:
        """Give it back."""


@contextmanager
def held_within(seconds: float, lock: Lock) -> Iterator[bool]:
    """Hold ``lock`` in the block if it can be had; tell whether it can.

    Args:
        seconds: to wait for it at most.
        lock: that another thread may never give back.
    """
    is_held = lock.acquire(timeout=seconds)
    try:
        yield is_held
    finally:
        if is_held:
            lock.release()


class LazyCondition:
    """As ``threading.Condition()``, which is made for the first who waits: few ever do.

    Attributes:
        lock: reentrant, as a signal handler may run in its block.
    """

    __slots__ = ("_condition", "lock")

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self._condition: threading.Condition | None = None

    def __enter__(self) -> bool:
        return self.lock.__enter__()

    def __exit__(self, *raised: object) -> None:
        self.lock.release()

    def wait(self, timeout: float | None = None) -> bool:
        """Give the lock back until somebody notifies, or for ``timeout`` seconds at most."""
        return self._made().wait(timeout)

    def wait_for(self, predicate: Callable[[], object], timeout: float | None = None) -> bool:
        """Wait until ``predicate`` is true, for ``timeout`` seconds at most; tell whether it is."""
        return bool(predicate()) or bool(self._made().wait_for(predicate, timeout))

    def notify_all(self) -> None:
        """Wake all who wait."""
        if self._condition is not None:
            self._condition.notify_all()

    def _made(self) -> threading.Condition:
        if self._condition is None:
            self._condition = threading.Condition(self.lock)
        return self._condition
