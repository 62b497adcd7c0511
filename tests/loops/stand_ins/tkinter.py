"""As much of Tk as the guide's script uses; it refuses other threads, as Tk does."""

from __future__ import annotations

import heapq
import itertools
import threading
import time
from collections.abc import Callable


class Tk:
    """A window that cannot be seen."""

    def __init__(self) -> None:
        self._thread = threading.current_thread()
        self._timers: list[tuple[float, int, Callable[[], object]]] = []
        self._numbers = itertools.count()
        self._is_over = False

    def check_thread(self) -> None:
        if threading.current_thread() is not self._thread:
            raise RuntimeError("main thread is not in main loop")

    def after(self, milliseconds: int, function: Callable[[], object]) -> None:
        self.check_thread()
        due = time.monotonic() + milliseconds / 1000
        heapq.heappush(self._timers, (due, next(self._numbers), function))

    def quit(self) -> None:
        self.check_thread()
        self._is_over = True

    def mainloop(self) -> None:
        self.check_thread()
        while not self._is_over:
            due, _, function = heapq.heappop(self._timers)
            time.sleep(max(0.0, due - time.monotonic()))
            function()


class StringVar:
    """A text in a window."""

    def __init__(self, window: Tk, value: str) -> None:
        self._window = window
        self._value = value

    def set(self, value: str) -> None:
        self._window.check_thread()
        self._value = value

    def get(self) -> str:
        self._window.check_thread()
        return self._value


class Label:
    """A place for a text."""

    def __init__(self, window: Tk, textvariable: StringVar) -> None:
        window.check_thread()

    def pack(self) -> None:
        pass
