"""Mails and messages that the server would have sent, and the one-time codes in them."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from synerise_client.sandbox.profiles import Profile

CODE_LIFETIME = 3600.0
"""How long a code works, in seconds."""


@dataclass(frozen=True)
class Message:
    """A mail or message.

    Args:
        kind: activation, activation_pin, password_reset, email_change or phone_update.
        to: the e-mail address or phone number.
        code: the token, PIN or confirmation code in it.
        sent: when, in Unix seconds by the sandbox's clock.
    """

    kind: str
    to: str
    code: str = field(repr=False)
    sent: float


@dataclass(frozen=True)
class Code:
    """A code that waits to be used.

    Args:
        kind: as the message's.
        profile: whose it is.
        code: the secret itself.
        expires: Unix seconds.
        bound: what it was asked for: a device, the new e-mail address, the new phone number.
    """

    kind: str
    profile: Profile
    code: str = field(repr=False)
    expires: float
    bound: tuple[str, ...] = ()


class Outbox:
    """Sends messages with codes, and takes each code once, while it lives."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self._codes: list[Code] = []

    def send_token(
        self, kind: str, profile: Profile, to: str, now: float, bound: tuple[str, ...] = ()
    ) -> None:
        """Send a long token, as in the link of a mail."""
        self._send(kind, profile, to, secrets.token_urlsafe(24), now, bound)

    def send_pin(
        self, kind: str, profile: Profile, to: str, now: float, bound: tuple[str, ...] = ()
    ) -> None:
        """Send six digits, to be typed in."""
        self._send(kind, profile, to, f"{secrets.randbelow(10**6):06}", now, bound)

    def redeem(
        self,
        kind: str,
        code: str,
        now: float,
        profile: Profile | None = None,
        bound: tuple[str, ...] | None = None,
    ) -> Code | None:
        """Use a code up.

        Args:
            kind: what it has to be for.
            code: what the customer brought.
            now: Unix seconds.
            profile: whose it has to be; None: anybody's.
            bound: what it has to be bound to; None: anything.

        Returns:
            The code, or None if there is none such that still works. One that is brought by
            the wrong customer or from the wrong device is not used up.
        """
        for waiting in self._codes:
            if (
                (waiting.kind, waiting.code) == (kind, code)
                and now < waiting.expires
                and (profile is None or waiting.profile is profile)
                and (bound is None or waiting.bound == bound)
            ):
                self._codes.remove(waiting)
                return waiting
        return None

    def forget(self, profile: Profile, kind: str | None = None) -> None:
        """Drop a customer's waiting codes, of one kind or all."""
        self._codes = [
            code
            for code in self._codes
            if code.profile is not profile or kind not in {None, code.kind}
        ]

    def _send(
        self, kind: str, profile: Profile, to: str, code: str, now: float, bound: tuple[str, ...]
    ) -> None:
        # The newest message counts: asking again makes the older code worthless.
        self.forget(profile, kind)
        self._codes.append(Code(kind, profile, code, now + CODE_LIFETIME, bound))
        self.messages.append(Message(kind, to, code, now))
