"""The ways in which a customer signs in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from synerise_client.errors import Error, ErrorCode, UnusableAnswer
from synerise_client.models.enums import (
    ClientConditionalAuthStatus,
    ClientConditionalAuthStatusFromString,
    ClientIdentityProvider,
    ClientIdentityProviderFromString,
    TokenOrigin,
    TokenOriginFromString,
)
from synerise_client.process.late_loading import loading
from synerise_client.session.fields import given, require
from synerise_client.session.state import new_uuid

if TYPE_CHECKING:
    from collections.abc import Callable

    from synerise_client.api.cancellation import Cancellation
    from synerise_client.api.replies import TokenReply
    from synerise_client.models.conditional_auth_result import ClientConditionalAuthResult
    from synerise_client.secret import Secret
    from synerise_client.session.session import Session
    from synerise_client.session.state import SessionState
    from synerise_client.session.turn import Turn


class _Newcomer(NamedTuple):
    """Somebody who wants to sign in.

    Attributes:
        uuid: theirs if they succeed.
        identity: who it is, to be compared with the one who signed in last.
        origin: of the token, if the server does not tell.
    """

    uuid: str
    identity: str
    origin: TokenOrigin


class SignIn:
    """Signs customers in; whoever was signed in before stays until that succeeds.

    Args:
        session: that the customer signs in to.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def by_password(self, call: Cancellation, email: str, password: Secret[str]) -> bool:
        """Sign in with e-mail and password."""
        credentials = _password_credentials(email, password)
        with self._session.tracked_turn(call) as turn:
            self._log_in(turn, credentials, _known_by_email(email, turn.state))
        return True

    def by_password_conditionally(
        self, call: Cancellation, email: str, password: Secret[str]
    ) -> ClientConditionalAuthResult:
        """Sign in with e-mail and password if nothing stands in the way."""
        credentials = _password_credentials(email, password)
        with self._session.tracked_turn(call) as turn:
            return self._log_in_conditionally(turn, credentials, _known_by_email(email, turn.state))

    def by_provider(
        self, call: Cancellation, token: Secret[str], provider: str, context: dict[str, Any]
    ) -> bool:
        """Sign in with an identity provider's token; may create the account."""
        credentials = _provider_credentials(token, provider, context)
        with self._session.tracked_turn(call) as turn:
            self._log_in(turn, credentials, self._known_by_provider(credentials, turn.state))
        return True

    def by_provider_conditionally(
        self, call: Cancellation, token: Secret[str], provider: str, context: dict[str, Any]
    ) -> ClientConditionalAuthResult:
        """Sign in with an identity provider's token if nothing stands in the way."""
        credentials = _provider_credentials(token, provider, context)
        with self._session.tracked_turn(call) as turn:
            newcomer = self._known_by_provider(credentials, turn.state)
            return self._log_in_conditionally(turn, credentials, newcomer)

    def simply(self, call: Cancellation, data: dict[str, Any], auth_id: str) -> bool:
        """Sign in without a password, with what the caller knows of the customer."""
        require(authID=auth_id)
        with self._session.tracked_turn(call) as turn:
            newcomer = _Newcomer(
                uuid=data.get("uuid") or self._session.uuid_of(auth_id),
                identity=f"simple:{auth_id}",
                origin=TokenOrigin.SimpleAuth,
            )
            fields = {**data, "customId": data.get("customId") or auth_id}
            self._start(turn, newcomer, self._session.api.simple_authentication, fields)
        return True

    def _known_by_provider(self, credentials: dict[str, Any], state: SessionState) -> _Newcomer:
        provider, auth_id = credentials["identityProvider"], credentials.get("customId")
        origin = TokenOriginFromString(provider)
        if auth_id:
            return _Newcomer(self._session.uuid_of(auth_id), f"authID:{auth_id}", origin)
        uuid = state.uuid if state.identity is None else new_uuid()
        return _Newcomer(uuid, f"provider:{provider}", origin)

    def _log_in(self, turn: Turn, credentials: dict[str, Any], newcomer: _Newcomer) -> None:
        self._start(turn, newcomer, self._session.api.login, credentials)

    def _log_in_conditionally(
        self, turn: Turn, credentials: dict[str, Any], newcomer: _Newcomer
    ) -> ClientConditionalAuthResult:
        state = turn.state
        answer, token = self._session.api.login_conditional(
            credentials, newcomer.uuid, state.device_id, turn.call
        )
        if not isinstance(answer.get("status"), str):
            raise UnusableAnswer("The server's answer has no status")
        if _has_succeeded(answer):
            self._take(turn, newcomer, token())
        with loading():  # attrs takes a while to make such a class
            from synerise_client.models.conditional_auth_result import ClientConditionalAuthResult
        return ClientConditionalAuthResult.fromObject(answer)

    def _start(
        self,
        turn: Turn,
        newcomer: _Newcomer,
        log_in: Callable[[dict[str, Any], str, str, Cancellation], TokenReply],
        credentials: dict[str, Any],
    ) -> None:
        reply = log_in(credentials, newcomer.uuid, turn.state.device_id, turn.call)
        self._take(turn, newcomer, reply)

    def _take(self, turn: Turn, newcomer: _Newcomer, reply: TokenReply) -> None:
        token = self._session.token_from(reply, newcomer.origin)
        turn.sign_in(token, newcomer.uuid, newcomer.identity)


def _has_succeeded(answer: dict[str, Any]) -> bool:
    status = ClientConditionalAuthStatusFromString(answer["status"])
    return status is ClientConditionalAuthStatus.Success


def _password_credentials(email: str, password: Secret[str]) -> dict[str, Any]:
    require(email=email.strip(), password=password)
    provider = ClientIdentityProvider.Synerise.value
    return {"identityProvider": provider, "email": email, "password": password}


def _provider_credentials(
    token: Secret[str], provider: str, context: dict[str, Any]
) -> dict[str, Any]:
    require(token=token)
    known = ClientIdentityProviderFromString(provider)
    if known in (ClientIdentityProvider.Unknown, ClientIdentityProvider.Synerise):
        raise Error(
            ErrorCode.UNUSABLE_ARGUMENT,
            "provider must be OAUTH, FACEBOOK, GOOGLE or APPLE (with a password use signIn)",
        )
    rest = given(context)
    auth_id = rest.pop("authID", None)
    if auth_id:
        rest["customId"] = auth_id
    return {"identityProvider": known.value, "identityProviderToken": token, **rest}


def _known_by_email(email: str, state: SessionState) -> _Newcomer:
    identity = f"email:{email.strip().casefold()}"
    is_same = state.identity in (None, identity)
    return _Newcomer(state.uuid if is_same else new_uuid(), identity, TokenOrigin.Synerise)
