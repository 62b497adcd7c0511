"""What a fresh process pays: time until it can begin, and memory while it waits.

Each script tells itself when it got there, by a clock that all processes
share; what the interpreter needs for its end does not count. What it needs for
its start is measured beside, and taken off both sides.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

from benchmarks.fast_server import FastServer
from benchmarks.measuring import Comparison, Measured, Unavailable, in_turn
from benchmarks.scripts import sign_in
from synerise_client import SQLiteStorage

_ENVIRONMENT = {
    name: value
    for name, value in os.environ.items()
    if name not in ("SYNERISE_CLIENT_HOME", "PYTHONDONTWRITEBYTECODE")
}
_ROOT = Path(__file__).parent.parent
_TELL_TIME = "\nimport time; print(time.clock_gettime(time.CLOCK_MONOTONIC))"
_TELL_MEMORY = """
for line in open("/proc/self/status"):
    if line.startswith("VmHWM:"):  # not ru_maxrss: that of the parent is inherited
        print(line.split()[1])
"""
_REQUESTS = "import requests"
_NAMES = "from synerise_client import Synerise, Token, Error"
_INIT = """
from synerise_client import Synerise, Token, Error
Synerise.Initializer().withApiKey("key").init()
"""
_FIRST_CALLBACK = f"""
{_INIT}
def on_success(token):
    import time
    print(time.clock_gettime(time.CLOCK_MONOTONIC))
Synerise.Client.retrieveToken(on_success, lambda error: print(error))
"""


def _started(script: str, home: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", script],
        cwd=_ROOT,
        env={**_ENVIRONMENT, "XDG_DATA_HOME": home},
        stdout=subprocess.PIPE,
        text=True,
    )


def _told(process: subprocess.Popen[str]) -> float:
    """Wait for the end of a process and return the number that it printed."""
    said, _ = process.communicate(timeout=60)
    return float(said)


def _time_until(script: str, home: str) -> float:
    began = time.monotonic()
    return _told(_started(script, home)) - began


def _memory_after(script: str, home: str) -> float:
    return _told(_started(script + _TELL_MEMORY, home))


def _import(rounds: int) -> Measured:
    return _times(rounds, _NAMES + _TELL_TIME)


def _first_callback(rounds: int) -> Measured:
    with tempfile.TemporaryDirectory() as home, FastServer() as server:
        sign_in(SQLiteStorage(Path(home) / "synerise_client" / "sessions.sqlite3"), server.url)
        script = _FIRST_CALLBACK.replace(".init()", f".withBaseUrl({server.url!r}).init()")
        return _times(rounds, script, home)


def _times(rounds: int, script: str, home: str = "") -> Measured:
    if not hasattr(time, "CLOCK_MONOTONIC"):
        raise Unavailable("this platform has no clock that all processes share")
    return in_turn(
        rounds,
        partial(_time_until, script, home),
        partial(_time_until, _REQUESTS + _TELL_TIME, home),
        partial(_time_until, _TELL_TIME, home),
    )


def _idle_memory(rounds: int) -> Measured:
    if not Path("/proc/self/status").exists():
        raise Unavailable("it needs /proc")
    with tempfile.TemporaryDirectory() as home:
        return in_turn(
            rounds,
            partial(_memory_after, _INIT, home),
            partial(_memory_after, _REQUESTS, home),
            partial(_memory_after, "", home),
        )


COMPARISONS = (
    Comparison(
        "import",
        "`from synerise_client import Synerise, Token, Error`",
        "`import requests`",
        0.40,
        "ms",
        40,
        _import,
    ),
    Comparison(
        "first-callback",
        "first callback of a fresh process: import, init, store, cached token",
        "`import requests`",
        0.55,
        "ms",
        40,
        _first_callback,
    ),
    Comparison(
        "memory",
        "memory of an idle client, after import and init",
        "`import requests`",
        0.40,
        "KiB",
        10,
        _idle_memory,
    ),
)
