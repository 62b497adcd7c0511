"""Runs the user's callbacks: once each, and whatever they raise is logged and stops nothing."""

from __future__ import annotations

import logging
import threading
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Dispatch = Callable[[Callable[[], None]], Any]

_log = logging.getLogger("synerise_client")
_current = threading.local()


class Placed:
    """A callback that is run in a place of its own, whatever the client's dispatcher is.

    Args:
        callback: what is run there.
        dispatch: runs it there, or hands it on to be run.
    """

    def __init__(self, callback: Callable[..., Any], dispatch: Dispatch) -> None:
        self.__wrapped__ = callback  # tells how many arguments it takes
        self.dispatch = dispatch

    def __call__(self, *arguments: Any) -> Any:
        """Run it here."""
        return self.__wrapped__(*arguments)


class Delivery:
    """Where one client's callbacks are run.

    Args:
        owner: the client, as a user knows it, for the log.
        dispatch: runs a callback somewhere else, such as in a GUI's loop; by
            default it is run at once on the current thread, which is inside :meth:`here`.
    """

    def __init__(self, owner: str, dispatch: Dispatch | None = None) -> None:
        self.owner = owner
        self._dispatch = dispatch

    def deliver(self, callback: Callable[..., Any], *arguments: Any) -> None:
        """Run ``callback``, or hand it on to be run."""
        dispatch = self._dispatch
        if isinstance(callback, Placed):
            dispatch, callback = callback.dispatch, callback.__wrapped__
        if dispatch is not None:
            self._hand_on(dispatch, callback, partial(callback, *arguments))
            return
        try:
            callback(*arguments)
        except BaseException as error:
            del arguments  # a token may be among them: no traceback is to show it
            _log_raised(callback, error)

    def _hand_on(
        self, dispatch: Dispatch, callback: Callable[..., Any], answer: Callable[[], Any]
    ) -> None:
        def run_there() -> None:
            with self.here():
                try:
                    answer()
                except BaseException as error:
                    _log_raised(callback, error)

        try:
            dispatch(run_there)
        except BaseException as error:
            if is_interrupt_of_main_thread(error):
                raise
            _log.exception("The callback dispatcher failed; the callback counts as given")

    @contextmanager
    def here(self) -> Iterator[None]:
        """What the current thread does in the block, it does for this client's callbacks."""
        outer = getattr(_current, "delivery", None)
        _current.delivery = self
        try:
            yield
        finally:
            _current.delivery = outer

    def is_running_here(self) -> bool:
        """Whether the current thread is inside a callback of this client, or prepares one."""
        return getattr(_current, "delivery", None) is self

    def renew_after_fork(self) -> None:
        """The callback that forked is the parent's: here nothing waits for its end."""
        _current.delivery = None


def is_in_callback() -> bool:
    """Tell whether the current thread runs a callback, of whichever client."""
    return getattr(_current, "delivery", None) is not None


def _log_raised(callback: Callable[..., Any], error: BaseException) -> None:
    hint = ""
    if isinstance(error, (SystemExit, KeyboardInterrupt)):
        hint = "; it does not end the script: call Synerise.waitUntilIdle(), then sys.exit(n)"
    name = getattr(callback, "__qualname__", type(callback).__name__)
    _log.error("The callback %s raised %s%s", name, type(error).__name__, hint, exc_info=error)
    if is_interrupt_of_main_thread(error):
        raise error


def is_interrupt_of_main_thread(error: BaseException) -> bool:
    """Tell whether ``error`` is a real Ctrl-C, which ends the process and is not to be caught."""
    is_main = threading.current_thread() is threading.main_thread()
    return is_main and isinstance(error, KeyboardInterrupt)
