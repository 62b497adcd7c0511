"""What a tool that shows local variables would find in a traceback."""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from types import FrameType
from typing import Any

import attrs

_DEPTH = 2
PACKAGE = "synerise_client"


def shown(value: object, depth: int = _DEPTH) -> Iterator[str]:
    """Yield the repr of a value, and those of what it holds."""
    yield repr(value)
    if depth:
        for item in _items(value):
            yield from shown(item, depth - 1)
        yield from map(repr, _attributes(value))


def _items(value: object) -> Iterable[object]:
    if isinstance(value, Mapping):
        return [*value.keys(), *value.values()]
    if isinstance(value, (list, tuple, set, frozenset)):
        return list(value)
    kind: Any = type(value)
    if attrs.has(kind):
        return [getattr(value, each.name) for each in attrs.fields(kind) if each.repr]
    return ()


def _attributes(value: object) -> Iterable[object]:
    """Return the attributes of an object of the package, which some tools show, too."""
    kind = type(value)
    if attrs.has(kind) or not kind.__module__.startswith(PACKAGE):
        return ()
    names = [each for each in getattr(kind, "__slots__", ()) if hasattr(value, each)]
    return [*getattr(value, "__dict__", {}).values(), *(getattr(value, each) for each in names)]


def leaks(frames: Iterable[FrameType], secrets: Collection[str]) -> list[str]:
    """Name the local variables in which a secret can be seen."""
    return [
        f"{frame.f_globals.get('__name__')}.{frame.f_code.co_name}: {name}"
        for frame in frames
        for name, value in list(frame.f_locals.items())
        if any(secret in text for text in shown(value) for secret in secrets)
    ]


def chain(error: BaseException) -> Iterator[BaseException]:
    """Yield an exception and everything that led to it."""
    left: list[BaseException | None] = [error]
    seen: list[BaseException] = []
    while left:
        each = left.pop()
        if each is not None and each not in seen:
            seen.append(each)
            yield each
            left += (each.__cause__, each.__context__)


def frames_of(error: BaseException) -> list[FrameType]:
    """Return all frames that an exception and what led to it drag along."""
    return [frame for each in chain(error) for frame, _ in traceback.walk_tb(each.__traceback__)]


def frames_above() -> list[FrameType]:
    """Return the frames of the package that are running now, above whoever calls this."""
    frames = (frame for frame, _ in traceback.walk_stack(sys._getframe(1)))
    return [each for each in frames if each.f_globals.get("__name__", "").startswith(PACKAGE)]


class Tracebacks(logging.Handler):
    """A logging handler that keeps every record, as a tool does that reports exceptions."""

    def __init__(self) -> None:
        super().__init__()
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)

    @property
    def errors(self) -> list[BaseException]:
        found = [record.exc_info[1] for record in self.records if record.exc_info]
        return [error for error in found if error is not None]


def raised_by(function: Callable[..., Any], *arguments: Any, **named: Any) -> BaseException:
    """Return what a call raises."""
    try:
        function(*arguments, **named)
    except BaseException as error:
        return error
    raise AssertionError(f"{function} raised nothing")
