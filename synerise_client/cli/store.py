"""The store as a command sees it: what was last read or written, and what stood in the way."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from synerise_client.session.clock import Clock
from synerise_client.session.sqlite_storage import SQLiteStorage
from synerise_client.session.state import UnreadableState, from_text
from synerise_client.session.storage import StorageError

if TYPE_CHECKING:
    from synerise_client.session.state import SessionState
    from synerise_client.session.storage import Change, SessionKey, Stored


class WatchedStorage(SQLiteStorage):
    """Remembers how its last use went.

    Args:
        path: of the file; None: the usual one.

    Attributes:
        trouble: why the last reading or writing failed; None if it did not.
    """

    def __init__(self, path: str | None) -> None:
        super().__init__(path)
        self._text: str | None = None
        self.trouble: StorageError | None = None

    def is_writable(self) -> bool:
        """Whether file and folder let us write; SQLite needs the folder too."""
        return os.access(self.path, os.W_OK) and os.access(self.path.parent, os.W_OK)

    def state(self) -> SessionState | None:
        """Return the session as it was last read or written, None if it never was."""
        if self._text is None:
            return None
        try:
            return from_text(self._text, Clock())
        except UnreadableState:
            return None

    def update(self, key: SessionKey, change: Change, timeout: float) -> Stored:
        """Read, change and write in one transaction."""
        try:
            stored = super().update(key, change, timeout)
        except StorageError as error:
            self.trouble = error
            raise
        self._text, self.trouble = stored.text, None
        return stored
