"""A secret in every argument that holds one."""

from __future__ import annotations

from typing import Any

from synerise_client import ClientAccountRegisterContext
from tests.methods.steps import STEPS

SECRET = "S3cret-planted"
SECRETS = {
    "confirmAccountActivation": ["token"],
    "confirmAccountActivationByPin": ["pinCode"],
    "signIn": ["password"],
    "signInConditionally": ["password"],
    "authenticate": ["token"],
    "authenticateConditionally": ["token"],
    "confirmPasswordReset": ["password", "token"],
    "changePassword": ["oldPassword", "newPassword"],
    "requestEmailChange": ["password", "externalToken"],
    "confirmEmailChange": ["token"],
    "confirmPhoneUpdate": ["confirmationCode"],
    "deleteAccountByIdentityProvider": ["clientAuthFactor"],
    "registerAccount": ["context"],
}
"""The arguments of each method that are secret, or hold what is."""


def secret(name: str) -> Any:
    return ClientAccountRegisterContext("a@example.com", SECRET) if name == "context" else SECRET


def planted(method: str) -> dict[str, Any]:
    """The arguments of a call, with the secret wherever there is one."""
    return {**STEPS[method].arguments, **{name: secret(name) for name in SECRETS[method]}}
