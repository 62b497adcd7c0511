"""A customer of their own: what connect() returns, beside the one that Synerise.Client is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from synerise_client.modules.client_module import ClientModule

if TYPE_CHECKING:
    from types import TracebackType

    from synerise_client.modules.settings_module import SettingsModule


class ConnectedClient(ClientModule):
    """A client with a session, a queue and a listener of its own.

    Its methods are those of ``Synerise.Client``. The calls of one client are answered
    one after another, those of different clients beside each other, on threads that all
    clients of the process share. As a context manager it waits for its calls at the end
    of the block, and is closed then.
    """

    @property
    def Settings(self) -> SettingsModule:
        """The settings, which are this client's own."""
        return self._settings

    def waitUntilIdle(self, timeout: float | None = None) -> bool:
        """Wait until every call is answered, those made by callbacks included.

        Args:
            timeout: seconds to wait at most; None: as long as it takes.

        Returns:
            Whether everything is answered.

        Raises:
            RuntimeError: this is a callback of this client, which would wait for itself.
        """
        return self._connector.wait_until_idle(timeout)

    def close(self) -> None:
        """Answer every pending call with -999 and accept no more.

        Returns when all are answered; inside a callback at once. The customer stays
        signed in: the same profile may be connected again.
        """
        self._settings.sdk.watch_do_not_track(None)
        self._connector.shutdown()

    def __repr__(self) -> str:
        return self._connector.owner

    def __enter__(self) -> ConnectedClient:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            if error is None and not self._connector.is_delivering():
                self._connector.wait_until_idle()
        finally:
            self.close()
