"""What a forked child must not share with its parent is made anew there."""

from __future__ import annotations

import os
import weakref
from typing import Protocol


class Renewable(Protocol):
    """Something with locks, threads or connections of its own."""

    def renew_after_fork(self) -> None:
        """Forget, without closing it, what belongs to the parent."""


_renewables: weakref.WeakSet[Renewable] = weakref.WeakSet()
_abandoned: list[object] = []


def renew_in_children(thing: Renewable) -> None:
    """Have ``thing`` renewed in every child that this process forks."""
    _renewables.add(thing)


def abandon(thing: object) -> None:
    """Keep ``thing`` from being closed by the garbage collector: the parent still uses it."""
    if thing is not None:
        _abandoned.append(thing)


def _renew_all() -> None:
    for thing in list(_renewables):
        thing.renew_after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_all)
