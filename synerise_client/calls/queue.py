"""A queue of calls that some thread drains, delivering their callbacks there.

As a rule that is one of the :mod:`~synerise_client.calls.workers`; at the end of the script,
where no thread can be started any more, it is the one that waits for the calls.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from synerise_client.api.cancellation import Cancellation
from synerise_client.calls.call import Call
from synerise_client.calls.delivery import Delivery, is_in_callback
from synerise_client.calls.workers import workers
from synerise_client.errors import START_AGAIN, CallEnded, Error
from synerise_client.process.forks import renew_in_children
from synerise_client.process.locks import LazyCondition
from synerise_client.secret import forget_locals

if TYPE_CHECKING:
    from collections.abc import Callable

    from synerise_client.calls.call import Callback, Work
    from synerise_client.calls.delivery import Dispatch

    Step = Call | Callable[[], None]

_log = logging.getLogger("synerise_client")


class CallQueue:
    """Calls and announcements, one at a time, in order.

    Args:
        owner: the client, as a user knows it, for the log.
        deadline: seconds that a call may run.
        dispatch: runs a callback somewhere else, such as in a GUI's loop; by
            default it runs on the draining thread.
        on_close: run once after the last call was answered.
        drain_seconds: how long the end of the script waits without any progress.
    """

    _moved_at = 0.0
    """When a call was last answered at the end of the script, of whichever client."""

    def __init__(
        self,
        *,
        owner: str,
        deadline: float,
        dispatch: Dispatch | None = None,
        on_close: Callable[[], None] | None = None,
        drain_seconds: float = 60.0,
    ) -> None:
        self._deadline = deadline
        self._delivery = Delivery(owner, dispatch)
        self._on_close = on_close
        self._drain_seconds = drain_seconds
        self._generation = 0
        self._is_closed = False
        self._is_aborted = False
        self._is_ending = False
        self._has_closed = on_close is None
        self._start_over()
        renew_in_children(self)
        workers.serve(self)

    def renew_after_fork(self) -> None:
        """What is pending is the parent's alone; here the queue is empty."""
        for call in self._begun():
            call.end_in_child(CallEnded("This call is the parent's"))
        self._delivery.renew_after_fork()
        self._start_over()

    # The queue.

    def _start_over(self) -> None:
        self._changed = LazyCondition()
        self._queue: deque[Call] = deque()
        self._ahead: list[Callable[[], None]] = []
        self._running: Call | None = None
        self._background: list[Call] = []
        self._unfinished = 0
        self._enders: list[int] = []  # threads that end the session just now
        self._ended_because: str | None = None
        self._is_scheduled = False  # a worker drains, or is going to
        self._thread: threading.Thread | None = None  # that drains just now
        self._closer: threading.Thread | None = None
        self._is_telling = False  # the listener, in the middle of a call
        self._left_running: Call | None = None  # when the script's end gave it up

    def submit(
        self,
        name: str,
        on_success: Callback,
        on_error: Callback,
        work: Work,
        arguments: tuple[Any, ...] = (),
        at_hand: Callable[[], Any] | None = None,
    ) -> None:
        """Queue a call.

        Args:
            name: of the method, for the log.
            on_success: gets what ``work`` returns.
            on_error: gets the Error that it raises.
            work: run on the worker thread with the call's cancellation and the arguments.
            arguments: for ``work``.
            at_hand: tried first, without a cancellation: returns what ``work`` would,
                if that needs no waiting, else None.

        Raises:
            TypeError: a callback needs other arguments.
            RuntimeError: the client was shut down.
        """
        call = Call(name, work, arguments, on_success, on_error, at_hand)
        with self._changed.lock:
            if self._is_closed or self._is_ending:
                self._refuse_late(call)
            if not self._is_scheduled:
                self._is_scheduled = workers.run(self._work)
            call.generation = self._generation
            self._queue.append(call)
            self._unfinished += 1

    def _refuse_late(self, call: Call) -> None:
        """Refuse ``call`` where nobody would answer it any more.

        Only callbacks may call once the script ends: a daemon thread would keep it up for ever.
        """
        if self._is_closed:
            raise RuntimeError(f"{call.name}: the client was shut down{START_AGAIN}")
        if not (is_in_callback() or self._thread is threading.current_thread()):
            raise RuntimeError(f"{call.name}: the script is ending")

    def _announce(self, announcements: list[Callable[[], None]]) -> None:
        """Have ``announcements`` run ahead of everything else."""
        if announcements and not self._is_scheduled:
            self._is_scheduled = workers.run(self._work)
        self._ahead.extend(announcements)
        self._unfinished += len(announcements)

    def _begun(self) -> list[Call]:
        """Return the calls that may have to be ended: the one that runs, and those beside it."""
        running = self._running
        return [*self._background, *([running] if running is not None else [])]

    def _end_calls(self) -> None:
        """Have every call made so far answered with -999."""
        self._generation += 1
        if self._running is not None:
            self._running.end(self._ended())

    def _end_all(self, because: str) -> None:
        """Have every call answered with -999 and drop what runs beside them, for good."""
        self._ended_because = because
        self._end_calls()
        for call in self._background:
            call.end(self._ended())
        self._changed.notify_all()

    def _refuse_more(self) -> None:
        """Accept no more calls; those that were made are answered."""
        self._is_closed = True
        workers.dismiss(self)

    def _ended(self) -> Error:
        return CallEnded(self._ended_because) if self._ended_because else CallEnded()

    # What the draining thread does.

    def _work(self) -> None:
        """Answer calls on this thread, unless another one does."""
        if self._claim():
            self._drain()

    def _drain_here(self, stop: Callable[[], bool] = lambda: False) -> None:
        """Answer what is pending on this thread if no worker might do it."""
        is_needed = not self._is_scheduled or workers.need(threading.current_thread())
        if is_needed and self._claim():
            self._drain(stop)

    def _claim(self) -> bool:
        """Make this thread the one that drains; tell whether there was none."""
        with self._changed:
            if self._thread is not None or not self._unfinished:
                self._is_scheduled = self._thread is not None
                return False
            self._thread = threading.current_thread()
            self._is_scheduled = True
            return True

    def _drain(self, stop: Callable[[], bool] | None = None) -> None:
        """Answer calls: until there are none, it is another client's turn, or ``stop`` says so."""
        changed, lock, done = self._changed, self._changed.lock, 0
        # Nobody watches a deadline once no thread can be started: the last calls are kept short.
        seconds = self._deadline if stop is None else min(self._deadline, self._drain_seconds)
        with self._delivery.here():
            try:
                while changed is self._changed:  # else forked, or left behind
                    with lock:
                        self._unfinished -= done
                        step = self._next_step(done, stop)
                    if step is None:
                        break
                    done = 1
                    if isinstance(step, Call):
                        self._answer(step, seconds)
                    else:
                        _run_logged(step)
            finally:
                self._stop_draining(changed)
        if changed is self._changed:
            self._close_if_over()

    def _next_step(self, done: int, stop: Callable[[], bool] | None) -> Step | None:
        """Return what is to be done next."""
        if not self._unfinished:
            self._changed.notify_all()
        if stop() if stop is not None else done and workers.jobs and workers.are_short():
            return None
        if self._enders or self._ahead or self._is_aborted:
            while self._enders and not self._is_aborted:
                self._changed.wait()
            if self._ahead and not self._is_aborted:
                return self._ahead.pop(0)
        self._running = self._queue.popleft() if self._queue and not self._is_aborted else None
        return self._running

    def _stop_draining(self, changed: LazyCondition) -> None:
        if changed is not self._changed:
            return
        with changed:
            self._thread = None
            self._is_scheduled = False
            self._changed.notify_all()
            if (self._queue or self._ahead) and not self._is_aborted:
                with suppress(RuntimeError):  # no thread can be had: whoever waits next drains
                    self._is_scheduled = workers.run(self._work)

    def _answer(self, call: Call, seconds: float) -> None:
        changed, error = self._changed, None
        result = call.result_at_hand()
        if result is None and self._begin(call, changed, seconds):
            result, error = call.outcome()
        if changed is not self._changed:
            return  # forked in a hook or a listener: the answer is the parent's
        announcements: list[Callable[[], None]] = []
        # Asked without the lock: whoever ends the session says so in _enders before all else.
        if self._enders or self._ahead or self._is_aborted or self._has_ended(call):
            with changed:
                while self._enders and not self._is_aborted:
                    changed.wait()
                if self._is_aborted:
                    return
                if self._has_ended(call):
                    error = self._ended()
                announcements, self._ahead = self._ahead, []
                self._unfinished -= len(announcements)
        self._running = None
        if self._is_ending:
            self._note_progress(call, error)
        for step in announcements:
            if changed is self._changed:  # else forked in a listener: what follows is the parent's
                _run_logged(step)
        if changed is self._changed:
            call.answer(self._delivery, result, error)

    def _begin(self, call: Call, changed: LazyCondition, seconds: float) -> bool:
        """Let ``call`` wait for ``seconds`` at most; False if there is no need any more."""
        if changed is not self._changed:
            return False
        with changed:
            call.cancellation = Cancellation(seconds)
            return not (self._has_ended(call) or call.is_withdrawn or self._is_aborted)

    def _note_progress(self, call: Call, error: Error | None) -> None:
        moved_at = time.monotonic() if error is None else call.replied_at
        CallQueue._moved_at = max(CallQueue._moved_at, moved_at)

    def _has_ended(self, call: Call) -> bool:
        return call.generation != self._generation

    def _has_stalled(self) -> bool:
        running = self._running
        replied_at = running.replied_at if running is not None else 0.0
        return time.monotonic() - max(CallQueue._moved_at, replied_at) > self._drain_seconds

    # The end.

    def _close_if_over(self) -> None:
        if self._is_closed and not (self._unfinished or self._thread):
            self._close()

    def _close(self) -> None:
        """Close what is under the calls, once. It may wait, so no lock is held."""
        with self._changed:
            on_close, self._on_close = self._on_close, None
        if on_close is not None:
            self._closer = threading.current_thread()
            _run_logged(on_close)
            with self._changed:
                self._has_closed = True
                self._changed.notify_all()


def _run_logged(step: Callable[[], None]) -> None:
    try:
        step()
    except Exception as error:
        forget_locals(error)
        _log.exception("The client failed in a way that it should not")
