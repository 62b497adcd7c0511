"""What the tests of crashes and forks have in common: scripts as processes, places for stores."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from synerise_client.sandbox import Sandbox
from tests.connector.conftest import Run, Script, run
from tests.crashes.relay import Relay
from tests.store.conftest import path

__all__ = ["Fork", "Run", "path", "run"]

Fork = Callable[..., Script]

_BEGINNING = """
import multiprocessing
from synerise_client import SQLiteStorage

parent = os.getpid()

def process(operation, headers, body):
    headers["X-Process"] = str(os.getpid())

def new_storage():
    return SQLiteStorage(os.environ["STORE"]) if os.environ["STORE"] else MemoryStorage()

def call(method, *arguments):
    "Make a call, wait for its one callback and return what that got."
    answers = []
    getattr(client, method)(*arguments, answers.append, answers.append)
    assert Synerise.waitUntilIdle(20), f"{method} was not answered"
    assert len(answers) == 1, f"{method} was answered {len(answers)} times"
    return answers[0]

def works():
    "All kinds of calls work here."
    assert call("signIn", EMAIL, PASSWORD) is True
    assert call("retrieveToken").tokenString
    assert call("refreshToken").tokenString == call("retrieveToken").tokenString
    assert call("getAccount").email == EMAIL
    assert client.isSignedIn()

def forked(work):
    "Fork a child that does some work, says what it raised, and ends at once."
    child = os.fork()
    if not child:
        code = 1
        try:
            work()
            code = 0
        except BaseException as error:
            say("child:", type(error).__name__, error)
        os._exit(code)
    return child

def code_of(child, patience=20):
    "Wait for the end of a child; -9 if there is none."
    gives_up_at = time.monotonic() + patience
    while time.monotonic() < gives_up_at:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.01)
    os.kill(child, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

client = start(withStorage=new_storage(), withRequestHook=process)
"""


@pytest.fixture
def fork(run: Run, path: Path) -> Fork:
    """Start a script that forks; it keeps its session in a file, or in memory if asked to."""

    def start(source: str, *, in_memory: bool = False, **variables: Any) -> Script:
        return run(_BEGINNING + source, STORE="" if in_memory else str(path), **variables)

    return start


@pytest.fixture
def relay(sandbox: Sandbox) -> Iterator[Relay]:
    """Something between the scripts and the sandbox that sees who uses which connection."""
    relay = Relay(sandbox.url)
    yield relay
    relay.close()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out what forks where nothing can be forked."""
    if not hasattr(os, "fork"):
        for item in items:
            if "fork" in getattr(item, "fixturenames", ()):
                item.add_marker(pytest.mark.skip(reason="no fork here"))
