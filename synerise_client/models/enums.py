"""The enums of the customer API: JavaScript member names, wire strings as values.

A member is also its wire string: ``TokenOrigin.SimpleAuth == "SIMPLE_AUTH"``, and ``json`` writes
it as that. This module imports neither attrs nor typing, so that it costs next to nothing.
"""

from __future__ import annotations

from enum import Enum

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import NoReturn, TypeVar

    E = TypeVar("E", bound="_WireEnum")
    F = TypeVar("F")


class _WireEnum(str, Enum):
    """Prints as the wire string; Python 3.10 to 3.13 would each choose otherwise."""

    def __str__(self) -> str:
        return str(self.value)

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)


class TokenOrigin(_WireEnum):
    """Who vouched for the customer when a token was issued; unknown strings are ``Unknown``."""

    Unknown = "UNKNOWN"
    Anonymous = "ANONYMOUS"
    Synerise = "SYNERISE"
    OAuth = "OAUTH"
    SimpleAuth = "SIMPLE_AUTH"
    Facebook = "FACEBOOK"
    Google = "GOOGLE"
    Apple = "APPLE"


class ClientSex(_WireEnum):
    """A customer's sex; unknown strings are ``NotSpecified``."""

    NotSpecified = "NOT_SPECIFIED"
    Male = "MALE"
    Female = "FEMALE"
    Other = "OTHER"


class ClientIdentityProvider(_WireEnum):
    """Where a customer signs in; unknown strings are ``Unknown``.

    ``Apple`` is missing from the JavaScript enum, although the server knows it.
    """

    Unknown = "UNKNOWN"
    Synerise = "SYNERISE"
    Oauth = "OAUTH"
    Facebook = "FACEBOOK"
    Google = "GOOGLE"
    Apple = "APPLE"


class ClientSessionEndReason(_WireEnum):
    """Why a session ended, as a state listener hears it; unknown strings are ``NotSpecified``."""

    NotSpecified = "NOT_SPECIFIED"
    SessionExpiration = "SESSION_EXPIRATION"
    SecurityException = "SECURITY_EXCEPTION"
    UserSignOut = "USER_SIGN_OUT"
    SystemSignOut = "SYSTEM_SIGN_OUT"
    SessionDestroyed = "SESSION_DESTROYED"
    ClientRejected = "CLIENT_REJECTED"
    UserAccountDeleted = "USER_ACCOUNT_DELETED"


class ClientSignOutMode(_WireEnum):
    """What a sign-out leaves behind; an unknown string is a ValueError.

    ``SignOut`` keeps the UUID, ``SignOutWithSessionDestroy`` makes a new one.
    """

    SignOut = "SIGN_OUT"
    SignOutWithSessionDestroy = "SIGN_OUT_WITH_SESSION_DESTROY"


class ClientConditionalAuthStatus(_WireEnum):
    """How a conditional sign-in went; an unknown string stays that string.

    Only ``Success`` starts a session. A status that a later server invents is thereby seen by the
    caller as it came, and is never taken for success.
    """

    Success = "SUCCESS"
    Unauthorized = "UNAUTHORIZED"
    ActivationRequired = "ACTIVATION_REQUIRED"
    RegistrationRequired = "REGISTRATION_REQUIRED"
    ApprovalRequired = "APPROVAL_REQUIRED"
    TermsAcceptanceRequired = "TERMS_ACCEPTANCE_REQUIRED"
    MfaRequired = "MFA_REQUIRED"


def _refuse_mode(text: str) -> NoReturn:
    known = " and ".join(mode.value for mode in ClientSignOutMode)
    raise ValueError(f"not a sign-out mode: {text!r}; there are {known}")


def _conversions(
    kind: type[E], unknown: Callable[[str], F]
) -> tuple[Callable[[str], E | F], Callable[[str], str]]:
    """Make an enum's pair of JavaScript functions, ``XFromString`` and ``XToString``.

    Args:
        kind: the enum X.
        unknown: called with what is no wire string of X; its result is handed out instead.
    """
    members = {member.value: member for member in kind}

    def from_string(text: str) -> E | F:
        # Replies are not to be trusted: what is no string may not even be hashable.
        member = members.get(text) if isinstance(text, str) else None
        return unknown(text) if member is None else member

    def to_string(member: str) -> str:
        return str(from_string(member))

    name = kind.__name__
    from_string.__name__ = from_string.__qualname__ = f"{name}FromString"
    from_string.__doc__ = f"Return the {name} of a wire string; {name} tells of unknown ones."
    to_string.__name__ = to_string.__qualname__ = f"{name}ToString"
    to_string.__doc__ = f"Return the wire string of a {name}, which may also be given as a string."
    return from_string, to_string


TokenOriginFromString, TokenOriginToString = _conversions(
    TokenOrigin, lambda _: TokenOrigin.Unknown
)
ClientSexFromString, ClientSexToString = _conversions(ClientSex, lambda _: ClientSex.NotSpecified)
ClientIdentityProviderFromString, ClientIdentityProviderToString = _conversions(
    ClientIdentityProvider, lambda _: ClientIdentityProvider.Unknown
)
ClientSessionEndReasonFromString, ClientSessionEndReasonToString = _conversions(
    ClientSessionEndReason, lambda _: ClientSessionEndReason.NotSpecified
)
ClientSignOutModeFromString, ClientSignOutModeToString = _conversions(
    ClientSignOutMode, _refuse_mode
)
ClientConditionalAuthStatusFromString, ClientConditionalAuthStatusToString = _conversions(
    ClientConditionalAuthStatus, lambda text: text
)
