"""Checks what a user hands to a method, where the call stands."""

from __future__ import annotations

from typing import Any

_NAMES = {str: "a string", bool: "a bool"}


def check(kind: type, **arguments: Any) -> None:
    """Check that each argument is a ``kind``.

    Raises:
        TypeError: one is not; it is named.
    """
    for name, value in arguments.items():
        if not isinstance(value, kind):
            expected = _NAMES.get(kind) or f"a {kind.__name__}"
            raise TypeError(f"{name} must be {expected}, not {_shown(value)}")


def check_optional(kind: type, **arguments: Any) -> None:
    """Check that each argument is a ``kind`` or None.

    Raises:
        TypeError: one is neither; it is named.
    """
    check(kind, **{name: value for name, value in arguments.items() if value is not None})


def _shown(value: Any) -> str:
    return "None" if value is None else type(value).__name__
