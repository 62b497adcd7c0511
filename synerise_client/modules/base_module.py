"""What the modules of the SDK have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synerise_client.errors import Error, ErrorCode
from synerise_client.secret import without_locals
from synerise_client.spelling import no_such_name

if TYPE_CHECKING:
    from collections.abc import Callable

    from synerise_client.calls.call import Callback
    from synerise_client.connector import Connector
    from synerise_client.models.account_information import ClientAccountInformation
    from synerise_client.models.conditional_auth_result import ClientConditionalAuthResult
    from synerise_client.models.token import Token
    from synerise_client.modules.settings_module import SettingsModule
    from synerise_client.session.session import Ending

    OnTrue = Callable[[bool], Any] | Callable[[], Any] | None
    OnToken = Callable[[Token], Any] | Callable[[], Any] | None
    OnAccount = Callable[[ClientAccountInformation], Any] | Callable[[], Any] | None
    OnResult = Callable[[ClientConditionalAuthResult], Any] | Callable[[], Any] | None
    OnError = Callable[[Error], Any] | Callable[[], Any] | None


class BaseModule:
    """A module whose calls go through one connector.

    Args:
        connector: queues and answers the calls.
        settings: tells whether the SDK is enabled.
    """

    def __init__(self, connector: Connector, settings: SettingsModule) -> None:
        self._connector = connector
        self._settings = settings
        self._sdk = settings.sdk

    @property
    def isActive(self) -> bool:
        """Whether calls are carried out: the client is not shut down and the SDK enabled."""
        return not self._connector.is_closed() and self._sdk.enabled

    def isAlwaysActive(self) -> bool:
        """Tell whether the module works before the SDK is initialized; it never does."""
        return False

    def configure(self, configuration: object = None) -> None:
        """Do nothing: what the Initializer hands out is configured."""

    def _call(
        self,
        name: str,
        onSuccess: Callback,
        onError: Callback,
        work: Callable[..., Any],
        *arguments: Any,
        at_hand: Callable[[], Any] | None = None,
    ) -> None:
        if not self._sdk.enabled:
            work, at_hand = _refuse_disabled, None
        self._connector.submit(name, onSuccess, onError, work, arguments, at_hand)

    def _withdraw(self, onSuccess: Callback) -> None:
        """Take back the call that was made with this very ``onSuccess``."""
        self._connector.withdraw(onSuccess)

    def _end(self, ender: Callable[..., Ending | None], *arguments: Any) -> bool:
        tells_server = self._sdk.enabled
        return end_session(self._connector, lambda: ender(*arguments), tells_server)

    if not TYPE_CHECKING:  # a type checker is to find the mistyped names

        def __getattr__(self, name: str) -> Any:
            kind = type(self)
            owner = kind.__name__
            if owner.endswith("Module"):
                owner = f"Synerise.{owner.removesuffix('Module')}"
            raise no_such_name(owner, name, dir(kind))


def end_session(
    connector: Connector, ender: Callable[[], Ending | None], tells_server: bool = True
) -> bool:
    """End the session at once, with all calls on it.

    Args:
        connector: that the calls are waiting in.
        ender: ends the session, or returns None if it did not.
        tells_server: whether the server hears of a sign-out.

    Returns:
        Whether it was ended.
    """
    with without_locals(), connector.ending() as announcements:
        ending = ender()
        if ending is not None:
            announcements.append(ending.announce)
    if ending is not None and ending.tell_server is not None and tells_server:
        connector.submit_in_background("signOut", ending.tell_server)
    return ending is not None


def _refuse_disabled(*_: Any) -> None:
    raise Error(
        ErrorCode.REQUEST_FAILED, "The SDK is disabled: Synerise.Settings.sdk.enabled is False"
    )
