"""The sandbox as tests and the command line use it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any

from synerise_client.sandbox.app import make_app
from synerise_client.sandbox.faults import Delay, Drop, Failure, Faults, Hold
from synerise_client.sandbox.fields import Fields
from synerise_client.sandbox.logins import PROVIDERS
from synerise_client.sandbox.outbox import Message
from synerise_client.sandbox.profiles import ProviderIdentity, same_email
from synerise_client.sandbox.recording import RecordedRequest
from synerise_client.sandbox.registrations import REGISTER_FIELDS, check_unique
from synerise_client.sandbox.replies import Refusal
from synerise_client.sandbox.routes import Routes
from synerise_client.sandbox.server import HOST, Server
from synerise_client.sandbox.state import ACTIVATIONS, Event, Requirement, State


class Sandbox:
    """A stand-in for Synerise's REST API on 127.0.0.1, with its customers in memory.

    A context manager: it serves inside the ``with`` block. All of it may be used from any thread.

    Args:
        token_lifetime: of the tokens it hands out, in seconds.
        port: where to listen; 0 takes a free one.
        api_key: the one key that it accepts; a random one if left out.
    """

    def __init__(
        self, token_lifetime: float = 3600, port: int = 0, api_key: str | None = None
    ) -> None:
        key = secrets.token_hex(16) if api_key is None else api_key
        self._state = State(key, token_lifetime)
        self._routes = Routes()
        self._faults = Faults()
        self._requests: list[RecordedRequest] = []
        app = make_app(self._state, self._routes, self._faults, self._requests)
        self._server = Server(app, self._state.clock, self._faults.release, port)

    def __enter__(self) -> Sandbox:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        where = self.url if self._server.running else "stopped"
        return f"<Sandbox {where}>"

    # Serving

    def start(self) -> None:
        """Serve from now on; after ``stop``, on the same port and with the same memory.

        Raises:
            OSError: the port is taken.
        """
        self._faults.resume()
        self._server.start()

    def stop(self) -> None:
        """Be down: connections are refused, open ones end without an answer, holds are over."""
        self._server.stop()

    def close(self) -> None:
        """Stop, and give the port back."""
        self._server.close()

    @property
    def url(self) -> str:
        """The base URL, e.g. ``http://127.0.0.1:40001``.

        Raises:
            RuntimeError: it has no port before its first start.
        """
        if not self._server.port:
            raise RuntimeError("The sandbox has no URL before it is started")
        return f"http://{HOST}:{self._server.port}"

    @property
    def api_key(self) -> str:
        """The one key that it accepts."""
        return self._state.api_key

    # What came in and what went out

    @property
    def requests(self) -> list[RecordedRequest]:
        """The requests that came, in order, those that met a fault included."""
        with self._state.lock:
            return list(self._requests)

    @property
    def outbox(self) -> list[Message]:
        """The mails and messages that would have been sent, in order."""
        with self._state.lock:
            return list(self._state.outbox.messages)

    @property
    def events(self) -> list[Event]:
        """The custom events that were taken in, in order, repetitions left out."""
        with self._state.lock:
            return list(self._state.events)

    # Time and tokens

    def advance(self, seconds: float) -> None:
        """Move the clock that dates replies and by which tokens and codes expire.

        Args:
            seconds: how far ahead; a negative number sets the clock back.
        """
        with self._state.lock:
            self._state.clock.advance(seconds)

    @property
    def token_lifetime(self) -> float:
        """Of the tokens it hands out from now on, in seconds."""
        return self._state.token_lifetime

    @token_lifetime.setter
    def token_lifetime(self, seconds: float) -> None:
        with self._state.lock:
            self._state.token_lifetime = seconds

    def revoke(self, token_string: str) -> None:
        """Accept a token no longer: 401.

        Raises:
            ValueError: it was not handed out here.
        """
        with self._state.lock:
            self._state.tokens.revoke(token_string)

    def revoke_all(self) -> None:
        """Accept none of the tokens handed out so far, anonymous ones included: 401."""
        with self._state.lock:
            self._state.tokens.revoke_all()

    # Customers

    def add_profile(self, email: str, password: str, **fields: Any) -> int:
        """Make a registered, active customer.

        Args:
            email: its e-mail address.
            password: any; the password policy is not asked.
            **fields: what a registration may carry, by its names on the wire, e.g. ``firstName``.

        Returns:
            The customer's clientId.

        Raises:
            TypeError: there is no such field.
            ValueError: a value would be refused, or the e-mail address or customId is taken.
        """
        unknown = sorted(set(fields) - set(REGISTER_FIELDS))
        if unknown:
            raise TypeError(f"A profile has no {', '.join(unknown)}")
        reader = Fields({**fields, "email": email})
        with self._state.lock:
            try:
                values = reader.profile(("email", *fields))
                check_unique(self._state, reader, values)
                reader.check()
            except Refusal as refusal:
                faults = [f"{cause.field} {cause.message}" for cause in refusal.causes]
                raise ValueError("; ".join(faults)) from None
            profile = self._state.profiles.add()
            profile.update(values)
            profile.set_password(password)
            return profile.client_id

    def add_provider_token(self, token: str, provider: str, email: str) -> None:
        """Let an identity provider vouch for somebody.

        ``login`` with this token signs in the customer who has used it before or has this e-mail
        address, and makes an account if there is none; ``login_conditional`` makes none.

        Args:
            token: what the client sends as identityProviderToken.
            provider: OAUTH, FACEBOOK, GOOGLE or APPLE.
            email: whom the provider vouches for.

        Raises:
            ValueError: the provider is unknown.
        """
        if provider not in PROVIDERS:
            raise ValueError(f"Unknown provider {provider!r}; known are {', '.join(PROVIDERS)}")
        with self._state.lock:
            self._state.identities[token] = ProviderIdentity(provider, email)

    @property
    def activation(self) -> str:
        """How new registrations are activated: "automatic" (at once), "mail" or "pin"."""
        return self._state.activation

    @activation.setter
    def activation(self, mode: str) -> None:
        if mode not in ACTIVATIONS:
            raise ValueError(f"Unknown activation {mode!r}; known are {', '.join(ACTIVATIONS)}")
        with self._state.lock:
            self._state.activation = mode

    def require(
        self, status: str, email: str, conditions: Sequence[Mapping[str, Any]] = ()
    ) -> None:
        """Set what ``login_conditional`` answers to a customer's right credentials.

        Args:
            status: E.g. TERMS_ACCEPTANCE_REQUIRED; any string. SUCCESS lets it sign in again.
            email: the customer.
            conditions: what the reply lists as conditions.
        """
        with self._state.lock:
            self._state.requirements[same_email(email)] = Requirement(status, tuple(conditions))

    # Trouble

    def fail(
        self,
        operation: str,
        status: int = 503,
        times: int = 1,
        headers: Mapping[str, str] | None = None,
        body: object = None,
    ) -> None:
        """Refuse the next requests to an operation without acting on them.

        Each request takes one fault, in the order in which they were set.

        Args:
            operation: which one.
            status: the HTTP status; 200 with a body of one's own is possible too.
            times: how many requests.
            headers: headers of the answer; they win over the usual ones.
            body: None is the documented error body; str and bytes go out as they are (as HTML,
                unless ``headers`` say otherwise), anything else as JSON.

        Raises:
            ValueError: the operation is unknown, or ``times`` is below 1.
        """
        self._faults.add(operation, Failure(status, headers, body), times)

    def drop(self, operation: str, times: int = 1) -> None:
        """Act on the next requests, and close their connections without an answer.

        Raises:
            ValueError: the operation is unknown, or ``times`` is below 1.
        """
        self._faults.add(operation, Drop(), times)

    def delay(self, operation: str, seconds: float, times: int = 1) -> None:
        """Act on the next requests at once, and answer them after ``seconds``.

        A delay is a fault of its own: a ``fail`` set after it meets the request after it.

        Raises:
            ValueError: the operation is unknown, or ``times`` is below 1.
        """
        self._faults.add(operation, Delay(seconds, self._faults.stopped), times)

    def hold(self, operation: str) -> Hold:
        """Act on the next request at once, and keep the answer back until it is released.

        Returns:
            The hold: ``arrived`` is an event, set when a request was acted on; ``release()`` lets
            the answer go. A context manager that releases at its end; ``stop`` releases too.

        Raises:
            ValueError: the operation is unknown.
        """
        hold = Hold()
        self._faults.add(operation, hold)
        return hold

    def move(self, operation: str, path: str) -> None:
        """Serve an operation at another path; its old one then answers 404.

        Raises:
            ValueError: the operation is unknown, the path does not start with a slash, or
                another operation is served there.
        """
        with self._state.lock:
            self._routes.move(operation, path)
