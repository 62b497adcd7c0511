"""One call of the user's: what it runs, and what its callbacks take."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from synerise_client.callbacks import takes_argument
from synerise_client.delivery import is_interrupt_of_main_thread
from synerise_client.errors import Error, ErrorCode
from synerise_client.secret import forget_locals

if TYPE_CHECKING:
    from collections.abc import Callable

    from synerise_client.api.cancellation import Cancellation
    from synerise_client.delivery import Delivery

    Work = Callable[..., Any]
    Callback = Callable[..., Any] | None

_log = logging.getLogger("synerise_client")


class Call:
    """One call of the user's, from the queue to its one callback.

    Attributes:
        name: of the method.
        work: run with the cancellation and the arguments.
        generation: of the connector when the call was made.
        cancellation: ends it; there as soon as the call is running.
        is_withdrawn: nobody wants its callbacks any more.
    """

    cancellation: Cancellation

    __slots__ = (
        "arguments",
        "cancellation",
        "generation",
        "is_withdrawn",
        "name",
        "on_error",
        "on_success",
        "takes_error",
        "takes_result",
        "work",
    )

    def __init__(self, name: str, work: Work, arguments: tuple[Any, ...]) -> None:
        self.name = name
        self.work = work
        self.arguments = arguments
        self.on_success: Callback = None
        self.on_error: Callback = None
        self.takes_result = self.takes_error = False
        self.generation = 0
        self.is_withdrawn = False

    def expect(self, on_success: Callback, on_error: Callback) -> None:
        """Take the user's callbacks.

        Raises:
            TypeError: one of them cannot be called with one argument or none.
        """
        if on_success is not None:
            self.on_success = on_success
            self.takes_result = takes_argument(on_success, "onSuccess")
        if on_error is not None:
            self.on_error = on_error
            self.takes_error = takes_argument(on_error, "onError")

    def outcome(self) -> tuple[Any, Error | None]:
        """Run the call and return its result, or the Error that it failed with."""
        try:
            return self.work(self.cancellation, *self.arguments), None
        except Error as error:
            return None, _bare(error)
        except BaseException as error:
            forget_locals(error)
            if is_interrupt_of_main_thread(error):
                raise
            _log.exception("%s failed in a way that it should not", self.name)
            return None, Error(
                ErrorCode.UNKNOWN,
                f"An unknown error happened: {type(error).__name__}; the log has its traceback",
            )

    def answer(self, delivery: Delivery, result: Any, error: Error | None) -> None:
        """Give the call its one callback."""
        if self.is_withdrawn:
            _log.debug("%s: withdrawn while it ran", self.name)
            return
        _log.debug("%s: %s", self.name, "success" if error is None else f"error {error.code}")
        if error is None:
            if self.on_success is not None:
                delivery.deliver(self.on_success, *((result,) if self.takes_result else ()))
        elif self.on_error is not None:
            delivery.deliver(self.on_error, *((error,) if self.takes_error else ()))
        else:
            _log.warning("Synerise.Client.%s failed and has no onError: %s", self.name, error)


def _bare(error: Error) -> Error:
    """Drop what an exception drags along: frames that hold tokens and passwords."""
    error.__traceback__ = error.__context__ = error.__cause__ = None
    return error
