"""What several tests of the connector need."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from synerise_client import Synerise
from synerise_client.synerise import SyneriseFacade
from tests.conftest import Team


def returns(function: Callable[[], object], seconds: float = 5.0) -> bool:
    """Tell whether a function returns in time, on a thread of its own."""
    thread = threading.Thread(target=function, daemon=True)
    thread.start()
    thread.join(seconds)
    return not thread.is_alive()


@contextmanager
def lone_client(team: Team, **doors: Any) -> Iterator[SyneriseFacade]:
    """Initialize a client that no fixture waits for, in case it hangs; shut it down in time."""
    facade = SyneriseFacade()
    initializer = team.initializer(facade).withDrainTimeout(0.2)
    for name, value in doors.items():
        getattr(initializer, name)(value)
    initializer.init()
    yield facade
    assert returns(facade.shutdown)


def waiting_in_vain(raised: list[RuntimeError]) -> Callable[..., None]:
    """Return a callback that waits for its own client, and notes what that raises."""

    def wait(*_: object) -> None:
        try:
            Synerise.waitUntilIdle()
        except RuntimeError as error:
            raised.append(error)

    return wait


def logged(caplog: pytest.LogCaptureFixture) -> list[logging.LogRecord]:
    """Return what a user sees in the log: warnings and worse, of whichever logger."""
    return [record for record in caplog.records if record.levelno >= logging.WARNING]
