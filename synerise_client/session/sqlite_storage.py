"""A session's state in one SQLite file that all processes share."""

from __future__ import annotations

import logging
import os
import threading
import time
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from synerise_client.process.forks import abandon, renew_in_children
from synerise_client.process.late_loading import loading
from synerise_client.process.locks import held_within
from synerise_client.session.private_files import SIDE_FILES, identity, make_private
from synerise_client.session.quiet_file import QuietFile
from synerise_client.session.refresh_lock import try_lock
from synerise_client.session.storage import StorageError, Stored

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

    from synerise_client.session.refresh_lock import Release
    from synerise_client.session.storage import Change, SessionKey

SCHEMA = (
    """CREATE TABLE session (
        api_key TEXT NOT NULL,
        base_url TEXT NOT NULL,
        profile TEXT NOT NULL,
        state TEXT NOT NULL,
        PRIMARY KEY (api_key, base_url, profile)
    ) WITHOUT ROWID""",
)
"""Statement n brings the schema from version n to n + 1; the file's user_version counts them."""

_SELECT = "SELECT state FROM session WHERE api_key = ? AND base_url = ? AND profile = ?"
_DELETE = "DELETE FROM session WHERE api_key = ? AND base_url = ? AND profile = ?"
_CLOSING_SECONDS = 0.25
_log = logging.getLogger("synerise_client.storage")


class _DamagedFile(StorageError):
    """It was set aside; a new one can be made in its place."""


class SQLiteStorage:
    """Keeps sessions in one SQLite file that only its owner may read, shared by processes.

    A write is on disk when it returns. A file or folder that somebody else
    could change is not used: the session then lives in memory.

    Args:
        path: the file; by default ``sessions.sqlite3`` in the folder that the
            environment variable SYNERISE_CLIENT_HOME names, else in the
            platform's folder for user data. It is made when first used.

    Raises:
        TypeError: path is not a path.
    """

    def __init__(self, path: str | os.PathLike[str] | None = None) -> None:
        if path is not None and not isinstance(path, (str, os.PathLike)):
            raise TypeError(f"path must be a path or None, not {type(path).__name__}")
        self._given_path = path
        self._lock = threading.Lock()
        self._database: sqlite3.Connection | None = None
        self._opened_file: tuple[int, int] | None = None
        self._times_opened = 0  # an inode may be used again for another file
        self._by_others = 0  # writes, as SQLite counts them for this connection
        self._file: QuietFile | None = None  # there while it is open
        # Of this connection, which data_version leaves out.
        self._writes: dict[SessionKey, int] = {}
        self._is_writable = True
        self._busy_timeout = 0.0
        renew_in_children(self)

    @cached_property
    def path(self) -> Path:
        """The file that holds the sessions."""
        given = self._given_path
        return _default_path() if given is None else Path(given).expanduser().absolute()

    def __repr__(self) -> str:
        given = self._given_path
        return "SQLiteStorage()" if given is None else f"SQLiteStorage({str(given)!r})"

    def version(self, key: SessionKey) -> object:
        """Tell whether another connection has written since, and count this one's writes.

        SQLite is asked, unless the file's times tell that nobody has.
        """
        file = self._file
        if file is not None and file.is_unchanged():
            return self._seen(key)
        try:
            with self._connection(timeout=0.0) as database:
                file = self._file
                look = file and file.look()
                version = self._version_of(database, key)
                if file and look and not _writes_beside(database):
                    file.was_read(look)
                return version
        except StorageError:
            return None

    def update(self, key: SessionKey, change: Change, timeout: float) -> Stored:
        """Change a row in one transaction, durable when this returns."""
        try:
            return self._update(key, change, timeout)
        except _DamagedFile:
            return self._update(key, change, timeout)  # in a new file

    def _update(self, key: SessionKey, change: Change, timeout: float) -> Stored:
        with self._connection(timeout) as database, _transaction(database, self._is_writable):
            row = database.execute(_SELECT, key).fetchone()
            before = row and row[0]
            after = change(before)
            if after != before:
                self._writes[key] = self._writes.get(key, 0) + 1
                if after is None:
                    database.execute(_DELETE, key)
                else:
                    database.execute("REPLACE INTO session VALUES (?, ?, ?, ?)", (*key, after))
            # Read within the transaction: what others write from now on counts as unseen.
            return Stored(after, self._version_of(database, key))

    def try_refresh_lock(self, key: SessionKey) -> Release | None:
        """Lock a file beside the store that is named after ``key``."""
        with loading():
            name = key.digest()[:16]
        try:
            make_private(self.path)
            return try_lock(self.path.with_name(f"{self.path.name}-refresh-{name}.lock"))
        except (OSError, RuntimeError) as error:
            raise self._trouble(error) from error

    def close(self) -> None:
        """Close the file, unless another thread hangs in it; the next use opens it again."""
        with held_within(_CLOSING_SECONDS, self._lock) as is_held:
            if is_held:
                self._close()

    def renew_after_fork(self) -> None:
        """The connection is the parent's: it is neither used nor closed here."""
        abandon(self._database)
        self._database = self._file = None
        self._lock = threading.Lock()

    @contextmanager
    def _connection(self, timeout: float) -> Iterator[sqlite3.Connection]:
        """Hold the connection; whatever goes wrong with it becomes a StorageError."""
        import sqlite3

        left = self._acquire(timeout)
        try:
            yield self._open(left)
        except (OSError, RuntimeError) as error:
            raise self._trouble(error) from error
        except sqlite3.Error as error:
            self._close()
            if type(error) is sqlite3.DatabaseError:  # damaged, or no database at all
                self._set_aside()
                raise _DamagedFile(f"{self.path}: {error}") from error
            raise StorageError(f"{self.path}: {error}") from error
        finally:
            self._lock.release()

    def _acquire(self, timeout: float) -> float:
        """Take the lock, and return how many seconds are left for SQLite."""
        if self._lock.acquire(blocking=False):
            return timeout  # as it was last time: SQLite need not be told
        gives_up_at = time.monotonic() + timeout
        if not self._lock.acquire(timeout=timeout):
            raise StorageError("the store is in use for too long")
        return max(0.0, gives_up_at - time.monotonic())

    def _trouble(self, error: OSError | RuntimeError) -> StorageError:
        if isinstance(error, OSError):
            return StorageError(f"{self.path}: {error.strerror}")
        return StorageError(str(error))  # there is no home folder

    def _open(self, timeout: float) -> sqlite3.Connection:
        import sqlite3

        if self._database is not None and self._opened_file != identity(self.path):
            self._close()  # deleted or replaced under us
        if self._database is None:
            self._is_writable = make_private(self.path)
            self._opened_file = identity(self.path)
            self._times_opened += 1
            database = sqlite3.connect(
                f"{self.path.as_uri()}?mode={'rw' if self._is_writable else 'ro'}",
                uri=True,
                timeout=timeout,
                isolation_level=None,
                check_same_thread=False,
            )
            database.text_factory = lambda raw: raw.decode(errors="ignore")  # it may be damaged
            try:
                _migrate(database, self.path)
            except BaseException:
                database.close()
                raise
            self._database, self._file = database, QuietFile(str(self.path))
            self._busy_timeout = timeout
        if timeout != self._busy_timeout:
            self._database.execute(f"PRAGMA busy_timeout = {int(timeout * 1000)}")
            self._busy_timeout = timeout
        return self._database

    def _close(self) -> None:
        database, self._database, self._file = self._database, None, None
        if database is not None:
            database.close()

    def _version_of(self, database: sqlite3.Connection, key: SessionKey) -> object:
        self._by_others = database.execute("PRAGMA data_version").fetchone()[0]
        return self._seen(key)

    def _seen(self, key: SessionKey) -> object:
        return self._times_opened, self._by_others, self._writes.get(key)

    def _set_aside(self) -> None:
        if self._opened_file != identity(self.path):
            return  # somebody else did, and what is there now is another file
        aside = f"{self.path}.damaged-{time.time_ns()}"
        for suffix in SIDE_FILES:
            with suppress(OSError):
                os.replace(f"{self.path}{suffix}", aside + suffix)
        _log.warning("%s is damaged and was set aside as %s", self.path, aside)


def _default_path() -> Path:
    if home := os.environ.get("SYNERISE_CLIENT_HOME"):
        folder = Path(home).expanduser().absolute()
    else:
        from platformdirs import user_data_path

        folder = user_data_path("synerise_client", appauthor=False)
    return folder / "sessions.sqlite3"


@contextmanager
def _transaction(database: sqlite3.Connection, is_writable: bool = True) -> Iterator[None]:
    database.execute("BEGIN IMMEDIATE" if is_writable else "BEGIN")
    try:
        yield
        database.execute("COMMIT")
    except BaseException:
        if database.in_transaction:
            database.execute("ROLLBACK")
        raise


def _writes_beside(database: sqlite3.Connection) -> bool:
    """Tell whether somebody has made it a database that is written to in another file."""
    return bool(database.execute("PRAGMA journal_mode").fetchone()[0] == "wal")


def _migrate(database: sqlite3.Connection, path: Path) -> None:
    """Bring the schema up to date in one transaction."""
    database.execute("PRAGMA secure_delete = ON")
    if _schema_version(database, path) == len(SCHEMA):
        return
    with _transaction(database):
        for statement in SCHEMA[_schema_version(database, path) :]:
            database.execute(statement)
        database.execute(f"PRAGMA user_version = {len(SCHEMA)}")


def _schema_version(database: sqlite3.Connection, path: Path) -> int:
    version: int = database.execute("PRAGMA user_version").fetchone()[0]
    if version > len(SCHEMA):
        raise StorageError(f"{path} was written by a newer version of synerise_client")
    return version
