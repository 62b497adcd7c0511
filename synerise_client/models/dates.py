"""Dates as servers and phones write them, read into aware UTC datetimes."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)

# As seconds this is the year 5138, as milliseconds 1973: no expiry or visit is on the wrong side.
_MILLISECONDS_FROM = 100_000_000_000


def utc_datetime(value: object) -> datetime | None:
    """Read a date of a reply.

    Args:
        value: Unix seconds or milliseconds, told apart by magnitude; an ISO 8601 string in its
            extended form (``2024-05-01T10:00:00Z``); or a datetime. Without a zone, it is UTC.

    Returns:
        The date as an aware datetime in UTC, or None where there is no date to be had.
    """
    try:
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return _from_number(value)
        if isinstance(value, str):
            return _from_text(value.strip())
        return _in_utc(value) if isinstance(value, datetime) else None
    except (ValueError, OverflowError):
        return None


def _from_number(value: float) -> datetime:
    # Not datetime.fromtimestamp: on Windows it refuses what lies before 1970.
    if abs(value) >= _MILLISECONDS_FROM:
        return _EPOCH + timedelta(milliseconds=value)
    return _EPOCH + timedelta(seconds=value)


def _from_text(text: str) -> datetime | None:
    date, separator, time = text[:10], text[10:11], text[11:]
    # Python 3.11 reads far more forms than 3.10 (basic ones, week dates): none of them here, so
    # that a reply means the same everywhere.
    if date[4:5] != "-" or date[7:8] != "-":
        return None
    if not separator:
        return _in_utc(datetime.fromisoformat(date))
    if separator not in "Tt " or time[2:3] != ":":
        return None
    clock, offset = _without_offset(time)
    seconds, _, fraction = clock.replace(",", ".").partition(".")
    if fraction:
        seconds += "." + fraction[:6].ljust(6, "0")
    return _in_utc(datetime.fromisoformat(f"{date}T{seconds}{offset}"))


def _without_offset(time: str) -> tuple[str, str]:
    """Split into time of day and offset, the latter as Python 3.10 reads it: +hh:mm."""
    if time[-1] in "Zz":
        return time[:-1], "+00:00"
    for sign in "+-":
        clock, found, offset = time.partition(sign)
        if found:
            digits = offset.replace(":", "")
            return clock, f"{sign}{digits[:2]}:{digits[2:] or '00'}"
    return time, ""


def _in_utc(date: datetime) -> datetime:
    if date.tzinfo is None:
        return date.replace(tzinfo=timezone.utc)
    return date.astimezone(timezone.utc)
