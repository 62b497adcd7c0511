"""One call of the user's: what it runs, and what its callbacks take."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from synerise_client.calls.callbacks import takes_argument
from synerise_client.calls.delivery import is_interrupt_of_main_thread
from synerise_client.errors import Error, ErrorCode
from synerise_client.secret import forget_locals

if TYPE_CHECKING:
    from collections.abc import Callable

    from synerise_client.api.cancellation import Cancellation
    from synerise_client.calls.delivery import Delivery

    Work = Callable[..., Any]
    Callback = Callable[..., Any] | None

_log = logging.getLogger("synerise_client")


class Call:
    """One call of the user's, from the queue to its one callback.

    Args:
        name: of the method.
        work: run with the cancellation and the arguments.
        arguments: for it.
        on_success: gets what it returns.
        on_error: gets the Error that it raises.
        at_hand: tried first: returns what ``work`` would, if that needs no waiting, else None.

    Raises:
        TypeError: a callback cannot be called with one argument or none.

    Attributes:
        generation: of the connector when the call was made.
        cancellation: ends it; there as soon as there is something to wait for.
        is_withdrawn: nobody wants its callbacks any more.
    """

    generation = 0
    cancellation: Cancellation | None = None
    is_withdrawn = False

    def __init__(
        self,
        name: str,
        work: Work,
        arguments: tuple[Any, ...] = (),
        on_success: Callback = None,
        on_error: Callback = None,
        at_hand: Callable[[], Any] | None = None,
    ) -> None:
        self.name = name
        self.work = work
        self.arguments = arguments
        self.on_success = on_success
        self.on_error = on_error
        self.takes_result = on_success is not None and takes_argument(on_success, "onSuccess")
        self.takes_error = on_error is not None and takes_argument(on_error, "onError")
        self.at_hand = at_hand

    @property
    def replied_at(self) -> float:
        """When the last reply came in, by ``time.monotonic()``; 0.0 if none did."""
        return 0.0 if self.cancellation is None else self.cancellation.replied_at

    def end(self, error: Error) -> None:
        """Have what it waits for end with ``error``. Never blocks."""
        if self.cancellation is not None:
            self.cancellation.cancel(error)

    def end_in_child(self, error: Error) -> None:
        """End it in a forked child, where what it waits for is the parent's."""
        if self.cancellation is not None:
            self.cancellation.end_in_child(error)

    def result_at_hand(self) -> Any:
        """Return the result if there is no need to wait for it, else None."""
        try:
            return self.at_hand and self.at_hand()
        except BaseException as error:  # the usual way will meet it again, and tell
            if is_interrupt_of_main_thread(error):
                raise
            return None

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
        if error is not None:
            _log.debug("%s: error %s", self.name, error.code)
            if self.on_error is None:
                called = f"{delivery.owner}.{self.name}"
                _log.warning("%s failed and has no onError: %s", called, error)
            elif self.takes_error:
                delivery.deliver(self.on_error, error)
            else:
                delivery.deliver(self.on_error)
            return
        if self.cancellation is not None:  # what is at hand is not worth a line
            _log.debug("%s: success", self.name)
        if self.on_success is None:
            return
        if self.takes_result:
            delivery.deliver(self.on_success, result)
        else:
            delivery.deliver(self.on_success)


def _bare(error: Error) -> Error:
    """Drop what an exception drags along: frames that hold tokens and passwords."""
    error.__traceback__ = error.__context__ = error.__cause__ = None
    return error
