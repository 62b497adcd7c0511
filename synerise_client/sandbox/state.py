"""Everything that the server remembers."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from synerise_client.sandbox.clock import Clock
from synerise_client.sandbox.outbox import Outbox
from synerise_client.sandbox.profiles import Profile, Profiles, ProviderIdentity
from synerise_client.sandbox.tokens import Token, Tokens

ACTIVATIONS = ("automatic", "mail", "pin")


@dataclass(frozen=True)
class Event:
    """A custom event that was taken in.

    Args:
        action: such as ``client.recognize``.
        label: what it is called for humans.
        client: whom it is about: uuid, email, customId.
        params: whatever came with it.
        time: when it happened (ISO 8601), None if that was not said.
        event_salt: what tells it from its own repetition, None if that was not sent.
    """

    action: str
    label: str
    client: Mapping[str, Any]
    params: Mapping[str, Any]
    time: str | None
    event_salt: str | None


@dataclass(frozen=True)
class Requirement:
    """What a conditional login answers for one customer."""

    status: str
    conditions: tuple[Mapping[str, Any], ...] = ()


@dataclass(eq=False)
class State:
    """The server's memory; ``lock`` is held by whoever reads or changes it.

    Args:
        api_key: the one key that is accepted.
        token_lifetime: of new tokens, in seconds.
        activation: of new registrations: "automatic", "mail" or "pin".
    """

    api_key: str = field(repr=False)
    token_lifetime: float
    activation: str = "automatic"
    lock: threading.RLock = field(default_factory=threading.RLock, repr=False)
    clock: Clock = field(default_factory=Clock, repr=False)
    profiles: Profiles = field(default_factory=Profiles, repr=False)
    tokens: Tokens = field(default_factory=Tokens, repr=False)
    outbox: Outbox = field(default_factory=Outbox, repr=False)
    events: list[Event] = field(default_factory=list, repr=False)
    identities: dict[str, ProviderIdentity] = field(default_factory=dict, repr=False)
    requirements: dict[str, Requirement] = field(default_factory=dict, repr=False)

    def issue(self, origin: str, profile: Profile, uuid: str, device_id: str) -> Token:
        """A new token with today's lifetime."""
        return self.tokens.issue(
            origin, profile, uuid, device_id, self.clock.now(), self.token_lifetime
        )
