"""Threads: how many there may be, how long they wait, and that none may be had any more."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from synerise_client.process.forks import main_thread_just_ends

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_THREADS = 256
"""That all clients may be given together; so many connections to one host are kept."""

_SHORT_IDLE_SECONDS = 0.1


def is_script_over() -> bool:
    """Tell whether the main thread has ended, after which no thread can be started any more."""
    return not (main_thread_just_ends() or threading.main_thread().is_alive())


def idle_seconds(usual: float) -> float:
    """Tell how long a thread waits for more to do.

    Args:
        usual: seconds; less where the process may only be waiting for that thread.
    """
    return min(usual, _SHORT_IDLE_SECONDS) if main_thread_just_ends() else usual


def start_thread(run: Callable[[], None], name: str) -> None:
    """Run something on a thread of its own; on this one, if none can be started any more."""
    try:
        threading.Thread(target=run, name=name, daemon=True).start()
    except RuntimeError:
        run()
