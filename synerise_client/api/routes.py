"""Synerise's REST API as one table: what is called, where, with which token, how safely.

"Documented" means that Synerise's published documentation or client code says
so. The other paths follow the pattern of their documented neighbours, are
assumed, and can be replaced: ``withRoutes({"logout": "/another/path"})``.
"""

from __future__ import annotations

import enum
import re
from typing import TYPE_CHECKING, NamedTuple

from synerise_client.spelling import suggestion

if TYPE_CHECKING:
    from collections.abc import Mapping


class Auth(enum.Enum):
    """Which token travels with a request."""

    NONE = enum.auto()
    ANONYMOUS = enum.auto()
    """The current token, whoever's it is; an anonymous one is fetched if there is none."""
    CLIENT = enum.auto()
    """The token of a customer who is logged in."""


class Route(NamedTuple):
    """Where an operation goes.

    Attributes:
        operation: our name for it.
        method: GET or POST.
        path: below the base URL.
        auth: the token that it needs.
        safe: whether it may be sent again when nobody knows if the server acted.
        documented: whether the path is documented, or only assumed.
    """

    operation: str
    method: str
    path: str
    auth: Auth
    safe: bool
    documented: bool


_NOBODY, _ANYBODY, _CLIENT = Auth
_SAFE, _ONCE = True, False
_KNOWN, _ASSUMED = True, False

_PATH = re.compile(r"/[!$-;=?-\[\]_a-z~]*")
"""Printable ASCII but for blanks, ", #, <, >, \\, ^, `, {, | and }, which no URL has in it."""

# fmt: off
_TABLE = (
    ("login",                    "POST", "/sauth/v3/auth/login/client",                        _NOBODY,  _SAFE, _KNOWN),
    ("login_conditional",        "POST", "/sauth/v3/auth/login/client/conditional",            _NOBODY,  _SAFE, _KNOWN),
    ("login_anonymous",          "POST", "/sauth/v3/auth/login/client/anonymous",              _NOBODY,  _SAFE, _KNOWN),
    ("simple_authentication",    "POST", "/sauth/v3/auth/login/client/simple",                 _NOBODY,  _SAFE, _ASSUMED),
    ("refresh",                  "POST", "/sauth/v3/auth/refresh/client",                      _ANYBODY, _SAFE, _KNOWN),
    ("logout",                   "POST", "/sauth/v3/auth/logout/client",                       _CLIENT,  _SAFE, _ASSUMED),
    ("register",                 "POST", "/sauth/clients/registered",                          _ANYBODY, _ONCE, _KNOWN),
    ("activation_request",       "POST", "/sauth/clients/activation/request",                  _ANYBODY, _ONCE, _KNOWN),
    ("activation_confirm",       "POST", "/sauth/clients/activation/confirmation",             _ANYBODY, _ONCE, _KNOWN),
    ("pin_request",              "POST", "/sauth/clients/activation/by-pin-code/request",      _ANYBODY, _ONCE, _KNOWN),
    ("pin_confirm",              "POST", "/sauth/clients/activation/by-pin-code/confirmation", _ANYBODY, _ONCE, _KNOWN),
    ("account",                  "GET",  "/v4/my-account/personal-information",                _CLIENT,  _SAFE, _KNOWN),
    ("account_update",           "POST", "/v4/my-account/personal-information",                _CLIENT,  _SAFE, _KNOWN),
    ("basic_information_update", "POST", "/v4/my-account/basic-information",                   _ANYBODY, _SAFE, _ASSUMED),
    ("password_reset_request",   "POST", "/sauth/clients/password-reset/request",              _ANYBODY, _ONCE, _ASSUMED),
    ("password_reset_confirm",   "POST", "/sauth/clients/password-reset/confirmation",         _ANYBODY, _ONCE, _ASSUMED),
    ("password_change",          "POST", "/sauth/my-account/change-password",                  _CLIENT,  _ONCE, _ASSUMED),
    ("email_change_request",     "POST", "/sauth/my-account/email-change/request",             _CLIENT,  _ONCE, _KNOWN),
    ("email_change_confirm",     "POST", "/sauth/my-account/email-change/confirmation",        _CLIENT,  _ONCE, _ASSUMED),
    ("phone_update_request",     "POST", "/sauth/my-account/phone-update/request",             _CLIENT,  _ONCE, _ASSUMED),
    ("phone_update_confirm",     "POST", "/sauth/my-account/phone-update/confirmation",        _CLIENT,  _ONCE, _ASSUMED),
    ("account_delete",           "POST", "/sauth/my-account/delete",                           _CLIENT,  _ONCE, _ASSUMED),
    ("event_custom",             "POST", "/v4/events/custom",                                  _ANYBODY, _SAFE, _KNOWN),
)
# fmt: on

ROUTES: dict[str, Route] = {row[0]: Route(*row) for row in _TABLE}


def routes_with(paths: Mapping[str, str], given_by: str = "withRoutes") -> Mapping[str, Route]:
    """Return the table with some paths replaced.

    Args:
        paths: the new path of each operation that moves.
        given_by: where the user has set them, for the error's message.

    Raises:
        ValueError: an operation is unknown, or a path cannot be sent as it is.
    """
    if not paths:
        return ROUTES  # which thousands of clients may share
    routes = dict(ROUTES)
    for operation, path in paths.items():
        if operation not in ROUTES:
            known = ", ".join(sorted(ROUTES))
            meant = suggestion(str(operation), ROUTES)
            raise ValueError(
                f"{given_by}: unknown operation {operation!r}{meant}; known are: {known}"
            )
        if not isinstance(path, str) or not _PATH.fullmatch(path):
            raise ValueError(
                f"{given_by}: the path of {operation} must start with / and be as it is sent, "
                "without blanks, # and what is no ASCII (%20 stands for a blank)"
            )
        # Whoever names a path knows it: it is not assumed any more.
        routes[operation] = routes[operation]._replace(path=path, documented=True)
    return routes
