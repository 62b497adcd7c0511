"""What the model knows of the world: the server, the clocks, and what is stored."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from itertools import count
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from tests.machine.service import Reply, Request, Service, Token

ATTEMPTS = 2
REFRESH_INTERVAL = 1800
ANY_REASON = object()
"""A session that this client did not know was ended for a reason that no rule names."""

Steps = Generator[Request, Reply, Any]


class Refused(Exception):
    """The call goes to onError with this code."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class Ended(Exception):
    """The session that the call works for has ended elsewhere."""


@dataclass(frozen=True)
class State:
    """A customer's session; ``session`` is another number after each end."""

    uuid: str
    device: str
    token: Token | None = None
    identity: tuple[str, str | None] | None = None
    session: int = 0
    reason: object = None

    @property
    def holds_login(self) -> bool:
        return self.token is not None and not self.token.is_anonymous


@dataclass
class Row:
    """What is stored; ``ahead`` is the server's clock before the wall's, as last learned."""

    state: State
    ahead: int = 0


class World:
    """The server, the clocks, and what is stored for each API key."""

    def __init__(self, key: str, now: int) -> None:
        self.service = Service(key, now)
        self.wall_ahead = 0
        self.rows: dict[str, Row] = {}
        self._numbers = count(1)

    @property
    def now(self) -> int:
        return self.service.now

    def new(self, what: str) -> str:
        return f"{what} {next(self._numbers)}"

    def new_session(self) -> int:
        return next(self._numbers)

    def newcomer(self) -> State:
        return State(self.new("uuid"), self.new("device"), session=self.new_session())


def derived(identifier: str) -> str:
    """Return the uuid that belongs to ``identifier``."""
    return str(uuid5(NAMESPACE_URL, identifier))
