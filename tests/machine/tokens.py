"""Which token a call gets, and what comes of it if there is none."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from typing import Any

from synerise_client.models.enums import ClientSessionEndReason as Reason
from tests.machine.service import Reply, Request, Token
from tests.machine.shared_session import SharedSession
from tests.machine.world import REFRESH_INTERVAL, Refused


class Tokens(SharedSession):
    """A client that gives each of its calls a token."""

    def seconds_until_due(self) -> int:
        """Return after how many seconds the token there is is to be refreshed before its use."""
        token = self.state.token
        if token is None:
            return 0
        left = token.expiration - self.world.now - self._error
        return max(0, left - min(REFRESH_INTERVAL, token.lifetime // 2))

    def _asked(
        self, operation: str, *asks: Any, needs_login: bool = False
    ) -> Generator[Request, Reply, Reply]:
        token = yield from self._token_for(needs_login)
        reply = yield Request(operation, token, None, None, asks)
        if reply.status == 401:
            reply = yield Request(operation, (yield from self._instead_of(token)), None, None, asks)
        if not reply.is_good:
            raise Refused(reply.code)
        return reply

    def _token_for(self, needs_login: bool) -> Generator[Request, Reply, Token]:
        if needs_login:
            return (yield from self._refreshed_if_due(self._login_token()))
        token = self.state.token
        if token is not None and not self._has_expired():
            return (yield from self._refreshed_if_due(token))
        if self.state.holds_login:
            self._end(Reason.SessionExpiration)
        return (yield from self._anonymous())

    def _login_token(self) -> Token:
        token = self.state.token
        if token is None or token.is_anonymous:
            raise Refused(3200)
        if self._has_expired():
            self._end(Reason.SessionExpiration)
            raise Refused(3210)
        return token

    def _refreshed_if_due(self, token: Token) -> Generator[Request, Reply, Token]:
        if self.seconds_until_due() > 0 or self._rests == (token, self.world.now):
            return token
        try:
            return (yield from self._refreshed(token))
        except Refused:
            if self.state.token is None:
                raise
        if token.is_anonymous and self._has_expired():
            return (yield from self._anonymous())
        if not token.is_anonymous:
            self._login_token()
        self._rests = (token, self.world.now)
        return token

    def _refreshed(self, token: Token) -> Generator[Request, Reply, Token]:
        reply = yield Request("refresh", token)
        if reply.is_good:
            return self._taken(self._usable(reply), token)
        if not reply.is_refusal:
            raise Refused(reply.code)
        if token.is_anonymous:
            return (yield from self._anonymous())
        other = self._another_one(token)
        if other is not None:
            return other
        if self._has_expired():
            self._end(Reason.SessionExpiration)
            raise Refused(3210)
        self._end(Reason.ClientRejected)
        raise Refused(reply.code)

    def _anonymous(self) -> Generator[Request, Reply, Token]:
        old = self.state.token
        reply = yield Request("login_anonymous", None, self.state.uuid, self.state.device)
        if not reply.is_good:
            raise Refused(reply.code)
        return self._taken(self._usable(reply), old)

    def _instead_of(self, refused: Token) -> Generator[Request, Reply, Token]:
        other = self._another_one(refused)
        if other is not None:
            return other
        if refused.is_anonymous:
            return (yield from self._anonymous())
        return (yield from self._refreshed(self._login_token()))

    def _another_one(self, refused: Token) -> Token | None:
        self._check_session()
        self._take(self.row.state)
        token = self.state.token
        return None if token is None or token is refused or self._has_expired() else token

    def _usable(self, reply: Reply) -> Token:
        token = reply.body
        if not isinstance(token, Token) or token.expiration <= reply.date:
            raise Refused(-106)
        token.lifetime = token.expiration - reply.date
        return token

    def _taken(self, token: Token, instead_of: Token | None) -> Token:
        self._check_session()
        self._take(self.row.state)
        if self.state.token is not instead_of:
            assert self.state.token is not None
            return self.state.token
        self._commit(lambda state: replace(state, token=token))
        return token
