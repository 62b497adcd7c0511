"""The Client module of Synerise's React Native SDK, for Python scripts.

Every name is loaded when it is first asked for: a script that only signs
somebody in need not wait for what it does not use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from synerise_client.api.policy import RetryPolicy
    from synerise_client.errors import Error, ErrorCause, ErrorCode
    from synerise_client.models.account_information import ClientAccountInformation
    from synerise_client.models.agreements import ClientAgreements
    from synerise_client.models.contexts import ClientAccountRegisterContext
    from synerise_client.models.enums import (
        ClientSessionEndReason,
        ClientSex,
        ClientSignOutMode,
        TokenOrigin,
    )
    from synerise_client.models.token import Token
    from synerise_client.models.unset import UNSET
    from synerise_client.modules.client_module import ClientModule
    from synerise_client.session.storage import MemoryStorage, SQLiteStorage
    from synerise_client.synerise import Synerise, SyneriseInitializer

__version__ = "0.1.0"

__all__ = [
    "UNSET",
    "ClientAccountInformation",
    "ClientAccountRegisterContext",
    "ClientAgreements",
    "ClientModule",
    "ClientSessionEndReason",
    "ClientSex",
    "ClientSignOutMode",
    "Error",
    "ErrorCause",
    "ErrorCode",
    "MemoryStorage",
    "RetryPolicy",
    "SQLiteStorage",
    "Synerise",
    "SyneriseInitializer",
    "Token",
    "TokenOrigin",
]

_HOMES = {
    "UNSET": "models.unset",
    "ClientAccountInformation": "models.account_information",
    "ClientAccountRegisterContext": "models.contexts",
    "ClientAgreements": "models.agreements",
    "ClientModule": "modules.client_module",
    "ClientSessionEndReason": "models.enums",
    "ClientSex": "models.enums",
    "ClientSignOutMode": "models.enums",
    "Error": "errors",
    "ErrorCause": "errors",
    "ErrorCode": "errors",
    "MemoryStorage": "session.storage",
    "RetryPolicy": "api.policy",
    "SQLiteStorage": "session.storage",
    "Synerise": "synerise",
    "SyneriseInitializer": "synerise",
    "Token": "models.token",
    "TokenOrigin": "models.enums",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
