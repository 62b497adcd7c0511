"""Moments and spans of time, as a person reads them."""

from __future__ import annotations

from datetime import datetime, timezone

_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_LARGEST = {"s": 2 * _MINUTE, "min": 2 * _HOUR, "h": 2 * _DAY}


def utc_time(seconds: float) -> str:
    """Return Unix seconds in UTC, as ISO 8601."""
    return datetime.fromtimestamp(seconds, timezone.utc).isoformat()


def until(moment: str, seconds_left: float) -> str:
    """Return when something ends: ``2026-11-22 17:14:05 (in 42 min)``.

    Args:
        moment: as ISO 8601; becomes this machine's local time.
        seconds_left: until then; negative if it is over.
    """
    local = datetime.fromisoformat(moment).astimezone()
    return f"{local:%Y-%m-%d %H:%M:%S} ({from_now(seconds_left)})"


def span(seconds: float) -> str:
    """Return how long something takes, in the unit that says it best: ``42 min``."""
    seconds = abs(seconds)
    for unit, name in ((1, "s"), (_MINUTE, "min"), (_HOUR, "h")):
        if seconds < _LARGEST[name]:
            return f"{round(seconds / unit)} {name}"
    return f"{round(seconds / _DAY)} days"


def from_now(seconds: float) -> str:
    """Return when something is: ``in 42 min`` or ``42 min ago``."""
    return f"in {span(seconds)}" if seconds > 0 else f"{span(seconds)} ago"
