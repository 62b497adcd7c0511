"""What a fork has to wait for, and what a child must not take from its parent."""

from __future__ import annotations

import os
import threading
import time
import weakref
from typing import TYPE_CHECKING, Protocol

from synerise_client.process import late_loading

if TYPE_CHECKING:
    from collections.abc import Sequence

    from synerise_client.process.locks import Lock


class Renewable(Protocol):
    """Something with locks, threads or connections of its own."""

    def renew_after_fork(self) -> None:
        """Forget, without closing it, what belongs to the parent."""


class Settling(Renewable, Protocol):
    """Something that a child must not be given in the middle of a change."""

    def locks_of_changes(self) -> Sequence[Lock]:
        """Locks that are held while it changes, in the order in which they are taken."""


_LOADING_PATIENCE_SECONDS = 10.0
_SETTLING_PATIENCE_SECONDS = 2.0

_renewables: weakref.WeakSet[Renewable] = weakref.WeakSet()
_settling: weakref.WeakSet[Settling] = weakref.WeakSet()
_one_fork = threading.RLock()
_held_for_fork: list[Lock] = []
_abandoned: list[object] = []
_forks_on_main_thread = True
# In a child that another thread has forked, that thread is the main one. Python does
# nothing when it ends: the process is over as soon as no other thread runs.
_main_thread_just_ends = False


def renew_in_children(thing: Renewable) -> None:
    """Have ``thing`` renewed in every child that this process forks."""
    _renewables.add(thing)


def settle_before_forks(thing: Settling) -> None:
    """Have a fork wait, for 2 seconds at most, until ``thing`` is not changing; then renew it."""
    _settling.add(thing)


def abandon(thing: object) -> None:
    """Keep ``thing`` from being closed by the garbage collector: the parent still uses it."""
    if thing is not None:
        _abandoned.append(thing)


def main_thread_just_ends() -> bool:
    """Tell whether this is a child whose main thread ends without the script being over."""
    return _main_thread_just_ends


def _before_fork() -> None:
    global _forks_on_main_thread
    _one_fork.acquire()
    _forks_on_main_thread = threading.current_thread() is threading.main_thread()
    _hold_for_fork([late_loading.lock_of_loading()], _LOADING_PATIENCE_SECONDS)
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
    global _main_thread_just_ends, _one_fork
    _one_fork = threading.RLock()
    _held_for_fork.clear()
    _main_thread_just_ends = _main_thread_just_ends or not _forks_on_main_thread
    late_loading.renew_after_fork()
    for thing in (*_renewables, *_settling):
        thing.renew_after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=_before_fork,
        after_in_parent=_after_fork_in_parent,
        after_in_child=_after_fork_in_child,
    )
