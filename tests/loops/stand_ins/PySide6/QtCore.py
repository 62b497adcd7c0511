# ruff: noqa: N999 - so the module is called that stands here
"""Signals that are queued for the thread of their object, and a loop that delivers them."""

from __future__ import annotations

import enum
import queue
import threading
from collections.abc import Callable
from typing import Any

_events: queue.Queue[Callable[[], object] | None] = queue.Queue()


class Qt:
    """The namespace of constants."""

    class ConnectionType(enum.Enum):
        """How a slot is called."""

        QueuedConnection = enum.auto()


class QObject:
    """Something that belongs to the thread that made it."""


class Signal:
    """Declared in a class, bound to each of its objects."""

    def __init__(self, kind: type) -> None:
        self._name = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = f"_{name}"

    def __get__(self, instance: QObject, owner: type) -> BoundSignal:
        signal: BoundSignal = instance.__dict__.setdefault(self._name, BoundSignal())
        return signal


class BoundSignal:
    """The signal of one object."""

    def __init__(self) -> None:
        self._slots: list[Callable[..., object]] = []

    def connect(self, slot: Callable[..., object], kind: Qt.ConnectionType) -> None:
        assert kind is Qt.ConnectionType.QueuedConnection
        self._slots.append(slot)

    def emit(self, value: object) -> None:
        for slot in self._slots:
            _events.put(lambda slot=slot: slot(value))  # type: ignore[misc]


def Slot(kind: type) -> Callable[[Any], Any]:
    """Mark a method as a slot."""
    return lambda method: method


class QCoreApplication:
    """The loop, on the thread that made it."""

    def __init__(self, arguments: list[str]) -> None:
        self._thread = threading.current_thread()

    def exec(self) -> int:
        assert threading.current_thread() is self._thread
        while (event := _events.get()) is not None:
            event()
        return 0

    def quit(self) -> None:
        assert threading.current_thread() is self._thread
        _events.put(None)
