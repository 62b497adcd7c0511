"""Gives each call a token that is valid now: fetched, refreshed, or found to be at its end."""

from __future__ import annotations

import logging
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from synerise_client.api.routes import Auth
from synerise_client.errors import CallEnded, Error, ErrorCode, ErrorReply, UnusableAnswer
from synerise_client.models.enums import (
    ClientSessionEndReason,
    TokenOrigin,
    TokenOriginFromString,
)
from synerise_client.secret import Secret
from synerise_client.session.clock import seconds_left
from synerise_client.session.state import SessionToken

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
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
_LOCK_POLL_SECONDS = 0.05
_log = logging.getLogger("synerise_client.session")


def is_due(token: SessionToken, elapsed: float, refresh_interval: float) -> bool:
    """Tell whether ``token`` should be refreshed before it is used.

    Half of the lifetime bounds the interval: a token that lives as short as
    the interval would otherwise be refreshed by every call. One whose refresh
    has just failed rests.

    Args:
        token: that lives.
        elapsed: seconds of :meth:`Clock.elapsed`.
        refresh_interval: seconds before its end from which on a refresh is due.
    """
    left = token.remaining(elapsed)
    rests = token.rests_above is not None and left > token.rests_above
    return not rests and left <= min(refresh_interval, token.lifetime / 2)


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


def still_refreshing() -> Error:
    """Make the error of a due refresh that another process is at for too long."""
    return Error(ErrorCode.REQUEST_FAILED, "Another process is still refreshing the token")


def token_expired() -> Error:
    """Make the error of the call that finds the customer's token expired."""
    return Error(
        ErrorCode.TOKEN_EXPIRED,
        "The customer's token has expired and cannot be refreshed: sign in again",
    )


class TokenSource:
    """Where calls get their tokens from.

    Whoever makes a new token holds the session's refresh lock, so that one
    request does for all clients and processes that share the session.

    Args:
        api: returns Synerise's API; a token that is simply handed out never needs it.
        clock: what tokens are measured with.
        refresh_interval: returns how many seconds before its end a token is
            due for a refresh.
        patience: seconds to wait for another process' refresh where there is no
            token to go on with.
    """

    def __init__(
        self,
        api: Callable[[], Operations],
        clock: Clock,
        refresh_interval: Callable[[], float],
        patience: float,
    ) -> None:
        self._api = api
        self._clock = clock
        self._refresh_interval = refresh_interval
        self._patience = patience

    def run(self, turn: Turn, auth: Auth, send: Callable[[Secret[str]], T]) -> T:
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
            return send(Secret(token.string))
        except ErrorReply as error:
            if error.httpStatus != 401:
                raise
        return send(Secret(self._instead_of(turn, token).string))

    def refreshed(self, turn: Turn) -> SessionToken:
        """Refresh the customer's token, due or not."""
        return self._renewed(turn, self._login_token(turn))

    def retrieved(self, turn: Turn) -> SessionToken:
        """Return the customer's token, refreshed if that is due."""
        return self._refreshed_if_due(turn, self._login_token(turn))

    def is_fresh(self, token: SessionToken) -> bool:
        """Tell whether ``token`` lives and is not due for a refresh, quickly."""
        left = token.expires_at - self._clock.elapsed()
        return left > token.lifetime / 2 > 0 or left > self._refresh_interval()

    def _valid_token(self, turn: Turn, auth: Auth) -> SessionToken:
        if auth is Auth.CLIENT:
            return self.retrieved(turn)
        token = turn.state.token
        if token is not None and not self._has_expired(token):
            return self._refreshed_if_due(turn, token)
        if turn.state.holds_login:
            turn.end(ClientSessionEndReason.SessionExpiration)
        return self._renewed(turn, turn.state.token)

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

    def _is_due(self, token: SessionToken) -> bool:
        return is_due(token, self._clock.elapsed(), self._refresh_interval())

    def _refreshed_if_due(self, turn: Turn, token: SessionToken) -> SessionToken:
        if not self._is_due(token):
            return token
        is_last_minute = token.remaining(self._clock.elapsed()) < _LAST_MINUTE
        seconds = LAST_REFRESH_SECONDS if is_last_minute else DUE_REFRESH_SECONDS
        with turn.call.limited_to(seconds) as part:
            token = self._refreshed_or_kept(turn, token, part)
        if not self._has_expired(token):
            return token
        return self._renewed(turn, token) if token.is_anonymous else self._login_token(turn)

    def _refreshed_or_kept(
        self, turn: Turn, token: SessionToken, call: Cancellation
    ) -> SessionToken:
        """Refresh a token that is due, or let it rest if that fails in passing."""
        with self._refresh_lock(turn, token, DUE_REFRESH_SECONDS) as is_held:
            token = turn.caught_up().token or token
            if not self._is_due(token):
                return token  # another process has refreshed it, or has just tried
            try:
                if not is_held:
                    raise still_refreshing()
                return self._refresh(turn, token, call)
            except CallEnded:
                raise
            except Error as error:
                turn.call.check()
                kept = turn.state.token  # of which the answer's date may have told more
                if kept is None:
                    raise  # the session has ended by it
                _log.info("A token could not be refreshed and is used as it is: %s", error)
                left = kept.remaining(self._clock.elapsed())
                turn.let_rest(kept, min(_LONGEST_REST * _jitter(), left / 2))
                return kept

    def _renewed(self, turn: Turn, token: SessionToken | None) -> SessionToken:
        """Return a token in the place of ``token``, which cannot be used or is not wanted."""
        with self._refresh_lock(turn, token, self._patience):
            current = self._another_one(turn, token)
            if current is not None:
                return current
            if token is None or token.is_anonymous:
                return self._fetch_anonymous(turn, instead_of=token)
            return self._refresh(turn, token, turn.call)

    @contextmanager
    def _refresh_lock(
        self, turn: Turn, token: SessionToken | None, patience: float
    ) -> Iterator[bool]:
        """Hold the refresh lock in the block, unless there is another token before.

        Yields:
            Whether it is held; others may have it for longer than ``patience`` seconds.
        """
        gives_up_at = time.monotonic() + patience
        while (release := turn.try_refresh_lock()) is None:
            if time.monotonic() >= gives_up_at or self._another_one(turn, token) is not None:
                break
            turn.call.event.wait(_LOCK_POLL_SECONDS)
            turn.call.check()
        try:
            yield release is not None
        finally:
            if release is not None:
                release()

    def _refresh(self, turn: Turn, token: SessionToken, call: Cancellation) -> SessionToken:
        try:
            reply = self._api().refresh(Secret(token.string), call)
        except ErrorReply as error:
            if not is_refusal(error):
                raise
            if token.is_anonymous:
                return self._fetch_anonymous(turn, instead_of=token)
            current = self._another_one(turn, token)
            if current is not None:
                return current  # another process was quicker, and the old token died of that
            if self._has_expired(turn.state.token or token):  # the refusal's date may tell
                turn.end(ClientSessionEndReason.SessionExpiration)
                raise token_expired() from None
            turn.end(ClientSessionEndReason.ClientRejected)
            raise
        new = token_from(reply, clock=self._clock, origin=token.origin, old=token)
        _log.info("The token was refreshed; it lives for %d s", new.lifetime)
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
        return self._renewed(turn, refused if refused.is_anonymous else self._login_token(turn))

    def _another_one(self, turn: Turn, token: SessionToken | None) -> SessionToken | None:
        """Return the live token that another process has put in the place of ``token``."""
        current = turn.caught_up().token
        if current is None or current.is_same_as(token) or self._has_expired(current):
            return None
        return current


def _jitter() -> float:
    from random import uniform  # seldom needed, and by then it is loaded

    return uniform(0.5, 1)  # noqa: S311
