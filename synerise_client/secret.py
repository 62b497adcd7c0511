"""What must not be seen: in a log, in a repr, or among the local variables of a traceback.

Whoever shows a traceback with local variables shows those of this package, too.
So a password, a PIN or a token is held by a :class:`Secret` from the method that
a user calls to the line that encodes the request; and where an exception
leaves the package, the frames that it has left are cleared.
"""

from __future__ import annotations

import traceback
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

T = TypeVar("T")


class Secret(Generic[T]):
    """Holds something secret.

    Args:
        value: the secret.

    Attributes:
        reveal: returns it.
    """

    __slots__ = ("reveal",)

    def __init__(self, value: T) -> None:
        # Kept by a function: those who show an object's attributes find nothing to read.
        self.reveal: Callable[[], T] = lambda: value

    def __bool__(self) -> bool:
        return bool(self.reveal())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self.reveal() == other.reveal()

    def __repr__(self) -> str:
        return "…"


@overload
def hidden(value: None) -> None: ...


@overload
def hidden(value: T) -> Secret[T]: ...


def hidden(value: T | None) -> Secret[T] | None:
    """Return ``value`` as a secret; None stays None."""
    return None if value is None else Secret(value)


def revealed(value: Any) -> Any:
    """Return what a secret holds; anything else as it is."""
    return value.reveal() if isinstance(value, Secret) else value


def forget_locals(error: BaseException) -> None:
    """Clear the local variables of all frames that ``error``, and what led to it, have left."""
    left: list[BaseException | None] = [error]
    seen: set[int] = set()
    while left:
        each = left.pop()
        if each is None or id(each) in seen:
            continue
        seen.add(id(each))
        traceback.clear_frames(each.__traceback__)
        left += (each.__cause__, each.__context__)


@contextmanager
def without_locals() -> Iterator[None]:
    """Whatever is raised in the block takes no local variables of its frames along."""
    try:
        yield
    except BaseException as error:
        forget_locals(error)
        raise
