"""Synerise: the way into the SDK, as lib/main/Synerise.js declares it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from synerise_client.calls.callbacks import check_takes_nothing
from synerise_client.initializer import SyneriseInitializer, warn_that_the_salt_is_not_sent
from synerise_client.modules.arguments import check_optional, usable_key
from synerise_client.modules.client_module import NOT_INITIALIZED, ClientModule
from synerise_client.modules.settings_module import SettingsModule
from synerise_client.secret import Secret
from synerise_client.spelling import no_such_name

if TYPE_CHECKING:
    from collections.abc import Callable

    from synerise_client.assembly import AssembledClient
    from synerise_client.errors import Error
    from synerise_client.models.initialization_config import InitializationConfig

_log = logging.getLogger("synerise_client")
_NOT_PORTED = ("Tracker", "Notifications", "Injector", "Promotions", "Content")


class SyneriseFacade:
    """What ``Synerise`` is: the one way into the SDK."""

    def __init__(self) -> None:
        self._start_over()

    def _start_over(self) -> None:
        """Be as on the first day, whatever has become of the client."""
        ClientModule.share(None)
        self._settings = SettingsModule()
        self._client: AssembledClient[ClientModule] | None = None
        self._on_ready: Callable[[], Any] | None = None
        self._on_error: Callable[[Error], Any] | None = None

    def Initializer(self) -> SyneriseInitializer:
        """Start to describe what ``init()`` is to set up."""
        return SyneriseInitializer(self)

    @property
    def Client(self) -> ClientModule:
        """The customer's session.

        Raises:
            RuntimeError: Synerise is not initialized.
        """
        return self._initialized().module

    @property
    def Settings(self) -> SettingsModule:
        """The settings, which may be changed before ``init()`` too."""
        return self._settings

    def changeApiKey(self, apiKey: str, config: InitializationConfig | None = None) -> None:
        """Go on with another profile's API key, at once. The same key changes nothing.

        The session is destroyed, as by ``destroySession``, and the old key's is
        deleted from the store; or it is taken along if
        ``Settings.sdk.shouldDestroySessionOnApiKeyChange`` is False. Every call that
        is not finished gets -999. Waits 0.5 seconds for the store at most.

        Args:
            apiKey: the new key.
            config: sets doNotTrack too, if it says so and the key is another one.

        Raises:
            RuntimeError: Synerise is not initialized.
            ValueError: the key is empty, or holds something other than printable ASCII.
        """
        from synerise_client.models.initialization_config import InitializationConfig
        from synerise_client.modules.base_module import end_session

        new_key = usable_key(Secret(apiKey))
        check_optional(InitializationConfig, config=config)
        if not new_key:
            raise ValueError("apiKey must not be empty")
        client, sdk = self._initialized(), self._settings.sdk
        carries_over = not sdk.shouldDestroySessionOnApiKeyChange
        changed = end_session(
            client.connector, lambda: client.session.change_api_key(new_key, carries_over)
        )
        if not changed or config is None:
            return
        if config.requestValidationSalt:
            warn_that_the_salt_is_not_sent()
        if isinstance(config.initialDoNotTrack, bool):
            sdk.doNotTrack = config.initialDoNotTrack

    def isInitialized(self) -> bool:
        """Tell whether ``init()`` was called, and ``shutdown()`` not since."""
        return self._client is not None

    def onReady(self, callback: Callable[[], Any] | None) -> None:
        """Set the function that is called when Synerise is initialized; at once if it is.

        Args:
            callback: takes nothing, replaces the one before and is called on the
                thread of ``init()``.
        """
        if callback is not None:
            check_takes_nothing(callback, "callback")
        self._on_ready = callback
        if self.isInitialized():
            self._call_ready()

    def onError(self, callback: Callable[[Error], Any] | None) -> None:
        """Set the function that is told why ``init()`` failed.

        Args:
            callback: takes the Error, replaces the one before and is called on the
                thread of ``init()``, which raises afterwards.
        """
        if callback is not None and not callable(callback):
            raise TypeError(f"callback must be a function or None, not {type(callback).__name__}")
        self._on_error = callback

    def waitUntilIdle(self, timeout: float | None = None) -> bool:
        """Wait until every call is answered, those made by callbacks included.

        Args:
            timeout: seconds to wait at most; None: as long as it takes.

        Returns:
            Whether everything is answered.

        Raises:
            RuntimeError: Synerise is not initialized, or this is a callback, which
                would wait for itself.
        """
        return self._initialized().connector.wait_until_idle(timeout)

    def shutdown(self) -> None:
        """Answer every pending call with -999 and close connections and files.

        Returns when all are answered; inside a callback at once. The customer
        stays signed in: afterwards a new Initializer may be used.
        """
        client = self._client
        if client is None:
            return
        try:
            client.connector.shutdown()
        finally:
            if self._client is client:
                self._settings.sdk.watch_do_not_track(None)
                self._client = None
                ClientModule.share(None)

    def _take(self, client: AssembledClient[ClientModule]) -> None:
        """Be initialized with ``client``."""
        self._client = client
        self._settings.sdk.watch_do_not_track(client.module.destroySession)
        ClientModule.share(client.module)
        self._call_ready()

    def _call_ready(self) -> None:
        """Call the function that onReady has set."""
        if self._on_ready is not None:
            _run(self._on_ready)

    def _call_error(self, error: Error) -> None:
        """Call the function that onError has set."""
        if self._on_error is not None:
            _run(self._on_error, error)

    def _initialized(self) -> AssembledClient[ClientModule]:
        if self._client is None:
            raise RuntimeError(NOT_INITIALIZED)
        return self._client

    if not TYPE_CHECKING:  # a type checker is to find the mistyped names

        def __getattr__(self, name: str) -> Any:
            if name in _NOT_PORTED:
                raise AttributeError(
                    f"Synerise.{name} is not part of this port: it has Synerise.Client and Settings"
                )
            raise no_such_name("Synerise", name, dir(type(self)))


def _run(callback: Callable[..., Any], *arguments: Any) -> None:
    try:
        callback(*arguments)
    except Exception:
        _log.exception("What was set with onReady or onError failed")


Synerise = SyneriseFacade()
