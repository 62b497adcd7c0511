"""Which call the current thread sends a request for.

requests gives no way to hand a call down to its connection, so it is kept in a
thread-local.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from synerise_client.api.cancellation import Cancellation

_SHORTEST_SECONDS = 0.001
_working_for = threading.local()


@contextmanager
def requests_belong_to(cancellation: Cancellation) -> Iterator[None]:
    """What this thread sends in the block ends with ``cancellation``."""
    _working_for.cancellation = cancellation
    try:
        yield
    finally:
        cancellation.detach()
        del _working_for.cancellation


def current_call() -> Cancellation:
    """Return the call that this thread works for."""
    cancellation: Cancellation = _working_for.cancellation
    return cancellation


def socket_timeout(seconds: float) -> float:
    """Return ``seconds``, or what is left of the current call if that is less; never 0."""
    return current_call().within(seconds) or _SHORTEST_SECONDS
