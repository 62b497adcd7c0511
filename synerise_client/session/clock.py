"""Time as a session needs it: a clock that goes on in sleep, and the wall's."""

from __future__ import annotations

import time

_BOOT_TIME = getattr(time, "CLOCK_BOOTTIME", None)


class Clock:
    """The machine's clocks. Tests give a session another one and move it."""

    def elapsed(self) -> float:
        """Seconds since some moment; they go on in sleep where the system tells, and never jump."""
        return time.monotonic() if _BOOT_TIME is None else time.clock_gettime(_BOOT_TIME)

    def wall(self) -> float:
        """Unix seconds, as far as the machine's clock is right."""
        return time.time()


_LONGEST_LIFE = 10 * 365.25 * 24 * 3600


def seconds_left(
    expiration: float, *, created: float | None, date: float | None, wall: float
) -> float | None:
    """Tell how long a token lives from the moment its reply came in.

    Args:
        expiration: of the token, Unix seconds of the server's clock.
        created: when the server made it, the same unit, if it told.
        date: the server's clock when it answered, the same unit, if it told.
        wall: our clock when the reply came in, used only where the server told neither.

    Returns:
        Seconds; None if they make no sense: none at all, or more than ten years.
    """
    starts = [start for start in (created, date) if start is not None] or [wall]
    left = min(expiration - start for start in starts)
    return left if 0 < left <= _LONGEST_LIFE else None
