"""Shows on a terminal that something is being waited for, and leaves no trace of it."""

from __future__ import annotations

import shutil
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TextIO

_PATIENCE_SECONDS = 1.0


@contextmanager
def shown_waiting(what: str, *, is_wanted: bool = True) -> Iterator[None]:
    """Say on standard error, if that is a terminal, what a block waits for that takes long.

    Args:
        what: is waited for.
        is_wanted: False: nothing is said.
    """
    if not is_wanted or sys.stderr is None or not sys.stderr.isatty():
        yield
        return
    over = threading.Event()
    thread = threading.Thread(target=_show, args=(what, over, sys.stderr), daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _show(what: str, over: threading.Event, terminal: TextIO) -> None:
    seconds = 0
    length = 0
    while not over.wait(_PATIENCE_SECONDS):
        seconds += 1
        text = f"Waiting for {what}, {seconds} s"[: shutil.get_terminal_size().columns - 1]
        terminal.write(f"\r{text.ljust(length)}")
        terminal.flush()
        length = len(text)
    if length:
        terminal.write(f"\r{' ' * length}\r")
        terminal.flush()
