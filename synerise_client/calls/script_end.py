"""What happens to pending calls when the script ends."""

from __future__ import annotations

import atexit
import logging
import os
import sys
import time
import weakref
from contextlib import suppress
from typing import Protocol

from synerise_client.calls.workers import workers
from synerise_client.process.late_loading import has_just_loaded

CLOSING_SECONDS = 0.8
"""That what was ended is given to end."""

_LEAVING_SECONDS = 0.3
_log = logging.getLogger("synerise_client")


class Pending(Protocol):
    """Something with calls that are not answered yet."""

    def has_pending(self) -> bool:
        """Whether there are any."""

    def prepare_for_exit(self) -> None:
        """Take none from others than callbacks any more."""

    def drain_at_exit(self) -> bool:
        """Wait until they are answered, True; or until nothing of anybody's has moved for long."""

    def wait_for_the_rest(self, gives_up_at: float) -> None:
        """Wait for what was given up to end."""

    def leave(self) -> None:
        """Accept no more of them, and close what is under them."""

    def abort(self) -> None:
        """Send nothing more and start no further callback. Never blocks."""


_connectors: weakref.WeakSet[Pending] = weakref.WeakSet()


def wait_at_exit(connector: Pending) -> None:
    """Have the end of the script wait for what ``connector`` has pending."""
    if not _connectors:
        atexit.unregister(_drain_all)
        atexit.register(_drain_all)
    _connectors.add(connector)


def _drain_all() -> None:
    connectors = list(_connectors)
    try:
        if _was_interrupted():
            _abort_all()
        else:
            _drain(connectors)
        for connector in connectors:
            connector.leave()
        workers.join(_LEAVING_SECONDS)
        if _was_interrupted() and has_just_loaded():
            _die_of_interrupt()  # Python forgets to if another thread imports something just then
    except KeyboardInterrupt:
        _abort_all()
        _die_of_interrupt()


def _drain(connectors: list[Pending]) -> None:
    for connector in connectors:
        connector.prepare_for_exit()
    while any(connector.has_pending() for connector in connectors):
        given_up = [connector for connector in connectors if not connector.drain_at_exit()]
        if given_up:
            _log.warning(
                "The script ends although calls are pending: nothing has moved for a while"
            )
        gives_up_at = time.monotonic() + CLOSING_SECONDS
        for connector in given_up:
            connector.wait_for_the_rest(gives_up_at)


def _abort_all() -> None:
    for connector in list(_connectors):
        connector.abort()


def _was_interrupted() -> bool:
    """Whether the script ends because of a Ctrl-C that nobody handled."""
    is_interactive = hasattr(sys, "ps1") or bool(sys.flags.interactive)
    return getattr(sys, "last_type", None) is KeyboardInterrupt and not is_interactive


def _die_of_interrupt() -> None:
    import signal

    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):
            stream.flush()
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.raise_signal(signal.SIGINT)
    os._exit(130)
