"""The fields of a request's body."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synerise_client.errors import Error, ErrorCode

if TYPE_CHECKING:
    from synerise_client.secret import Secret


def require(**texts: str | Secret[str]) -> None:
    """Check that no argument is empty.

    Raises:
        Error: 3050, and which one is.
    """
    for name, text in texts.items():
        if not text:
            raise Error(ErrorCode.UNUSABLE_ARGUMENT, f"{name} must not be empty")


def given(fields: dict[str, Any]) -> dict[str, Any]:
    """Leave out what is None."""
    return {name: value for name, value in fields.items() if value is not None}
