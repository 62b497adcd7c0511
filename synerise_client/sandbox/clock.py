"""The sandbox's own time."""

import time
from datetime import datetime, timezone


class Clock:
    """A clock that runs like the wall clock and can be moved.

    It counts on the monotonic clock, so that a jump of the machine's wall clock moves nothing.
    """

    def __init__(self) -> None:
        self._offset = time.time() - time.monotonic()

    def now(self) -> float:
        """The sandbox's time in Unix seconds."""
        return time.monotonic() + self._offset

    def advance(self, seconds: float) -> None:
        """Move the clock.

        Args:
            seconds: how far ahead; a negative number sets the clock back.
        """
        self._offset += seconds


def iso(seconds: float) -> str:
    """Unix seconds as an ISO 8601 string in UTC, with milliseconds."""
    moment = datetime.fromtimestamp(seconds, timezone.utc)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
