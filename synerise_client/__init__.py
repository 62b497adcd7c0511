"""The Client module of Synerise's React Native SDK, for Python scripts.

Every name is loaded when it is first asked for: a script that only signs
somebody in need not wait for what it does not use.
"""

from __future__ import annotations

TYPE_CHECKING = False  # what typing calls so, without loading it
if TYPE_CHECKING:
    from typing import Any

    from synerise_client.api.policy import RetryPolicy
    from synerise_client.errors import Error, ErrorCause, ErrorCode
    from synerise_client.initializer import SyneriseInitializer
    from synerise_client.models.account_information import ClientAccountInformation
    from synerise_client.models.agreements import ClientAgreements
    from synerise_client.models.conditional_auth_result import ClientConditionalAuthResult
    from synerise_client.models.contexts import (
        ClientAccountRegisterContext,
        ClientAccountUpdateBasicInformationContext,
        ClientAccountUpdateContext,
        ClientAuthContext,
        ClientSimpleAuthenticationData,
    )
    from synerise_client.models.enums import (
        ClientConditionalAuthStatus,
        ClientConditionalAuthStatusFromString,
        ClientConditionalAuthStatusToString,
        ClientIdentityProvider,
        ClientIdentityProviderFromString,
        ClientIdentityProviderToString,
        ClientSessionEndReason,
        ClientSessionEndReasonFromString,
        ClientSessionEndReasonToString,
        ClientSex,
        ClientSexFromString,
        ClientSexToString,
        ClientSignOutMode,
        ClientSignOutModeFromString,
        ClientSignOutModeToString,
        TokenOrigin,
        TokenOriginFromString,
        TokenOriginToString,
    )
    from synerise_client.models.initialization_config import InitializationConfig
    from synerise_client.models.token import Token
    from synerise_client.models.unset import UNSET
    from synerise_client.modules.client_module import ClientModule
    from synerise_client.modules.connected_client import ConnectedClient
    from synerise_client.session.encrypted_storage import EncryptedStorage
    from synerise_client.session.redis_storage import RedisStorage
    from synerise_client.session.sqlite_storage import SQLiteStorage
    from synerise_client.session.storage import MemoryStorage
    from synerise_client.synerise import Synerise

__version__ = "0.6.0"

__all__ = [
    "UNSET",
    "ClientAccountInformation",
    "ClientAccountRegisterContext",
    "ClientAccountUpdateBasicInformationContext",
    "ClientAccountUpdateContext",
    "ClientAgreements",
    "ClientAuthContext",
    "ClientConditionalAuthResult",
    "ClientConditionalAuthStatus",
    "ClientConditionalAuthStatusFromString",
    "ClientConditionalAuthStatusToString",
    "ClientIdentityProvider",
    "ClientIdentityProviderFromString",
    "ClientIdentityProviderToString",
    "ClientModule",
    "ClientSessionEndReason",
    "ClientSessionEndReasonFromString",
    "ClientSessionEndReasonToString",
    "ClientSex",
    "ClientSexFromString",
    "ClientSexToString",
    "ClientSignOutMode",
    "ClientSignOutModeFromString",
    "ClientSignOutModeToString",
    "ClientSimpleAuthenticationData",
    "ConnectedClient",
    "EncryptedStorage",
    "Error",
    "ErrorCause",
    "ErrorCode",
    "InitializationConfig",
    "MemoryStorage",
    "RedisStorage",
    "RetryPolicy",
    "SQLiteStorage",
    "Synerise",
    "SyneriseInitializer",
    "Token",
    "TokenOrigin",
    "TokenOriginFromString",
    "TokenOriginToString",
]

_HOMES = {
    "ClientAccountInformation": "models.account_information",
    "ClientAccountRegisterContext": "models.contexts",
    "ClientAccountUpdateBasicInformationContext": "models.contexts",
    "ClientAccountUpdateContext": "models.contexts",
    "ClientAgreements": "models.agreements",
    "ClientAuthContext": "models.contexts",
    "ClientConditionalAuthResult": "models.conditional_auth_result",
    "ClientConditionalAuthStatus": "models.enums",
    "ClientConditionalAuthStatusFromString": "models.enums",
    "ClientConditionalAuthStatusToString": "models.enums",
    "ClientIdentityProvider": "models.enums",
    "ClientIdentityProviderFromString": "models.enums",
    "ClientIdentityProviderToString": "models.enums",
    "ClientModule": "modules.client_module",
    "ClientSessionEndReason": "models.enums",
    "ClientSessionEndReasonFromString": "models.enums",
    "ClientSessionEndReasonToString": "models.enums",
    "ClientSex": "models.enums",
    "ClientSexFromString": "models.enums",
    "ClientSexToString": "models.enums",
    "ClientSignOutMode": "models.enums",
    "ClientSignOutModeFromString": "models.enums",
    "ClientSignOutModeToString": "models.enums",
    "ClientSimpleAuthenticationData": "models.contexts",
    "ConnectedClient": "modules.connected_client",
    "EncryptedStorage": "session.encrypted_storage",
    "Error": "errors",
    "ErrorCause": "errors",
    "ErrorCode": "errors",
    "InitializationConfig": "models.initialization_config",
    "MemoryStorage": "session.storage",
    "RedisStorage": "session.redis_storage",
    "RetryPolicy": "api.policy",
    "SQLiteStorage": "session.sqlite_storage",
    "Synerise": "synerise",
    "SyneriseInitializer": "initializer",
    "Token": "models.token",
    "TokenOrigin": "models.enums",
    "TokenOriginFromString": "models.enums",
    "TokenOriginToString": "models.enums",
    "UNSET": "models.unset",
}


if not TYPE_CHECKING:  # a type checker knows the names, and is to find the mistyped ones

    def __getattr__(name: str) -> Any:
        if name not in _HOMES:
            raise _no_such_name(name)
        from importlib import import_module

        value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
        globals()[name] = value
        return value


def _no_such_name(name: str) -> Exception:
    """Return the error for a name that is not public, with the one that may be meant.

    ``from synerise_client import …`` would drop an AttributeError and its message. As
    the import system asks for the name first, it can be given an ImportError.
    """
    import sys

    from synerise_client.spelling import no_such_name, suggestion

    meant = suggestion(name, __all__)
    if meant and sys._getframe(2).f_code.co_name == "_handle_fromlist":
        from importlib.util import find_spec

        if find_spec(f"{__name__}.{name}") is None:
            message = f"cannot import name {name!r} from {__name__!r}{meant}"
            return ImportError(message, name=__name__, path=__file__)
    return no_such_name(__name__, name, __all__)


def __dir__() -> list[str]:
    return sorted(__all__)
