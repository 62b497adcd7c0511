"""Scripts as users write them, run as processes of their own against the sandbox."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from synerise_client.sandbox import Sandbox
from tests.conftest import EMAIL, PASSWORD

_BEGINNING = """\
import atexit, logging, os, signal, sys, threading, time
from synerise_client import Error, MemoryStorage, RetryPolicy, Synerise
from synerise_client.calls.workers import workers

EMAIL, PASSWORD = os.environ["CUSTOMER"].split()
signal.signal(signal.SIGINT, signal.default_int_handler)

def start(**doors):
    initializer = Synerise.Initializer().withApiKey(os.environ["SANDBOX_KEY"])
    initializer.withBaseUrl(os.environ["SANDBOX_URL"]).withStorage(MemoryStorage())
    for name, value in doors.items():
        getattr(initializer, name)(value)
    initializer.init()
    return Synerise.Client

def say(*words):
    os.write(1, (" ".join(map(str, words)) + "\\n").encode())

def told(name):
    return (
        lambda result: say(name, "success"),
        lambda error: say(name, "error", error.code),
    )

def give_the_thread_back():
    workers._idle_seconds = 0.01
    Synerise.Client.retrieveToken(None, lambda: None)
    Synerise.waitUntilIdle()
    for thread in threading.enumerate():
        if thread.name.startswith("synerise-client") and thread.name[15:] != "-deadlines":
            thread.join()

def start_no_thread_any_more():
    def refuse(self):
        raise RuntimeError("can't create new thread at interpreter shutdown")
    threading.Thread.start = refuse
"""


class Finished(NamedTuple):
    """What is left of a script."""

    code: int
    lines: list[str]
    errors: str


class Script:
    """A running script."""

    def __init__(self, path: Path, environment: dict[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment,
        )

    def says(self, line: str) -> None:
        """Wait for the next line that the script says, and compare it."""
        assert self._process.stdout is not None
        said = b""
        while not said.endswith(b"\n"):
            # Not a byte more: what a buffer holds, the end would not see.
            byte = os.read(self._process.stdout.fileno(), 1)
            assert byte, said
            said += byte
        assert said.decode() == f"{line}\n"

    def go_on(self) -> None:
        """Let the script go on from its next ``input()``."""
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()

    def interrupt(self) -> None:
        """Press Ctrl-C."""
        self._process.send_signal(signal.SIGINT)

    def interrupt_until_it_dies(self) -> None:
        """Press Ctrl-C again and again: nobody sees from outside that the drain has begun."""
        gives_up_at = time.monotonic() + 5
        while self._process.poll() is None and time.monotonic() < gives_up_at:
            self.interrupt()
            time.sleep(0.1)

    def end(self, within: float = 15.0) -> Finished:
        """Wait for the end of the script."""
        out, errors = self._process.communicate(timeout=within)
        return Finished(self._process.returncode, out.splitlines(), errors)

    def kill(self) -> None:
        """Clean up, whatever happened."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.communicate()
        for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
            if stream is not None:
                stream.close()


Run = Callable[..., Script]


@pytest.fixture
def run(sandbox: Sandbox, tmp_path: Path) -> Iterator[Run]:
    """Start a script, given its source; a customer is registered with the sandbox."""
    sandbox.add_profile(EMAIL, PASSWORD)
    scripts: list[Script] = []

    def start(source: str, **variables: Any) -> Script:
        path = tmp_path / f"script_{len(scripts)}.py"
        path.write_text(_BEGINNING + source)
        environment = {
            **os.environ,
            "SANDBOX_URL": sandbox.url,
            "SANDBOX_KEY": sandbox.api_key,
            "CUSTOMER": f"{EMAIL} {PASSWORD}",
            **variables,
        }
        scripts.append(Script(path, environment))
        return scripts[-1]

    yield start
    for script in scripts:
        script.kill()
