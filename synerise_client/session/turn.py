"""One call's turn in the session: what it works on, what it changes, who is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from attrs import evolve

from synerise_client.errors import CallEnded
from synerise_client.models.enums import ClientSessionEndReason
from synerise_client.session.state import destroyed, ended, new_uuid, signed_in, with_token

if TYPE_CHECKING:
    from synerise_client.api.cancellation import Cancellation
    from synerise_client.session.clock import Clock
    from synerise_client.session.refresh_lock import Release
    from synerise_client.session.state import SessionState, SessionToken
    from synerise_client.session.store import Change, StateStore


class StateListener(Protocol):
    """Whoever wants to know that a customer came or went."""

    def client_signed_in(self) -> None:
        """Somebody is signed in now."""

    def client_signed_out(self, reason: ClientSessionEndReason) -> None:
        """Nobody is signed in any more."""


class Turn:
    """What a call knows and may do while it is its turn, on the worker thread.

    Args:
        call: what may end it.
        store: the session's state.
        clock: tells whether a token lives.
        listener: told of every sign-in and end, once it is stored.
    """

    def __init__(
        self, call: Cancellation, store: StateStore, clock: Clock, listener: StateListener
    ) -> None:
        self.call = call
        self._store = store
        self._clock = clock
        self._listener = listener
        self._epoch = store.state.epoch

    def begin(self) -> None:
        """Catch up with other processes, and tell what they did."""
        self._store.flush()
        self._tell_of_other_processes()
        self.call.check()
        self._epoch = self._store.state.epoch

    @property
    def state(self) -> SessionState:
        """The newest state of the session that this call works for.

        Raises:
            CallEnded: that session has ended.
        """
        state = self._store.state
        if state.epoch != self._epoch:
            raise CallEnded
        return state

    def caught_up(self) -> SessionState:
        """Look whether another process has changed the session, and return the state."""
        self._store.flush()
        return self.state

    def is_logged_in(self) -> bool:
        """Whether somebody is signed in now, simple authentication included."""
        return self.state.is_logged_in(self._clock.elapsed())

    def take_token(self, token: SessionToken, *, instead_of: SessionToken | None) -> SessionToken:
        """Store ``token``, unless another process was quicker; return the one that holds."""
        offset = self._offset(token)
        self._commit(
            lambda state: (
                with_token(state, token, offset) if _is_same(state.token, instead_of) else state
            )
        )
        return self.state.token or token

    def let_rest(self, token: SessionToken, seconds: float) -> None:
        """Have every process use ``token`` as it is for ``seconds`` before it is due again."""
        rests_above = token.remaining(self._clock.elapsed()) - seconds
        self._commit(
            lambda state: (
                evolve(state, token=evolve(token, rests_above=rests_above))
                if token.is_same_as(state.token)
                else state
            )
        )

    def try_refresh_lock(self) -> Release | None:
        """Take the right to refresh; what gives it back, None if somebody else has it."""
        return self._store.try_refresh_lock()

    def sign_in(self, token: SessionToken, uuid: str, identity: str) -> None:
        """Start a customer's session in place of the one there is.

        Args:
            token: that the customer signed in with.
            uuid: the customer's from now on.
            identity: who it is, to be compared with the next one.
        """
        was_logged_in, offset = False, self._offset(token)

        def start(state: SessionState) -> SessionState:
            nonlocal was_logged_in  # perhaps another process was quicker
            was_logged_in = state.is_logged_in(self._clock.elapsed())
            return signed_in(state, token, uuid, identity, offset)

        self._commit(start, user_decided=True)
        self._tell_of_other_processes()
        if was_logged_in:
            self._listener.client_signed_out(ClientSessionEndReason.UserSignOut)
        self._listener.client_signed_in()

    def end(self, reason: ClientSessionEndReason) -> None:
        """End the customer's session: stored first, then told. The uuid stays."""
        self._commit(lambda state: ended(state, reason), user_decided=True)
        self._listener.client_signed_out(reason)

    def destroy(self, reason: ClientSessionEndReason) -> None:
        """End the customer's session and forget everything: stored first, then told."""
        uuid, device_id = new_uuid(), new_uuid()
        self._commit(lambda state: destroyed(state, reason, uuid, device_id), user_decided=True)
        self._listener.client_signed_out(reason)

    def change(self, change: Change) -> None:
        """Change something that neither starts nor ends a session."""
        self._commit(change)

    def device(self) -> dict[str, str]:
        """Return what tells the server which customer on which device is asking."""
        return {"uuid": self.state.uuid, "deviceId": self.state.device_id}

    def over(self, *, has_lost: bool = False) -> None:
        """Store what is still unsaved, and tell what other processes did meanwhile.

        Args:
            has_lost: the session has ended under the call, perhaps elsewhere.
        """
        if has_lost or self._store.has_unsaved:
            self._store.flush()
        self._tell_of_other_processes()

    def _commit(self, change: Change, *, user_decided: bool = False) -> None:
        self.call.check()
        self._epoch = self._store.commit(self._epoch, change, user_decided=user_decided).epoch

    def _offset(self, token: SessionToken) -> float:
        server_time = token.expiration - token.remaining(self._clock.elapsed())
        return server_time - self._clock.wall()

    def _tell_of_other_processes(self) -> None:
        for before, after in self._store.takeovers():
            # Another device id: somebody put another store in the place of ours.
            has_ended = (before.epoch, before.device_id) != (after.epoch, after.device_id)
            if has_ended and before.holds_login:
                reason = after.end_reason or ClientSessionEndReason.NotSpecified
                self._listener.client_signed_out(reason)
            if after.is_logged_in(self._clock.elapsed()) and (has_ended or not before.holds_login):
                self._listener.client_signed_in()


def _is_same(token: SessionToken | None, other: SessionToken | None) -> bool:
    return other is None if token is None else token.is_same_as(other)
