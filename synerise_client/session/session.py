"""A customer's session: what the methods of the Client module do underneath.

Everything that needs the network or may wait is run by a worker, one call
after another, and takes the call that may end it. The rest answers at once,
on any thread.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, uuid5

from attrs import evolve, frozen

from synerise_client.api.policy import ONCE
from synerise_client.errors import CallEnded, Error, ErrorCode
from synerise_client.models.enums import (
    ClientSessionEndReason,
    ClientSignOutMode,
    ClientSignOutModeFromString,
    TokenOrigin,
)
from synerise_client.models.token import Token
from synerise_client.process.forks import renew_in_children
from synerise_client.secret import Secret
from synerise_client.session.state import (
    SessionState,
    destroyed,
    ended,
    new_uuid,
    regenerated,
)
from synerise_client.session.store import CALLER_TIMEOUT, StateStore
from synerise_client.session.tokens import TokenSource, token_from
from synerise_client.session.turn import Turn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TypeVar

    from synerise_client.api.cancellation import Cancellation
    from synerise_client.api.operations import Operations
    from synerise_client.api.replies import TokenReply
    from synerise_client.session.clock import Clock
    from synerise_client.session.state import SessionToken
    from synerise_client.session.storage import SessionKey, Storage
    from synerise_client.session.turn import StateListener

    T = TypeVar("T")

SIGN_OUT_SECONDS = 5.0
SIGN_OUT_WITH_MODE_SECONDS = 10.0
_NOBODY_IS_KNOWN = "Nobody may become known while Synerise.Settings.sdk.doNotTrack is True"
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
        connect: makes Synerise's API when it is first needed, given the API key
            and :meth:`hear_date`.
        clock: the machine's clocks.
        listener: told of every sign-in and end, on the worker's thread.
        uuid_salt: goes before an identifier that a uuid is made of.
        refresh_interval: returns how many seconds before its end a token is
            due for a refresh.
        refresh_patience: seconds to wait at most for another process that refreshes.
        do_not_track: returns whether nobody may become known.
    """

    def __init__(
        self,
        *,
        storage: Storage,
        key: SessionKey,
        connect: Callable[[Secret[str], Callable[[float, float], None]], Operations],
        clock: Clock,
        listener: StateListener,
        uuid_salt: str,
        refresh_interval: Callable[[], float],
        refresh_patience: float,
        do_not_track: Callable[[], bool],
    ) -> None:
        self._connect = connect
        self._clock = clock
        self._listener = listener
        self._uuid_salt = uuid_salt
        self._do_not_track = do_not_track
        self._storage = storage
        self._key = key
        self._operations: Operations | None = None
        self._tokens = TokenSource(lambda: self.api, clock, refresh_interval, refresh_patience)
        self._store = StateStore(storage, key, clock, _first_state())
        self._cut: Callable[[], None] = lambda: None
        self._abandoned: dict[SessionKey, StateStore] = {}
        self._last_handed_out: tuple[SessionToken, Token] | tuple[None, None] = (None, None)
        self.renew_after_fork()
        renew_in_children(self)
        self._store.open()

    def cut_calls_with(self, cut: Callable[[], None]) -> None:
        """Have ``cut`` end all calls at the moment when the session is ended at once."""
        self._cut = cut

    def renew_after_fork(self) -> None:
        """Locks that a thread of the parent held would be held for ever here."""
        self._ender = threading.RLock()  # one ender at a time
        self._connecting = threading.Lock()

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
        with self._ender:
            before = self._store.end(lambda state: ended(state, reason), self._cut, reason)
            return self._ending(before, reason, tells_server=True)

    def destroy(self) -> Ending:
        """Forget everything."""
        reason = ClientSessionEndReason.SessionDestroyed
        uuid, device_id = new_uuid(), new_uuid()
        with self._ender:
            before = self._store.end(
                lambda state: destroyed(state, reason, uuid, device_id), self._cut, reason
            )
            return self._ending(before, reason)

    def change_api_key(self, api_key: Secret[str], carries_over: bool) -> Ending | None:
        """Go on in another key's row, and delete that of the old one; None if it is the same key.

        Args:
            api_key: the new one.
            carries_over: take the session along instead of destroying it.
        """
        with self._ender:
            if api_key == self._api_key:
                return None
            old = self._store
            before = old.abandon(self._cut)
            old.delete()
            self._abandoned[self._key] = old  # deleted again: a running call may be writing
            reason = None if carries_over else ClientSessionEndReason.SessionDestroyed
            if carries_over:
                first = evolve(before, epoch=before.epoch + 1)
            else:
                first = evolve(_first_state(), end_reason=reason)
            self._key = self._key._replace(api_key=api_key.reveal())
            self._abandoned.pop(self._key, None)  # what stands there from now on is to stay
            self._store = StateStore(self._storage, self._key, self._clock, first, overrides=True)
            self._store.open()
            return self._ending(before, reason)

    def regenerate(self, identifier: str | None = None) -> Ending | None:
        """Give an anonymous customer another uuid; None if somebody is logged in.

        Args:
            identifier: the seed of the uuid, which is random without one.
        """
        uuid = self.uuid_of(identifier) if identifier else new_uuid()

        def change(state: SessionState) -> SessionState:
            if state.is_logged_in(self._clock.elapsed()):
                return state
            return regenerated(state, uuid)

        with self._ender:
            before = self._store.end(change, self._cut)
            return None if before is None else self._ending(before, None)

    def uuid_of(self, identifier: str) -> str:
        """Return the uuid that belongs to ``identifier``, on every machine with the same salt."""
        return str(uuid5(NAMESPACE_URL, self._uuid_salt + identifier))

    # What waits its turn.

    def sign_out_with_mode(
        self, call: Cancellation, mode: ClientSignOutMode | str, from_all_devices: bool
    ) -> bool:
        """End the session here first, whatever the server says of it then."""
        try:
            mode = ClientSignOutModeFromString(mode)
        except ValueError as error:
            raise Error(ErrorCode.UNUSABLE_ARGUMENT, f"mode is {error}") from None
        with self.turn(call) as turn:
            token = self._token_to_sign_out(turn)
            if mode is ClientSignOutMode.SignOut:
                turn.end(ClientSessionEndReason.UserSignOut)
            else:
                turn.destroy(ClientSessionEndReason.SessionDestroyed)
            with call.limited_to(SIGN_OUT_WITH_MODE_SECONDS) as part:
                self.api.logout(Secret(token.string), from_all_devices, part)
        return True

    def refresh_token(self, call: Cancellation) -> Token:
        """Refresh the customer's token, due or not."""
        with self.turn(call) as turn:
            return self._hand_out(self._tokens.refreshed(turn))

    def retrieve_token(self, call: Cancellation) -> Token:
        """Return the customer's token, valid now."""
        with self.turn(call) as turn:
            return self._hand_out(self._tokens.retrieved(turn))

    def token_at_hand(self) -> Token | None:
        """Return the customer's token if it is valid and not due, and no turn is needed for it."""
        token, handed_out = self._last_handed_out
        if token is None or token is not self._store.state.token or self._abandoned:
            return None
        is_valid = self._tokens.is_fresh(token) and self._store.is_settled()
        return handed_out if is_valid else None

    # What the ways to sign in and the account need.

    @property
    def api(self) -> Operations:
        """Synerise's API, connected when it is first needed."""
        with self._connecting:
            api, api_key = self._operations, self._api_key
            if api is None:
                api = self._connect(api_key, self.hear_date)
            elif api.api_key != api_key:
                api = api.with_api_key(api_key)
            self._operations = api
            return api

    @property
    def _api_key(self) -> Secret[str]:
        return Secret(self._key.api_key)

    @contextmanager
    def turn(self, call: Cancellation) -> Iterator[Turn]:
        """Open the turn of ``call``; what other processes did is told before and after it."""
        self._delete_abandoned()
        turn = Turn(call, self._store, self._clock, self._listener)
        turn.begin()
        has_lost = False
        try:
            yield turn
        except CallEnded:
            has_lost = True
            raise
        finally:
            turn.over(has_lost=has_lost)

    @contextmanager
    def tracked_turn(self, call: Cancellation) -> Iterator[Turn]:
        """Open a turn that makes a customer known, which doNotTrack forbids."""
        if self._do_not_track():
            raise Error(ErrorCode.DO_NOT_TRACK, _NOBODY_IS_KNOWN)
        with self.turn(call) as turn:
            yield turn

    def run(self, turn: Turn, operation: str, send: Callable[[Secret[str]], T]) -> T:
        """Run ``send`` with the token that ``operation`` needs."""
        return self._tokens.run(turn, self.api.auth_of(operation), send)

    def send(self, turn: Turn, operation: str, body: dict[str, Any]) -> None:
        """Carry out an operation whose answer says nothing more."""
        self.run(turn, operation, lambda token: self.api.send(operation, token, body, turn.call))

    def token_from(self, reply: TokenReply, origin: TokenOrigin) -> SessionToken:
        """Make the session's token of the answer to a log-in."""
        return token_from(reply, clock=self._clock, origin=origin)

    def server_time(self) -> float:
        """Return the server's time as far as it is known, Unix seconds."""
        return self._clock.wall() + self._store.state.clock_offset

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
            self._store.adjust(
                lambda state: evolve(state, token=anchored) if state.token is token else state,
                is_stored=False,
            )
        offset = date - (self._clock.wall() - (self._clock.elapsed() - received))
        if abs(offset - self._store.state.clock_offset) > _OFFSET_TOLERANCE:
            self._store.adjust(lambda state: evolve(state, clock_offset=offset), is_stored=True)

    def close(self) -> None:
        """Close connections and files; a later call would open them again."""
        if self._operations is not None:
            self._operations.close()
        if self._store.has_unsaved:
            self._store.flush(CALLER_TIMEOUT)
        self._delete_abandoned()
        self._store.close()

    def _hand_out(self, token: SessionToken) -> Token:
        handed_out = _handed_out(token)
        self._last_handed_out = token, handed_out
        return handed_out

    def _delete_abandoned(self) -> None:
        if not self._abandoned:
            return
        with self._ender:
            for key, store in list(self._abandoned.items()):
                if store.delete():
                    del self._abandoned[key]

    def _token_to_sign_out(self, turn: Turn) -> SessionToken:
        token = turn.state.token
        if token is not None and turn.is_logged_in():
            return token
        if turn.state.holds_login:
            turn.end(ClientSessionEndReason.SessionExpiration)
        raise Error(
            ErrorCode.ALREADY_SIGNED_OUT, "No customer is signed in: there is nobody to sign out"
        )

    def _ending(
        self,
        before: SessionState | None,
        reason: ClientSessionEndReason | None,
        *,
        tells_server: bool = False,
    ) -> Ending:
        was_logged_in = before is not None and before.is_logged_in(self._clock.elapsed())

        def announce() -> None:
            self._delete_abandoned()
            if self._store.has_unsaved:
                self._store.flush()
            if was_logged_in and reason is not None:
                self._listener.client_signed_out(reason)

        if before is None or before.token is None or not (was_logged_in and tells_server):
            return Ending(announce)
        token, api_key = Secret(before.token.string), self._api_key

        def tell_server(call: Cancellation) -> None:
            with call.limited_to(SIGN_OUT_SECONDS) as part:
                self.api.with_api_key(api_key).logout(token, False, part, policy=ONCE)

        return Ending(announce, tell_server)


def _first_state() -> SessionState:
    return SessionState(uuid=new_uuid(), device_id=new_uuid())


def _handed_out(token: SessionToken) -> Token:
    return Token(
        tokenString=token.string,
        expirationDate=datetime.fromtimestamp(token.expiration, timezone.utc),
        rlm=token.realm,
        origin=token.origin,
        clientId=token.client_id,
        customId=token.custom_id,
    )
