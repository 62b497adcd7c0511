"""Every method with callbacks as it may be called, and what its tests set up or look at."""

from __future__ import annotations

from typing import Any, NamedTuple

from synerise_client import (
    ClientAccountRegisterContext,
    ClientAccountUpdateBasicInformationContext,
    ClientAccountUpdateContext,
    ClientAuthContext,
    ClientIdentityProvider,
    ClientModule,
    ClientSessionEndReason,
    ClientSignOutMode,
    ClientSimpleAuthenticationData,
    Error,
)
from synerise_client.session.storage import Storage
from synerise_client.synerise import SyneriseFacade
from tests.conftest import EMAIL, PASSWORD, Heard, Team
from tests.session.scenes import token_answer

NEW_EMAIL = "anna.new@example.com"
NEW_PASSWORD = "Other2?word"
OTHER_EMAIL = "bea@example.com"
PROVIDER_TOKEN = "a-token-of-the-provider"
PHONE = "+48500600700"
DESTROYED = ("out", ClientSessionEndReason.SessionDestroyed)
DELETED = ("out", ClientSessionEndReason.UserAccountDeleted)
LOGIN_OPERATIONS = {"login", "login_conditional", "simple_authentication"}


class Step(NamedTuple):
    """One call that makes sense while a customer is signed in.

    Attributes:
        operation: that it asks the server for.
        arguments: by their names, in their order.
    """

    operation: str
    arguments: dict[str, Any]


STEPS = {
    "registerAccount": Step(
        "register", {"context": ClientAccountRegisterContext(NEW_EMAIL, PASSWORD)}
    ),
    "requestAccountActivation": Step("activation_request", {"email": EMAIL}),
    "confirmAccountActivation": Step("activation_confirm", {"token": "a-mailed-token"}),
    "requestAccountActivationByPin": Step("pin_request", {"email": EMAIL}),
    "confirmAccountActivationByPin": Step("pin_confirm", {"pinCode": "123456", "email": EMAIL}),
    "signIn": Step("login", {"email": EMAIL, "password": PASSWORD}),
    "signInConditionally": Step("login_conditional", {"email": EMAIL, "password": PASSWORD}),
    "authenticate": Step(
        "login",
        {
            "token": PROVIDER_TOKEN,
            "provider": ClientIdentityProvider.Google,
            "context": ClientAuthContext(),
        },
    ),
    "authenticateConditionally": Step(
        "login_conditional",
        {
            "token": PROVIDER_TOKEN,
            "provider": ClientIdentityProvider.Google,
            "context": ClientAuthContext(),
        },
    ),
    "simpleAuthentication": Step(
        "simple_authentication", {"data": ClientSimpleAuthenticationData(), "authID": "anna-1"}
    ),
    "signOutWithMode": Step("logout", {"mode": ClientSignOutMode.SignOut, "fromAllDevices": False}),
    "refreshToken": Step("refresh", {}),
    "retrieveToken": Step("refresh", {}),
    "getAccount": Step("account", {}),
    "updateAccountBasicInformation": Step(
        "basic_information_update", {"context": ClientAccountUpdateBasicInformationContext()}
    ),
    "updateAccount": Step("account_update", {"context": ClientAccountUpdateContext()}),
    "requestPasswordReset": Step("password_reset_request", {"email": EMAIL}),
    "confirmPasswordReset": Step(
        "password_reset_confirm", {"password": NEW_PASSWORD, "token": "a-mailed-token"}
    ),
    "changePassword": Step(
        "password_change", {"oldPassword": PASSWORD, "newPassword": NEW_PASSWORD}
    ),
    "requestEmailChange": Step(
        "email_change_request",
        {"email": NEW_EMAIL, "password": PASSWORD, "externalToken": None, "authID": None},
    ),
    "confirmEmailChange": Step(
        "email_change_confirm", {"token": "a-mailed-token", "newsletterAgreement": True}
    ),
    "requestPhoneUpdate": Step("phone_update_request", {"phone": PHONE}),
    "confirmPhoneUpdate": Step(
        "phone_update_confirm",
        {"phone": PHONE, "confirmationCode": "123456", "smsAgreement": True},
    ),
    "deleteAccountByIdentityProvider": Step(
        "account_delete",
        {
            "clientAuthFactor": PASSWORD,
            "clientIdentityProvider": ClientIdentityProvider.Synerise,
            "authID": None,
        },
    ),
}
"""The 24 methods that have callbacks."""

NEED_A_CUSTOMER = {
    "refreshToken",
    "retrieveToken",
    "getAccount",
    "updateAccount",
    "changePassword",
    "requestEmailChange",
    "confirmEmailChange",
    "requestPhoneUpdate",
    "confirmPhoneUpdate",
    "deleteAccountByIdentityProvider",
}
"""Without a customer these are 3200, with an expired one 3210, without a request."""


def take(team: Team, method: str, **changes: Any) -> Any:
    """Call a method as its step says, with ``changes``; return what its one callback got."""
    return team.call(method, *{**STEPS[method].arguments, **changes}.values())


def accept_next(team: Team, method: str) -> None:
    """Have the server answer the next such call with as little as makes it succeed."""
    operation = STEPS[method].operation
    body: object = ""
    if operation in {*LOGIN_OPERATIONS, "refresh"}:
        body = {"status": "SUCCESS", **token_answer(team)}
    elif operation == "account":
        body = {}
    team.sandbox.fail(operation, 200, body=body)


def provider_vouches(team: Team, email: str = EMAIL, provider: str = "GOOGLE") -> None:
    """Let an identity provider vouch for somebody with PROVIDER_TOKEN."""
    team.sandbox.add_provider_token(PROVIDER_TOKEN, provider, email)


def mailed(team: Team, kind: str) -> str:
    """Return the code in the newest message of a kind."""
    return [each for each in team.sandbox.outbox if each.kind == kind][-1].code


def by_field(error: Error) -> dict[str | None, Any]:
    """Return what the server said of each field that it refused."""
    return {cause.field: cause for cause in error.causes}


def client_of(
    team: Team, api_key: str, storage: Storage, heard: Heard | None = None
) -> ClientModule:
    """Return a client of another API key, as another process would have it."""
    initializer = team.initializer(SyneriseFacade()).withApiKey(api_key).withStorage(storage)
    client = initializer.connect()
    team._others.append(client)
    if heard is not None:
        client.setClientStateChangeListener(heard)
    return client


def warnings_in(caplog: Any) -> list[str]:
    """Return what the package warned of."""
    return [
        record.getMessage()
        for record in caplog.records
        if record.levelname == "WARNING" and record.name.startswith("synerise_client")
    ]
