"""Synerise.Client: the customer's session, as lib/main/modules/ClientModule.js declares it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from synerise_client.modules.arguments import check, check_optional
from synerise_client.modules.base_module import BaseModule

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from synerise_client.connector import Connector
    from synerise_client.errors import Error
    from synerise_client.models.account_information import ClientAccountInformation
    from synerise_client.models.contexts import ClientAccountRegisterContext
    from synerise_client.models.enums import ClientSignOutMode
    from synerise_client.models.token import Token
    from synerise_client.modules.settings_module import SettingsModule
    from synerise_client.modules.state_listener import ClientStateChangeListener
    from synerise_client.session.session import Session

    OnTrue = Callable[[bool], Any] | Callable[[], Any] | None
    OnToken = Callable[[Token], Any] | Callable[[], Any] | None
    OnAccount = Callable[[ClientAccountInformation], Any] | Callable[[], Any] | None
    OnError = Callable[[Error], Any] | Callable[[], Any] | None


class ClientModule(BaseModule):
    """The customer: sign in, tokens, UUID, account.

    Methods with callbacks return at once. Their work is done on a worker
    thread, one call after another in the order in which they were made, and
    there each call gets exactly one callback: ``onSuccess`` with the result, or
    ``onError`` with an :class:`~synerise_client.Error`. Callbacks never
    overlap, so they need no locks; they may call the client again. Both may be
    left out, and each may take its one argument or none. A callback that needs
    more arguments, or an argument of a wrong type, is a TypeError where the
    call stands; a call after ``Synerise.shutdown()`` is a RuntimeError.

    The other methods answer at once and never wait for the network.

    Besides the codes that a method names, any call may end with: an HTTP
    status or the status in the server's answer; -1 if the request could not be
    carried out; -106 if the answer was not usable; -999 if the session ended
    or the client was shut down before the call finished; 10 for what nobody
    foresaw. Requests that failed in passing are tried again first (see
    :class:`~synerise_client.RetryPolicy`).

    Source: ClientModule.js of the React Native SDK 1.7.0 (names, arguments);
    the session's rules are told in the README.
    """

    _shared: ClassVar[ClientModule | None] = None

    def __init__(
        self,
        connector: Connector,
        settings: SettingsModule,
        session: Session,
        listener: ClientStateChangeListener,
    ) -> None:
        super().__init__(connector, settings)
        self._session = session
        self._listener = listener

    @classmethod
    def instance(cls) -> ClientModule:
        """Return the module that ``Synerise.Client`` is.

        Raises:
            RuntimeError: Synerise is not initialized.
        """
        if cls._shared is None:
            raise RuntimeError(
                "Synerise is not initialized: call "
                'Synerise.Initializer().withApiKey("YOUR_PROFILE_API_KEY").init() first'
            )
        return cls._shared

    def setClientStateChangeListener(self, listener: object) -> None:
        """Be told when a customer signs in, and when and why a session ends.

        The events come on the callback thread, in order with the callbacks and
        before the callback of the call that caused them.

        Args:
            listener: an object with ``onClientSignedIn()`` and
                ``onClientSignedOut(reason: ClientSessionEndReason)``, or a mapping
                with functions of these names; one of the two may be missing. It
                replaces the one before; None removes that.

        Raises:
            TypeError: the listener has neither.
        """
        self._listener.listen(listener)

    def registerAccount(
        self,
        context: ClientAccountRegisterContext,
        onSuccess: OnTrue = None,
        onError: OnError = None,
    ) -> None:
        """Register a new customer. Nobody is signed in by it.

        It is sent only once if no answer comes, as the server may have acted.

        Args:
            context: what is known of the customer; read at once.
            onSuccess: gets True.
            onError: gets an Error: the server's (such as 400 for a password that
                it does not take), or one of those that any call may get.
        """
        from synerise_client.models.contexts import ClientAccountRegisterContext

        check(ClientAccountRegisterContext, context=context)
        self._call(
            "registerAccount",
            self._session.register,
            context.toObject(),
            onSuccess=onSuccess,
            onError=onError,
        )

    def signIn(
        self, email: str, password: str, onSuccess: OnTrue = None, onError: OnError = None
    ) -> None:
        """Sign a customer in with e-mail and password.

        Somebody who is signed in stays so until this succeeds, and the
        listener then hears USER_SIGN_OUT first. Another e-mail than the last
        one gets a new UUID.

        Args:
            email: the customer's; upper and lower case count as the same.
            password: is never stored.
            onSuccess: gets True, after the listener's ``onClientSignedIn``.
            onError: gets an Error: 401 for a wrong password, 403 for an account that
                is not activated, 3050 for an empty e-mail or password, or one of
                those that any call may get.
        """
        check(str, email=email, password=password)
        self._call(
            "signIn", self._session.sign_in, email, password, onSuccess=onSuccess, onError=onError
        )

    def isSignedIn(self) -> bool:
        """Tell whether a customer is signed in, with a token that has not expired.

        Simple authentication does not count. Never waits.
        """
        return self._session.is_signed_in()

    def isSignedInViaSimpleAuthentication(self) -> bool:
        """Tell whether a customer is signed in by simple authentication.

        With a token that has not expired. Never waits.
        """
        return self._session.is_signed_in_via_simple_authentication()

    def signOut(self) -> None:
        """Sign the customer out at once; the UUID stays.

        Every call that is not finished gets -999. If somebody was logged in,
        the listener hears USER_SIGN_OUT and the server is told in the
        background, for 5 seconds at most. Waits 0.25 seconds for the store at most.
        """
        self._end(self._session.sign_out)

    def signOutWithMode(
        self,
        mode: ClientSignOutMode | str,
        fromAllDevices: bool,
        onSuccess: OnTrue = None,
        onError: OnError = None,
    ) -> None:
        """Sign the customer out when it is this call's turn, and tell the server.

        The session here ends first, so it ends also if ``onError`` is called
        because the server could not be told within 10 seconds.

        Args:
            mode: ``ClientSignOutMode.SignOut`` keeps the UUID,
                ``SignOutWithSessionDestroy`` forgets everything.
            fromAllDevices: whether the customer's other devices are signed out too.
            onSuccess: gets True.
            onError: gets an Error: 3220 if nobody was logged in, 3050 for an unknown
                mode, or one of those that any call may get.
        """
        check(str, mode=mode)
        check(bool, fromAllDevices=fromAllDevices)
        self._call(
            "signOutWithMode",
            self._session.sign_out_with_mode,
            mode,
            fromAllDevices,
            onSuccess=onSuccess,
            onError=onError,
        )

    def refreshToken(self, onSuccess: OnToken = None, onError: OnError = None) -> None:
        """Refresh the customer's current token, whether that is due or not.

        Source: the Synerise documentation, "Refresh Customer token".

        Args:
            onSuccess: gets the new :class:`~synerise_client.Token`.
            onError: gets an Error: 3200 if nobody is logged in, 3210 if the token has
                expired (both without any request), 401 or 403 if the server refuses,
                which ends the session, or one of those that any call may get.
        """
        self._call(
            "refreshToken", self._session.refresh_token, onSuccess=onSuccess, onError=onError
        )

    def retrieveToken(self, onSuccess: OnToken = None, onError: OnError = None) -> None:
        """Get the customer's current token, refreshed first if that is due.

        A token that lives and is not due costs no request.

        Source: the Synerise documentation, "Retrieve Customer token".

        Args:
            onSuccess: gets a :class:`~synerise_client.Token` that is valid now.
            onError: gets an Error, as for :meth:`refreshToken`.
        """
        self._call(
            "retrieveToken", self._session.retrieve_token, onSuccess=onSuccess, onError=onError
        )

    def getUUID(self) -> str:
        """Return the customer's current UUID. Never waits.

        Source: the Synerise documentation, "Get current Customer UUID".
        """
        return self._session.uuid()

    def regenerateUUID(self) -> bool:
        """Make an anonymous customer another one, with a new random UUID.

        Token, log-in, custom e-mail and custom identifier are cleared, and every
        call that is not finished gets -999. Waits 0.25 seconds for the store at most.

        Source: the Synerise documentation, "Regenerate Customer".

        Returns:
            True; False if somebody is logged in, and then nothing has changed.
        """
        return self._end(self._session.regenerate)

    def regenerateUUIDWithClientIdentifier(self, clientIdentifier: str | None = None) -> bool:
        """Make an anonymous customer another one, whose UUID belongs to an identifier.

        The same identifier gives the same UUID on every machine that uses the
        same salt (``withUUIDSalt``). Otherwise as :meth:`regenerateUUID`.

        Source: the Synerise documentation, "Regenerate Customer with identifier".

        Args:
            clientIdentifier: the seed of the UUID; without one it is random.

        Returns:
            True; False if somebody is logged in, and then nothing has changed.
        """
        check_optional(str, clientIdentifier=clientIdentifier)
        return self._end(self._session.regenerate, clientIdentifier)

    def destroySession(self) -> None:
        """Destroy the session completely, at once: token, log-in, identifiers, UUID.

        Every call that is not finished gets -999; if somebody was logged in, the
        listener hears SESSION_DESTROYED first. Waits 0.25 seconds for the store at most.

        Source: the Synerise documentation, "Destroy current session".
        """
        self._end(self._session.destroy)

    def getAccount(self, onSuccess: OnAccount = None, onError: OnError = None) -> None:
        """Get what Synerise knows of the customer who is logged in.

        Args:
            onSuccess: gets a :class:`~synerise_client.ClientAccountInformation`.
            onError: gets an Error: 3200 if nobody is logged in, 3210 if the token has
                expired (both without any request), or one of those that any call may get.
        """
        self._call("getAccount", self._session.account, onSuccess=onSuccess, onError=onError)
