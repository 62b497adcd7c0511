"""What several tests of the connector need."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from synerise_client.synerise import SyneriseFacade
from tests.conftest import Team


def shuts_down(facade: SyneriseFacade, seconds: float = 5.0) -> bool:
    """Shut ``facade`` down; False if that does not return in time."""
    shutting = threading.Thread(target=facade.shutdown, daemon=True)
    shutting.start()
    shutting.join(seconds)
    return not shutting.is_alive()


@contextmanager
def lone_client(team: Team, **doors: Any) -> Iterator[SyneriseFacade]:
    """Initialize a client that no fixture waits for, in case it hangs; shut it down in time."""
    facade = SyneriseFacade()
    initializer = team.initializer(facade).withDrainTimeout(0.2)
    for name, value in doors.items():
        getattr(initializer, name)(value)
    initializer.init()
    yield facade
    assert shuts_down(facade)


def logged(caplog: pytest.LogCaptureFixture) -> list[logging.LogRecord]:
    """Return what a user sees in the log: warnings and worse, of whichever logger."""
    return [record for record in caplog.records if record.levelno >= logging.WARNING]
