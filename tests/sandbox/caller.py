"""A caller of the API that shares nothing with the client: plain requests, paths written out."""

from __future__ import annotations

from typing import Any

import requests

from synerise_client.sandbox import Sandbox

LOGIN = "/sauth/v3/auth/login/client"
PATHS = {
    "login": LOGIN,
    "login_conditional": f"{LOGIN}/conditional",
    "login_anonymous": f"{LOGIN}/anonymous",
    "simple_authentication": f"{LOGIN}/simple",
    "refresh": "/sauth/v3/auth/refresh/client",
    "logout": "/sauth/v3/auth/logout/client",
    "register": "/sauth/clients/registered",
    "activation_request": "/sauth/clients/activation/request",
    "activation_confirm": "/sauth/clients/activation/confirmation",
    "pin_request": "/sauth/clients/activation/by-pin-code/request",
    "pin_confirm": "/sauth/clients/activation/by-pin-code/confirmation",
    "account": "/v4/my-account/personal-information",
    "account_update": "/v4/my-account/personal-information",
    "basic_information_update": "/v4/my-account/basic-information",
    "password_reset_request": "/sauth/clients/password-reset/request",
    "password_reset_confirm": "/sauth/clients/password-reset/confirmation",
    "password_change": "/sauth/my-account/change-password",
    "email_change_request": "/sauth/my-account/email-change/request",
    "email_change_confirm": "/sauth/my-account/email-change/confirmation",
    "phone_update_request": "/sauth/my-account/phone-update/request",
    "phone_update_confirm": "/sauth/my-account/phone-update/confirmation",
    "account_delete": "/sauth/my-account/delete",
    "event_custom": "/v4/events/custom",
}
WITHOUT_TOKEN = {"login", "login_conditional", "login_anonymous", "simple_authentication"}
ANONYMOUS_IS_ENOUGH = {
    "refresh",
    "register",
    "activation_request",
    "activation_confirm",
    "pin_request",
    "pin_confirm",
    "basic_information_update",
    "password_reset_request",
    "password_reset_confirm",
    "event_custom",
}

EMAIL = "anna@example.com"
PASSWORD = "Secret1!"


class Caller:
    """Calls operations of one sandbox over one kept-alive connection."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.session = requests.Session()
        self.session.trust_env = False

    def __call__(
        self, operation: str, body: Any = None, token: str | None = None, timeout: float = 10
    ) -> requests.Response:
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        url = self.sandbox.url + PATHS[operation]
        if operation == "account":
            return self.session.get(url, headers=headers, timeout=timeout)
        return self.session.post(url, json=body or {}, headers=headers, timeout=timeout)

    def device(self, **more: Any) -> dict[str, Any]:
        """What every login carries."""
        return {"apiKey": self.sandbox.api_key, "uuid": "uuid-1", "deviceId": "device-1", **more}

    def credentials(
        self, email: str = EMAIL, password: str = PASSWORD, **more: Any
    ) -> dict[str, Any]:
        """The body of a login by password."""
        who = {"identityProvider": "SYNERISE", "email": email, "password": password}
        return self.device(**{**who, **more})

    def login(self, email: str = EMAIL, password: str = PASSWORD, **more: Any) -> requests.Response:
        return self("login", self.credentials(email, password, **more))

    def token(self, email: str = EMAIL, password: str = PASSWORD, **more: Any) -> str:
        """A signed-in customer's token."""
        return good(self.login(email, password, **more))["token"]  # type: ignore[no-any-return]

    def anonymous(self, **more: Any) -> str:
        """An anonymous token."""
        reply = good(self("login_anonymous", self.device(**more)))
        return reply["token"]  # type: ignore[no-any-return]

    def simple(self, **data: Any) -> str:
        """A simple-authentication token."""
        reply = good(self("simple_authentication", self.device(**data)))
        return reply["token"]  # type: ignore[no-any-return]

    def provided(self, token: str, provider: str = "OAUTH", **more: Any) -> dict[str, Any]:
        """The body of a login by provider."""
        return self.device(identityProvider=provider, identityProviderToken=token, **more)

    def account(self, token: str) -> dict[str, Any]:
        return good(self("account", token=token))


def good(response: requests.Response) -> dict[str, Any]:
    """The body of an answer that has to be a success."""
    assert response.status_code == 200, response.text
    body = response.json()
    assert isinstance(body, dict)
    return body


def causes(response: requests.Response) -> dict[str, str]:
    """The faulty fields of an answer that has to be a 400, with their codes."""
    assert response.status_code == 400, response.text
    return {cause["field"]: cause["code"] for cause in response.json()["errors"]}


def code(sandbox: Sandbox, kind: str, to: str = EMAIL) -> str:
    """The newest code; it has to be of this kind and sent there."""
    message = sandbox.outbox[-1]
    assert (message.kind, message.to) == (kind, to)
    return message.code
