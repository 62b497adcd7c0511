"""How long and how often a request is tried: values that a user may set."""

from __future__ import annotations

from typing import Any

from attrs import Attribute, field, frozen, validators


def _is_number(_: object, attribute: Attribute[Any], value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError(f"{attribute.name} must be a number, not {type(value).__name__}")


def _seconds(*, default: float, may_be_zero: bool = False) -> float:
    bound: Any = validators.ge(0) if may_be_zero else validators.gt(0)
    number: Any = _is_number
    seconds: float = field(default=default, validator=[number, bound, validators.lt(float("inf"))])
    return seconds


@frozen
class RetryPolicy:
    """How often and how long a request is tried; waiting is exponential with full jitter.

    Args:
        attempts: requests in all, the first included.
        initial: seconds that the first wait takes at most; it doubles from there.
        maximum: seconds that any wait takes at most.
        deadline: seconds that a call takes at most, the reading of its answer included.

    Raises:
        TypeError: a value is not a number.
        ValueError: a value is out of range.
    """

    attempts: int = field(
        default=5, validator=[_is_number, validators.instance_of(int), validators.ge(1)]
    )
    initial: float = _seconds(default=0.5, may_be_zero=True)
    maximum: float = _seconds(default=8.0, may_be_zero=True)
    deadline: float = _seconds(default=60.0)


@frozen
class Timeouts:
    """How long one attempt waits, in seconds.

    Args:
        connect: for the connection.
        read: for the next bytes of the answer.

    Raises:
        TypeError: a value is not a number.
        ValueError: a value is not greater than 0.
    """

    connect: float = _seconds(default=5.0)
    read: float = _seconds(default=20.0)


ONCE = RetryPolicy(attempts=1)
