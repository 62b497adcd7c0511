"""Where a session's state is kept: what every storage promises, and the one in memory."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, NamedTuple, Protocol

from synerise_client.process.forks import renew_in_children
from synerise_client.process.locks import held_within

if TYPE_CHECKING:
    from collections.abc import Callable

    from synerise_client.session.refresh_lock import Release

    Change = Callable[[str | None], str | None]


class StorageError(Exception):
    """The store cannot be read or written now; the message says why."""


class SessionKey(NamedTuple):
    """Whose state it is: one row each."""

    api_key: str
    base_url: str
    profile: str = ""

    def __repr__(self) -> str:
        return f"SessionKey(api_key='…', base_url={self.base_url!r}, profile={self.profile!r})"

    def digest(self) -> str:
        """Return 64 digits that stand for it; the API key cannot be told from them."""
        from hashlib import sha256  # slow to load, and a cached token is handed out without it

        return sha256("\0".join(self).encode()).hexdigest()


class Stored(NamedTuple):
    """What a store holds, and as of when.

    Attributes:
        text: the state, None if there is none.
        version: equal to :meth:`Storage.version` of that key until somebody else writes it.
    """

    text: str | None
    version: object

    def __repr__(self) -> str:
        return f"Stored(text={'…' if self.text else None!r}, version={self.version!r})"


class UnreadableText(str):
    """What a change is given in the place of a text that is there and cannot be made out.

    Attributes:
        reason: for the error's message.
        is_given_up: set by a change whose result may stand in its place; without that
            the storage raises a StorageError. It may be deleted in any case.
    """

    reason: str
    is_given_up: bool

    def __new__(cls, reason: str) -> UnreadableText:
        """Make an empty text, which is no session's state."""
        text = super().__new__(cls, "")
        text.reason = reason
        text.is_given_up = False
        return text


class Storage(Protocol):
    """Keeps a text for each key. Every method may be called on any thread."""

    def version(self, key: SessionKey) -> object:
        """Return something that differs after another process or client has written; cheap.

        It is asked before every call.

        Args:
            key: whose state; it may differ after the writing of another key's, too.

        Returns:
            None if nothing can be told; :meth:`update` then does.
        """

    def update(self, key: SessionKey, change: Change, timeout: float) -> Stored:
        """Read, change and write in one transaction.

        Args:
            key: whose state.
            change: given the text (None: there is none) returns the new one
                (None: delete); nothing is written if it is the same. It may be called
                again, with what others have written meanwhile; then its last result counts.
            timeout: seconds to wait for others at most.

        Raises:
            StorageError: it could not be read or not be written; nothing changed.
        """

    def try_refresh_lock(self, key: SessionKey) -> Release | None:
        """Take the right to refresh the token of a session, without waiting.

        Args:
            key: whose session.

        Returns:
            What gives it back, on any thread; None if somebody else has it: another
            thread, client or process. It is lost with the process that has it.

        Raises:
            StorageError: nobody can be kept from refreshing.
        """

    def close(self) -> None:
        """Let go of files and connections; the next use opens them again."""


def is_storage(thing: object) -> bool:
    """Tell whether ``thing`` has the methods of a storage, and is no class."""
    methods = ("version", "update", "try_refresh_lock", "close")
    has_them = all(callable(getattr(thing, method, None)) for method in methods)
    return has_them and not isinstance(thing, type)


class MemoryStorage:
    """Keeps sessions for as long as the process runs, and no longer.

    Several clients that are given the same one share their sessions.
    """

    def __init__(self) -> None:
        self._texts: dict[SessionKey, str] = {}
        self._versions: dict[SessionKey, int] = {}
        self._refreshing: set[SessionKey] = set()
        self._lock = threading.RLock()
        renew_in_children(self)

    def version(self, key: SessionKey) -> object:
        """Count the writes."""
        return self._versions.get(key, 0)

    def update(self, key: SessionKey, change: Change, timeout: float) -> Stored:
        """Change a state in memory."""
        with held_within(timeout, self._lock) as is_held:
            if not is_held:
                raise StorageError("the storage is in use for too long")
            before = self._texts.get(key)
            after = change(before)
            if after != before:
                self._versions[key] = self._versions.get(key, 0) + 1
                if after is None:
                    del self._texts[key]
                else:
                    self._texts[key] = after
            return Stored(after, self._versions.get(key, 0))

    def try_refresh_lock(self, key: SessionKey) -> Release | None:
        """Keep other clients on this storage from refreshing."""
        with self._lock:
            if key in self._refreshing:
                return None
            self._refreshing.add(key)
        return lambda: self._refreshing.discard(key)

    def close(self) -> None:
        """Keep everything: another client may be given this storage later."""

    def renew_after_fork(self) -> None:
        """Keep a copy of the parent's states, with a lock of its own."""
        self._lock = threading.RLock()
        self._refreshing = set()
