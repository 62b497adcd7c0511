"""A throw-away client that the doctor asks the server with; nothing of it is stored."""

from __future__ import annotations

from contextlib import contextmanager
from functools import cached_property
from secrets import token_hex
from typing import TYPE_CHECKING

from synerise_client.api.cancellation import Cancellation
from synerise_client.cli.customer import initialize
from synerise_client.errors import Error, ErrorReply, UnusableAnswer
from synerise_client.initializer import SyneriseInitializer
from synerise_client.modules.settings_module import SettingsModule
from synerise_client.session.clock import Clock
from synerise_client.session.state import SessionState, new_uuid, to_text
from synerise_client.session.storage import MemoryStorage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from synerise_client.api.routes import Route
    from synerise_client.assembly import AssembledClient
    from synerise_client.cli.options import Place
    from synerise_client.modules.client_module import ClientModule
    from synerise_client.session.session import Session
    from synerise_client.session.storage import SessionKey, Stored

    Change = Callable[[str | None], str | None]

_LOG_IN_SECONDS, _ANSWER_SECONDS = 20.0, 10.0
_NO_OFFSET = 1e9
"""Stands for a server's clock that was not heard of yet; no clock is 30 years off."""


class Examination:
    """What the server answers to somebody who is nobody.

    Args:
        session: asks it.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._api = session.api
        self._made_up = f"no-such-path-{token_hex(4)}"
        self._neighbours: dict[tuple[str, str], int] = {}

    @cached_property
    def log_in_error(self) -> Error | None:
        """What an anonymous log-in with the API key fails with, None if it works."""
        try:
            self._api.login_anonymous(new_uuid(), new_uuid(), Cancellation(_LOG_IN_SECONDS))
        except Error as error:
            return error
        return None

    @property
    def is_answered(self) -> bool:
        """Whether the server answers at all."""
        return isinstance(self.log_in_error, (ErrorReply, UnusableAnswer, type(None)))

    @property
    def clock_offset(self) -> float | None:
        """Seconds that the server's clock is ahead of this machine's, None if it did not tell."""
        offset = self._session.server_time() - Clock().wall()
        return None if offset > _NO_OFFSET / 2 else offset

    @property
    def routes(self) -> list[Route]:
        """Where each operation goes, the user's replacements included."""
        return list(self._api.routes.values())

    def status_of(self, route: Route) -> int:
        """Return the HTTP status that an empty body without a token gets.

        Raises:
            Error: no answer came.
        """
        return self._api.status_of(route, Cancellation(_ANSWER_SECONDS))

    def status_beside(self, route: Route) -> int:
        """Return the HTTP status of a path beside ``route`` that nobody serves.

        Raises:
            Error: no answer came.
        """
        parent = route.path.rpartition("/")[0]
        key = route.method, parent
        if key not in self._neighbours:
            neighbour = route._replace(path=f"{parent}/{self._made_up}")
            self._neighbours[key] = self.status_of(neighbour)
        return self._neighbours[key]


class _Taker:
    """Takes the client that an Initializer has put together, and leaves Synerise alone."""

    client: AssembledClient[ClientModule]

    def __init__(self) -> None:
        self.Settings = SettingsModule()

    def isInitialized(self) -> bool:
        return False

    def _take(self, client: AssembledClient[ClientModule]) -> None:
        self.client = client

    def _call_ready(self) -> None:
        pass

    def _call_error(self, error: Error) -> None:
        pass


class _StorageWithoutClock(MemoryStorage):
    """Starts with a clock offset that nobody has, so that the server's first word is taken."""

    def update(self, key: SessionKey, change: Change, timeout: float) -> Stored:
        first = SessionState(uuid=new_uuid(), device_id=new_uuid(), clock_offset=_NO_OFFSET)
        return super().update(key, lambda text: change(text or to_text(first)), timeout)


@contextmanager
def examination_of(place: Place) -> Iterator[Examination]:
    """Examine what is at a place.

    Raises:
        Failure: the API key is missing, or something that was given cannot be used.
    """
    taker = _Taker()
    initializer = SyneriseInitializer(taker).withTimeouts(read=_ANSWER_SECONDS)
    initialize(initializer.withStorage(_StorageWithoutClock()), place)
    try:
        yield Examination(taker.client.session)
    finally:
        taker.client.connector.shutdown()
