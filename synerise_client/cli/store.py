"""The store as a command sees it: what was last read or written, and what stood in the way."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from synerise_client.session.clock import Clock
from synerise_client.session.sqlite_storage import SQLiteStorage
from synerise_client.session.state import UnreadableState, from_text
from synerise_client.session.storage import StorageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from synerise_client.session.refresh_lock import Release
    from synerise_client.session.state import SessionState
    from synerise_client.session.storage import SessionKey, Stored


class WatchedStorage:
    """A SQLiteStorage that remembers how its last use went.

    Args:
        path: of the file; None: the usual one.

    Attributes:
        trouble: why the last reading or writing failed; None if it did not.
    """

    def __init__(self, path: str | None) -> None:
        self._storage = SQLiteStorage(path)
        self._text: str | None = None
        self.trouble: StorageError | None = None

    @property
    def path(self) -> str:
        """The file."""
        return str(self._storage.path)

    def is_writable(self) -> bool:
        """Whether file and folder let us write; SQLite needs the folder too."""
        path = self._storage.path
        return os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)

    def state(self) -> SessionState | None:
        """Return the session as it was last read or written, None if it never was."""
        if self._text is None:
            return None
        try:
            return from_text(self._text, Clock())
        except UnreadableState:
            return None

    def version(self, key: SessionKey) -> object:
        """Return something that differs after somebody else has written."""
        return self._storage.version(key)

    def update(
        self, key: SessionKey, change: Callable[[str | None], str | None], timeout: float
    ) -> Stored:
        """Read, change and write in one transaction."""
        try:
            stored = self._storage.update(key, change, timeout)
        except StorageError as error:
            self.trouble = error
            raise
        self._text, self.trouble = stored.text, None
        return stored

    def try_refresh_lock(self, key: SessionKey) -> Release | None:
        """Take the right to refresh the token."""
        return self._storage.try_refresh_lock(key)

    def close(self) -> None:
        """Let go of the file."""
        self._storage.close()
