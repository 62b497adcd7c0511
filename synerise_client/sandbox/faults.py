"""Things that go wrong on purpose, once each, in the order in which they were set.

A request takes one fault: the first that waits for its operation. Two faults on one
operation therefore meet two requests, never the same one.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Protocol

from werkzeug.wrappers import Response

from synerise_client.sandbox.replies import Refusal, json_response
from synerise_client.sandbox.routes import ROUTES, check_operation

Act = Callable[[], Response]
"""Carries the request out and gives the answer."""


class Fault(Protocol):
    """One thing that can go wrong with a request."""

    @property
    def over(self) -> bool:
        """Whether it was taken back before a request met it."""

    def answer(self, act: Act, /) -> Response | None:
        """Answer a request; None closes the connection without an answer."""


class Failure:
    """The request is refused; the server does not act on it.

    Args:
        status: the HTTP status.
        headers: headers of the answer; they win over the usual ones.
        body: None is the documented error body, str and bytes go out as they are, anything
            else as JSON.
    """

    over = False

    def __init__(self, status: int, headers: Mapping[str, str] | None, body: object) -> None:
        self._status = status
        self._headers = dict(headers or {})
        self._body = body

    def answer(self, _act: Act, /) -> Response:
        """Answer without acting."""
        if self._body is None:
            raise Refusal(self._status, headers=self._headers)
        if not isinstance(self._body, str | bytes):
            return json_response(self._body, self._status, self._headers)
        response = Response(self._body, self._status, mimetype="text/html")
        response.headers.update(self._headers)
        return response


class Drop:
    """The server acts, and its answer is lost."""

    over = False

    def answer(self, act: Act) -> None:
        """Act without answering."""
        act()


class Delay:
    """The server acts at once, and its answer comes later.

    Args:
        seconds: how much later.
        stopped: set when the server stops: nothing waits beyond that.
    """

    over = False

    def __init__(self, seconds: float, stopped: threading.Event) -> None:
        self._seconds = seconds
        self._stopped = stopped

    def answer(self, act: Act) -> Response:
        """Act and wait."""
        response = act()
        self._stopped.wait(self._seconds)
        return response


class Hold:
    """The server acts at once, and its answer waits until it is released.

    ``arrived`` is set as soon as a request was acted on. ``release`` lets the answer go, and takes
    the hold back if no request has come yet. Used as a context manager, it releases at the end.
    """

    def __init__(self) -> None:
        self.arrived = threading.Event()
        self._released = threading.Event()

    def __enter__(self) -> Hold:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.release()

    @property
    def over(self) -> bool:
        """Whether it was released."""
        return self._released.is_set()

    def release(self) -> None:
        """Let the answer go."""
        self._released.set()

    def answer(self, act: Act) -> Response:
        """Act and wait."""
        response = act()
        self.arrived.set()
        self._released.wait()
        return response


class Faults:
    """The faults that wait for requests, in order, for each operation.

    Attributes:
        stopped: set from ``release`` to ``resume``: nothing waits meanwhile.
    """

    def __init__(self) -> None:
        self.stopped = threading.Event()
        self._lock = threading.Lock()
        self._queues: dict[str, deque[Fault]] = {route.operation: deque() for route in ROUTES}
        self._holds: list[Hold] = []

    def add(self, operation: str, fault: Fault, times: int = 1) -> None:
        """Let the next requests to an operation meet a fault.

        Raises:
            ValueError: the operation is unknown, or ``times`` is below 1.
        """
        check_operation(operation)
        if times < 1:
            raise ValueError(f"A fault happens at least once, not {times} times")
        with self._lock:
            self._queues[operation].extend([fault] * times)
            if isinstance(fault, Hold):
                self._holds.append(fault)

    def next(self, operation: str) -> Fault | None:
        """Take the fault that a request to this operation meets."""
        with self._lock:
            queue = self._queues[operation]
            while queue:
                fault = queue.popleft()
                if not fault.over:
                    return fault
            return None

    def resume(self) -> None:
        """Let delays last again, after ``release``."""
        self.stopped.clear()

    def release(self) -> None:
        """Let every answer go that is held or delayed."""
        self.stopped.set()
        with self._lock:
            holds, self._holds = self._holds, []
        for hold in holds:
            hold.release()
