"""What a session is: one frozen value, and the ways in which it becomes another one."""

from __future__ import annotations

import json
import math
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from attrs import evolve, field, frozen

from synerise_client.models.enums import ClientSessionEndReason, TokenOrigin

if TYPE_CHECKING:
    from synerise_client.session.clock import Clock


def new_uuid() -> str:
    """Return a random UUID."""
    return str(uuid4())


class UnreadableState(Exception):
    """A stored text is not a session's state."""


@frozen
class SessionToken:
    """A token and what is known of its life.

    Attributes:
        string: the token itself, opaque.
        expiration: when it expires, Unix seconds of the server's clock.
        lifetime: seconds that were left of it when it came.
        expires_at: when it expires, seconds of :meth:`Clock.elapsed`.
        is_anchored: whether ``expires_at`` rests on the server's word to this
            process; else on the wall clock and what was stored.
        origin: who vouched for the customer.
        realm: the server's realm, which the SDKs call rlm.
        client_id: the server's number of the customer.
        custom_id: the customer's own identifier.
        rests_above: a due refresh has failed; the next one waits until no more
            than so many seconds are left. None: it has not.
    """

    string: str = field(repr=False)
    expiration: float
    lifetime: float
    expires_at: float = field(eq=False)
    is_anchored: bool = field(eq=False)
    origin: TokenOrigin
    realm: str | None = None
    client_id: str | None = None
    custom_id: str | None = None
    rests_above: float | None = None

    @property
    def is_anonymous(self) -> bool:
        """Whether it says nothing of who the customer is."""
        return self.origin is TokenOrigin.Anonymous

    def remaining(self, elapsed: float) -> float:
        """Seconds left at ``elapsed``; 0 or less once it has expired."""
        return self.expires_at - elapsed

    def is_same_as(self, other: SessionToken | None) -> bool:
        """Tell whether ``other`` is this token, whatever is known of its life."""
        return other is not None and (self.string, self.expiration) == (
            other.string,
            other.expiration,
        )


@frozen
class SessionState:
    """Everything that is remembered of a customer, between runs too.

    Attributes:
        uuid: the customer's.
        device_id: this installation's.
        token: the only one: anonymous, simple or a client's.
        email: given by recognizeAnonymous.
        custom_id: given by recognizeAnonymous.
        identity: who signed in last, None if nobody did under this uuid.
        epoch: grows whenever a session ends.
        end_reason: why the last one ended.
        clock_offset: seconds that the server's clock is ahead of the wall's.
    """

    uuid: str
    device_id: str
    token: SessionToken | None = None
    email: str | None = field(default=None, repr=False)
    custom_id: str | None = field(default=None, repr=False)
    identity: str | None = field(default=None, repr=False)
    epoch: int = 0
    end_reason: ClientSessionEndReason | None = None
    clock_offset: float = 0.0

    @property
    def holds_login(self) -> bool:
        """Whether there is a token of somebody known, alive or not."""
        return self.token is not None and not self.token.is_anonymous

    def is_logged_in(self, elapsed: float) -> bool:
        """Whether somebody is signed in at ``elapsed``, simple authentication included."""
        return self.live_origin(elapsed) not in (None, TokenOrigin.Anonymous)

    def live_origin(self, elapsed: float) -> TokenOrigin | None:
        """Return the origin of the token, None without one that lives at ``elapsed``."""
        if self.token is None or self.token.remaining(elapsed) <= 0:
            return None
        return self.token.origin


def with_token(state: SessionState, token: SessionToken, clock_offset: float) -> SessionState:
    """Take another token; the session goes on."""
    return evolve(state, token=token, clock_offset=clock_offset)


def signed_in(
    state: SessionState, token: SessionToken, uuid: str, identity: str, clock_offset: float
) -> SessionState:
    """Start a customer's session, ending the one before if there was one.

    Under another uuid it is another person: who the anonymous one was said to be is forgotten.
    """
    if state.holds_login:
        state = ended(state, ClientSessionEndReason.UserSignOut)
    if uuid != state.uuid:
        state = evolve(state, email=None, custom_id=None)
    return evolve(state, token=token, uuid=uuid, identity=identity, clock_offset=clock_offset)


def ended(state: SessionState, reason: ClientSessionEndReason) -> SessionState:
    """End the session: the token goes, the uuid stays."""
    return evolve(
        state,
        token=None,
        epoch=state.epoch + 1,
        end_reason=reason if state.holds_login else state.end_reason,
    )


def regenerated(state: SessionState, uuid: str) -> SessionState:
    """Make an anonymous customer another one."""
    return evolve(
        state,
        uuid=uuid,
        token=None,
        email=None,
        custom_id=None,
        identity=None,
        epoch=state.epoch + 1,
        end_reason=ClientSessionEndReason.SessionExpiration
        if state.holds_login
        else state.end_reason,
    )


def recognized(state: SessionState, email: str | None, custom_id: str | None) -> SessionState:
    """Remember who an anonymous customer may be; None keeps what was known."""
    return evolve(
        state,
        email=state.email if email is None else email,
        custom_id=state.custom_id if custom_id is None else custom_id,
    )


def destroyed(
    state: SessionState, reason: ClientSessionEndReason, uuid: str, device_id: str
) -> SessionState:
    """Forget everything."""
    end = ended(state, reason)
    return SessionState(
        uuid=uuid,
        device_id=device_id,
        epoch=end.epoch,
        end_reason=end.end_reason,
        clock_offset=state.clock_offset,
    )


_TOKEN_KEYS = (
    "string",
    "expiration",
    "lifetime",
    "realm",
    "client_id",
    "custom_id",
    "rests_above",
)
_STATE_KEYS = ("uuid", "device_id", "email", "custom_id", "identity", "epoch", "clock_offset")


def to_text(state: SessionState) -> str:
    """Write ``state`` as it is stored; what only this process can know is left out."""
    fields: dict[str, Any] = {key: getattr(state, key) for key in _STATE_KEYS}
    fields["end_reason"] = state.end_reason and state.end_reason.value
    token = state.token
    fields["token"] = token and {
        **{key: getattr(token, key) for key in _TOKEN_KEYS},
        "origin": token.origin.value,
    }
    return json.dumps(fields)


def from_text(text: str, clock: Clock, known: SessionToken | None = None) -> SessionState:
    """Read what :func:`to_text` wrote, perhaps in another process and before a reboot.

    Args:
        text: what was written.
        clock: tells what is left of its token.
        known: this process' token; if it is the same, what is left of it is better known here.

    Raises:
        UnreadableState: it is something else.
    """
    try:
        fields = json.loads(text)
        reason = fields.pop("end_reason")
        token = fields.pop("token")
        if token is not None:
            token = _token(token, clock, fields["clock_offset"], known)
        reason = reason and ClientSessionEndReason(reason)
        state = SessionState(**fields, token=token, end_reason=reason)
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, OSError):
        raise UnreadableState("not a session's state") from None
    if not (isinstance(state.uuid, str) and isinstance(state.device_id, str)):
        raise UnreadableState("a session's state without a uuid")
    if type(state.epoch) is not int or not _is_finite(state.clock_offset):
        raise UnreadableState("a session's state without an epoch or a clock")
    return state


def _is_finite(value: object) -> bool:
    return isinstance(value, (int, float)) and abs(value) < math.inf and value == value


def _token(
    fields: dict[str, Any], clock: Clock, clock_offset: float, known: SessionToken | None
) -> SessionToken:
    numbers = (fields["lifetime"], fields.get("rests_above") or 0.0)
    if not isinstance(fields["string"], str) or not all(map(_is_finite, numbers)):
        raise TypeError
    if known and (fields["string"], fields["expiration"]) == (known.string, known.expiration):
        rests_above = fields.get("rests_above")
        return known if rests_above == known.rests_above else evolve(known, rests_above=rests_above)
    datetime.fromtimestamp(fields["expiration"], timezone.utc)  # refuses what no date can be
    server_time = clock.wall() + clock_offset
    return SessionToken(
        **{**fields, "origin": TokenOrigin(fields["origin"])},
        expires_at=clock.elapsed() + fields["expiration"] - server_time,
        is_anchored=False,
    )
