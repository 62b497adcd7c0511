"""Synerise's REST API as one table: what is called, where, with which token, how safely.

"Documented" means that Synerise's published documentation or client code says
so. The other paths follow the pattern of their documented neighbours, are
assumed, and can be replaced: ``withRoutes({"logout": "/another/path"})``.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, NamedTuple

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


_DOCUMENTED, _ASSUMED = True, False
_SAFE, _ONCE = True, False

ROUTES: dict[str, Route] = {
    route.operation: route
    for route in (
        Route("login", "POST", "/sauth/v3/auth/login/client", Auth.NONE, _SAFE, _DOCUMENTED),
        Route(
            "login_anonymous",
            "POST",
            "/sauth/v3/auth/login/client/anonymous",
            Auth.NONE,
            _SAFE,
            _DOCUMENTED,
        ),
        Route(
            "refresh",
            "POST",
            "/sauth/v3/auth/refresh/client",
            Auth.ANONYMOUS,
            _SAFE,
            _DOCUMENTED,
        ),
        Route("logout", "POST", "/sauth/v3/auth/logout/client", Auth.CLIENT, _SAFE, _ASSUMED),
        Route("register", "POST", "/sauth/clients/registered", Auth.ANONYMOUS, _ONCE, _DOCUMENTED),
        Route(
            "account",
            "GET",
            "/v4/my-account/personal-information",
            Auth.CLIENT,
            _SAFE,
            _DOCUMENTED,
        ),
    )
}


def routes_with(paths: Mapping[str, str]) -> dict[str, Route]:
    """Return the table with some paths replaced.

    Args:
        paths: the new path of each operation that moves.

    Raises:
        ValueError: an operation is unknown or a path does not start with "/".
    """
    routes = dict(ROUTES)
    for operation, path in paths.items():
        if operation not in ROUTES:
            known = ", ".join(sorted(ROUTES))
            raise ValueError(f"withRoutes: unknown operation {operation!r}; known are: {known}")
        if not isinstance(path, str) or not path.startswith("/"):
            raise ValueError(
                f"withRoutes: the path of {operation} must be a text that starts with /"
            )
        routes[operation] = routes[operation]._replace(path=path)
    return routes
