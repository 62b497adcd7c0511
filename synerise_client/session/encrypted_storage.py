"""Encrypts what another storage keeps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from synerise_client.secret import Secret, without_locals
from synerise_client.session.storage import StorageError, Stored, UnreadableText, is_storage

if TYPE_CHECKING:
    from cryptography.fernet import MultiFernet

    from synerise_client.session.refresh_lock import Release
    from synerise_client.session.storage import Change, SessionKey, Storage

MARK = "fernet:"
"""What an encrypted text begins with; no plain one does."""


class EncryptedStorage:
    """Keeps sessions in another storage, which sees nothing of them but whose they are.

    Needs the extra ``encryption``. A session that cannot be decrypted is left as it
    is, and goes on in memory, until the user signs in or ends it.

    Args:
        storage: such as ``SQLiteStorage()`` or ``RedisStorage(url)``.
        key: as ``cryptography.fernet.Fernet.generate_key()`` returns it; or several: the
            first one encrypts, all of them decrypt. A session is encrypted anew with
            its next change.
        accept_unencrypted: take over sessions that were stored without encryption;
            they are encrypted with their next change.

    Raises:
        ImportError: cryptography is not installed.
        TypeError: storage is not a storage, or key not a text.
        ValueError: a key cannot be used.
    """

    def __init__(
        self,
        storage: Storage,
        key: str | bytes | Sequence[str | bytes],
        *,
        accept_unencrypted: bool = False,
    ) -> None:
        if not is_storage(storage):
            raise TypeError("storage must be a storage, such as SQLiteStorage()")
        keys = [key] if isinstance(key, (str, bytes)) else key
        self._storage = storage
        with without_locals():
            self._fernet = Secret(_fernet_of(keys))
        self._accepts_unencrypted = accept_unencrypted

    def __repr__(self) -> str:
        return f"EncryptedStorage({self._storage!r})"

    def version(self, key: SessionKey) -> object:
        """Ask the storage beneath."""
        return self._storage.version(key)

    def update(self, key: SessionKey, change: Change, timeout: float) -> Stored:
        """Change a text in the storage beneath; what stays the same is not written anew."""
        after: str | None = None

        def changed(stored: str | None) -> str | None:
            nonlocal after
            before = None if stored is None else self._decrypted(key, stored)
            after = change(before)
            if isinstance(before, UnreadableText) and not (after is None or before.is_given_up):
                raise StorageError(before.reason)
            if after == before:
                return stored
            return None if after is None else self._encrypted(key, after)

        version = self._storage.update(key, changed, timeout).version
        return Stored(after, version)

    def try_refresh_lock(self, key: SessionKey) -> Release | None:
        """Take that of the storage beneath."""
        return self._storage.try_refresh_lock(key)

    def close(self) -> None:
        """Close the storage beneath."""
        self._storage.close()

    def _encrypted(self, key: SessionKey, text: str) -> str:
        # With whose it is, so that it can be read in its own row alone.
        token = self._fernet.reveal().encrypt((key.digest() + text).encode())
        return f"{MARK}{token.decode()}"

    def _decrypted(self, key: SessionKey, stored: str) -> str:
        from cryptography.fernet import InvalidToken

        if not stored.startswith(MARK):
            if self._accepts_unencrypted:
                return stored
            return UnreadableText(
                "the stored session is not encrypted; EncryptedStorage(…, "
                "accept_unencrypted=True) takes it over"
            )
        try:
            text: str = self._fernet.reveal().decrypt(stored.removeprefix(MARK)).decode()
        except (InvalidToken, ValueError):
            return UnreadableText(
                "the stored session cannot be decrypted: it is damaged, or encrypted with a "
                "key that EncryptedStorage was not given"
            )
        owner = key.digest()
        if not text.startswith(owner):
            return UnreadableText("the stored session is somebody else's: rows were swapped")
        return text.removeprefix(owner)


def _fernet_of(keys: Sequence[str | bytes]) -> MultiFernet:
    try:
        # On the user's thread: loaded on a worker it could wait for a fork which waits for it.
        from cryptography.fernet import Fernet, MultiFernet
    except ImportError:
        raise ImportError(
            "EncryptedStorage needs cryptography, which is not installed: "
            "pip install 'synerise_client[encryption]'"
        ) from None
    if not isinstance(keys, Sequence) or not all(isinstance(key, (str, bytes)) for key in keys):
        raise TypeError("key must be a text or bytes, or several of them")
    try:
        return MultiFernet([Fernet(key) for key in keys])
    except ValueError:  # the message may hold a part of the key
        raise ValueError(
            "key must be what cryptography.fernet.Fernet.generate_key() returns: 32 bytes as "
            "URL-safe base64"
        ) from None
