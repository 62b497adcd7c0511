"""Synerise.Client: the customer's session, as lib/main/modules/ClientModule.js declares it.

The methods that concern the account are in ``account_methods``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from synerise_client.modules.account_methods import AccountMethods
from synerise_client.modules.arguments import check, check_each, check_optional, fields_of
from synerise_client.secret import Secret

if TYPE_CHECKING:
    from synerise_client.connector import Connector
    from synerise_client.models.contexts import ClientAuthContext, ClientSimpleAuthenticationData
    from synerise_client.models.enums import ClientIdentityProvider, ClientSignOutMode
    from synerise_client.modules.base_module import OnError, OnResult, OnToken, OnTrue
    from synerise_client.modules.settings_module import SettingsModule
    from synerise_client.modules.state_listener import ClientStateChangeListener
    from synerise_client.session.account import Account
    from synerise_client.session.session import Session
    from synerise_client.session.sign_in import SignIn


NOT_INITIALIZED = (
    "Synerise is not initialized: call "
    'Synerise.Initializer().withApiKey("YOUR_PROFILE_API_KEY").init() first'
)


class ClientModule(AccountMethods):
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
    docs/explanation/session.md tells the session's rules.
    """

    _shared: ClassVar[ClientModule | None] = None

    def __init__(
        self,
        connector: Connector,
        settings: SettingsModule,
        session: Session,
        sign_in: SignIn,
        account: Account,
        listener: ClientStateChangeListener,
    ) -> None:
        super().__init__(connector, settings, account)
        self._session = session
        self._sign_in = sign_in
        self._listener = listener

    @classmethod
    def instance(cls) -> ClientModule:
        """Return the module that ``Synerise.Client`` is.

        Raises:
            RuntimeError: Synerise is not initialized.
        """
        if cls._shared is None:
            raise RuntimeError(NOT_INITIALIZED)
        return cls._shared

    @classmethod
    def share(cls, client: ClientModule | None) -> None:
        """Make ``client`` the one that :meth:`instance` returns; None: there is none."""
        cls._shared = client

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
                is not activated, 3050 for an empty e-mail or password, -109
                while doNotTrack is on, or one of those that any call may get.
        """
        check(str, email=email, password=Secret(password))
        self._call("signIn", onSuccess, onError, self._sign_in.by_password, email, Secret(password))

    def signInConditionally(
        self, email: str, password: str, onSuccess: OnResult = None, onError: OnError = None
    ) -> None:
        """Sign a customer in with e-mail and password if nothing stands in the way.

        Never creates an account. The form of the server's answer is assumed.

        Args:
            email: the customer's; upper and lower case count as the same.
            password: is never stored.
            onSuccess: gets a :class:`~synerise_client.ClientConditionalAuthResult`,
                whatever its status; only SUCCESS starts a session.
            onError: gets an Error: -106 for SUCCESS without a usable token, or as for
                :meth:`signIn`.
        """
        check(str, email=email, password=Secret(password))
        self._call(
            "signInConditionally",
            onSuccess,
            onError,
            self._sign_in.by_password_conditionally,
            email,
            Secret(password),
        )

    def authenticate(
        self,
        token: str,
        provider: ClientIdentityProvider | str,
        context: ClientAuthContext,
        onSuccess: OnTrue = None,
        onError: OnError = None,
    ) -> None:
        """Sign a customer in with the token of an identity provider.

        The server may create the account. With an authID in the context the UUID
        is the one that belongs to it; else it is a new one, unless nobody was
        signed in since the last new UUID.

        Args:
            token: the provider's; is never stored.
            provider: OAUTH, FACEBOOK, GOOGLE or APPLE.
            context: authID, agreements and attributes; read at once.
            onSuccess: gets True, after the listener's ``onClientSignedIn``.
            onError: gets an Error: 401 or 403 if the token is refused, 3050 for another
                provider or an empty token, -109 while doNotTrack is on, or one of
                those that any call may get.
        """
        check_each(
            token=(str, Secret(token)),
            provider=(str, provider),
            context=("ClientAuthContext", context),
        )
        self._call(
            "authenticate",
            onSuccess,
            onError,
            self._sign_in.by_provider,
            Secret(token),
            provider,
            fields_of(context),
        )

    def authenticateConditionally(
        self,
        token: str,
        provider: ClientIdentityProvider | str,
        context: ClientAuthContext,
        onSuccess: OnResult = None,
        onError: OnError = None,
    ) -> None:
        """Sign a customer in with a provider's token if nothing stands in the way.

        Never creates an account. The form of the server's answer is assumed.

        Args:
            token: the provider's; is never stored.
            provider: OAUTH, FACEBOOK, GOOGLE or APPLE.
            context: authID, agreements and attributes; read at once.
            onSuccess: gets a :class:`~synerise_client.ClientConditionalAuthResult`,
                whatever its status; only SUCCESS starts a session.
            onError: gets an Error: -106 for SUCCESS without a usable token, or as for
                :meth:`authenticate`.
        """
        check_each(
            token=(str, Secret(token)),
            provider=(str, provider),
            context=("ClientAuthContext", context),
        )
        self._call(
            "authenticateConditionally",
            onSuccess,
            onError,
            self._sign_in.by_provider_conditionally,
            Secret(token),
            provider,
            fields_of(context),
        )

    def simpleAuthentication(
        self,
        data: ClientSimpleAuthenticationData,
        authID: str,
        onSuccess: OnTrue = None,
        onError: OnError = None,
    ) -> None:
        """Sign a customer in without a password, by what the caller knows of them.

        Such a session counts for ``isSignedInViaSimpleAuthentication`` only. The
        UUID is the one in ``data``, else the one that belongs to ``authID``. The
        route is assumed.

        Args:
            data: of the customer; read at once.
            authID: the customer's identifier in the caller's system.
            onSuccess: gets True, after the listener's ``onClientSignedIn``.
            onError: gets an Error: 412 if the server misses e-mail and customId, 3050
                for an empty authID, -109 while doNotTrack is on, or one of those
                that any call may get.
        """
        check_each(data=("ClientSimpleAuthenticationData", data), authID=(str, authID))
        self._call(
            "simpleAuthentication",
            onSuccess,
            onError,
            self._sign_in.simply,
            fields_of(data),
            authID,
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
        background, for 5 seconds at most; that route is assumed. Waits 0.25 seconds
        for the store at most.
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
        because the server could not be told within 10 seconds. The route is assumed.

        Args:
            mode: ``ClientSignOutMode.SignOut`` keeps the UUID,
                ``SignOutWithSessionDestroy`` forgets everything.
            fromAllDevices: whether the customer's other devices are signed out too.
            onSuccess: gets True.
            onError: gets an Error: 3220 if nobody was logged in, 3050 for an unknown
                mode, or one of those that any call may get.
        """
        check_each(mode=(str, mode), fromAllDevices=(bool, fromAllDevices))
        self._call(
            "signOutWithMode",
            onSuccess,
            onError,
            self._session.sign_out_with_mode,
            mode,
            fromAllDevices,
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
        self._call("refreshToken", onSuccess, onError, self._session.refresh_token)

    def retrieveToken(self, onSuccess: OnToken = None, onError: OnError = None) -> None:
        """Get the customer's current token, refreshed first if that is due.

        A token that lives and is not due costs no request.

        Source: the Synerise documentation, "Retrieve Customer token".

        Args:
            onSuccess: gets a :class:`~synerise_client.Token` that is valid now.
            onError: gets an Error, as for :meth:`refreshToken`.
        """
        work, at_hand = self._session.retrieve_token, self._session.token_at_hand
        self._call("retrieveToken", onSuccess, onError, work, at_hand=at_hand)

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
            clientIdentifier: the seed of the UUID; without one, or empty, it is random.

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
