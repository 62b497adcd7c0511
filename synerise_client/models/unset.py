"""UNSET: what a context's field holds until it is set."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Final, Literal


class UnsetType(Enum):
    """The type of ``UNSET``, for annotations.

    It is an enum with one member because type checkers narrow those: after ``is UNSET`` as well
    as after a plain ``if context.city:`` they know what is left.
    """

    UNSET = "UNSET"

    def __bool__(self) -> Literal[False]:
        return False

    def __repr__(self) -> str:
        return "UNSET"

    __str__ = __repr__

    if not TYPE_CHECKING:  # to a type checker, __setattr__ would allow every name

        def __setattr__(self, name: str, value: object) -> None:
            # Else `context.agreements.email = True` would be lost when agreements was never set.
            if not name.startswith("_"):  # those are enum's own
                raise AttributeError(f"cannot set {name!r} on a field that is UNSET")
            super().__setattr__(name, value)


UNSET: Final = UnsetType.UNSET
"""A field that was never set: falsy, and left out of what is sent (None is sent as null)."""
