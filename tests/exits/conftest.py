"""Scripts that end in every way, with Python's own checks on: what is left unclosed is an error."""

from __future__ import annotations

import re
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.api.conftest import server as server
from tests.connector.conftest import Finished, Run, Script
from tests.connector.conftest import run as run

SECOND = 2.0
"""The second that an end may take, and another one for a busy machine."""

DRAIN = 0.3
"""The drain timeout, where nothing is answered."""

STALLED = "The script ends although calls are pending: nothing has moved for a while"

HUNG_LOOK_UP = """
import socket
real = socket.getaddrinfo

def getaddrinfo(host, port, *more):
    if len(more) < 4:  # not one that only reads a number
        say("looking up")
        time.sleep(60)
    return real(host, port, *more)

socket.getaddrinfo = getaddrinfo
"""

_BEGINNING = """
from synerise_client import SQLiteStorage

began = []

def note_the_end(*_):
    began.append(time.monotonic())

def stored(**doors):
    client = start(**{"withStorage": SQLiteStorage(os.environ["STORE"]), **doors})
    atexit.register(note_the_end)
    return client

# Hooks run in reverse: the one above before those of the client, this one after them.
atexit.register(lambda: say("seconds", time.monotonic() - began[-1]) if began else None)

# A Ctrl-C that comes before the main thread is where the test wants it is not heard.
signal.signal(signal.SIGINT, signal.SIG_IGN)

def press_counts_in(name, again=signal.SIG_IGN):
    def interrupted(number, frame):
        while frame and frame.f_code.co_name != name:
            frame = frame.f_back
        if frame:
            note_the_end()
            say("pressed", time.monotonic())
            signal.signal(signal.SIGINT, again)
            signal.default_int_handler(number, frame)
    signal.signal(signal.SIGINT, interrupted)

def threads_leave_soon():
    import synerise_client.api.deadlines as deadlines
    deadlines._LINGER_SECONDS = 0.01

def no_thread_is_left():
    import synerise_client.calls.workers
    synerise_client.calls.workers.workers._idle_seconds = 0.01
    Synerise.Client.retrieveToken(None, lambda: None)
    Synerise.waitUntilIdle()
    while threading.active_count() > 1:
        time.sleep(0.01)
"""

Strict = Callable[..., Script]


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "home" / "sessions.sqlite3"


@pytest.fixture
def strict(run: Run, store: Path) -> Strict:
    """Start a script with warnings as errors and a store on disk."""

    def start(source: str, **variables: Any) -> Script:
        return run(
            _BEGINNING + source,
            PYTHONDEVMODE="1",
            PYTHONWARNINGS="error",
            STORE=str(store),
            **variables,
        )

    return start


@pytest.fixture
def deaf_url() -> Iterator[str]:
    """The URL of a port that answers to no attempt to connect."""
    with ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(4):  # more than the system keeps waiting
            other = stack.enter_context(socket.socket())
            other.setblocking(False)
            other.connect_ex(listener.getsockname())
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


def said(finished: Finished) -> list[str]:
    """What the script said, without what is noted of its end."""
    notes = ("seconds ", "pressed ")
    return [line for line in finished.lines if not line.startswith(notes)]


def noted(finished: Finished, what: str) -> float:
    (line,) = [line for line in finished.lines if line.startswith(what)]
    return float(line.split()[1])


def seconds(finished: Finished) -> float:
    """How long the end took, by the script's own clock."""
    return noted(finished, "seconds ")


def complaints(finished: Finished) -> list[str]:
    """What is in stderr beside the traceback of the Ctrl-C that nobody has handled."""
    pattern = r"Traceback \(most recent call last\):\n(?:  .*\n)*KeyboardInterrupt\n"
    return re.sub(pattern, "", finished.errors, count=1).splitlines()


def dies_of_ctrl_c(script: Script) -> Finished:
    """Press Ctrl-C until it is heard, and check that the script dies of it in time."""
    script.interrupt_until_it_dies()
    finished = script.end(within=10)
    took = time.monotonic() - noted(finished, "pressed ")
    assert finished.code == -signal.SIGINT, finished
    assert took < SECOND + 2, took
    if any(line.startswith("seconds ") for line in finished.lines):
        assert seconds(finished) < SECOND
    return finished
