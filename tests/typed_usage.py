"""Typed usage of every public name: mypy and pyright check it, nobody runs it."""

from __future__ import annotations

from concurrent.futures import Future
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import synerise_client
from synerise_client import (
    UNSET,
    ClientAccountInformation,
    ClientAccountRegisterContext,
    ClientAccountUpdateBasicInformationContext,
    ClientAccountUpdateContext,
    ClientAgreements,
    ClientAuthContext,
    ClientConditionalAuthResult,
    ClientConditionalAuthStatus,
    ClientConditionalAuthStatusFromString,
    ClientConditionalAuthStatusToString,
    ClientIdentityProvider,
    ClientIdentityProviderFromString,
    ClientIdentityProviderToString,
    ClientModule,
    ClientSessionEndReason,
    ClientSessionEndReasonFromString,
    ClientSessionEndReasonToString,
    ClientSex,
    ClientSexFromString,
    ClientSexToString,
    ClientSignOutMode,
    ClientSignOutModeFromString,
    ClientSignOutModeToString,
    ClientSimpleAuthenticationData,
    ConnectedClient,
    EncryptedStorage,
    Error,
    ErrorCause,
    ErrorCode,
    InitializationConfig,
    MemoryStorage,
    RedisStorage,
    RetryPolicy,
    SQLiteStorage,
    Synerise,
    SyneriseInitializer,
    Token,
    TokenOrigin,
    TokenOriginFromString,
    TokenOriginToString,
)
from synerise_client.sandbox import Event, Hold, Message, RecordedRequest, Sandbox

if TYPE_CHECKING:
    from typing_extensions import assert_type

    from synerise_client.synerise import SyneriseFacade

assert_type(synerise_client.__version__, str)


def start(key: str, folder: Path) -> None:
    def add_header(operation: str, headers: dict[str, str], body: dict[str, Any]) -> None:
        headers["X-Shop"] = operation
        body["shop"] = 3

    initializer = assert_type(Synerise.Initializer(), SyneriseInitializer)
    assert_type(
        initializer.withApiKey(key)
        .withBaseUrl("https://api.example.com")
        .withBaseUrl(None)
        .withRequestValidationSalt(None)
        .withDebugModeEnabled(False)
        .withCrashHandlingEnabled(True)
        .withInitialDoNotTrack(False)
        .withSettings({"sdk": {"enabled": True}})
        .withStorage(MemoryStorage())
        .withStorage(SQLiteStorage())
        .withStorage(SQLiteStorage(folder / "sessions.sqlite3"))
        .withRetryPolicy(RetryPolicy(attempts=3, initial=0.5, maximum=8, deadline=20))
        .withTimeouts(connect=2, read=10.5)
        .withVerify(folder / "ca.pem")
        .withCertificate("client.pem", folder / "client.key")
        .withDrainTimeout(5)
        .withThreads(8)
        .withUUIDSalt("salt")
        .withRequestHook(add_header)
        .withRoutes({"logout": "/another/path"})
        .withCallbackDispatcher(lambda run: run()),
        SyneriseInitializer,
    )
    initializer.withTimeouts("2")  # type: ignore[arg-type]
    initializer.withStorage(MemoryStorage)  # type: ignore[arg-type]
    initializer.withApiKei(key)  # type: ignore[attr-defined]
    Synerise.onReady(lambda: None)
    Synerise.onError(lambda error: assert_type(error, Error))
    initializer.init()
    assert_type(Synerise.isInitialized(), bool)
    assert_type(Synerise.waitUntilIdle(timeout=1.5), bool)
    Synerise.changeApiKey(key, InitializationConfig(initialDoNotTrack=True))
    Synerise.Settings.sdk.enabled = False
    Synerise.Settings.sdk.minTokenRefreshInterval = 3600
    Synerise.Settings.sdk.enabeld = False  # type: ignore[attr-defined]
    Synerise.Settings.set({"sdk": {"doNotTrack": Synerise.Settings.sdk.doNotTrack}})
    assert_type(Synerise.Settings.sdk.shouldDestroySessionOnApiKeyChange, bool)
    Synerise.shutdown()


def serve(initializer: SyneriseInitializer, key: bytes) -> None:
    """Several customers, and where they are kept."""
    initializer.withStorage(RedisStorage("redis://localhost", max_connections=4))
    initializer.withStorage(EncryptedStorage(SQLiteStorage(), [key, "an older key"]))
    initializer.withStorage(EncryptedStorage(key))  # type: ignore[call-arg, arg-type]
    with initializer.withProfile("anna").connect() as anna:
        assert_type(anna, ConnectedClient)
        anna.retrieveToken(show, failed)
        assert_type(anna.waitUntilIdle(timeout=1), bool)
        anna.Settings.sdk.enabled = False
        client: ClientModule = anna
        client.signOut()
    anna.close()


class Listener:
    def onClientSignedIn(self) -> None: ...

    def onClientSignedOut(self, reason: ClientSessionEndReason) -> None:
        if reason is ClientSessionEndReason.SessionExpiration:
            assert_type(ClientSessionEndReasonToString(reason), str)


def greet(account: ClientAccountInformation) -> None:
    name: str = account.firstName or "dear member"
    name.upper()
    account.firstName.upper()  # type: ignore[union-attr]
    seen: datetime | None = account.lastActivityDate
    if account.sex is ClientSex.Female and account.agreements and account.agreements.email:
        greet_again(seen)
    account.city = "Kraków"  # type: ignore[misc]


def greet_again(seen: datetime | None) -> None: ...


def show(token: Token) -> None:
    assert_type(token.tokenString, str)
    assert_type(token.expirationDate, datetime)
    assert_type(token.origin, TokenOrigin)
    assert_type(token.clientId, "str | None")


def decide(result: ClientConditionalAuthResult) -> str:
    if result.status is ClientConditionalAuthStatus.Success:
        return "in"
    return str(result.status)


def failed(error: Error) -> None:
    assert_type(error.code, int)
    assert_type(error.message, str)
    assert_type(error.httpStatus, "int | None")
    causes: tuple[ErrorCause, ...] = error.causes
    assert_type(causes[0].field, "str | None")
    if error.code == ErrorCode.SESSION_ENDED:
        raise error


def call(client: ClientModule) -> None:
    """Every method, once, with callbacks of each kind."""
    assert_type(ClientModule.instance(), ClientModule)
    client.setClientStateChangeListener(Listener())
    client.setClientStateChangeListener({"onClientSignedIn": lambda: None})
    client.setClientStateChangeListener(None)
    client.registerAccount(ClientAccountRegisterContext("a@example.com", "Secret-1"), print, failed)
    client.requestAccountActivation("a@example.com", lambda: None, failed)
    client.confirmAccountActivation("token", lambda done: None)
    client.requestAccountActivationByPin("a@example.com", None, failed)
    client.confirmAccountActivationByPin("1234", "a@example.com", onError=failed)
    client.signIn("a@example.com", "Secret-1", lambda: None, failed)
    client.signInConditionally("a@example.com", "Secret-1", decide, failed)
    context = ClientAuthContext(authID="a-7", agreements=ClientAgreements(sms=True))
    client.authenticate("token", ClientIdentityProvider.Google, context, print, failed)
    client.authenticateConditionally("token", "GOOGLE", context, decide, failed)
    client.simpleAuthentication(ClientSimpleAuthenticationData(email="a@example.com"), "a-7")
    assert_type(client.isSignedIn(), bool)
    assert_type(client.isSignedInViaSimpleAuthentication(), bool)
    client.signOut()
    client.signOutWithMode(ClientSignOutMode.SignOutWithSessionDestroy, True, print, failed)
    client.refreshToken(show, failed)
    client.retrieveToken(show, lambda: None)
    assert_type(client.getUUID(), str)
    assert_type(client.regenerateUUID(), bool)
    assert_type(client.regenerateUUIDWithClientIdentifier("a-7"), bool)
    client.destroySession()
    client.getAccount(greet, failed)
    client.updateAccountBasicInformation(
        ClientAccountUpdateBasicInformationContext({"city": "Kraków"}), print, failed
    )
    client.updateAccount(ClientAccountUpdateContext(phone=None, city=UNSET), print, failed)
    client.requestPasswordReset("a@example.com", print, failed)
    client.confirmPasswordReset("Secret-2", "token", print, failed)
    client.changePassword("Secret-1", "Secret-2", print, failed)
    client.requestEmailChange("b@example.com", "Secret-2", None, None, print, failed)
    client.confirmEmailChange("token", True, print, failed)
    client.requestPhoneUpdate("+48123456789", print, failed)
    client.confirmPhoneUpdate("+48123456789", "1234", False, print, failed)
    client.deleteAccountByIdentityProvider(
        "Secret-2", ClientIdentityProvider.Synerise, None, print, failed
    )
    client.recognizeAnonymous("a@example.com", None, {"any": [1, None]})


def call_wrongly(client: ClientModule) -> None:
    """What a type checker must find."""
    client.getAccount(show)  # type: ignore[arg-type]
    client.retrieveToken(lambda token, more: None)  # type: ignore[arg-type]
    client.signIn("a@example.com")  # type: ignore[call-arg]
    client.signOutWithMode(ClientSignOutMode.SignOut, "no")  # type: ignore[arg-type]
    client.updateAccount(None)  # type: ignore[arg-type]
    client.retreiveToken(show)  # type: ignore[attr-defined]


def wait_for_a_token(client: ClientModule) -> Token:
    future: Future[Token] = Future()
    client.retrieveToken(future.set_result, future.set_exception)
    return future.result()


def convert(text: str) -> tuple[object, ...]:
    assert_type(TokenOriginFromString(text), TokenOrigin)
    assert_type(ClientSexFromString(text), ClientSex)
    assert_type(ClientIdentityProviderFromString(text), ClientIdentityProvider)
    assert_type(ClientSessionEndReasonFromString(text), ClientSessionEndReason)
    assert_type(ClientConditionalAuthStatusFromString(text), "ClientConditionalAuthStatus | str")
    return (
        ClientSignOutModeFromString(text).value,
        TokenOriginToString(TokenOrigin.Apple),
        ClientSexToString(ClientSex.Other),
        ClientIdentityProviderToString(ClientIdentityProvider.Oauth),
        ClientSignOutModeToString(ClientSignOutMode.SignOut),
        ClientConditionalAuthStatusToString(ClientConditionalAuthStatus.MfaRequired),
    )


def test_of_a_user(synerise: SyneriseFacade, synerise_sandbox: Sandbox) -> None:
    number: int = synerise_sandbox.add_profile("a@example.com", "Secret-1", firstName="Anna")
    synerise_sandbox.fail("login", status=503, times=number)
    with synerise_sandbox.hold("login") as hold:
        assert_type(hold, Hold)
        assert_type(hold.arrived.wait(10), bool)
    requests: list[RecordedRequest] = synerise_sandbox.requests
    messages: list[Message] = synerise_sandbox.outbox
    events: list[Event] = synerise_sandbox.events
    synerise.Client.signIn("a@example.com", messages[0].code)
    assert_type(requests[0].operation, "str | None")
    assert_type(events[0].action, str)
