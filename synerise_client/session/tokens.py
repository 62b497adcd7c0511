"""Gives each call a token that is valid now: fetched, refreshed, or found to be at its end."""

from __future__ import annotations

import logging
import random
from typing import TYPE_CHECKING

from synerise_client.api.routes import Auth
from synerise_client.errors import CallEnded, Error, ErrorCode, ErrorReply, UnusableAnswer
from synerise_client.models.enums import (
    ClientSessionEndReason,
    TokenOrigin,
    TokenOriginFromString,
)
from synerise_client.session.clock import seconds_left
from synerise_client.session.state import SessionToken

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    from synerise_client.api.cancellation import Cancellation
    from synerise_client.api.operations import Operations
    from synerise_client.api.replies import TokenReply
    from synerise_client.session.clock import Clock
    from synerise_client.session.turn import Turn

    T = TypeVar("T")

DUE_REFRESH_SECONDS = 5.0
LAST_REFRESH_SECONDS = 25.0
_LAST_MINUTE = 60.0
_LONGEST_REST = 60.0
_log = logging.getLogger("synerise_client.session")


def is_due(token: SessionToken, elapsed: float, refresh_interval: float) -> bool:
    """Tell whether ``token`` should be refreshed before it is used.

    Half of the lifetime bounds the interval: a token that lives as short as
    the interval would otherwise be refreshed by every call.

    Args:
        token: that lives.
        elapsed: seconds of :meth:`Clock.elapsed`.
        refresh_interval: seconds before its end from which on a refresh is due.
    """
    return token.remaining(elapsed) <= min(refresh_interval, token.lifetime / 2)


def token_from(
    reply: TokenReply, *, clock: Clock, origin: TokenOrigin, old: SessionToken | None = None
) -> SessionToken:
    """Make the session's token of the server's reply.

    Args:
        reply: what the server sent.
        clock: tells how long ago the reply came in.
        origin: who vouches for the customer if the reply does not say it.
        old: the token that was refreshed; it lends what the reply leaves out.

    Raises:
        UnusableAnswer: the expiration is not between now and ten years ahead.
    """
    elapsed = clock.elapsed()
    since = elapsed - reply.received
    left = seconds_left(
        reply.expiration, created=reply.created, date=reply.date, wall=clock.wall() - since
    )
    if left is None:
        raise UnusableAnswer("The token's expiration is not between now and ten years ahead")
    fields = reply.fields
    stated = TokenOriginFromString(fields.get("origin") or "")
    is_plausible = stated not in (TokenOrigin.Unknown, TokenOrigin.Anonymous)
    return SessionToken(
        string=reply.token,
        expiration=reply.expiration,
        lifetime=left,
        expires_at=reply.received + left,
        is_anchored=True,
        origin=stated if is_plausible and origin is not TokenOrigin.Anonymous else origin,
        realm=fields.get("realm", old.realm if old else None),
        client_id=fields.get("clientId", old.client_id if old else None),
        custom_id=fields.get("customId", old.custom_id if old else None),
    )


def is_refusal(error: ErrorReply) -> bool:
    """Tell whether the server refused a refresh; a proxy's page or a passing trouble is none."""
    return error.httpStatus == 401 or (error.httpStatus == 403 and error.is_json)


def not_logged_in() -> Error:
    """Make the error of a call that needs a customer where there is none."""
    return Error(ErrorCode.NOT_LOGGED_IN, "No customer is logged in: sign in first")


def token_expired() -> Error:
    """Make the error of the call that finds the customer's token expired."""
    return Error(
        ErrorCode.TOKEN_EXPIRED, "The customer's token has expired and cannot be refreshed"
    )


class TokenSource:
    """Where calls get their tokens from.

    Args:
        api: returns Synerise's API; a token that is simply handed out never needs it.
        clock: what tokens are measured with.
        refresh_interval: returns how many seconds before its end a token is
            due for a refresh.
    """

    def __init__(
        self, api: Callable[[], Operations], clock: Clock, refresh_interval: Callable[[], float]
    ) -> None:
        self._api = api
        self._clock = clock
        self._refresh_interval = refresh_interval
        self._resting_token: str | None = None
        self._rests_until = 0.0

    def run(self, turn: Turn, auth: Auth, send: Callable[[str], T]) -> T:
        """Run ``send`` with a token, once more with another one if the server refuses that.

        Args:
            turn: of the call.
            auth: whose token it needs.
            send: sends the request with the token that it is given.

        Raises:
            Error: of the request, or there is no such token.
        """
        token = self._valid_token(turn, auth)
        try:
            return send(token.string)
        except ErrorReply as error:
            if error.httpStatus != 401:
                raise
        return send(self._instead_of(turn, token).string)

    def refreshed(self, turn: Turn) -> SessionToken:
        """Refresh the customer's token, due or not."""
        token = self._login_token(turn)
        return self._refresh(turn, token, turn.call)

    def retrieved(self, turn: Turn) -> SessionToken:
        """Return the customer's token, refreshed if that is due."""
        return self._refreshed_if_due(turn, self._login_token(turn))

    def _valid_token(self, turn: Turn, auth: Auth) -> SessionToken:
        if auth is Auth.CLIENT:
            return self.retrieved(turn)
        token = turn.state.token
        if token is not None and not self._has_expired(token):
            return self._refreshed_if_due(turn, token)
        if turn.state.holds_login:
            turn.end(ClientSessionEndReason.SessionExpiration)
        return self._fetch_anonymous(turn, instead_of=turn.state.token)

    def _login_token(self, turn: Turn) -> SessionToken:
        token = turn.state.token
        if token is None or token.is_anonymous:
            raise not_logged_in()
        if self._has_expired(token):
            turn.end(ClientSessionEndReason.SessionExpiration)
            raise token_expired()
        return token

    def _has_expired(self, token: SessionToken) -> bool:
        return token.remaining(self._clock.elapsed()) <= 0

    def _refreshed_if_due(self, turn: Turn, token: SessionToken) -> SessionToken:
        elapsed = self._clock.elapsed()
        if not is_due(token, elapsed, self._refresh_interval()):
            return token
        if token.string == self._resting_token and elapsed < self._rests_until:
            return token
        is_last_minute = token.remaining(elapsed) < _LAST_MINUTE
        seconds = LAST_REFRESH_SECONDS if is_last_minute else DUE_REFRESH_SECONDS
        try:
            with turn.call.limited_to(seconds) as part:
                return self._refresh(turn, token, part)
        except CallEnded:
            raise
        except Error as error:
            turn.call.check()
            if turn.state.token is None:
                raise  # the session has ended by it
            return self._kept(turn, token, error)

    def _kept(self, turn: Turn, token: SessionToken, error: Error) -> SessionToken:
        """Go on with a token whose due refresh failed, and let the next one rest a while."""
        _log.info("A token could not be refreshed and is used as it is: %s", error)
        if token.is_anonymous and self._has_expired(token):
            return self._fetch_anonymous(turn, instead_of=token)
        if not token.is_anonymous:
            token = self._login_token(turn)
        elapsed = self._clock.elapsed()
        rest = min(_LONGEST_REST * random.uniform(0.5, 1), token.remaining(elapsed) / 2)  # noqa: S311
        self._resting_token, self._rests_until = token.string, elapsed + rest
        return token

    def _refresh(self, turn: Turn, token: SessionToken, call: Cancellation) -> SessionToken:
        try:
            reply = self._api().refresh(token.string, call)
        except ErrorReply as error:
            if not is_refusal(error):
                raise
            if token.is_anonymous:
                return self._fetch_anonymous(turn, instead_of=token)
            current = self._another_one(turn, token)
            if current is not None:
                return current  # another process was quicker, and the old token died of that
            if self._has_expired(token):
                turn.end(ClientSessionEndReason.SessionExpiration)
                raise token_expired() from None
            turn.end(ClientSessionEndReason.ClientRejected)
            raise
        new = token_from(reply, clock=self._clock, origin=token.origin, old=token)
        _log.debug("The token was refreshed; it lives for %d s", new.lifetime)
        return turn.take_token(new, instead_of=token)

    def _fetch_anonymous(self, turn: Turn, *, instead_of: SessionToken | None) -> SessionToken:
        state = turn.state
        reply = self._api().login_anonymous(state.uuid, state.device_id, turn.call)
        new = token_from(reply, clock=self._clock, origin=TokenOrigin.Anonymous)
        return turn.take_token(new, instead_of=instead_of)

    def _instead_of(self, turn: Turn, refused: SessionToken) -> SessionToken:
        """Return the token to send again with after the server answered 401 to ``refused``."""
        current = self._another_one(turn, refused)
        if current is not None:
            return current
        if refused.is_anonymous:
            return self._fetch_anonymous(turn, instead_of=refused)
        return self._refresh(turn, self._login_token(turn), turn.call)

    def _another_one(self, turn: Turn, refused: SessionToken) -> SessionToken | None:
        """Return the live token that another process has put in the place of ``refused``."""
        current = turn.caught_up().token
        if current is None or current.string == refused.string or self._has_expired(current):
            return None
        return current
