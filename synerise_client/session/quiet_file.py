"""Tells from a look at a file's times that nobody has written to it since it was read."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    Stamp = tuple[int, int, int, int, int]

_TRUSTED_SECONDS = 0.1
"""After which the file is read again, whatever its times say: those of a network may be old."""
_FINE_SECONDS = 0.05
_COARSE_SECONDS = 3.0
_MILLISECOND = 1_000_000


class Look(NamedTuple):
    """What a file looked like at a moment.

    Attributes:
        stamp: its identity, times and size; None if there is none.
        at: when, by the monotonic clock, just after.
    """

    stamp: Stamp | None
    at: float


class QuietFile:
    """A file that is read seldom for as long as nobody writes to it.

    Two writes within one tick of the file system's clock leave the same times.
    So times are believed only if they have been the same for longer than such a
    tick takes, by a clock that nobody can set: then the next write changes them.

    Args:
        path: of the file.
        now: the monotonic clock, seconds.
    """

    def __init__(self, path: str, now: Callable[[], float] = time.monotonic) -> None:
        self._path = path
        self._now = now
        self._first = Look(None, 0.0)
        self._read: Look | None = None

    def look(self) -> Look:
        """Look at the file; to be done before it is read."""
        return Look(self._stamp(), self._now())

    def was_read(self, look: Look) -> None:
        """Note that the file was read after ``look``."""
        if look.stamp != self._first.stamp:
            self._first = look
        age = look.at - self._first.at
        self._read = look if look.stamp and age > _tick(look.stamp) else None

    def is_unchanged(self) -> bool:
        """Tell whether the file is certainly what it was when it was read last."""
        read = self._read
        if read is None or self._now() - read.at > _TRUSTED_SECONDS:
            return False
        return self._stamp() == read.stamp

    def _stamp(self) -> Stamp | None:
        if os.name == "nt":
            return None  # there, times may change only when a file is closed
        try:
            status = os.stat(self._path)
        except OSError:
            return None
        return (
            status.st_ino,
            status.st_mtime_ns,
            status.st_ctime_ns,
            status.st_size,
            status.st_dev,
        )


def _tick(stamp: Stamp) -> float:
    """Return more seconds than the clock takes to go on by which a file's times are set."""
    is_fine = stamp[1] % _MILLISECOND and stamp[2] % _MILLISECOND
    return _FINE_SECONDS if is_fine else _COARSE_SECONDS
