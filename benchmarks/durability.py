"""What it costs to have a change on disk, beside SQLite's own transaction of the same row."""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing
from functools import partial
from itertools import count
from pathlib import Path

from attrs import evolve

from benchmarks.measuring import Comparison, Measured, in_turn, seconds
from synerise_client import SQLiteStorage, TokenOrigin
from synerise_client.session.clock import Clock
from synerise_client.session.sqlite_storage import SCHEMA
from synerise_client.session.state import SessionState, SessionToken, new_uuid, to_text
from synerise_client.session.storage import SessionKey
from synerise_client.session.store import StateStore

_KEY = SessionKey("key", "https://api.example.com")
_SELECT = "SELECT state FROM session WHERE api_key = ? AND base_url = ? AND profile = ?"


def _state() -> SessionState:
    now = Clock().elapsed()
    token = SessionToken("a" * 400, 2e9, 3600.0, now + 3600, True, TokenOrigin.Synerise)
    return SessionState(new_uuid(), new_uuid(), token=token)


def _transaction(database: sqlite3.Connection, text: str) -> None:
    database.execute("BEGIN IMMEDIATE")
    database.execute(_SELECT, _KEY).fetchone()
    database.execute("REPLACE INTO session VALUES (?, ?, ?, ?)", (*_KEY, text))
    database.execute("COMMIT")


def _measure(rounds: int, *, through_the_store: bool) -> Measured:
    numbers = count()
    with tempfile.TemporaryDirectory() as folder, closing(_plain(folder)) as database:
        storage = SQLiteStorage(Path(folder) / "ours.sqlite3")
        store = StateStore(storage, _KEY, Clock(), _state())
        store.open()

        def next_text() -> str:
            return to_text(evolve(_state(), clock_offset=float(next(numbers))))

        def ours() -> float:
            if through_the_store:
                epoch, offset = store.state.epoch, float(next(numbers))
                return seconds(
                    lambda: store.commit(epoch, lambda old: evolve(old, clock_offset=offset))
                )
            text = next_text()
            return seconds(lambda: storage.update(_KEY, lambda _: text, 1.0))

        def theirs() -> float:
            text = next_text()
            return seconds(lambda: _transaction(database, text))

        # One change at a time, so that what else the disk has to do hits both sides.
        measured = in_turn(rounds, ours, theirs)
        storage.close()
    return measured


def _plain(folder: str) -> sqlite3.Connection:
    """Open a database with the settings of ours."""
    database = sqlite3.connect(f"{folder}/plain.sqlite3", isolation_level=None)
    database.execute("PRAGMA secure_delete = ON")
    for statement in SCHEMA:
        database.execute(statement)
    database.execute("REPLACE INTO session VALUES (?, ?, ?, ?)", (*_KEY, to_text(_state())))
    return database


_TRANSACTION = "`sqlite3`: BEGIN IMMEDIATE, SELECT, REPLACE, COMMIT, same settings"

COMPARISONS = (
    Comparison(
        "update",
        "`SQLiteStorage.update` of a row, durable",
        _TRANSACTION,
        1.3,
        "us",
        300,
        partial(_measure, through_the_store=False),
    ),
    Comparison(
        "commit",
        "a session's state changed and durable",
        _TRANSACTION,
        1.3,
        "us",
        300,
        partial(_measure, through_the_store=True),
    ),
)
