"""A condition that takes next to no memory until somebody waits for it."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


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
