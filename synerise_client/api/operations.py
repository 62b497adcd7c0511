"""One method for each operation of the API: a body goes out, what it answers comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synerise_client.api.replies import Reply, TokenReply, token_reply
from synerise_client.api.retry import send_with_retries
from synerise_client.errors import ErrorReply

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from synerise_client.api.cancellation import Cancellation
    from synerise_client.api.policy import RetryPolicy
    from synerise_client.api.routes import Auth, Route
    from synerise_client.api.transport import Transport
    from synerise_client.secret import Secret


class Operations:
    """Synerise's API, as far as a customer's session needs it.

    Every method that takes the ``call`` that may end it blocks, and raises Error.

    Args:
        transport: sends the requests.
        routes: where each operation goes.
        api_key: of the profile.
        policy: how often a request is tried.
    """

    def __init__(
        self,
        transport: Transport,
        routes: Mapping[str, Route],
        api_key: Secret[str],
        policy: RetryPolicy,
    ) -> None:
        self._transport = transport
        self._routes = routes
        self.api_key = api_key
        self._policy = policy

    def auth_of(self, operation: str) -> Auth:
        """Tell whose token ``operation`` needs."""
        return self._routes[operation].auth

    def close(self) -> None:
        """Close the connections that are kept."""
        self._transport.close()

    def with_api_key(self, api_key: Secret[str]) -> Operations:
        """Return the same API, over the same connections, with another key."""
        return Operations(self._transport, self._routes, api_key, self._policy)

    @property
    def routes(self) -> Mapping[str, Route]:
        """Where each operation goes."""
        return self._routes

    def status_of(self, route: Route, call: Cancellation) -> int:
        """Send an empty body without a token to ``route``, once.

        Returns:
            The HTTP status of the answer; 200 for any 2xx.

        Raises:
            Error: there was no answer.
        """
        try:
            self._transport.send(route, {}, None, call, ignores_body=True)
        except ErrorReply as error:
            return error.httpStatus or error.code
        return 200

    def login(
        self, credentials: dict[str, Any], uuid: str, device_id: str, call: Cancellation
    ) -> TokenReply:
        """Log a customer in by password or by an identity provider's token."""
        return self._log_in("login", credentials, uuid, device_id, call)

    def login_conditional(
        self, credentials: dict[str, Any], uuid: str, device_id: str, call: Cancellation
    ) -> tuple[dict[str, Any], Callable[[], TokenReply]]:
        """Log a customer in if nothing stands in the way.

        Returns:
            The answer, and what reads the token in it.
        """
        body = self._login_body(credentials, uuid, device_id)
        reply = self._send("login_conditional", body, None, call)
        answer = reply.json_object()
        return answer, lambda: token_reply(reply, answer)

    def login_anonymous(self, uuid: str, device_id: str, call: Cancellation) -> TokenReply:
        """Get a token for a customer who is not known."""
        return self._log_in("login_anonymous", {}, uuid, device_id, call)

    def simple_authentication(
        self, fields: dict[str, Any], uuid: str, device_id: str, call: Cancellation
    ) -> TokenReply:
        """Log a customer in by what the caller knows."""
        return self._log_in("simple_authentication", fields, uuid, device_id, call)

    def refresh(self, token: Secret[str], call: Cancellation) -> TokenReply:
        """Exchange a token that is still alive for a new one."""
        return token_reply(self._send("refresh", {"apiKey": self.api_key}, token, call))

    def logout(
        self,
        token: Secret[str],
        from_all_devices: bool,
        call: Cancellation,
        policy: RetryPolicy | None = None,
    ) -> None:
        """Tell the server that the customer leaves; ``policy`` other than for everything else."""
        body = {"apiKey": self.api_key, "fromAllDevices": from_all_devices}
        self._send("logout", body, token, call, is_void=True, policy=policy)

    def send(
        self, operation: str, token: Secret[str], body: dict[str, Any], call: Cancellation
    ) -> None:
        """Carry out any operation whose answer says nothing but that it was carried out."""
        self._send(operation, body, token, call, is_void=True)

    def account(self, token: Secret[str], call: Cancellation) -> dict[str, Any]:
        """Return what the server knows of the customer."""
        return self._send("account", None, token, call).json_object()

    def _login_body(self, fields: dict[str, Any], uuid: str, device_id: str) -> dict[str, Any]:
        return {"apiKey": self.api_key, **fields, "uuid": uuid, "deviceId": device_id}

    def _log_in(
        self, operation: str, fields: dict[str, Any], uuid: str, device_id: str, call: Cancellation
    ) -> TokenReply:
        body = self._login_body(fields, uuid, device_id)
        return token_reply(self._send(operation, body, None, call))

    def _send(
        self,
        operation: str,
        body: dict[str, Any] | None,
        token: Secret[str] | None,
        call: Cancellation,
        *,
        is_void: bool = False,
        policy: RetryPolicy | None = None,
    ) -> Reply:
        route = self._routes[operation]
        try:
            return send_with_retries(
                lambda: self._transport.send(route, body, token, call, ignores_body=is_void),
                policy or self._policy,
                call,
                safe=route.safe,
            )
        except ErrorReply as error:
            if error.httpStatus == 404 and not route.documented:
                error.add_hint(
                    f"the path {route.path} of the operation {operation} is only assumed: "
                    "withRoutes or SYNERISE_CLIENT_ROUTES replaces it"
                )
            raise
