"""Takes calls in, waits for them and ends them: what the modules and the script's end need."""

from __future__ import annotations

import logging
import math
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from synerise_client.api.cancellation import Cancellation
from synerise_client.calls.call import Call
from synerise_client.calls.queue import CallQueue
from synerise_client.calls.script_end import CLOSING_SECONDS
from synerise_client.calls.workers import workers
from synerise_client.errors import START_AGAIN, CallEnded
from synerise_client.process.locks import LazyCondition

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from synerise_client.calls.call import Callback, Work

_ABORTING_SECONDS = 0.3
_STALL_POLL_SECONDS = 0.2
_HELP_POLL_SECONDS = 0.2
_log = logging.getLogger("synerise_client")


class Connector(CallQueue):
    """One client's calls, first in, first out, each with exactly one callback."""

    # What the modules call, on the user's threads.

    def withdraw(self, on_success: Callback) -> None:
        """Take a call back: it is not sent if it has not begun, else it ends at once.

        It gets no callback, if it has not got one already.

        Args:
            on_success: the very one that the call was made with.
        """
        with self._changed:
            for call in self._queue:
                if call.on_success is on_success:
                    self._queue.remove(call)
                    self._unfinished -= 1
                    self._changed.notify_all()
                    return
            running = self._running
            if running is not None and running.on_success is on_success:
                running.is_withdrawn = True
                running.end(CallEnded("The call was taken back"))

    def submit_in_background(self, name: str, work: Work) -> None:
        """Run work beside the queue; nobody waits for it, and no end of a session touches it."""
        call = Call(name, work)
        call.cancellation = Cancellation()
        with self._changed:
            if self._is_closed:
                return
            self._unfinished += 1
            self._background.append(call)
        try:
            is_taken = workers.run(lambda: self._run_beside(call))
        except RuntimeError:
            is_taken = False
        if not is_taken:
            self._run_beside(call)

    def _run_beside(self, call: Call) -> None:
        changed = self._changed
        if call.cancellation is not None:
            call.cancellation.deadline = time.monotonic() + self._deadline  # it may have waited
        with self._delivery.here():
            _, error = call.outcome()
        if changed is not self._changed:
            return  # forked in a hook: the call is the parent's
        if error is not None:
            _log.warning("%s: signed out here, but the server was not told: %s", call.name, error)
        with changed:
            self._background.remove(call)
            self._unfinished -= 1
            changed.notify_all()
        self._close_if_over()

    @contextmanager
    def ending(self) -> Iterator[list[Callable[[], None]]]:
        """Hold callbacks back while the session is ended on this thread.

        Yields:
            A list. What the block appends to it is run on the callback thread
            ahead of everything else.
        """
        announcements: list[Callable[[], None]] = []
        with self._changed:
            if self._is_closed and not self.is_delivering():
                raise RuntimeError(f"The client was shut down{START_AGAIN}")
            self._enders.append(threading.get_ident())
        try:
            yield announcements
        finally:
            with self._changed:
                if threading.get_ident() in self._enders:
                    self._enders.remove(threading.get_ident())
                self._announce(announcements)
                self._changed.notify_all()

    def cut(self) -> None:
        """End every call made so far; for the ender, at the moment when the session changes."""
        with self._changed:
            self._end_calls()

    def deliver(self, callback: Callable[..., Any], *arguments: Any) -> None:
        """Run a listener's ``callback`` once; what it raises is logged and stops nothing."""
        self._is_telling = True
        try:
            self._delivery.deliver(callback, *arguments)
        finally:
            self._is_telling = False

    def wait_until_idle(self, timeout: float | None = None) -> bool:
        """Wait until every call so far and every call made by callbacks is answered.

        Args:
            timeout: seconds to wait at most; None: as long as it takes.

        Returns:
            Whether everything is answered.

        Raises:
            RuntimeError: called from inside a callback, which would wait for itself.
            TypeError: timeout is no number.
        """
        if timeout is not None and not isinstance(timeout, (int, float)):
            raise TypeError(f"timeout must be a number or None, not {type(timeout).__name__}")
        if self.is_delivering():
            raise RuntimeError(
                "waitUntilIdle was called from inside a callback: it would never return"
            )
        self._leaves_enders()
        gives_up_at = math.inf if timeout is None else time.monotonic() + timeout
        while True:
            self._drain_here(lambda: time.monotonic() >= gives_up_at)
            left = gives_up_at - time.monotonic()
            with self._changed:
                if self._changed.wait_for(self._is_idle, min(left, _HELP_POLL_SECONDS)):
                    return True
            if left <= _HELP_POLL_SECONDS:
                return False

    def _is_idle(self) -> bool:
        return not self._unfinished

    def pending(self) -> list[str]:
        """Return the methods whose calls are not finished, the one that is running first."""
        with self._changed:
            running = [self._running] if self._running is not None else []
            return [call.name for call in (*running, *self._queue, *self._background)]

    @property
    def owner(self) -> str:
        """The client, as a user knows it."""
        return self._delivery.owner

    def is_closed(self) -> bool:
        """Whether calls are refused."""
        return self._is_closed

    def is_delivering(self) -> bool:
        """Whether the current thread runs a callback of this client, or is its worker."""
        return self._delivery.is_running_here() or self._thread is threading.current_thread()

    def shutdown(self) -> None:
        """Answer every pending call with -999 and accept no more.

        Returns when all are answered; inside a callback or an ender at once.
        """
        with self._changed:
            is_first = not self._is_closed
            self._refuse_more()
            if is_first:
                self._end_all("The client was shut down before this call finished")
        if self.is_delivering() or self._leaves_enders():
            return  # else what waits here, perhaps in a signal handler, would wait for itself
        while not self._is_over():
            self._drain_here()
            with self._changed:
                self._changed.wait_for(self._is_over, _HELP_POLL_SECONDS)
        self._close()
        with self._changed:
            self._changed.wait_for(self._has_been_closed)

    def _leaves_enders(self) -> bool:
        """Hold nothing back for enders of this thread any more; tell whether there were any.

        Whatever a signal handler raises may tear the thread out of an ender without a trace.
        """
        ident = threading.get_ident()
        with self._changed:
            left = [ender for ender in self._enders if ender != ident]
            had_some, self._enders = len(left) < len(self._enders), left
            self._changed.notify_all()
        return had_some

    def _is_over(self) -> bool:
        return not (self._unfinished or self._enders)

    def _has_been_closed(self) -> bool:
        return self._has_closed or self._closer is threading.current_thread()

    # The end of the script.

    def has_pending(self) -> bool:
        """Whether a call or an event is not finished."""
        return self._unfinished > 0

    def prepare_for_exit(self) -> None:
        """Take calls from callbacks only, from now on."""
        self._leaves_enders()
        CallQueue._moved_at = time.monotonic()
        self._is_ending = True

    def drain_at_exit(self) -> bool:
        """Wait until everything is answered, or until nothing of any client has moved for long.

        Returns:
            Whether everything is answered; else each call that is left is being ended.
        """
        self._drain_here(self._has_stalled)
        with self._changed:
            while self._unfinished and not self._has_stalled():
                self._changed.wait(min(_STALL_POLL_SECONDS, self._drain_seconds))
            if not self._unfinished:
                return True
            self._refuse_more()
            self._end_all("The script ended before this call finished")
            self._left_running = self._running
            return False

    def wait_for_the_rest(self, gives_up_at: float) -> None:
        """Wait until what was ended is answered, but for nothing that never returns.

        Args:
            gives_up_at: when the client's own code, or the user's, counts as such; by the
                monotonic clock.
        """
        self._work()  # it may have had no thread: all of them may hang
        with self._changed:
            self._wait_until(gives_up_at - CLOSING_SECONDS / 2)
            is_same = self._left_running is not None and self._running is self._left_running
            is_hung = is_same and not self._is_telling
            if not is_hung:
                self._wait_until(gives_up_at)
            if self._unfinished:
                self._leave_thread_behind(self._running if is_hung else None)
        self._work()

    def _wait_until(self, moment: float) -> None:
        self._changed.wait_for(self._is_idle, max(0.0, moment - time.monotonic()))

    def _leave_thread_behind(self, hung: Call | None) -> None:
        """Go on without the thread, which drops what it does as soon as it notices.

        Args:
            hung: the call that it cannot be got out of, such as in a name look-up; None if
                it is in the user's own code: two callbacks at a time would be worse than none.
        """
        self._changed.notify_all()
        self._changed = LazyCondition()
        self._thread = self._running = None
        self._is_scheduled = False
        if hung is None or self._enders:
            self._queue.clear()
            self._ahead.clear()
        else:
            self._queue.appendleft(hung)
        self._unfinished = len(self._queue) + len(self._ahead)

    def leave(self) -> None:
        """Accept no more calls, and let the thread end by itself rather than be cut off."""
        seconds = _ABORTING_SECONDS if self._is_aborted else CLOSING_SECONDS
        with self._changed:
            self._refuse_more()
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._thread is None, seconds)
        if self._thread is None:
            self._close()

    def abort(self) -> None:
        """Send nothing more and start no further callback."""
        with self._changed:
            self._is_aborted = True
            self._refuse_more()
            self._queue.clear()
            self._ahead.clear()
            calls = self._begun()
            self._changed.notify_all()
        for call in calls:
            call.end(CallEnded("The process was interrupted"))
