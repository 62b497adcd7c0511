"""What happens to pending calls when the script ends."""

from __future__ import annotations

import atexit
import os
import sys
import weakref
from contextlib import suppress
from typing import Protocol

from synerise_client.threads import has_just_loaded
from synerise_client.workers import workers

_LEAVING_SECONDS = 0.3


class Pending(Protocol):
    """Something with calls that are not answered yet."""

    def has_pending(self) -> bool:
        """Whether there are any."""

    def drain_at_exit(self) -> None:
        """Wait until they are answered, or until nothing has moved for too long."""

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
    while any(connector.has_pending() for connector in connectors):
        for connector in connectors:
            connector.drain_at_exit()


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
