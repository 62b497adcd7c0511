"""The threads that answer calls: a bounded number, shared by all clients of the process."""

from __future__ import annotations

import threading
import time
import weakref
from collections import deque
from typing import TYPE_CHECKING

from synerise_client.process.forks import renew_in_children
from synerise_client.process.threads import idle_seconds, is_script_over

if TYPE_CHECKING:
    from collections.abc import Callable

    Job = Callable[[], None]

_USUAL_THREADS = 32
_NAME = "synerise-client"


class Workers:
    """Daemon threads that come with the first job and leave when there was none for a while.

    Args:
        most: threads at a time; further jobs wait until one is free.
        idle_seconds: after which a thread is given back.

    Attributes:
        most: as above; it may be changed at any time.
        jobs: that wait for a thread.
    """

    def __init__(self, most: int = _USUAL_THREADS, idle_seconds: float = 5.0) -> None:
        self.most = most
        self._idle_seconds = idle_seconds
        self._users: weakref.WeakSet[object] = weakref.WeakSet()
        self.renew_after_fork()
        renew_in_children(self)

    def renew_after_fork(self) -> None:
        """The threads and their jobs are the parent's."""
        self._lock = threading.RLock()  # reentrant, for signal handlers
        self.jobs: deque[Job] = deque()
        self._threads: set[threading.Thread] = set()
        self._idle: list[threading.Lock] = []  # the one who came last is woken first

    def serve(self, user: object) -> None:
        """Keep idle threads for a while, as ``user`` may have more jobs."""
        self._users.add(user)

    def dismiss(self, user: object) -> None:
        """Let idle threads go at once if nobody else has jobs for them."""
        self._users.discard(user)
        with self._lock:
            while self._idle and not self._users:
                self._idle.pop().release()

    def run(self, job: Job) -> bool:
        """Have ``job`` run on a thread; it waits if all are busy, and must not raise.

        Returns:
            Whether it will be run: at the end of the script no thread can be started for it.

        Raises:
            RuntimeError: there is no thread, and none can be started.
        """
        with self._lock:
            if self._idle:
                self._idle.pop().release()
            elif len(self._threads) < self.most and not self._start_thread():
                return False
            self.jobs.append(job)
            return True

    def are_short(self) -> bool:
        """Whether jobs wait for a thread and no further one may be started."""
        return bool(self.jobs) and len(self._threads) >= self.most

    def need(self, thread: threading.Thread) -> bool:
        """Whether jobs may wait for ever unless ``thread`` runs them where it stands."""
        return not self._threads or (thread in self._threads and self.are_short())

    def join(self, seconds: float) -> None:
        """Wait until all threads have ended, which were dismissed before; ``seconds`` at most."""
        gives_up_at = time.monotonic() + seconds
        for thread in list(self._threads):
            thread.join(max(0.0, gives_up_at - time.monotonic()))

    def _start_thread(self) -> bool:
        thread = threading.Thread(target=self._work, name=_NAME, daemon=True)
        try:
            thread.start()
        except RuntimeError:
            if not (self._threads or is_script_over()):
                raise
            return not is_script_over()
        self._threads.add(thread)
        return True

    def _work(self) -> None:
        lock, wake = self._lock, threading.Lock()
        wake.acquire()
        while lock is self._lock:  # else forked in a job: what is here now belongs to others
            with lock:
                job = self.jobs.popleft() if self.jobs else None
                if job is None and not self._users:
                    self._threads.discard(threading.current_thread())
                    return
                if job is None:
                    self._idle.append(wake)
            if job is not None:
                job()
            elif not wake.acquire(timeout=idle_seconds(self._idle_seconds)) and self._leaves(wake):
                return

    def _leaves(self, wake: threading.Lock) -> bool:
        """Give this thread back, unless it is being woken just now."""
        with self._lock:
            if wake not in self._idle:
                wake.acquire()
                return False
            self._idle.remove(wake)
            if is_script_over():
                return False
            self._threads.discard(threading.current_thread())
            return True


workers = Workers()
