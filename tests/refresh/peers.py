"""Other processes with clients on the same store, which do what they are told."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any

from synerise_client import Error, SQLiteStorage, Token
from tests.conftest import Team

SCRIPT = """
import json, sys, threading
from synerise_client import RetryPolicy, SQLiteStorage, Synerise
from synerise_client import assembly
from synerise_client.session import tokens
from synerise_client.session.store import StateStore
from tests.conftest import NO_WAITING, MovableClock
from tests.refresh.peers import answer_of

path, url, patience = sys.argv[1:]
if patience:
    tokens.DUE_REFRESH_SECONDS = float(patience)
    assembly._REFRESH_MARGIN_SECONDS = float(patience) - 25  # less the default timeouts
builder = (
    Synerise.Initializer().withApiKey(sys.stdin.readline().strip()).withBaseUrl(url)
    .withStorage(SQLiteStorage(path)).withRetryPolicy(NO_WAITING)
)
builder._setup.clock = clock = MovableClock()
builder.init()
lock = threading.Lock()

def say(what):
    with lock:
        print(json.dumps(what), flush=True)

waiting = threading.Event()
try_refresh_lock = StateStore.try_refresh_lock

def noted(store):
    release = try_refresh_lock(store)
    if release is None and not waiting.is_set():
        waiting.set()
        say("waiting")
    return release

StateStore.try_refresh_lock = noted
say("ready")
for line in sys.stdin:
    method, *arguments = json.loads(line)
    waiting.clear()
    if method == "advance":
        clock.advance(*arguments)
        say("advanced")
    elif method == "destroySession":
        Synerise.Client.destroySession()
        say("destroyed")
    else:
        answer = lambda value: say(answer_of(value))
        getattr(Synerise.Client, method)(*arguments, answer, answer)
Synerise.shutdown()
"""


def fingerprint(token: str) -> str:
    """Tell tokens apart without showing them."""
    return hashlib.sha256(token.encode()).hexdigest()[:12]


def answer_of(value: object) -> Any:
    """What a callback got, without its secrets: a token's fingerprint, an error's code."""
    if isinstance(value, Token):
        return fingerprint(value.tokenString)
    return value.code if isinstance(value, Error) else str(value)


class Peer:
    """One process with one client.

    Args:
        team: whose sandbox the client talks to.
        path: of the store.
        patience: seconds that it waits for another process that refreshes; by
            default as long as the rules say.
    """

    def __init__(self, team: Team, path: Path, patience: float | None = None) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", SCRIPT, str(path), team.sandbox.url, str(patience or "")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        )
        assert self.process.stdin is not None
        self.process.stdin.write(team.sandbox.api_key + "\n")
        self.process.stdin.flush()

    def tell(self, method: str, *arguments: object) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps([method, *arguments]) + "\n")
        self.process.stdin.flush()

    def hear(self) -> Any:
        """Return what a callback got, or that something was done."""
        while (said := self._said()) == "waiting":
            pass
        return said

    def waits(self) -> bool:
        """Wait until it waits for another process that refreshes."""
        return bool(self._said() == "waiting")

    def _said(self) -> Any:
        assert self.process.stdout is not None
        return json.loads(self.process.stdout.readline())

    def suspend(self) -> None:
        self.process.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, self.process.pid, os.WSTOPPED)

    def resume(self) -> None:
        self.process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


class Peers(list[Peer]):
    """Several of them; all end with the block, and all but the first have that patience."""

    def __init__(self, team: Team, path: Path, count: int, patience: float | None = None) -> None:
        super().__init__(Peer(team, path, patience if number else None) for number in range(count))
        self._team = team

    def __enter__(self) -> Peers:
        assert {peer.hear() for peer in self} == {"ready"}
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for peer in self:
            peer.kill()
            for pipe in (peer.process.stdin, peer.process.stdout):
                assert pipe is not None
                pipe.close()

    def advance(self, seconds: float) -> None:
        """Let time pass for everybody."""
        self._team.time_passes(seconds)
        for peer in self:
            peer.tell("advance", seconds)
            assert peer.hear() == "advanced"

    def call(self, method: str, *arguments: object) -> list[Any]:
        """Call a method in all of them at once, and return what their callbacks got."""
        for peer in self:
            peer.tell(method, *arguments)
        return [peer.hear() for peer in self]


def signed_in(team: Team, path: Path) -> str:
    """Sign a customer in on the store, and return the token's fingerprint."""
    client = team.other_client(SQLiteStorage(path))
    team.sandbox.add_profile("anna@example.com", "Pass1!word")
    assert team.call("signIn", "anna@example.com", "Pass1!word", client=client) is True
    return fingerprint(team.call("retrieveToken", client=client).tokenString)
