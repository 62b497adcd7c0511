"""A client's share of a session: what it knows, what is stored, and what its listener hears."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from synerise_client.models.enums import ClientSessionEndReason as Reason
from tests.machine.calls import Call
from tests.machine.service import Reply, Request, Token
from tests.machine.world import ATTEMPTS, Ended, Row, State, World


class SharedSession:
    """What one process' client knows of the session that it shares with others.

    Attributes:
        told: what listener and callbacks are told, in order.
        asked: what the server is asked for in the calls' turns, in order.
        asked_beside: how often it is told of a sign-out in the background.
        meanwhile: happens once, just before the next request leaves.
    """

    def __init__(self, world: World, key: str) -> None:
        self.world = world
        self.key = key
        self.told: list[tuple[Any, ...]] = []
        self.asked: list[Request] = []
        self.asked_beside = 0
        self.meanwhile: Callable[[], None] | None = None
        self._do_not_track = False
        self._rests: tuple[Token, int] | None = None
        row = world.rows.setdefault(key, Row(world.newcomer()))
        self._ahead = row.ahead
        self._error = 0  # how much sooner than the server this client takes its token for dead
        self.state = row.state
        self._take(row.state, is_first=True)
        self._session = self.state.session

    # What answers at once.

    @property
    def row(self) -> Row:
        return self.world.rows[self.key]

    def is_signed_in(self) -> bool:
        return self.is_logged_in() and not self.is_simply_signed_in()

    def is_simply_signed_in(self) -> bool:
        token = self.state.token
        return self.is_logged_in() and token is not None and token.origin == "SIMPLE_AUTH"

    def is_logged_in(self) -> bool:
        return self.state.holds_login and not self._has_expired()

    @property
    def is_resting(self) -> bool:
        """Whether a due refresh has just failed, and no second has passed since."""
        return self._rests is not None and self._rests[1] == self.world.now

    @property
    def knows_the_time(self) -> bool:
        """Whether there is nothing to learn from the next answer's date."""
        return self._ahead == -self.world.wall_ahead

    def _has_expired(self) -> bool:
        token = self.state.token
        return token is not None and token.expiration - self.world.now - self._error <= 0

    # How a session ends, and what others do.

    def _ended(self, state: State, reason: object) -> State:
        return replace(
            state,
            token=None,
            session=self.world.new_session(),
            reason=reason if state.holds_login else state.reason,
        )

    def _destroyed(self, state: State, reason: object) -> State:
        state = self._ended(state, reason)
        return replace(self.world.newcomer(), session=state.session, reason=state.reason)

    def _end(self, reason: Reason, *, destroys: bool = False) -> None:
        end = self._destroyed if destroys else self._ended
        self._commit(lambda state: end(state, reason))
        self._tell_out(reason)

    def _check_session(self) -> None:
        if self.row.state.session != self._session:
            raise Ended

    def _commit(self, change: Callable[[State], State]) -> None:
        """Change the session, in the store too, unless it has ended there."""
        self._check_session()
        self._take(self.row.state)
        before = self.state.token
        self.state = change(self.state)
        if self.state.token is not before:
            self._error = 0
        self._store()
        self._session = self.state.session

    def _store(self) -> None:
        self.row.state, self.row.ahead = self.state, self._ahead

    def catch_up(self) -> None:
        self._take(self.row.state)

    def _take(self, state: State, *, is_first: bool = False) -> None:
        """Know what is stored; what others did is told once."""
        before, self.state = self.state, state
        if state is before and not is_first:
            return
        self._ahead = self.row.ahead
        if state.token is not before.token or is_first:
            self._error = self.world.wall_ahead + self._ahead
        has_ended = before.session != state.session
        if has_ended and before.holds_login:
            self._tell_out(state.reason)
        if not is_first and self.is_logged_in() and (has_ended or not before.holds_login):
            self.told.append(("listener", "in"))

    def tell(self, call: Call, kind: str, value: object) -> None:
        if call.method != "recognizeAnonymous":  # which has no callbacks
            self.told.append((call.method, kind, value))

    def cut(self, call: Call) -> None:
        """The session was ended at once before ``call`` began."""
        self.tell(call, "error", -999)

    def _tell_out(self, reason: object) -> None:
        self.told.append(("listener", "out", reason))

    # The network.

    def answered(self, request: Request) -> Reply:
        """Send ``request`` as often as it takes, and return the last answer."""
        for _ in range(ATTEMPTS):
            reply = self.receive(self.send(request))
            if reply.is_good or not reply.may_pass(request.operation):
                break
        return reply

    def send(self, request: Request) -> Reply:
        """Send ``request`` once, and return the answer as it leaves the server."""
        self.asked.append(request)
        happens, self.meanwhile = self.meanwhile, None
        if happens is not None:
            happens()
        return self.world.service.answer(replace(request, key=self.key))

    def receive(self, reply: Reply) -> Reply:
        reply.date = self.world.now
        self._hear(reply)
        return reply

    def _hear(self, reply: Reply) -> None:
        """Learn the server's clock, which each answer tells."""
        if reply.status:
            self._ahead, self._error = -self.world.wall_ahead, 0

    def is_over(self) -> None:
        """What was learned on the way is stored at the end of a call."""
        if self.row.state is self.state:
            self.row.ahead = self._ahead
