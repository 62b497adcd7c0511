"""What a store must be after a process was killed: usable, and in the state before or after."""

from __future__ import annotations

import json
import logging
import shutil
import sqlite3
import threading
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

from synerise_client.sandbox import Sandbox
from synerise_client.synerise import SyneriseFacade
from tests.crashes.changing import END, Place, fingerprint, initializer

_SIDE_FILES = ("-journal", "-wal", "-shm")


class Line(NamedTuple):
    """One line of the journal."""

    kind: str
    process: str
    words: tuple[str, ...]


class _Intent(NamedTuple):
    before: str
    after: str
    is_done: bool


def lines_of(journal: Path) -> list[Line]:
    """Read the journal; a line that was cut off is none."""
    lines = [line.split() for line in journal.read_text().splitlines() if line.endswith(END)]
    return [Line(kind, process, tuple(words)) for kind, process, *words, _ in lines]


def _intents(lines: list[Line]) -> list[_Intent]:
    intents: list[_Intent] = []
    latest: dict[str, int] = {}
    for line in lines:
        if line.kind == "intent":
            latest[line.process] = len(intents)
            before, after = line.words
            intents.append(_Intent(before, after, False))
        elif line.kind == "done":
            number = latest[line.process]
            intents[number] = intents[number]._replace(is_done=True)
    return intents


def check_states(lines: list[Line], text: str | None, first: str) -> None:
    """Check that the row was at each moment what one of the processes had written whole.

    Args:
        lines: of the journal, in the order of the transactions.
        text: that is stored now.
        first: fingerprint of what was stored before the first line.
    """
    possible = {first}
    for intent in _intents(lines):
        assert intent.before in possible, "a transaction found what nobody had written"
        possible = {intent.after} if intent.is_done else {intent.before, intent.after}
    assert fingerprint(text) in possible, "neither the state before nor the one after"


def check_told(lines: list[Line], text: str | None) -> None:
    """Check that what the only process was told last is stored, or what it did after that."""
    if lines and lines[-1].kind == "told":
        assert text is not None, "what was told is not stored"
        state, (uuid, is_signed_in) = json.loads(text), lines[-1].words
        assert (state["uuid"], str(_holds_login(state))) == (uuid, is_signed_in)


def check_whole(text: str | None, sandbox: Sandbox) -> None:
    """Check that the token is the very one that the server gave to this uuid on this device."""
    state: dict[str, Any] = {"token": None} if text is None else json.loads(text)
    if state["token"] is None:
        return
    with sandbox._state.lock:
        known = sandbox._state.tokens._tokens[state["token"]["string"]]
    assert (known.uuid, known.device_id) == (state["uuid"], state["device_id"])
    assert known.origin == state["token"]["origin"]
    if _holds_login(state):
        assert state["identity"] == f"email:{known.profile.email}"


def _holds_login(state: dict[str, Any]) -> bool:
    return state["token"] is not None and state["token"]["origin"] != "ANONYMOUS"


def read_plainly(place: Place) -> str | None:
    """Return what plain SQLite finds in a copy of the store, which must be sound."""
    folder = place.path.parent
    copy = folder.parent / "copy"
    shutil.copytree(folder, copy)
    try:
        with closing(sqlite3.connect(copy / place.path.name)) as database:
            assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            if database.execute("PRAGMA user_version").fetchone() == (0,):
                assert database.execute("SELECT * FROM sqlite_schema").fetchall() == []
                return None
            rows = database.execute(
                "SELECT state FROM session WHERE api_key = ?", (place.api_key,)
            ).fetchall()
            assert len(rows) <= 1
            return rows[0][0] if rows else None
    finally:
        shutil.rmtree(copy)


def use(place: Place, text: str | None) -> str:
    """Have a fresh client find what is stored and store something else; return that."""
    trouble = _Trouble()
    logger = logging.getLogger("synerise_client")
    logger.addHandler(trouble)
    facade = SyneriseFacade()
    try:
        initializer(place, facade).init()
        state = json.loads(text) if text is not None else {"uuid": facade.Client.getUUID()}
        assert facade.Client.getUUID() == state["uuid"]
        assert facade.Client.isSignedIn() is (text is not None and _holds_login(state))
        _change(facade)
    finally:
        facade.shutdown()
        logger.removeHandler(trouble)
    assert trouble.lines == []
    left = sorted(each.name for each in place.path.parent.iterdir())
    assert not [name for name in left if name.endswith(_SIDE_FILES) or ".damaged-" in name], left
    changed = read_plainly(place)
    assert changed is not None
    assert changed != text
    return changed


def _change(facade: SyneriseFacade) -> None:
    if not facade.Client.isSignedIn():
        assert facade.Client.regenerateUUID()
        return
    answers: list[object] = []
    answered = threading.Event()

    def answer(value: object) -> None:
        answers.append(type(value).__name__)
        answered.set()

    facade.Client.refreshToken(answer, answer)
    assert answered.wait(10)
    assert answers == ["Token"]


class _Trouble(logging.Handler):
    """Keeps what is reported, warnings and worse."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())
