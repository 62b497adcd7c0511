"""Threads that may not be had any more, and forks, after which there are none."""

from __future__ import annotations

import os
import threading
import time
import weakref
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence


class Renewable(Protocol):
    """Something with locks, threads or connections of its own."""

    def renew_after_fork(self) -> None:
        """Forget, without closing it, what belongs to the parent."""


class Lock(Protocol):
    """A lock of either kind."""

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        """Take it."""

    def release(self) -> None:
        """Give it back."""


class Settling(Renewable, Protocol):
    """Something that a child must not be given in the middle of a change."""

    def locks_of_changes(self) -> Sequence[Lock]:
        """Locks that are held while it changes, in the order in which they are taken."""


MOST_THREADS = 256
"""That all clients may be given together; so many connections to one host are kept."""

_LOADING_PATIENCE_SECONDS = 10.0
_SETTLING_PATIENCE_SECONDS = 2.0
_SHORT_IDLE_SECONDS = 0.1
_MOMENT_SECONDS = 0.1

_loading = threading.RLock()
_renewables: weakref.WeakSet[Renewable] = weakref.WeakSet()
_settling: weakref.WeakSet[Settling] = weakref.WeakSet()
_one_fork = threading.RLock()
_held_for_fork: list[Lock] = []
_abandoned: list[object] = []
_forks_on_main_thread = True
# In a child that another thread has forked, that thread is the main one. Python does
# nothing when it ends: the process is over as soon as no other thread runs.
_main_thread_just_ends = False
_loaded_at = 0.0


def renew_in_children(thing: Renewable) -> None:
    """Have ``thing`` renewed in every child that this process forks."""
    _renewables.add(thing)


def settle_before_forks(thing: Settling) -> None:
    """Have a fork wait, for 2 seconds at most, until ``thing`` is not changing; then renew it."""
    _settling.add(thing)


def is_script_over() -> bool:
    """Tell whether the main thread has ended, after which no thread can be started any more."""
    return not (_main_thread_just_ends or threading.main_thread().is_alive())


def idle_seconds(usual: float) -> float:
    """Tell how long a thread waits for more to do.

    Args:
        usual: seconds; less where the process may only be waiting for that thread.
    """
    return min(usual, _SHORT_IDLE_SECONDS) if _main_thread_just_ends else usual


@contextmanager
def loading() -> Iterator[None]:
    """Import in the block what is loaded late, on a worker thread.

    A fork waits for it, for 10 seconds at most: a module that is half loaded at a fork
    stays so in the child.
    """
    global _loaded_at
    with _loading:
        yield
        _loaded_at = time.monotonic()


def has_just_loaded() -> bool:
    """Tell whether another thread is in the block of :func:`loading`, or was a moment ago."""
    with held_within(0, _loading) as is_held:
        return not is_held or time.monotonic() - _loaded_at < _MOMENT_SECONDS


@contextmanager
def held_within(seconds: float, lock: Lock) -> Iterator[bool]:
    """Hold ``lock`` in the block if it can be had; tell whether it can.

    Args:
        seconds: to wait for it at most.
        lock: that another thread may never give back.
    """
    is_held = lock.acquire(timeout=seconds)
    try:
        yield is_held
    finally:
        if is_held:
            lock.release()


def start_thread(run: Callable[[], None], name: str) -> None:
    """Run something on a thread of its own; on this one, if none can be started any more."""
    try:
        threading.Thread(target=run, name=name, daemon=True).start()
    except RuntimeError:
        run()


def abandon(thing: object) -> None:
    """Keep ``thing`` from being closed by the garbage collector: the parent still uses it."""
    if thing is not None:
        _abandoned.append(thing)


def _before_fork() -> None:
    global _forks_on_main_thread
    _one_fork.acquire()
    _forks_on_main_thread = threading.current_thread() is threading.main_thread()
    _hold_for_fork([_loading], _LOADING_PATIENCE_SECONDS)
    locks = [lock for thing in list(_settling) for lock in thing.locks_of_changes()]
    _hold_for_fork(locks, _SETTLING_PATIENCE_SECONDS)


def _hold_for_fork(locks: Sequence[Lock], patience: float) -> None:
    """Take ``locks``, but never wait for ever: who has one may be waiting for this fork."""
    gives_up_at = time.monotonic() + patience
    _held_for_fork.extend(
        lock for lock in locks if lock.acquire(timeout=max(0.0, gives_up_at - time.monotonic()))
    )


def _after_fork_in_parent() -> None:
    while _held_for_fork:
        _held_for_fork.pop().release()
    _one_fork.release()


def _after_fork_in_child() -> None:
    global _loading, _main_thread_just_ends, _one_fork
    _loading, _one_fork = threading.RLock(), threading.RLock()
    _held_for_fork.clear()
    _main_thread_just_ends = _main_thread_just_ends or not _forks_on_main_thread
    for thing in (*_renewables, *_settling):
        thing.renew_after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=_before_fork,
        after_in_parent=_after_fork_in_parent,
        after_in_child=_after_fork_in_child,
    )
