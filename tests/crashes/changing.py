"""A process that changes a session for ever, until it is killed; run where all is loaded already.

It tells a journal what it is about to write and what it has written, a line each. What is in the
journal survives the process, and the lines stand in the order of the transactions, since each
intent is told within its own.
"""

from __future__ import annotations

import logging
import os
import random
import resource
import signal
import sqlite3
import threading
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

# Loaded with this module, that is once for all the processes that are forked from it.
import synerise_client.api.operations
import synerise_client.api.transport  # noqa: F401
from synerise_client import (
    ClientModule,
    RetryPolicy,
    SQLiteStorage,
    Synerise,
    SyneriseInitializer,
)
from synerise_client.session.storage import SessionKey, Stored
from synerise_client.synerise import SyneriseFacade
from tests.conftest import PASSWORD

EMAILS = ("anna@example.com", "ben@example.com")
END = "end-of-line"
Change = Callable[[str | None], str | None]


class Place(NamedTuple):
    """Where a process works: at a store, with a journal, against a sandbox."""

    path: Path
    journal: Path
    url: str
    api_key: str


class Kill(NamedTuple):
    """How a process dies.

    Attributes:
        kind: "from outside" (somebody else does it), "at an intent" (within a transaction),
            "in a statement" (at any of SQLite's steps), "by a timer" (in SQLite's own code),
            "within a write" (at a byte of a file), or "never" (it stays within its first
            transaction).
        number: of the intents or steps before it.
        seconds: after which the timer rings.
        part: of the store's size, where the byte is.
    """

    kind: str
    number: int = 0
    seconds: float = 0.0
    part: float = 0.0


class Mortal:
    """Dies in the way that is asked for."""

    def __init__(self, kill: Kill, path: Path) -> None:
        self._kill = kill
        self._path = path
        if kill.kind == "within a write":
            # Ends the process as SIGKILL does, at the very write that would exceed the limit.
            signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        self._intents = self._steps = 0

    def at_intent(self) -> None:
        """A change was decided on and is not written yet."""
        self._intents += 1
        if self._kill.kind == "never":
            threading.Event().wait()
        if self._intents < self._kill.number:
            return
        if self._kill.kind == "at an intent":
            die()
        if self._kill.kind == "by a timer":
            # Nothing catches this signal: it ends the process as SIGKILL does, wherever it is.
            signal.setitimer(signal.ITIMER_REAL, self._kill.seconds)
        if self._kill.kind == "within a write":
            part = self._kill.part * 0.8 ** (self._intents - self._kill.number)
            size = int(self._path.stat().st_size * part)
            resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    def connect(self, *arguments: Any, **settings: Any) -> sqlite3.Connection:
        """Connect to SQLite; perhaps to die at one of its steps."""
        database: sqlite3.Connection = _connect(*arguments, **settings)
        if self._kill.kind == "in a statement":
            database.set_progress_handler(self._step, 1)
        return database

    def _step(self) -> None:
        self._steps += 1
        if self._steps == self._kill.number:
            die()


class Journal:
    """Lines that are there as soon as they are told, in the order in which they were."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def tell(self, kind: str, *words: str) -> None:
        line = f"\n{kind} {os.getpid()} {' '.join(words)} {END}\n".encode()
        if os.write(self._file, line) < len(line):
            die()  # cut off by the limit that is set above


class StoreTrouble(logging.Handler):
    """Tells the journal what is reported of the store."""

    def __init__(self, journal: Journal) -> None:
        super().__init__(logging.WARNING)
        self._journal = journal

    def emit(self, record: logging.LogRecord) -> None:
        if record.name != "synerise_client":
            self._journal.tell("trouble", record.getMessage().replace("\n", " "))


class WatchedStorage(SQLiteStorage):
    """Tells of every write, just before it and just after it; of states only their fingerprints."""

    def __init__(self, path: Path, journal: Journal, at_intent: Callable[[], None]) -> None:
        super().__init__(path)
        self._journal = journal
        self._at_intent = at_intent

    def update(self, key: SessionKey, change: Change, timeout: float) -> Stored:
        told = False

        def watched(text: str | None) -> str | None:
            nonlocal told
            after = change(text)
            if after != text:
                told = True
                self._journal.tell("intent", fingerprint(text), fingerprint(after))
                self._at_intent()
            return after

        stored = super().update(key, watched, timeout)
        if told:
            self._journal.tell("done", fingerprint(stored.text))
        return stored


_connect = sqlite3.connect


def fingerprint(text: str | None) -> str:
    """Tell states apart without telling them."""
    return "nothing" if text is None else sha256(text.encode()).hexdigest()[:16]


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def initializer(place: Place, facade: SyneriseFacade) -> SyneriseInitializer:
    """Describe a client at ``place``, with a plain store."""
    return (
        facade.Initializer()
        .withApiKey(place.api_key)
        .withBaseUrl(place.url)
        .withStorage(SQLiteStorage(place.path))
        .withRetryPolicy(RetryPolicy(initial=0, maximum=0))
    )


def change_for_ever(place: Place, kill: Kill, seed: int) -> None:
    """Sign in and out, refresh, regenerate, destroy, recognize, in any order, until killed.

    Some identifiers are long, so that the row takes several pages of the file.
    """
    chance = random.Random(seed)
    mortal, journal = Mortal(kill, place.path), Journal(place.journal)
    logging.getLogger("synerise_client").addHandler(StoreTrouble(journal))
    sqlite3.connect = mortal.connect  # type: ignore[assignment]
    storage = WatchedStorage(place.path, journal, mortal.at_intent)
    initializer(place, Synerise).withStorage(storage).init()
    client = Synerise.Client
    while True:
        chance.choice(STEPS)(client, chance)
        assert Synerise.waitUntilIdle(30)
        journal.tell("told", client.getUUID(), str(client.isSignedIn()))


def _nothing() -> None:
    pass


Step = Callable[[ClientModule, random.Random], object]
STEPS: list[Step] = [
    lambda client, chance: client.signIn(chance.choice(EMAILS), PASSWORD, _nothing, _nothing),
    lambda client, chance: client.signIn(chance.choice(EMAILS), PASSWORD, _nothing, _nothing),
    lambda client, _: client.refreshToken(_nothing, _nothing),
    lambda client, _: client.refreshToken(_nothing, _nothing),
    lambda client, _: client.retrieveToken(_nothing, _nothing),
    lambda client, _: client.getAccount(_nothing, _nothing),
    lambda client, chance: client.recognizeAnonymous(chance.choice(EMAILS)),
    lambda client, chance: client.recognizeAnonymous(None, "x" * chance.randrange(20000)),
    lambda client, chance: client.recognizeAnonymous(None, "x" * chance.randrange(20000)),
    lambda client, _: client.regenerateUUID(),
    lambda client, chance: client.regenerateUUIDWithClientIdentifier(chance.choice(EMAILS)),
    lambda client, _: client.signOut(),
    lambda client, _: client.signOutWithMode("SIGN_OUT", False, _nothing, _nothing),
    lambda client, _: client.signOutWithMode(
        "SIGN_OUT_WITH_SESSION_DESTROY", False, _nothing, _nothing
    ),
    lambda client, _: client.destroySession(),
]
