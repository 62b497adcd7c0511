"""``Synerise.Client`` for asyncio: what callbacks get there is awaited here.

::

    client = AsyncClient(Synerise.Client)
    token = await client.retrieveToken()
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from synerise_client.calls.callbacks import refuse_lazy
from synerise_client.calls.delivery import Placed
from synerise_client.modules.arguments import check
from synerise_client.modules.client_module import ClientModule
from synerise_client.modules.state_listener import SIGNED_IN, SIGNED_OUT
from synerise_client.spelling import no_such_name

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from synerise_client.calls.delivery import Dispatch
    from synerise_client.errors import Error
    from synerise_client.models.account_information import ClientAccountInformation
    from synerise_client.models.conditional_auth_result import ClientConditionalAuthResult
    from synerise_client.models.contexts import (
        ClientAccountRegisterContext,
        ClientAccountUpdateBasicInformationContext,
        ClientAccountUpdateContext,
        ClientAuthContext,
        ClientSimpleAuthenticationData,
    )
    from synerise_client.models.enums import ClientIdentityProvider, ClientSignOutMode
    from synerise_client.models.token import Token

T = TypeVar("T")
if TYPE_CHECKING:
    Answer = Coroutine[Any, Any, T]
    Ask = Callable[[Callable[[T], None], Callable[[Error], None]], None]

_log = logging.getLogger("synerise_client")


class AsyncClient:
    """The methods of ``Synerise.Client``: those with callbacks are awaited instead.

    An awaited call returns what ``onSuccess`` would get and raises the
    :class:`~synerise_client.Error` that ``onError`` would get. Names, arguments
    and their order are the same without the two callbacks; so are the session
    and the queue: calls are carried out in the order in which they were begun,
    those of ``Synerise.Client`` among them. A call begins when it is awaited, or
    when the task begins that it was given to; only then it may raise a TypeError.

    A call that is cancelled before it is its turn is not sent. One that is
    running ends at once, so that the calls behind it go on; as after a lost
    answer, the server may have acted on it, and what it had stored by then
    stays. Its result is dropped, and nothing is logged.

    Answers come to the loop that awaits them, whatever ``withCallbackDispatcher``
    has set: one AsyncClient does for several loops and threads. The other
    methods answer at once and never wait for the network; those that end a
    session may wait for the store, for 0.25 seconds at most.

    Args:
        client: ``Synerise.Client``, or what ``connect()`` has returned.
    """

    def __init__(self, client: ClientModule) -> None:
        check(ClientModule, client=client)
        self._client = client

    def setClientStateChangeListener(self, listener: object) -> None:
        """Be told who signs in and why a session ends, on the event loop that runs now.

        An event comes before the call that caused it returns.

        Args:
            listener: as for ``Synerise.Client``, whose listener it replaces. Its methods
                are plain ones, no coroutines. None removes it.

        Raises:
            RuntimeError: no event loop is running.
            TypeError: the listener has neither method, or one of them cannot be called so.
        """
        if listener is not None:
            listener = _placed(listener, partial(_bring, asyncio.get_running_loop()))
        self._client.setClientStateChangeListener(listener)

    def registerAccount(self, context: ClientAccountRegisterContext) -> Answer[bool]:
        """Register a new customer; True. Nobody is signed in by it."""
        return self._answer(partial(self._client.registerAccount, context))

    def requestAccountActivation(self, email: str) -> Answer[bool]:
        """Have the mail sent again with which an account is activated; True."""
        return self._answer(partial(self._client.requestAccountActivation, email))

    def confirmAccountActivation(self, token: str) -> Answer[bool]:
        """Activate an account with the token of the activation mail; True."""
        return self._answer(partial(self._client.confirmAccountActivation, token))

    def requestAccountActivationByPin(self, email: str) -> Answer[bool]:
        """Have a PIN sent with which this device can activate an account; True."""
        return self._answer(partial(self._client.requestAccountActivationByPin, email))

    def confirmAccountActivationByPin(self, pinCode: str, email: str) -> Answer[bool]:
        """Activate an account with the PIN that this device asked for; True."""
        return self._answer(partial(self._client.confirmAccountActivationByPin, pinCode, email))

    def signIn(self, email: str, password: str) -> Answer[bool]:
        """Sign a customer in with e-mail and password; True."""
        return self._answer(partial(self._client.signIn, email, password))

    def signInConditionally(self, email: str, password: str) -> Answer[ClientConditionalAuthResult]:
        """Sign a customer in with e-mail and password if nothing stands in the way."""
        return self._answer(partial(self._client.signInConditionally, email, password))

    def authenticate(
        self, token: str, provider: ClientIdentityProvider | str, context: ClientAuthContext
    ) -> Answer[bool]:
        """Sign a customer in with the token of an identity provider; True."""
        return self._answer(partial(self._client.authenticate, token, provider, context))

    def authenticateConditionally(
        self, token: str, provider: ClientIdentityProvider | str, context: ClientAuthContext
    ) -> Answer[ClientConditionalAuthResult]:
        """Sign a customer in with a provider's token if nothing stands in the way."""
        return self._answer(
            partial(self._client.authenticateConditionally, token, provider, context)
        )

    def simpleAuthentication(
        self, data: ClientSimpleAuthenticationData, authID: str
    ) -> Answer[bool]:
        """Sign a customer in without a password, by what the caller knows of them; True."""
        return self._answer(partial(self._client.simpleAuthentication, data, authID))

    def isSignedIn(self) -> bool:
        """Tell whether a customer is signed in, with a token that has not expired."""
        return self._client.isSignedIn()

    def isSignedInViaSimpleAuthentication(self) -> bool:
        """Tell whether a customer is signed in by simple authentication."""
        return self._client.isSignedInViaSimpleAuthentication()

    def signOut(self) -> None:
        """Sign the customer out at once; calls that are not finished raise -999."""
        self._client.signOut()

    def signOutWithMode(self, mode: ClientSignOutMode | str, fromAllDevices: bool) -> Answer[bool]:
        """Sign the customer out when it is this call's turn, and tell the server; True."""
        return self._answer(partial(self._client.signOutWithMode, mode, fromAllDevices))

    def refreshToken(self) -> Answer[Token]:
        """Refresh the customer's token, due or not; the new one."""
        return self._answer(self._client.refreshToken)

    def retrieveToken(self) -> Answer[Token]:
        """Get the customer's token, valid now, refreshed first if that is due."""
        return self._answer(self._client.retrieveToken)

    def getUUID(self) -> str:
        """Return the customer's current UUID."""
        return self._client.getUUID()

    def regenerateUUID(self) -> bool:
        """Make an anonymous customer another one; False if somebody is logged in."""
        return self._client.regenerateUUID()

    def regenerateUUIDWithClientIdentifier(self, clientIdentifier: str | None = None) -> bool:
        """Make an anonymous customer the one whose UUID belongs to an identifier."""
        return self._client.regenerateUUIDWithClientIdentifier(clientIdentifier)

    def destroySession(self) -> None:
        """Destroy the session at once; calls that are not finished raise -999."""
        self._client.destroySession()

    def getAccount(self) -> Answer[ClientAccountInformation]:
        """Get what Synerise knows of the customer who is logged in."""
        return self._answer(self._client.getAccount)

    def updateAccountBasicInformation(
        self, context: ClientAccountUpdateBasicInformationContext
    ) -> Answer[bool]:
        """Change an account's basic information, of an anonymous customer too; True."""
        return self._answer(partial(self._client.updateAccountBasicInformation, context))

    def updateAccount(self, context: ClientAccountUpdateContext) -> Answer[bool]:
        """Change the account of the customer who is logged in; True."""
        return self._answer(partial(self._client.updateAccount, context))

    def requestPasswordReset(self, email: str) -> Answer[bool]:
        """Have a mail sent with a token for a new password; True."""
        return self._answer(partial(self._client.requestPasswordReset, email))

    def confirmPasswordReset(self, password: str, token: str) -> Answer[bool]:
        """Set a new password with the token of the mail; True."""
        return self._answer(partial(self._client.confirmPasswordReset, password, token))

    def changePassword(self, oldPassword: str, newPassword: str) -> Answer[bool]:
        """Change the password of the customer who is logged in; True."""
        return self._answer(partial(self._client.changePassword, oldPassword, newPassword))

    def requestEmailChange(
        self,
        email: str,
        password: str | None,
        externalToken: str | None = None,
        authID: str | None = None,
    ) -> Answer[bool]:
        """Have a mail sent to the customer's new address, to confirm it; True."""
        return self._answer(
            partial(self._client.requestEmailChange, email, password, externalToken, authID)
        )

    def confirmEmailChange(self, token: str, newsletterAgreement: bool) -> Answer[bool]:
        """Change the customer's address with the token of the mail; True."""
        return self._answer(partial(self._client.confirmEmailChange, token, newsletterAgreement))

    def requestPhoneUpdate(self, phone: str) -> Answer[bool]:
        """Have a message sent to the customer's new number, to confirm it; True."""
        return self._answer(partial(self._client.requestPhoneUpdate, phone))

    def confirmPhoneUpdate(
        self, phone: str, confirmationCode: str, smsAgreement: bool
    ) -> Answer[bool]:
        """Change the customer's number with the code of the message; True."""
        return self._answer(
            partial(self._client.confirmPhoneUpdate, phone, confirmationCode, smsAgreement)
        )

    def deleteAccountByIdentityProvider(
        self,
        clientAuthFactor: str,
        clientIdentityProvider: ClientIdentityProvider | str,
        authID: str | None = None,
    ) -> Answer[bool]:
        """Delete the account of the customer who is logged in, and the session with it; True."""
        return self._answer(
            partial(
                self._client.deleteAccountByIdentityProvider,
                clientAuthFactor,
                clientIdentityProvider,
                authID,
            )
        )

    def recognizeAnonymous(
        self,
        email: str | None = None,
        customIdentify: str | None = None,
        parameters: Mapping[str, Any] | None = None,
    ) -> None:
        """Tell Synerise who an anonymous customer may be; nobody waits for it."""
        self._client.recognizeAnonymous(email, customIdentify, parameters)

    def _answer(self, ask: Ask[T]) -> Answer[T]:
        # The methods above are no coroutines themselves: a frame of theirs would show
        # the password in every traceback of an Error.
        answer = _answered(self._client, ask)
        _name(answer, getattr(ask, "func", ask).__name__)
        return answer

    if not TYPE_CHECKING:  # a type checker is to find the mistyped names

        def __getattr__(self, name: str) -> Any:
            raise no_such_name("AsyncClient", name, dir(type(self)))


def _name(coroutine: Any, method: str) -> None:
    """Have what is said of a coroutine, such as that nobody awaited it, name the method."""
    coroutine.__name__, coroutine.__qualname__ = method, f"AsyncClient.{method}"


async def _answered(client: ClientModule, ask: Ask[T]) -> T:
    """Make a call and wait for its answer on the loop that is running."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()

    def succeed(result: T) -> None:
        if not future.done():
            future.set_result(result)

    def fail(error: Error) -> None:
        if not future.done():
            future.set_exception(error)

    on_success = Placed(succeed, partial(_bring, loop))
    try:
        ask(on_success, Placed(fail, partial(_bring, loop)))
    finally:
        del ask  # it holds the arguments, secrets among them
    try:
        return await future
    except asyncio.CancelledError:
        client._withdraw(on_success)
        raise


def _bring(loop: asyncio.AbstractEventLoop, run: Callable[[], None]) -> None:
    """Have ``run`` called on ``loop``; from the worker thread."""
    try:
        loop.call_soon_threadsafe(run)
    except RuntimeError:
        if not loop.is_closed():
            raise
        _log.warning("An event loop was closed before an answer or event came for it")


def _placed(listener: object, dispatch: Dispatch) -> dict[str, Any]:
    """Return a listener whose functions are run by ``dispatch``."""
    if isinstance(listener, Mapping):
        functions = dict(listener)
    else:
        functions = {name: getattr(listener, name, None) for name in (SIGNED_IN, SIGNED_OUT)}
    for name, function in functions.items():
        if callable(function):
            refuse_lazy(function, name)
            functions[name] = Placed(function, dispatch)
    return functions
