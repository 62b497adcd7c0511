"""Threads that may not be had any more, and forks, after which there are none."""

from __future__ import annotations

import os
import threading
import weakref
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Renewable(Protocol):
    """Something with locks, threads or connections of its own."""

    def renew_after_fork(self) -> None:
        """Forget, without closing it, what belongs to the parent."""


_loading = threading.RLock()
_renewables: weakref.WeakSet[Renewable] = weakref.WeakSet()
_abandoned: list[object] = []


def renew_in_children(thing: Renewable) -> None:
    """Have ``thing`` renewed in every child that this process forks."""
    _renewables.add(thing)


@contextmanager
def loading() -> Iterator[None]:
    """Import in the block what is loaded late, on a worker thread.

    A fork waits for it: a module that is half loaded at a fork stays so in the child.
    """
    with _loading:
        yield


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


def _renew_all() -> None:
    for thing in list(_renewables):
        thing.renew_after_fork()


def _after_fork_in_child() -> None:
    global _loading
    _loading = threading.RLock()
    _renew_all()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=lambda: _loading.acquire(),
        after_in_parent=lambda: _loading.release(),
        after_in_child=_after_fork_in_child,
    )
