"""A bounded number of connections to one Redis, for which nobody waits longer than allowed."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any, Protocol

from synerise_client.process.forks import abandon, renew_in_children
from synerise_client.process.threads import start_thread
from synerise_client.session.storage import StorageError

if TYPE_CHECKING:
    from collections.abc import Callable


REST_SECONDS = 0.5
"""After a failure everybody is told so at once, instead of waiting for the next one."""


class Connection(Protocol):
    """One of redis-py's."""

    def connect(self) -> None:
        """Connect, and introduce the client."""

    def send_command(self, *words: bytes | str | int) -> None:
        """Send a command."""

    def can_read(self, timeout: float) -> bool:
        """Tell whether an answer, or the end of the connection, comes within ``timeout``."""

    def read_response(self) -> Any:
        """Return the answer, or raise it if it is an error."""

    def disconnect(self) -> None:
        """Close it."""


class _Link:
    """A connection, and what is known of it."""

    def __init__(self, connection: Connection, generation: int) -> None:
        self.connection = connection
        self.generation = generation
        self.has_answered = False


class Connections:
    """Sends commands over connections that are made when they are needed, and kept.

    They are made on threads of their own: nothing else would end the wait for a
    name look-up in time.

    Args:
        make: makes a connection that is not connected yet.
        at_most: how many there are at a time.
        describe: says in an error's message what went wrong, without secrets.
    """

    def __init__(
        self,
        make: Callable[[], Connection],
        at_most: int,
        describe: Callable[[Exception], str],
    ) -> None:
        self._make = make
        self._at_most = at_most
        self._describe = describe
        self._start_over()
        renew_in_children(self)

    def _start_over(self) -> None:
        self._changed = threading.Condition()
        self._idle: list[_Link] = []
        self._generation = 0
        self._open = 0
        self._connecting = 0
        self._waiting = 0
        self._rests_until = 0.0
        self._failure = ""
        self._failures = 0

    def renew_after_fork(self) -> None:
        """The connections are the parent's: they are neither used nor closed here."""
        abandon(self._idle)
        self._start_over()

    def send(self, *command: bytes | str | int, timeout: float) -> Any:
        """Send a command and return the answer; it may be sent twice.

        Args:
            command: that does the same if it is carried out once more.
            timeout: seconds to wait at most.

        Raises:
            StorageError: there is no answer, or it is an error.
        """
        from redis import exceptions

        gives_up_at = time.monotonic() + timeout
        while True:
            link = self._taken(gives_up_at)
            try:
                link.connection.send_command(*command)
                if not link.connection.can_read(max(0.0, gives_up_at - time.monotonic())):
                    raise exceptions.TimeoutError(f"no answer within {timeout:g} s")  # noqa: TRY301
                answer = link.connection.read_response()
            except exceptions.ResponseError as error:
                if isinstance(error, exceptions.ReadOnlyError):  # another server has taken over
                    self._drop(link, error)
                else:
                    self._give_back(link)
                raise StorageError(self._describe(error)) from None
            except (exceptions.RedisError, OSError) as error:
                if link.has_answered and not isinstance(error, exceptions.TimeoutError):
                    self._drop(link)  # it was closed meanwhile; Redis may be there again
                    continue
                self._drop(link, error)
                raise StorageError(self._describe(error)) from None
            except BaseException:
                self._drop(link)
                raise
            self._give_back(link)
            return answer

    def close(self) -> None:
        """Close all connections, those in use as soon as they are given back."""
        with self._changed:
            idle, self._idle = self._idle, []
            self._generation += 1
        for link in idle:
            self._drop(link)

    def _taken(self, gives_up_at: float) -> _Link:
        with self._changed:
            self._waiting += 1
            failures = self._failures
            try:
                while not self._idle:
                    left = gives_up_at - time.monotonic()
                    if time.monotonic() < self._rests_until or failures != self._failures:
                        raise StorageError(self._failure)
                    if left <= 0:
                        raise self._waited_in_vain()
                    if self._connecting < self._waiting and self._open < self._at_most:
                        self._open += 1
                        self._connecting += 1
                        start_thread(self._connect, "synerise-redis-connect")
                    else:
                        self._changed.wait(left)
                return self._idle.pop()
            finally:
                self._waiting -= 1

    def _waited_in_vain(self) -> StorageError:
        if not self._connecting:
            return StorageError("All connections to Redis are in use for too long")
        self._rest(self._describe(TimeoutError("it cannot be reached in time")))
        return StorageError(self._failure)

    def _connect(self) -> None:
        connection, failure, generation = None, "", self._generation
        try:
            made = self._make()
            made.connect()
            connection = made
        except Exception as error:  # of the library, the sockets, or what the user has set
            failure = self._describe(error)
        with self._changed:
            self._connecting -= 1
            if connection is None:
                self._open -= 1
                self._rest(failure)
                return
            self._rests_until = 0.0
            link = _Link(connection, generation)
            if self._waiting or generation == self._generation:
                self._idle.append(link)
                self._changed.notify()
                return
        self._drop(link)  # all were closed meanwhile

    def _rest(self, failure: str) -> None:
        self._failure = failure
        self._failures += 1
        self._rests_until = time.monotonic() + REST_SECONDS
        self._changed.notify_all()

    def _give_back(self, link: _Link) -> None:
        with self._changed:
            if link.generation == self._generation:
                link.has_answered = True
                self._idle.append(link)
                self._changed.notify()
                return
        self._drop(link)

    def _drop(self, link: _Link, failure: Exception | None = None) -> None:
        with self._changed:
            self._open -= 1
            if failure is not None:
                self._rest(self._describe(failure))
            self._changed.notify()
        link.connection.disconnect()
