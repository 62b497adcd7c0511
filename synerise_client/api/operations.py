"""One method for each operation of the API: a body goes out, what it answers comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synerise_client.api.replies import Reply, TokenReply, token_reply
from synerise_client.api.retry import send_with_retries

if TYPE_CHECKING:
    from synerise_client.api.cancellation import Cancellation
    from synerise_client.api.policy import RetryPolicy
    from synerise_client.api.routes import Auth, Route
    from synerise_client.api.transport import Transport


class Operations:
    """Synerise's API, as far as a customer's session needs it. Every method blocks.

    Each of them takes the ``call`` that may end it, and raises Error.

    Args:
        transport: sends the requests.
        routes: where each operation goes.
        api_key: of the profile.
        policy: how often a request is tried.
    """

    def __init__(
        self, transport: Transport, routes: dict[str, Route], api_key: str, policy: RetryPolicy
    ) -> None:
        self._transport = transport
        self._routes = routes
        self._api_key = api_key
        self._policy = policy

    def auth_of(self, operation: str) -> Auth:
        """Tell whose token ``operation`` needs."""
        return self._routes[operation].auth

    def close(self) -> None:
        """Close the connections that are kept."""
        self._transport.close()

    def login(
        self, email: str, password: str, uuid: str, device_id: str, call: Cancellation
    ) -> TokenReply:
        """Log a customer in by e-mail and password."""
        body = {
            "apiKey": self._api_key,
            "identityProvider": "SYNERISE",
            "email": email,
            "password": password,
            "uuid": uuid,
            "deviceId": device_id,
        }
        return token_reply(self._send("login", body, None, call))

    def login_anonymous(self, uuid: str, device_id: str, call: Cancellation) -> TokenReply:
        """Get a token for a customer who is not known."""
        body = {"apiKey": self._api_key, "uuid": uuid, "deviceId": device_id}
        return token_reply(self._send("login_anonymous", body, None, call))

    def refresh(self, token: str, call: Cancellation) -> TokenReply:
        """Exchange a token that is still alive for a new one."""
        return token_reply(self._send("refresh", {"apiKey": self._api_key}, token, call))

    def logout(
        self,
        token: str,
        from_all_devices: bool,
        call: Cancellation,
        policy: RetryPolicy | None = None,
    ) -> None:
        """Tell the server that the customer leaves; ``policy`` other than for everything else."""
        body = {"apiKey": self._api_key, "fromAllDevices": from_all_devices}
        self._send("logout", body, token, call, is_void=True, policy=policy)

    def register(self, token: str, fields: dict[str, Any], call: Cancellation) -> None:
        """Register a new customer."""
        self._send("register", fields, token, call, is_void=True)

    def account(self, token: str, call: Cancellation) -> dict[str, Any]:
        """Return what the server knows of the customer."""
        return self._send("account", None, token, call).json_object()

    def _send(
        self,
        operation: str,
        body: dict[str, Any] | None,
        token: str | None,
        call: Cancellation,
        *,
        is_void: bool = False,
        policy: RetryPolicy | None = None,
    ) -> Reply:
        route = self._routes[operation]
        return send_with_retries(
            lambda: self._transport.send(route, body, token, call, ignores_body=is_void),
            policy or self._policy,
            call,
            safe=route.safe,
        )
