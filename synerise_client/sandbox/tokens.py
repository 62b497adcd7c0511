"""Tokens: opaque strings, and what the server knows behind them."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from synerise_client.sandbox.profiles import Profile


@dataclass(eq=False)
class Token:
    """One token.

    Args:
        string: what travels; random, so that nothing can be read from it.
        origin: how it was obtained, e.g. ANONYMOUS or SYNERISE.
        profile: whose it is.
        uuid: the uuid it was asked for with.
        device_id: the device it was asked for on.
        created: Unix seconds.
        expiration: Unix seconds; at that second it is dead.
        revoked: the server no longer accepts it, expired or not.
    """

    string: str = field(repr=False)
    origin: str
    profile: Profile
    uuid: str
    device_id: str
    created: float
    expiration: int
    revoked: bool = False

    @property
    def realm(self) -> str:
        """``anonymous`` or ``client``."""
        return "anonymous" if self.origin == "ANONYMOUS" else "client"


class Tokens:
    """All tokens that were ever handed out."""

    def __init__(self) -> None:
        self._tokens: dict[str, Token] = {}

    def issue(
        self, origin: str, profile: Profile, uuid: str, device_id: str, now: float, lifetime: float
    ) -> Token:
        """A new token that lives for ``lifetime`` seconds from ``now`` (Unix seconds)."""
        token = Token(
            string=secrets.token_urlsafe(48),
            origin=origin,
            profile=profile,
            uuid=uuid,
            device_id=device_id,
            created=now,
            expiration=int(now + lifetime),
        )
        self._tokens[token.string] = token
        return token

    def live(self, string: str, now: float) -> Token | None:
        """The token, if it is known, unexpired and not revoked."""
        token = self._tokens.get(string)
        if token is None or token.revoked or now >= token.expiration:
            return None
        return token

    def revoke(self, string: str) -> None:
        """Accept one token no longer.

        Raises:
            ValueError: this token was never handed out.
        """
        if string not in self._tokens:
            raise ValueError("This token was not handed out by this sandbox")
        self._tokens[string].revoked = True

    def revoke_all(self, profile: Profile | None = None) -> None:
        """Accept none of a customer's tokens any longer; without a customer, none at all."""
        for token in self._tokens.values():
            if profile is None or token.profile is profile:
                token.revoked = True
