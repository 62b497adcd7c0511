"""A queue of calls that some thread drains, delivering their callbacks there.

As a rule that is a daemon thread, which comes with the first call and leaves
when there was nothing to do for a while; at the end of the script, where no
thread can be started any more, it is the one that waits for the calls.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from typing import TYPE_CHECKING

from synerise_client.api.cancellation import Cancellation
from synerise_client.delivery import Delivery, is_in_callback
from synerise_client.errors import START_AGAIN, CallEnded, Error
from synerise_client.secret import forget_locals
from synerise_client.threads import idle_seconds, is_script_over, renew_in_children

if TYPE_CHECKING:
    from collections.abc import Callable

    from synerise_client.call import Call
    from synerise_client.delivery import Dispatch

_log = logging.getLogger("synerise_client")


class CallQueue:
    """Calls and announcements, one at a time, in order.

    Args:
        deadline: seconds that a call may run.
        dispatch: runs a callback somewhere else, such as in a GUI's loop; by
            default it runs on the draining thread.
        on_close: run once after the last call was answered.
        idle_seconds: after which the thread is given back.
        drain_seconds: how long the end of the script waits without any progress.
    """

    def __init__(
        self,
        *,
        deadline: float,
        dispatch: Dispatch | None = None,
        on_close: Callable[[], None] | None = None,
        idle_seconds: float = 5.0,
        drain_seconds: float = 60.0,
    ) -> None:
        self._deadline = deadline
        self._delivery = Delivery(dispatch)
        self._on_close = on_close
        self._idle_seconds = idle_seconds
        self._drain_seconds = drain_seconds
        self._generation = 0
        self._is_closed = False
        self._is_aborted = False
        self._is_ending = False
        self._has_closed = on_close is None
        self._start_over()
        renew_in_children(self)

    def renew_after_fork(self) -> None:
        """What is pending is the parent's alone; here the queue is empty."""
        for call in [*self._background, *([self._running] if self._running else [])]:
            call.cancellation.end_in_child(CallEnded("This call is the parent's"))
        self._delivery.renew_after_fork()
        self._start_over()

    # The queue.

    def _start_over(self) -> None:
        self._changed = threading.Condition()  # reentrant, for signal handlers
        self._queue: deque[Call] = deque()
        self._ahead: deque[Callable[[], None]] = deque()
        self._running: Call | None = None
        self._background: list[Call] = []
        self._unfinished = 0
        self._enders: list[int] = []  # threads that end the session just now
        self._ended_because: str | None = None
        self._last_progress = 0.0
        self._thread: threading.Thread | None = None
        self._is_waiting = False

    def _enqueue(self, call: Call) -> None:
        if self._is_closed:
            raise RuntimeError(f"{call.name}: the client was shut down{START_AGAIN}")
        if self._is_ending and not self._may_still_call():
            raise RuntimeError(f"{call.name}: the script is ending")
        if self._thread is None:
            self._start_thread()
        self._queue.append(call)
        self._unfinished += 1
        if self._is_waiting:
            self._changed.notify_all()

    def _may_still_call(self) -> bool:
        """Only callbacks may, once the script ends: a daemon thread would keep it up for ever."""
        return is_in_callback() or self._thread is threading.current_thread()

    def _start_thread(self) -> None:
        thread = threading.Thread(target=self._drain, name="synerise-client", daemon=True)
        try:
            thread.start()
        except RuntimeError:
            if not is_script_over():
                raise
            return  # the interpreter is ending: the exit hook or a waiting thread drains the queue
        self._thread = thread

    def _announce(self, announcements: list[Callable[[], None]]) -> None:
        """Have ``announcements`` run ahead of everything else."""
        self._ahead.extend(announcements)
        self._unfinished += len(announcements)
        if announcements and self._thread is None:
            self._start_thread()

    def _end_calls(self) -> None:
        """Have every call made so far answered with -999."""
        self._generation += 1
        if self._running is not None:
            self._running.cancellation.cancel(self._ended())

    def _end_all(self, because: str) -> None:
        """Have every call answered with -999 and drop what runs beside them, for good."""
        self._ended_because = because
        self._end_calls()
        for call in self._background:
            call.cancellation.cancel(self._ended())
        self._changed.notify_all()

    def _ended(self) -> Error:
        return CallEnded(self._ended_because) if self._ended_because else CallEnded()

    # What the draining thread does.

    def _drain_here(self, stop: Callable[[], bool] = lambda: False) -> None:
        """Answer what is pending on this thread if no other could be started for it."""
        with self._changed:
            if self._thread is not None or not self._unfinished:
                return
            self._thread = threading.current_thread()
        try:
            self._drain(stop)
        finally:
            with self._changed:
                self._thread = None

    def _drain(self, stop: Callable[[], bool] | None = None) -> None:
        """Answer calls: until there were no more for a while, or until ``stop`` tells to leave."""
        changed, stays = self._changed, stop is None
        while stop is None or not stop():
            step = self._next_step(changed, stays)
            if step is None:
                break
            _run_logged(step)
            if changed is not self._changed:
                return  # forked in a callback: this queue is the parent's
            with changed:
                self._unfinished -= 1
                if not self._unfinished:
                    changed.notify_all()
        if self._is_closed:
            self._close()

    def _next_step(self, changed: threading.Condition, stays: bool) -> Callable[[], None] | None:
        with changed:
            while not self._is_aborted:
                if self._enders:
                    changed.wait()
                elif self._ahead:
                    return self._ahead.popleft()
                elif self._queue:
                    return self._started(self._queue.popleft(), stays)
                elif self._is_closed and self._unfinished:
                    changed.wait()  # for what runs beside the queue
                elif self._is_closed or not stays or not self._waits_for_more(changed):
                    break
        return None

    def _started(self, call: Call, stays: bool) -> Callable[[], None]:
        # Nobody watches a deadline once no thread can be started: the last calls are kept short.
        seconds = self._deadline if stays else min(self._deadline, self._drain_seconds)
        call.cancellation = Cancellation(seconds)
        self._running = call
        return lambda: self._answer(call)

    def _waits_for_more(self, changed: threading.Condition) -> bool:
        """Wait for something to do; False if the thread is given back."""
        self._is_waiting = True
        was_notified = changed.wait(idle_seconds(self._idle_seconds))
        self._is_waiting = False
        has_work = self._queue or self._ahead or self._enders or self._is_closed
        if not (was_notified or has_work or is_script_over()):
            self._thread = None
            return False
        return True

    def _answer(self, call: Call) -> None:
        changed, result, error = self._changed, None, None
        if not self._has_ended(call):
            result, error = call.outcome()
        if changed is not self._changed:
            return  # forked in a hook or a listener: the answer is the parent's
        with changed:
            while self._enders and not self._is_aborted:
                changed.wait()
            self._running = None
            if self._is_aborted:
                return
            if self._has_ended(call):
                error = self._ended()
            self._note_progress(call, error)
            announcements, self._ahead = self._ahead, deque()
            self._unfinished -= len(announcements)
        for step in (*announcements, lambda: call.answer(self._delivery, result, error)):
            if changed is self._changed:  # else forked in a listener: what follows is the parent's
                _run_logged(step)

    def _note_progress(self, call: Call, error: Error | None) -> None:
        moved_at = time.monotonic() if error is None else call.cancellation.replied_at
        self._last_progress = max(self._last_progress, moved_at)

    def _has_ended(self, call: Call) -> bool:
        return call.generation != self._generation

    def _has_stalled(self) -> bool:
        running = self._running
        replied_at = running.cancellation.replied_at if running is not None else 0.0
        return time.monotonic() - max(self._last_progress, replied_at) > self._drain_seconds

    def _close(self) -> None:
        """Close what is under the calls, once. It may wait, so no lock is held."""
        with self._changed:
            on_close, self._on_close = self._on_close, None
        if on_close is not None:
            _run_logged(on_close)
        with self._changed:
            self._has_closed = self._has_closed or on_close is not None
            self._changed.notify_all()


def _run_logged(step: Callable[[], None]) -> None:
    try:
        step()
    except Exception as error:
        forget_locals(error)
        _log.exception("The client failed in a way that it should not")
