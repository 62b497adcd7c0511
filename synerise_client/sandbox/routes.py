"""Which operation is served where, and which token it wants."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from enum import Enum


class Auth(Enum):
    """The token that an operation wants in its Authorization header."""

    NONE = "none"
    ANY = "any"
    """An anonymous customer's is enough."""
    CLIENT = "client"
    """A signed-in customer's."""


@dataclass(frozen=True)
class Route:
    """One operation of the API.

    Args:
        operation: its name.
        method: GET or POST.
        path: where it is served.
        auth: the token it wants.
        assumed: the path stands in no public documentation; it follows its neighbours' pattern.
    """

    operation: str
    method: str
    path: str
    auth: Auth
    assumed: bool = False


_LOGIN = "/sauth/v3/auth/login/client"
_CLIENTS = "/sauth/clients"
_MINE = "/sauth/my-account"

ROUTES: tuple[Route, ...] = (
    Route("login", "POST", _LOGIN, Auth.NONE),
    Route("login_conditional", "POST", f"{_LOGIN}/conditional", Auth.NONE),
    Route("login_anonymous", "POST", f"{_LOGIN}/anonymous", Auth.NONE),
    Route("simple_authentication", "POST", f"{_LOGIN}/simple", Auth.NONE, assumed=True),
    Route("refresh", "POST", "/sauth/v3/auth/refresh/client", Auth.ANY),
    Route("logout", "POST", "/sauth/v3/auth/logout/client", Auth.CLIENT, assumed=True),
    Route("register", "POST", f"{_CLIENTS}/registered", Auth.ANY),
    Route("activation_request", "POST", f"{_CLIENTS}/activation/request", Auth.ANY),
    Route("activation_confirm", "POST", f"{_CLIENTS}/activation/confirmation", Auth.ANY),
    Route("pin_request", "POST", f"{_CLIENTS}/activation/by-pin-code/request", Auth.ANY),
    Route("pin_confirm", "POST", f"{_CLIENTS}/activation/by-pin-code/confirmation", Auth.ANY),
    Route("account", "GET", "/v4/my-account/personal-information", Auth.CLIENT),
    Route("account_update", "POST", "/v4/my-account/personal-information", Auth.CLIENT),
    Route(
        "basic_information_update",
        "POST",
        "/v4/my-account/basic-information",
        Auth.ANY,
        assumed=True,
    ),
    Route(
        "password_reset_request",
        "POST",
        f"{_CLIENTS}/password-reset/request",
        Auth.ANY,
        assumed=True,
    ),
    Route(
        "password_reset_confirm",
        "POST",
        f"{_CLIENTS}/password-reset/confirmation",
        Auth.ANY,
        assumed=True,
    ),
    Route("password_change", "POST", f"{_MINE}/change-password", Auth.CLIENT, assumed=True),
    Route("email_change_request", "POST", f"{_MINE}/email-change/request", Auth.CLIENT),
    Route(
        "email_change_confirm",
        "POST",
        f"{_MINE}/email-change/confirmation",
        Auth.CLIENT,
        assumed=True,
    ),
    Route(
        "phone_update_request", "POST", f"{_MINE}/phone-update/request", Auth.CLIENT, assumed=True
    ),
    Route(
        "phone_update_confirm",
        "POST",
        f"{_MINE}/phone-update/confirmation",
        Auth.CLIENT,
        assumed=True,
    ),
    Route("account_delete", "POST", f"{_MINE}/delete", Auth.CLIENT, assumed=True),
    Route("event_custom", "POST", "/v4/events/custom", Auth.ANY),
)


def check_operation(operation: str) -> None:
    """Raise ValueError, naming the known operations, if this is not one of them."""
    known = [route.operation for route in ROUTES]
    if operation not in known:
        raise ValueError(f"Unknown operation {operation!r}; known are {', '.join(known)}")


class Routes:
    """The routes as they are served now: each can be moved to another path."""

    def __init__(self) -> None:
        self._routes = {route.operation: route for route in ROUTES}

    def find(self, method: str, path: str) -> Route | None:
        """The route that serves this method at this path."""
        for route in self._routes.values():
            if route.path == path and route.method == method:
                return route
        return None

    def methods(self, path: str) -> Collection[str]:
        """The methods that are served at this path; empty if there is nothing."""
        return sorted({route.method for route in self._routes.values() if route.path == path})

    def move(self, operation: str, path: str) -> None:
        """Serve an operation at another path; its old one then answers 404.

        Raises:
            ValueError: the operation is unknown, the path does not start with a slash, or
                another operation is served there.
        """
        check_operation(operation)
        if not path.startswith("/"):
            raise ValueError(f"A path starts with a slash, unlike {path!r}")
        route = self._routes[operation]
        there = self.find(route.method, path)
        if there is not None and there is not route:
            raise ValueError(f"{path} already serves {there.operation}")
        self._routes[operation] = replace(route, path=path)
