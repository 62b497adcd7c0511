"""How a request that another thread waits for is ended from outside.

A timeout does not do: a server that sends a byte now and then resets it. So
the socket itself is shut down, which ends a blocked read at once.
"""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from synerise_client.errors import Error, ErrorCode

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator


class SocketBreaker:
    """A second handle on a socket, with which any thread can end what the first one waits for.

    A handle of its own, because TLS takes the first one away for as long as
    it shakes hands.
    """

    def __init__(self, sock: socket.socket) -> None:
        self._handle = sock.dup()
        self._lock = threading.Lock()
        self._in_use = False
        self._retired = False

    def take(self) -> None:
        """Keep the handle open until :meth:`give_back`."""
        with self._lock:
            self._in_use = True

    def give_back(self) -> None:
        """The request is over; the connection may be used for another."""
        with self._lock:
            self._in_use = False
            if self._retired:
                self._handle.close()

    def retire(self) -> None:
        """The connection was closed; the rest of its last answer may still be read."""
        with self._lock:
            self._retired = True
            if not self._in_use:
                self._handle.close()

    def shut(self) -> None:
        """End every read and write on the socket, now and later."""
        from socket import SHUT_RDWR  # slow to load, and by now it is

        with self._lock, suppress(OSError):
            self._handle.shutdown(SHUT_RDWR)


class Cancellation:
    """One call's leave to go on: taken back by another thread or by its deadline.

    Args:
        seconds: how long the call may run, by the monotonic clock; None: for ever.

    Attributes:
        error: why it was ended; None while it may go on.
        replied_at: when the last reply came in, by ``time.monotonic()``; 0.0 if none did.
    """

    # Set with the class, as most calls have no use for any of them.
    error: Error | None = None
    replied_at = 0.0
    _event: threading.Event | None = None
    _breaker: SocketBreaker | None = None
    _child: Cancellation | None = None

    def __init__(self, seconds: float | None = None) -> None:
        self.deadline = None if seconds is None else time.monotonic() + seconds
        self._lock = threading.Lock()

    @property
    def event(self) -> threading.Event:
        """Set as soon as the call was ended."""
        with self._lock:
            if self._event is None:
                self._event = threading.Event()
                if self.error is not None:
                    self._event.set()
            return self._event

    def cancel(self, error: Error) -> None:
        """End the call with ``error``; whatever it waits for ends at once. Never blocks."""
        with self._lock:
            if self.error is not None:
                return
            self.error = error
            event, breaker, child = self._event, self._breaker, self._child
        if event is not None:
            event.set()
        if breaker is not None:
            breaker.shut()
        if child is not None:
            child.cancel(error)

    def end_in_child(self, error: Error) -> None:
        """End the call in a forked child: what it waits for is the parent's and not touched."""
        self.error = error
        if self._child is not None:
            self._child.end_in_child(error)

    def expire(self) -> None:
        """End the call because its deadline has passed."""
        self.cancel(
            Error(
                ErrorCode.REQUEST_FAILED,
                "The server gave no whole answer within the call's time limit",
            )
        )

    def note_reply(self) -> None:
        """A reply came in, whatever it says: the network is alive."""
        self.replied_at = time.monotonic()

    def check(self) -> None:
        """Raise the error that ended the call, if it was ended."""
        if self.error is None and self.remaining() == 0:
            self.expire()
        if self.error is not None:
            raise self.error

    def remaining(self) -> float | None:
        """Seconds until the deadline, 0 when it has passed, None without a deadline."""
        if self.deadline is None:
            return None
        return max(0.0, self.deadline - time.monotonic())

    def within(self, seconds: float) -> float:
        """``seconds``, or what is left until the deadline if that is less."""
        remaining = self.remaining()
        return seconds if remaining is None else min(seconds, remaining)

    def attach(self, breaker: SocketBreaker) -> None:
        """Have ``breaker`` shut when the call is ended, until :meth:`detach`."""
        self.detach()
        breaker.take()
        with self._lock:
            self._breaker = breaker
            ended = self.error is not None
        if ended:
            breaker.shut()

    def detach(self) -> None:
        """The request is over: its connection is left alone from now on."""
        with self._lock:
            breaker, self._breaker = self._breaker, None
        if breaker is not None:
            breaker.give_back()

    @contextmanager
    def limited_to(self, seconds: float) -> Iterator[Cancellation]:
        """A part of the call that may take ``seconds`` at most; it ends with the call too."""
        part = Cancellation(self.within(seconds))
        with self._lock:
            self._child = part
            error = self.error
        if error is not None:
            part.cancel(error)
        try:
            yield part
        finally:
            self.replied_at = max(self.replied_at, part.replied_at)
            with self._lock:
                self._child = None
