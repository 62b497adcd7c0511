"""A customer's session: what the methods of the Client module do underneath.

Everything that needs the network or may wait is run by a worker, one call
after another, and takes the call that may end it. The rest answers at once,
on any thread.
"""

from __future__ import annotations

import uuid
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any

from attrs import evolve, frozen

from synerise_client.errors import CallEnded, Error, ErrorCode
from synerise_client.models.enums import (
    ClientSessionEndReason,
    ClientSignOutMode,
    ClientSignOutModeFromString,
    TokenOrigin,
)
from synerise_client.session.state import (
    SessionState,
    destroyed,
    ended,
    regenerated,
)
from synerise_client.session.store import StateStore
from synerise_client.session.turn import Turn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from synerise_client.api.cancellation import Cancellation
    from synerise_client.api.operations import Operations
    from synerise_client.models.account_information import ClientAccountInformation
    from synerise_client.models.token import Token
    from synerise_client.session.clock import Clock
    from synerise_client.session.state import SessionToken
    from synerise_client.session.storage import SessionKey, Storage
    from synerise_client.session.tokens import TokenSource
    from synerise_client.session.turn import StateListener

SIGN_OUT_SECONDS = 5.0
SIGN_OUT_WITH_MODE_SECONDS = 10.0
_OFFSET_TOLERANCE = 5.0


@frozen
class Ending:
    """What is still to be done after a session was ended on the caller's thread.

    Attributes:
        announce: stores what could not be stored at once, then tells the listener;
            for the callback thread, before anything else.
        tell_server: tells the server in the background, if somebody was logged in.
    """

    announce: Callable[[], None]
    tell_server: Callable[[Cancellation], None] | None = None


class Session:
    """One customer at a time, remembered in the storage.

    Args:
        storage: keeps the state between runs.
        key: which row of it.
        connect: makes Synerise's API when it is first needed, given
            :meth:`hear_date`.
        clock: the machine's clocks.
        listener: told of every sign-in and end, on the worker's thread.
        uuid_salt: goes before an identifier that a uuid is made of.
        refresh_interval: returns how many seconds before its end a token is
            due for a refresh.
    """

    def __init__(
        self,
        *,
        storage: Storage,
        key: SessionKey,
        connect: Callable[[Callable[[float, float], None]], Operations],
        clock: Clock,
        listener: StateListener,
        uuid_salt: str,
        refresh_interval: Callable[[], float],
    ) -> None:
        self._connect = connect
        self._clock = clock
        self._listener = listener
        self._uuid_salt = uuid_salt
        self._refresh_interval = refresh_interval
        first = SessionState(uuid=_random_uuid(), device_id=_random_uuid())
        self._store = StateStore(storage, key, clock, first)
        self._store.open()

    # What answers at once.

    def uuid(self) -> str:
        """Return the customer's uuid."""
        return self._store.state.uuid

    def is_signed_in(self) -> bool:
        """Tell whether a customer is signed in, not by simple authentication."""
        origin = self._store.state.live_origin(self._clock.elapsed())
        return origin not in (None, TokenOrigin.Anonymous, TokenOrigin.SimpleAuth)

    def is_signed_in_via_simple_authentication(self) -> bool:
        """Tell whether a customer is signed in by simple authentication."""
        return self._store.state.live_origin(self._clock.elapsed()) is TokenOrigin.SimpleAuth

    # What ends a session at once.

    def sign_out(self) -> Ending:
        """Drop the token; the uuid stays."""
        reason = ClientSessionEndReason.UserSignOut
        before = self._store.end(lambda state: ended(state, reason))
        return self._ending(before, reason, tells_server=True)

    def destroy(self) -> Ending:
        """Forget everything."""
        reason = ClientSessionEndReason.SessionDestroyed
        before = self._store.end(self._destroying(reason))
        return self._ending(before, reason)

    def regenerate(self, identifier: str | None = None) -> Ending | None:
        """Give an anonymous customer another uuid; None if somebody is logged in.

        Args:
            identifier: the seed of the uuid, which is random without one.
        """
        new_uuid = self.uuid_of(identifier) if identifier is not None else _random_uuid()

        def change(state: SessionState) -> SessionState:
            if state.is_logged_in(self._clock.elapsed()):
                return state
            return regenerated(state, new_uuid)

        before = self._store.end(change)
        return None if before is None else self._ending(before, None)

    def uuid_of(self, identifier: str) -> str:
        """Return the uuid that belongs to ``identifier``, on every machine with the same salt."""
        return str(uuid.uuid5(uuid.NAMESPACE_URL, self._uuid_salt + identifier))

    # What waits its turn.

    def register(self, call: Cancellation, fields: dict[str, Any]) -> bool:
        """Register a customer with the ``fields`` of a registration context."""
        with self._turn(call) as turn:
            body = {name: value for name, value in fields.items() if value is not None}
            body["uuid"] = turn.state.uuid
            self._run(turn, "register", lambda token: self._api.register(token, body, call))
        return True

    def sign_in(self, call: Cancellation, email: str, password: str) -> bool:
        """Sign a customer in; whoever was signed in before stays until this succeeds."""
        from synerise_client.session.tokens import token_from

        with self._turn(call) as turn:
            state = turn.state
            identity = email.strip().casefold()
            is_same = state.identity in (None, identity)
            new_uuid = state.uuid if is_same else _random_uuid()
            reply = self._api.login(email, password, new_uuid, state.device_id, call)
            token = token_from(reply, clock=self._clock, origin=TokenOrigin.Synerise)
            turn.sign_in(token, new_uuid, identity)
        return True

    def sign_out_with_mode(
        self, call: Cancellation, mode: ClientSignOutMode | str, from_all_devices: bool
    ) -> bool:
        """End the session here first, whatever the server says of it then."""
        try:
            mode = ClientSignOutModeFromString(mode)
        except ValueError as error:
            raise Error(ErrorCode.UNUSABLE_ARGUMENT, f"mode: {error}") from None
        with self._turn(call) as turn:
            token = self._token_to_sign_out(turn)
            if mode is ClientSignOutMode.SignOut:
                turn.end(ClientSessionEndReason.UserSignOut)
            else:
                reason = ClientSessionEndReason.SessionDestroyed
                turn.end(reason, self._destroying(reason))
            with call.limited_to(SIGN_OUT_WITH_MODE_SECONDS) as part:
                self._api.logout(token.string, from_all_devices, part)
        return True

    def refresh_token(self, call: Cancellation) -> Token:
        """Refresh the customer's token, due or not."""
        with self._turn(call) as turn:
            return _handed_out(self._tokens.refreshed(turn))

    def retrieve_token(self, call: Cancellation) -> Token:
        """Return the customer's token, valid now."""
        with self._turn(call) as turn:
            return _handed_out(self._tokens.retrieved(turn))

    def account(self, call: Cancellation) -> ClientAccountInformation:
        """Return what the server knows of the customer."""
        from synerise_client.models.account_information import ClientAccountInformation

        with self._turn(call) as turn:
            fields = self._run(turn, "account", lambda token: self._api.account(token, call))
        return ClientAccountInformation.fromObject(fields)

    # What belongs to all of them.

    def hear_date(self, date: float, received: float) -> None:
        """Learn the server's clock from an answer.

        Args:
            date: of the answer, Unix seconds.
            received: when it came in, seconds of :meth:`Clock.elapsed`.
        """
        token = self._store.state.token
        if token is not None and not token.is_anchored:
            anchored = evolve(
                token, expires_at=received + token.expiration - date, is_anchored=True
            )
            self._store.remember(
                lambda state: evolve(state, token=anchored) if state.token is token else state
            )
        offset = date - (self._clock.wall() - (self._clock.elapsed() - received))
        if abs(offset - self._store.state.clock_offset) > _OFFSET_TOLERANCE:
            self._store.adjust(lambda state: evolve(state, clock_offset=offset))

    def close(self) -> None:
        """Close connections and files; a later call would open them again."""
        api = self.__dict__.get("_api")
        if api is not None:
            api.close()
        self._store.close()

    @cached_property
    def _api(self) -> Operations:
        return self._connect(self.hear_date)

    @cached_property
    def _tokens(self) -> TokenSource:
        from synerise_client.session.tokens import TokenSource

        return TokenSource(lambda: self._api, self._clock, self._refresh_interval)

    @contextmanager
    def _turn(self, call: Cancellation) -> Iterator[Turn]:
        turn = Turn(call, self._store, self._clock, self._listener)
        has_lost = False
        try:
            yield turn
        except CallEnded:
            has_lost = True
            raise
        finally:
            turn.over(has_lost=has_lost)

    def _run(self, turn: Turn, operation: str, send: Callable[[str], Any]) -> Any:
        return self._tokens.run(turn, self._api.auth_of(operation), send)

    def _token_to_sign_out(self, turn: Turn) -> SessionToken:
        token = turn.state.token
        if token is not None and turn.is_logged_in():
            return token
        if turn.state.holds_login:
            turn.end(ClientSessionEndReason.SessionExpiration)
        raise Error(ErrorCode.ALREADY_SIGNED_OUT, "No customer is signed in")

    def _destroying(self, reason: ClientSessionEndReason) -> Callable[[SessionState], SessionState]:
        new_uuid, new_device_id = _random_uuid(), _random_uuid()
        return lambda state: destroyed(state, reason, new_uuid, new_device_id)

    def _ending(
        self,
        before: SessionState | None,
        reason: ClientSessionEndReason | None,
        *,
        tells_server: bool = False,
    ) -> Ending:
        was_logged_in = before is not None and before.is_logged_in(self._clock.elapsed())

        def announce() -> None:
            if self._store.has_unsaved:
                self._store.flush()
            if was_logged_in and reason is not None:
                self._listener.client_signed_out(reason)

        if before is None or before.token is None or not (was_logged_in and tells_server):
            return Ending(announce)
        token = before.token.string
        return Ending(announce, lambda call: self._tell_server(token, call))

    def _tell_server(self, token: str, call: Cancellation) -> None:
        from synerise_client.api.policy import ONCE

        with call.limited_to(SIGN_OUT_SECONDS) as part:
            self._api.logout(token, False, part, policy=ONCE)


def _random_uuid() -> str:
    return str(uuid.uuid4())


def _handed_out(token: SessionToken) -> Token:
    from datetime import datetime, timezone

    from synerise_client.models.token import Token

    return Token(
        tokenString=token.string,
        expirationDate=datetime.fromtimestamp(token.expiration, timezone.utc),
        rlm=token.realm,
        origin=token.origin,
        clientId=token.client_id,
        customId=token.custom_id,
    )
