"""One command's customer: the Client module from init() to shutdown(), one call at a time."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from synerise_client.cli.failures import Exit, Failure, failure_of
from synerise_client.cli.messages import log_on_standard_error, warn
from synerise_client.cli.options import API_KEY_VARIABLE
from synerise_client.cli.store import WatchedStorage
from synerise_client.cli.waiting import shown_waiting
from synerise_client.session.clock import Clock
from synerise_client.synerise import Synerise

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from synerise_client.cli.options import Place
    from synerise_client.errors import Error
    from synerise_client.initializer import SyneriseInitializer
    from synerise_client.models.token import Token
    from synerise_client.session.state import SessionState

_OPTIONS = {
    "apiKey": "--api-key",
    "verify": "--ca",
    "withApiKey:": "--api-key:",
    "withBaseUrl:": "--base-url:",
}
_ATTEMPTS, _DEADLINE_SECONDS = 3, 30.0


class Customer:
    """The customer whose session is at a place.

    Args:
        place: of the session.
        storage: that keeps it.
    """

    def __init__(self, place: Place, storage: WatchedStorage) -> None:
        self._place = place
        self._storage = storage

    @property
    def uuid(self) -> str:
        """The customer's uuid."""
        return Synerise.Client.getUUID()

    @property
    def state(self) -> SessionState | None:
        """What is stored of the customer."""
        return self._storage.state()

    @property
    def store(self) -> str:
        """Where it is stored, and whether changes are, too."""
        note = "" if self._storage.is_writable() else " (read-only: changes are not kept)"
        return f"{self._storage.path}{note}"

    def call(self, method: str, *arguments: Any, advice: Mapping[int, str] | None = None) -> Any:
        """Call a method of the Client module, wait for its callback and return what that gets.

        Args:
            method: with callbacks.
            arguments: before the callbacks.
            advice: what to do about HTTP statuses, where it is not the usual.

        Raises:
            Failure: onError was called.
        """
        results: list[Any] = []
        errors: list[Error] = []
        getattr(Synerise.Client, method)(*arguments, results.append, errors.append)
        with shown_waiting(self._place.base_url, is_wanted=not self._place.debug):
            Synerise.waitUntilIdle()
        if errors:
            raise failure_of(errors[0], base_url=self._place.base_url, advice=advice or {})
        return results[0]

    def destroy(self) -> None:
        """Destroy the session."""
        Synerise.Client.destroySession()
        Synerise.waitUntilIdle()

    def seconds_left(self, token: Token) -> float:
        """Return how long a token still lives, by the server's clock where that is known."""
        state = self.state
        server_time = Clock().wall() + (state.clock_offset if state else 0.0)
        return token.expirationDate.timestamp() - server_time


@contextmanager
def customer_at(place: Place, *, writes: bool) -> Iterator[Customer]:
    """Open the session at a place for as long as the block runs.

    Args:
        place: of the session.
        writes: whether the command is good for nothing if its changes cannot be stored.

    Raises:
        Failure: it cannot be opened, or what changed cannot be stored.
    """
    storage = WatchedStorage(place.store)
    with log_on_standard_error(in_full=place.debug):
        initialize(Synerise.Initializer().withStorage(storage), place)
        try:
            _check(storage, writes=writes)
            yield Customer(place, storage)
        finally:
            Synerise.shutdown()
    if storage.trouble is not None:
        _tell(f"What has changed could not be stored: {storage.trouble}", fails=writes)


def initialize(initializer: SyneriseInitializer, place: Place) -> None:
    """Describe a place to an Initializer, and call its init().

    Raises:
        Failure: the API key is missing, or something that was given cannot be used.
    """
    from synerise_client.api.policy import RetryPolicy

    if not place.api_key:
        raise Failure(Exit.USAGE, f"The API key is missing: set the variable {API_KEY_VARIABLE}")
    policy = RetryPolicy(attempts=_ATTEMPTS, deadline=_DEADLINE_SECONDS)
    try:
        initializer.withApiKey(place.api_key).withBaseUrl(place.base_url).withRetryPolicy(policy)
        initializer.withVerify(place.ca or True).init()
    except ValueError as error:
        raise Failure(Exit.USAGE, _in_words_of_options(str(error))) from None


def _in_words_of_options(message: str) -> str:
    word, _, rest = message.partition(" ")
    return f"{_OPTIONS.get(word, word)} {rest}"


def _check(storage: WatchedStorage, *, writes: bool) -> None:
    if storage.trouble is not None:
        _tell(f"The store cannot be used: {storage.trouble}", fails=True)
    if not storage.is_writable():
        _tell(f"The store is read-only: {storage.path}", fails=writes)


def _tell(trouble: str, *, fails: bool) -> None:
    message = f"{trouble}. 'synerise-client doctor' tells what to do"
    if fails:
        raise Failure(Exit.STORE, message)
    warn(message)
