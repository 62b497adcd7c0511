"""A client against a server that follows a script."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from synerise_client import (
    ClientAccountRegisterContext,
    Error,
    MemoryStorage,
    RetryPolicy,
    Synerise,
)
from tests.api.server import ScriptedServer

API_KEY = "api-key-of-the-profile"
EMAIL = "anna@example.com"
PASSWORD = "Pass1!word"
TRIES = RetryPolicy(initial=0, maximum=0)
NEW_CUSTOMER = ClientAccountRegisterContext(email="new@example.com", password="Fresh1!word")


class Bench:
    """A scripted server and clients to try against it."""

    def __init__(self, server: ScriptedServer) -> None:
        self.server = server
        self.storage = MemoryStorage()
        self.attempts: list[str] = []

    def client(self, base_url: str | None = None, **settings: Any) -> None:
        """Initialize Synerise: memory only, retries at once, every attempt noted.

        Args:
            base_url: the server's by default.
            settings: arguments for methods of the Initializer, by their names; a
                tuple for several.
        """
        initializer = (
            Synerise.Initializer()
            .withApiKey(API_KEY)
            .withBaseUrl(base_url or self.server.url)
            .withStorage(self.storage)
            .withRetryPolicy(TRIES)
            .withRequestHook(lambda operation, headers, body: self.attempts.append(operation))
        )
        for name, value in settings.items():
            getattr(initializer, name)(*(value if isinstance(value, tuple) else (value,)))
        initializer.init()

    def begin(self, method: str, *arguments: Any) -> Answer:
        """Make a call and return where its answer will be."""
        answer = Answer()
        getattr(Synerise.Client, method)(*arguments, answer, answer)
        return answer

    def call(self, method: str, *arguments: Any) -> Any:
        """Make a call and return what its one callback got: a result or an Error."""
        return self.begin(method, *arguments).wait()

    def fail(self, method: str, *arguments: Any) -> Error:
        """Make a call that is answered with an Error, and return that."""
        error = self.call(method, *arguments)
        assert isinstance(error, Error)
        return error

    def sign_in(self) -> Any:
        return self.call("signIn", EMAIL, PASSWORD)

    def make(self, operation: str) -> Any:
        """Make the call that sends ``operation``, and return what it is answered with."""
        if operation == "login":
            return self.sign_in()
        if operation == "register":
            return self.call("registerAccount", NEW_CUSTOMER)
        return self.call({"refresh": "refreshToken", "account": "getAccount"}[operation])

    def attempts_at(self, operation: str) -> int:
        return self.attempts.count(operation)

    @property
    def stored(self) -> list[str]:
        return list(self.storage._texts.values())


class Answer:
    """A callback that keeps what it is called with."""

    def __init__(self) -> None:
        self._came = threading.Event()
        self.values: list[Any] = []

    def __call__(self, value: Any) -> None:
        self.values.append(value)
        self._came.set()

    def wait(self) -> Any:
        assert self._came.wait(10), "the call was not answered"
        assert len(self.values) == 1
        return self.values[0]


class Waits(logging.Handler):
    """The seconds that the client is about to wait before another attempt, as it logs them."""

    def __init__(self) -> None:
        super().__init__()
        self._changed = threading.Condition()
        self._seconds: list[float] = []

    def emit(self, record: logging.LogRecord) -> None:
        if "next one in" in record.msg and isinstance(record.args, tuple):
            with self._changed:
                self._seconds.append(float(str(record.args[1])))
                self._changed.notify_all()

    def first(self) -> float:
        with self._changed:
            assert self._changed.wait_for(lambda: self._seconds, 10)
            return self._seconds[0]


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    server = ScriptedServer()
    yield server
    server.close()


@pytest.fixture
def bench(server: ScriptedServer) -> Iterator[Bench]:
    yield Bench(server)
    Synerise.shutdown()
    Synerise.__init__()  # type: ignore[misc]


@pytest.fixture
def waits() -> Iterator[Waits]:
    log, handler = logging.getLogger("synerise_client.api"), Waits()
    level = log.level
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    yield handler
    log.removeHandler(handler)
    log.setLevel(level)
