"""A client against a sandbox over HTTP, with a clock that tests move instead of sleeping."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any

import pytest

from synerise_client import (
    ClientModule,
    ClientSessionEndReason,
    Error,
    MemoryStorage,
    RetryPolicy,
    Synerise,
    SyneriseInitializer,
)
from synerise_client.modules.connected_client import ConnectedClient
from synerise_client.modules.settings_module import SettingsModule
from synerise_client.sandbox import Sandbox
from synerise_client.session.clock import Clock
from synerise_client.session.storage import Storage
from synerise_client.synerise import SyneriseFacade

EMAIL = "anna@example.com"
PASSWORD = "Pass1!word"
SECRET_FIELDS = {"password", "oldPassword", "token", "pinCode", "confirmationCode"}
NO_WAITING = RetryPolicy(initial=0, maximum=0)


class MovableClock(Clock):
    """The machine's clocks, ahead by what the test says."""

    def __init__(self) -> None:
        self._slept = 0.0
        self._jumped = 0.0

    def elapsed(self) -> float:
        return super().elapsed() + self._slept

    def wall(self) -> float:
        return super().wall() + self._slept + self._jumped

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self._slept += seconds

    def jump(self, seconds: float) -> None:
        """Set the wall clock to another time, which does not pass."""
        self._jumped += seconds


class Heard:
    """Everything that callbacks and listeners were told, in order.

    ``told`` holds tuples: ("getAccount", "success", account),
    ("signIn", "error", error), ("listener", "in"), ("listener", "out", reason).
    """

    def __init__(self) -> None:
        self.told: list[tuple[Any, ...]] = []
        self.threads: set[threading.Thread] = set()
        self._changed = threading.Condition()

    def callbacks(self, name: str) -> tuple[Callable[[Any], None], Callable[[Error], None]]:
        """Return an onSuccess and an onError that note what they get under ``name``."""
        return (
            lambda result: self._note(name, "success", result),
            lambda error: self._note(name, "error", error),
        )

    def onClientSignedIn(self) -> None:
        self._note("listener", "in")

    def onClientSignedOut(self, reason: ClientSessionEndReason) -> None:
        self._note("listener", "out", reason)

    def _note(self, *what: Any) -> None:
        with self._changed:
            self.told.append(what)
            self.threads.add(threading.current_thread())
            self._changed.notify_all()

    def wait_for(self, count: int, timeout: float = 10.0) -> list[tuple[Any, ...]]:
        """Wait until ``count`` things were told, and return them."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.told) >= count, timeout), self.told
            return list(self.told)

    @property
    def events(self) -> list[tuple[Any, ...]]:
        """What the listener heard: ("in",) or ("out", reason)."""
        return [each[1:] for each in self.told if each[0] == "listener"]

    @property
    def results(self) -> list[tuple[str, str, Any]]:
        """What callbacks got, with errors as their codes."""
        return [
            (name, kind, value.code if isinstance(value, Error) else value)
            for name, kind, value in (each for each in self.told if each[0] != "listener")
        ]

    def clear(self) -> None:
        self.told.clear()


class Log(logging.Handler):
    """Keeps every line, tracebacks included."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self.setFormatter(logging.Formatter("%(name)s %(levelname)s %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


def secrets_of(sandbox: Sandbox) -> set[str]:
    """Return everything secret that a sandbox was sent, or would be: it must not be logged."""
    found = {sandbox.api_key, PASSWORD}
    for request in sandbox.requests:
        found.add(request.headers.get("Authorization", "").removeprefix("Bearer "))
        body = request.json if isinstance(request.json, dict) else {}
        found.update(str(value) for name, value in body.items() if name in SECRET_FIELDS)
    return {secret for secret in found if len(secret) > 3}


class Team:
    """A sandbox, a clock that client and sandbox share, and clients to try against them."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.clock = MovableClock()
        self.heard = Heard()
        self._others: list[ConnectedClient] = []
        self._registered: set[str] = set()

    def time_passes(self, seconds: float) -> None:
        """Let time pass for client and server."""
        self.clock.advance(seconds)
        self.sandbox.advance(seconds)

    def initializer(self, facade: SyneriseFacade = Synerise) -> SyneriseInitializer:
        """Return an Initializer for the sandbox: this clock, memory only, retries at once."""
        initializer = (
            facade.Initializer()
            .withApiKey(self.sandbox.api_key)
            .withBaseUrl(self.sandbox.url)
            .withStorage(MemoryStorage())
            .withRetryPolicy(NO_WAITING)
        )
        initializer._setup.clock = self.clock
        return initializer

    def client(self, storage: Storage | None = None, **settings: Any) -> ClientModule:
        """Initialize Synerise and return its Client, which tells everything to ``heard``.

        Args:
            storage: where the session is kept; in memory by default.
            settings: arguments for methods of the Initializer, by their names.
        """
        initializer = self.initializer()
        if storage is not None:
            initializer.withStorage(storage)
        for name, value in settings.items():
            getattr(initializer, name)(value)
        initializer.init()
        Synerise.Client.setClientStateChangeListener(self.heard)
        return Synerise.Client

    def other_client(self, storage: Storage, heard: Heard | None = None) -> ConnectedClient:
        """Return another client on ``storage``, as another process would have it."""
        initializer = self.initializer(SyneriseFacade()).withStorage(storage)
        client = initializer.connect()
        self._others.append(client)
        if heard is not None:
            client.setClientStateChangeListener(heard)
        return client

    def call(self, method: str, *arguments: Any, client: ClientModule | None = None) -> Any:
        """Call a method, wait, and return what its one callback got: a result or an Error."""
        client = client or Synerise.Client
        answers: list[Any] = []
        answered = threading.Event()

        def answer(value: Any) -> None:
            answers.append(value)
            answered.set()

        getattr(client, method)(*arguments, answer, answer)
        assert answered.wait(10), f"{method} was not answered"
        assert len(answers) == 1
        return answers[0]

    def sign_in(self, email: str = EMAIL, **fields: Any) -> None:
        """Sign a customer in who is registered with the sandbox before, if needed."""
        if email not in self._registered:
            self.sandbox.add_profile(email, PASSWORD, **fields)
            self._registered.add(email)
        assert self.call("signIn", email, PASSWORD) is True

    @property
    def operations(self) -> list[str | None]:
        """The operations that the sandbox was asked for, in order."""
        return [request.operation for request in self.sandbox.requests]

    def close(self) -> None:
        for client in self._others:
            client.close()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--in-full", action="store_true", help="run long tests in full, not a tenth of each"
    )


def pytest_configure(config: pytest.Config) -> None:
    import hypothesis

    share = 1 if config.getoption("--in-full") else 10
    hypothesis.settings.register_profile(
        "tests", max_examples=1000 // share, deadline=None, database=None, print_blob=True
    )
    hypothesis.settings.load_profile("tests")


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print what was counted by :func:`counted`, over all tests and workers."""
    totals: dict[str, int] = {}
    for report in chain.from_iterable(terminalreporter.stats.values()):
        if getattr(report, "when", None) == "call":
            for what, number in report.user_properties:
                totals[what] = totals.get(what, 0) + number
    for what, number in sorted(totals.items()):
        terminalreporter.write_line(f"{what}: {number:,}")


@pytest.fixture
def counted(request: pytest.FixtureRequest) -> Callable[[str, int], None]:
    """Add to a total that is printed at the end of the test run."""
    return lambda what, number: request.node.user_properties.append((what, number))


@pytest.fixture
def portion(request: pytest.FixtureRequest) -> Callable[[int], int]:
    """Return how many rounds of a long test to run: all with --in-full, else a tenth."""
    in_full = request.config.getoption("--in-full")
    return lambda rounds: rounds if in_full else max(1, rounds // 10)


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A sandbox; afterwards the whole log, down to debug, is searched for its secrets."""
    log, before = Log(), logging.root.level
    logging.root.addHandler(log)
    logging.root.setLevel(logging.DEBUG)
    try:
        with Sandbox() as sandbox:
            yield sandbox
    finally:
        logging.root.removeHandler(log)
        logging.root.setLevel(before)
    text = "\n".join(log.lines)
    assert not [secret for secret in secrets_of(sandbox) if secret in text], "a secret was logged"


@pytest.fixture
def team(sandbox: Sandbox) -> Iterator[Team]:
    team = Team(sandbox)
    yield team
    team.close()
    Synerise.shutdown()
    Synerise.__init__()  # type: ignore[misc]
    assert isinstance(Synerise.Settings, SettingsModule)
