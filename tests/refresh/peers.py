"""Other processes with clients on the same store, which do what they are told."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

from synerise_client import Error, RedisStorage, SQLiteStorage, Token
from synerise_client.session.storage import Storage
from tests.conftest import Team

SCRIPT = """
import json, sys, threading, time
from collections import Counter
from synerise_client import RetryPolicy, Synerise
from synerise_client import assembly
from synerise_client.session import redis_lock, tokens
from synerise_client.session.store import StateStore
from tests.conftest import NO_WAITING, MovableClock
from tests.refresh.peers import answer_of, storage_at

settings = json.loads(sys.stdin.readline())
if patience := settings["patience"]:
    tokens.DUE_REFRESH_SECONDS = patience
    assembly._REFRESH_MARGIN_SECONDS = patience - 25  # less the default timeouts
if lock_seconds := settings["lock_seconds"]:
    redis_lock.LOCK_SECONDS = lock_seconds
builder = (
    Synerise.Initializer().withApiKey(settings["api_key"]).withBaseUrl(settings["url"])
    .withStorage(storage_at(settings["place"])).withRetryPolicy(NO_WAITING)
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

class Calls:
    "One call after the other on a thread of its own, each noted with its answers."

    def __init__(self):
        self.answers = []
        self.is_over = False
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        while not self.is_over:
            answers, answered = [], threading.Event()
            answer = lambda value: (answers.append(answer_of(value)), answered.set())
            method = ("getAccount", "retrieveToken")[len(self.answers) % 2]
            getattr(Synerise.Client, method)(answer, answer)
            answered.wait(20)
            self.answers.append(answers)
            time.sleep(0.005)

    def end(self):
        self.is_over = True
        self.thread.join()
        Synerise.waitUntilIdle(20)
        return {
            "answers": dict(Counter(len(each) for each in self.answers)),
            "codes": sorted({code for got in self.answers for code in got if type(code) is int}),
            "uuid": Synerise.Client.getUUID(),
            "is_signed_in": Synerise.Client.isSignedIn(),
        }

say("ready")
for line in sys.stdin:
    method, *arguments = json.loads(line)
    waiting.clear()
    if method == "advance":
        clock.advance(*arguments)
        say("advanced")
    elif method in ("destroySession", "signOut"):
        getattr(Synerise.Client, method)()
        say("ended")
    elif method == "begin calls":
        calls = Calls()
    elif method == "count calls":
        say(len(calls.answers))
    elif method == "end calls":
        say(calls.end())
    else:
        answer = lambda value: say(answer_of(value))
        getattr(Synerise.Client, method)(*arguments, answer, answer)
Synerise.shutdown()
"""


def storage_at(place: str) -> Storage:
    """Return the storage at a path, or at the URL of a Redis."""
    return RedisStorage(place) if "://" in place else SQLiteStorage(place)


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
        place: of the store: a path, or the URL of a Redis.
        patience: seconds that it waits for another process that refreshes; by
            default as long as the rules say.
        lock_seconds: that a refresh lock in Redis lives for; by default as long as it does.
        home: a folder of its own for everything that is not shared.
    """

    def __init__(
        self,
        team: Team,
        place: Path | str,
        patience: float | None = None,
        lock_seconds: float | None = None,
        home: Path | None = None,
    ) -> None:
        own = {"HOME": str(home), "SYNERISE_CLIENT_HOME": str(home), "TMPDIR": str(home)}
        self.process = subprocess.Popen(
            [sys.executable, "-c", SCRIPT],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
            env={**os.environ, **(own if home else {})},
        )
        settings = {
            "api_key": team.sandbox.api_key,
            "url": team.sandbox.url,
            "place": str(place),
            "patience": patience,
            "lock_seconds": lock_seconds,
        }
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(settings) + "\n")
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

    def hear_count(self) -> int:
        """Return how many calls were answered since ``begin calls``."""
        self.tell("count calls")
        return int(self.hear())

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
    """Several of them; all end with the block."""

    def __init__(self, team: Team, peers: Iterable[Peer]) -> None:
        super().__init__(peers)
        self._team = team

    @classmethod
    def on(cls, team: Team, path: Path, count: int, patience: float | None = None) -> Peers:
        """Start ``count`` of them on one file; all but the first have that patience."""
        return cls(team, (Peer(team, path, patience if n else None) for n in range(count)))

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


@contextmanager
def waiting_for_the_first(team: Team, peers: Peers, method: str) -> Iterator[None]:
    """Have the first one refresh, held up by the server in the block, and the others wait."""
    with team.sandbox.hold("refresh") as hold:
        peers[0].tell(method)
        assert hold.arrived.wait(10)
        for peer in peers[1:]:
            peer.tell(method)
        assert all(peer.waits() for peer in peers[1:])
        yield


def drops_its_late_token(team: Team, peers: Peers, token: str) -> None:
    """Suspend the first one as it refreshes: the token that it gets replaces no newer one.

    Args:
        team: whose sandbox they talk to.
        peers: of which the others can go on without the first.
        token: the fingerprint of the one that they have.
    """
    with team.sandbox.hold("refresh") as hold:
        peers[0].tell("refreshToken")
        assert hold.arrived.wait(10)
        peers[0].suspend()
        peers[1].tell("refreshToken")
        newer = peers[1].hear()
        assert newer != token
    peers[0].resume()
    assert peers[0].hear() == newer
    assert set(peers.call("retrieveToken")) == {newer}
    assert team.operations == ["login", "refresh", "refresh"]


def signed_in(team: Team, place: Path | str) -> str:
    """Sign a customer in on the store, and return the token's fingerprint."""
    client = team.other_client(storage_at(str(place)))
    team.sandbox.add_profile("anna@example.com", "Pass1!word")
    assert team.call("signIn", "anna@example.com", "Pass1!word", client=client) is True
    return fingerprint(team.call("retrieveToken", client=client).tokenString)
