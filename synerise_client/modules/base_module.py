"""What the modules of the SDK have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synerise_client.errors import Error, ErrorCode

if TYPE_CHECKING:
    from collections.abc import Callable

    from synerise_client.call import Callback
    from synerise_client.connector import Connector
    from synerise_client.modules.settings_module import SettingsModule
    from synerise_client.session.session import Ending


class BaseModule:
    """A module whose calls go through one connector.

    Args:
        connector: queues and answers the calls.
        settings: tells whether the SDK is enabled.
    """

    def __init__(self, connector: Connector, settings: SettingsModule) -> None:
        self._connector = connector
        self._settings = settings

    def isActive(self) -> bool:
        """Tell whether the module takes calls: the client is not shut down, the SDK enabled."""
        return not self._connector.is_closed() and self._settings.sdk.enabled

    def isAlwaysActive(self) -> bool:
        """Tell whether the module works before the SDK is initialized; it never does."""
        return False

    def configure(self) -> None:
        """Do nothing: the Initializer hands out modules that are configured."""

    def _call(
        self,
        name: str,
        work: Callable[..., Any],
        *arguments: Any,
        onSuccess: Callback,
        onError: Callback,
    ) -> None:
        if not self._settings.sdk.enabled:
            work = _refuse_disabled
        self._connector.submit(name, work, *arguments, onSuccess=onSuccess, onError=onError)

    def _end(self, ender: Callable[..., Ending | None], *arguments: Any) -> bool:
        with self._connector.ending() as announcements:
            ending = ender(*arguments)
            if ending is not None:
                announcements.append(ending.announce)
        if ending is not None and ending.tell_server is not None:
            self._connector.submit_in_background("signOut", ending.tell_server)
        return ending is not None


def _refuse_disabled(*_: Any) -> None:
    raise Error(
        ErrorCode.REQUEST_FAILED, "The SDK is disabled: Synerise.Settings.sdk.enabled is False"
    )
