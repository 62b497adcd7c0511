"""Ends requests whose deadline has passed: one thread for all of them, while there are any."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from synerise_client.process.forks import renew_in_children
from synerise_client.process.threads import idle_seconds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from synerise_client.api.cancellation import Cancellation

_LINGER_SECONDS = 5.0


class DeadlineWatch:
    """Expires each watched :class:`Cancellation` when its deadline passes."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._watched: set[Cancellation] = set()
        self._wakes_at = 0.0
        self._thread: threading.Thread | None = None
        renew_in_children(self)

    @contextmanager
    def over(self, cancellation: Cancellation) -> Iterator[None]:
        """Watch ``cancellation`` for as long as the block runs."""
        if cancellation.deadline is None:
            yield
            return
        with self._changed:
            self._watched.add(cancellation)
            if self._thread is None:
                self._start()
            elif cancellation.deadline < self._wakes_at:
                self._changed.notify()
        try:
            yield
        finally:
            with self._changed:
                self._watched.discard(cancellation)

    def renew_after_fork(self) -> None:
        """A child starts with nothing to watch."""
        self._changed = threading.Condition()
        self._watched = set()
        self._thread = None

    def _start(self) -> None:
        thread = threading.Thread(target=self._run, name="synerise-client-deadlines", daemon=True)
        try:
            thread.start()
        except RuntimeError:
            return  # the interpreter is ending: the sockets' own timeouts have to do
        self._thread = thread

    def _run(self) -> None:
        while True:
            with self._changed:
                now = time.monotonic()
                overdue = [each for each in self._watched if _deadline(each) <= now]
                self._watched.difference_update(overdue)
                if not overdue and not self._wait_for_the_next(now):
                    self._thread = None
                    return
            for cancellation in overdue:
                cancellation.expire()

    def _wait_for_the_next(self, now: float) -> bool:
        """Sleep until the nearest deadline; False if for a while there was none."""
        had_some = bool(self._watched)
        latest = now + idle_seconds(_LINGER_SECONDS)
        self._wakes_at = min([latest, *map(_deadline, self._watched)])
        self._changed.wait(self._wakes_at - now)
        return had_some or bool(self._watched)


def _deadline(cancellation: Cancellation) -> float:
    return cancellation.deadline or 0.0


watch = DeadlineWatch()
