"""What clients that share a session are to do, by the rules of the session and nothing else.

A call is a generator: it yields what it asks the server for and is sent the
answer, so that anything can happen in between. Time stands still unless the
machine moves it; what is new (a uuid, a device, a token) has a name.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from synerise_client.models.enums import ClientSessionEndReason as Reason
from tests.machine.calls import Call
from tests.machine.service import Reply, Request, Token
from tests.machine.tokens import Tokens
from tests.machine.world import ANY_REASON, Ended, Refused, Row, State, Steps, derived

AT_ONCE = {
    "signOut",
    "destroySession",
    "regenerateUUID",
    "regenerateUUIDWithClientIdentifier",
    "doNotTrack",
    "changeApiKey",
}
TRACKED = {
    "signIn",
    "signInConditionally",
    "authenticate",
    "authenticateConditionally",
    "simpleAuthentication",
    "recognizeAnonymous",
}
SIGN_OUT_REASONS = {
    "SIGN_OUT": Reason.UserSignOut,
    "SIGN_OUT_WITH_SESSION_DESTROY": Reason.SessionDestroyed,
}


class Client(Tokens):
    """One process' client: its methods, as the rules tell them."""

    # What ends a session at once.

    def end_at_once(self, ender: Call) -> tuple[Any, bool]:
        """Return what ``ender`` returns, and whether it ends the calls made so far."""
        act: Any = getattr(self, f"_{ender.method}")
        result: tuple[Any, bool] = act(*ender.arguments)
        return result

    def _signOut(self) -> tuple[Any, bool]:
        token, was_logged_in = self.state.token, self.is_logged_in()
        self._overrule(self._ended(self.state, Reason.UserSignOut), Reason.UserSignOut)
        if was_logged_in:
            self.asked_beside += 1
            self._hear(
                self.world.service.answer(Request("logout", token, None, None, (False,), self.key))
            )
        return None, True

    def _destroySession(self) -> tuple[Any, bool]:
        self._overrule(
            self._destroyed(self.state, Reason.SessionDestroyed), Reason.SessionDestroyed
        )
        return None, True

    def _regenerateUUID(self) -> tuple[Any, bool]:
        return self._regenerateUUIDWithClientIdentifier(None)

    def _regenerateUUIDWithClientIdentifier(self, identifier: str | None) -> tuple[Any, bool]:
        if self.is_logged_in():
            return False, False
        uuid = derived(identifier) if identifier else self.world.new("uuid")
        state = self._ended(self.state, Reason.SessionExpiration)
        self._overrule(replace(state, uuid=uuid, identity=None), None)
        return True, True

    def _doNotTrack(self, value: bool) -> tuple[Any, bool]:
        if value == self._do_not_track:
            return None, False
        self._do_not_track = value
        return self._destroySession()

    def _changeApiKey(self, key: str, carries_over: bool) -> tuple[Any, bool]:
        if key == self.key:
            return None, False
        was_logged_in = self.is_logged_in()
        state = replace(self.state, session=self.world.new_session())
        if not carries_over:
            state = replace(self.world.newcomer(), reason=Reason.SessionDestroyed)
            self._ahead = 0
        del self.world.rows[self.key]
        self.key = key
        self.world.rows[key] = Row(state, self._ahead)
        self.state = state
        if was_logged_in and not carries_over:
            self._tell_out(Reason.SessionDestroyed)
        return None, True

    def _overrule(self, state: State, reason: Reason | None) -> None:
        """End the session in memory and in the store, whatever is stored there."""
        was_logged_in, unknown = self.is_logged_in(), self.row.state
        if unknown is not self.state and unknown.holds_login:
            state = replace(state, reason=reason or ANY_REASON)
        self.state = state
        self._store()
        if was_logged_in and reason is not None:
            self._tell_out(reason)

    def take(self, call: Call) -> None:
        """Make a call, or end the session."""
        if call.method in AT_ONCE:
            self.end_at_once(call)
        else:
            self.run(call)

    def run(self, *calls: Call) -> None:
        """Make calls, one after another."""
        for call in calls:
            Play(self, call).run()

    # A call, from its turn to its callback.

    def check(self, call: Call) -> None:
        """Refuse what is refused before anybody looks at the session."""
        tracked = call.method in TRACKED
        if tracked and not call.arguments[0]:
            raise Refused(3050)
        if call.method == "signOutWithMode" and call.arguments[0] not in SIGN_OUT_REASONS:
            raise Refused(3050)
        if tracked and self._do_not_track:
            raise Refused(-109)

    def steps(self, call: Call) -> Steps:
        self.check(call)
        self.catch_up()
        self._session = self.state.session
        work: Callable[..., Steps] = getattr(self, f"_{call.method}")
        return (yield from work(*call.arguments))

    def _signIn(self, email: str, password: str) -> Steps:
        uuid, identity = self._known_by_email(email)
        yield from self._logged_in("login", uuid, identity, "password", email, password)
        return True

    def _authenticate(self, token: str, auth_id: str | None) -> Steps:
        uuid, identity = self._known_by_provider(auth_id)
        yield from self._logged_in("login", uuid, identity, "provider", token, "")
        return True

    def _simpleAuthentication(self, auth_id: str, uuid: str | None) -> Steps:
        identity = ("simple", auth_id)
        uuid = uuid or derived(auth_id)
        yield from self._logged_in("simple_authentication", uuid, identity, auth_id)
        return True

    def _signInConditionally(self, email: str, password: str) -> Steps:
        uuid, identity = self._known_by_email(email)
        return (
            yield from self._logged_in(
                "login_conditional", uuid, identity, "password", email, password
            )
        )

    def _authenticateConditionally(self, token: str, auth_id: str | None) -> Steps:
        uuid, identity = self._known_by_provider(auth_id)
        return (
            yield from self._logged_in("login_conditional", uuid, identity, "provider", token, "")
        )

    def _logged_in(
        self, operation: str, uuid: str, identity: tuple[str, str | None], *asks: Any
    ) -> Steps:
        reply = yield Request(operation, None, uuid, self.state.device, asks)
        if not reply.is_good:
            raise Refused(reply.code)
        if isinstance(reply.body, str):
            return reply.body
        token = self._usable(reply)
        self._sign_in(token, uuid, identity)
        return "SUCCESS"

    def _known_by_email(self, email: str) -> tuple[str, tuple[str, str | None]]:
        identity = ("email", email.strip().casefold())
        is_same = self.state.identity in (None, identity)
        return (self.state.uuid if is_same else self.world.new("uuid")), identity

    def _known_by_provider(self, auth_id: str | None) -> tuple[str, tuple[str, str | None]]:
        identity = ("provider", auth_id)
        if auth_id is not None:
            return derived(auth_id), identity
        is_first = self.state.identity is None
        return (self.state.uuid if is_first else self.world.new("uuid")), identity

    def _sign_in(self, token: Token, uuid: str, identity: tuple[str, str | None]) -> None:
        self._check_session()
        self._take(self.row.state)
        was_logged_in, state = self.is_logged_in(), self.state
        if state.holds_login:
            state = self._ended(state, Reason.UserSignOut)
        self._commit(lambda _: replace(state, token=token, uuid=uuid, identity=identity))
        if was_logged_in:
            self._tell_out(Reason.UserSignOut)
        self.told.append(("listener", "in"))

    def _signOutWithMode(self, mode: str, from_all_devices: bool) -> Steps:
        token, reason = self.state.token, SIGN_OUT_REASONS[mode]
        if not self.is_logged_in():
            if self.state.holds_login:
                self._end(Reason.SessionExpiration)
            raise Refused(3220)
        self._end(reason, destroys=reason is Reason.SessionDestroyed)
        reply = yield Request("logout", token, None, None, (from_all_devices,))
        if not reply.is_good:
            raise Refused(reply.code)
        return True

    def _refreshToken(self) -> Steps:
        return (yield from self._refreshed(self._login_token()))

    def _retrieveToken(self) -> Steps:
        return (yield from self._refreshed_if_due(self._login_token()))

    def _getAccount(self) -> Steps:
        reply = yield from self._asked("account", needs_login=True)
        if reply.body is None:
            raise Refused(-106)
        return reply.body

    def _deleteAccountByIdentityProvider(self, factor: str, provider: str) -> Steps:
        yield from self._asked("account_delete", factor, provider, needs_login=True)
        self._end(Reason.UserAccountDeleted, destroys=True)
        return True

    def _requestPasswordReset(self, email: str) -> Steps:
        yield from self._asked("password_reset_request")
        return True

    def _recognizeAnonymous(self, email: str) -> Steps:
        if not self.is_logged_in():
            yield from self._asked("event_custom")
        return None


class Play:
    """One call under way; ``request`` is what it waits for, None once it is answered."""

    def __init__(self, client: Client, call: Call) -> None:
        self.call = call
        self.request: Request | None = None
        self._client = client
        self._steps = client.steps(call)
        self.resume(None)

    def resume(self, reply: Reply | None) -> None:
        try:
            self.request = self._steps.send(reply)  # type: ignore[arg-type]
        except StopIteration as end:
            self._answer("success", end.value)
        except Refused as error:
            self._answer("error", error.code)
        except Ended:
            self._client.catch_up()
            self._answer("error", -999)

    def cut(self) -> None:
        """The session was ended at once."""
        self._steps.close()
        self._answer("error", -999)

    def go_on(self, reply: Reply) -> None:
        """Take the answer that it waits for, and get every further one."""
        self.resume(reply)
        self.run()

    def run(self) -> None:
        """Get every answer that it waits for."""
        while self.request is not None:
            self.resume(self._client.answered(self.request))

    def _answer(self, kind: str, value: object) -> None:
        self.request = None
        self._client.is_over()
        self._client.tell(self.call, kind, value)
