"""Real clients against a real sandbox, on clocks that stand still unless they are moved."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from synerise_client import (
    ClientAuthContext,
    ClientSimpleAuthenticationData,
    MemoryStorage,
    RetryPolicy,
    SQLiteStorage,
)
from synerise_client.sandbox import Hold, Sandbox
from synerise_client.session.clock import Clock
from synerise_client.session.storage import SessionKey, Storage
from synerise_client.synerise import SyneriseFacade
from tests.conftest import Heard
from tests.machine.calls import ANNA, BEN, KEYS, LOST, RIGHT, TROUBLE, VOUCHED, Call
from tests.machine.model import AT_ONCE
from tests.machine.world import ATTEMPTS

START = 1_800_000_000
"""When all clocks begin, Unix seconds."""

PATIENCE = 30.0
LOGINS = {"login", "login_anonymous", "login_conditional", "simple_authentication"}


class StandingClock(Clock):
    """Clocks that only move when they are told to."""

    def __init__(self) -> None:
        self.now = START
        self.wall_ahead = 0

    def elapsed(self) -> float:
        return float(self.now - START + 1000)

    def wall(self) -> float:
        return float(self.now + self.wall_ahead)


class Bench:
    """A sandbox with three customers to be, the clocks, and the store.

    Args:
        path: of the SQLite file; None keeps sessions in memory.
    """

    def __init__(self, path: Path | None) -> None:
        self.clock = StandingClock()
        self.sandbox = Sandbox(api_key=KEYS[0])
        # The server's clock stands still too, for the sandbox has no such thing.
        setattr(self.sandbox._state.clock, "now", lambda: float(self.clock.now))  # noqa: B010
        self.sandbox.start()
        for email in (ANNA, BEN):
            self.sandbox.add_profile(email, RIGHT)
        for token, email in VOUCHED.items():
            self.sandbox.add_provider_token(token, "GOOGLE", email)
        self._path = path
        self._memory = MemoryStorage()
        self._reader = self.storage()

    def storage(self) -> Storage:
        """Return the store as another process would open it."""
        return self._memory if self._path is None else SQLiteStorage(self._path)

    def row(self, key: str) -> dict[str, Any]:
        """Return what is stored for an API key."""
        text = self._reader.update(SessionKey(key, self.sandbox.url), lambda text: text, 5).text
        assert text is not None
        row: dict[str, Any] = json.loads(text)
        return row

    def issued_to(self, token: str) -> str:
        """Return the uuid that the server has given a token to."""
        return self.sandbox._state.tokens._tokens[token].uuid

    def set_key(self, key: str) -> None:
        """Have the server accept another API key."""
        self.sandbox._state.api_key = key

    def trouble(self, operation: str, kinds: list[str]) -> None:
        """Set what the next requests to an operation meet."""
        for kind in kinds:
            if kind == LOST:
                self.sandbox.drop(operation)
            else:
                self.sandbox.fail(operation, **TROUBLE[kind])

    def end_trouble(self) -> None:
        """Take back what no request has met."""
        for waiting in self.sandbox._faults._queues.values():
            waiting.clear()

    def close(self) -> None:
        self.sandbox.close()
        self._reader.close()


class LiveClient:
    """One process' client, as far as one process can tell.

    Attributes:
        asked: operation, uuid and device of each request in the calls' turns, in order.
        asked_beside: the requests that were sent in the background.
        meanwhile: run once, just before the next request leaves.
    """

    def __init__(self, bench: Bench, key: str) -> None:
        self.heard = Heard()
        self.asked: list[tuple[str, Any, Any]] = []
        self.asked_beside = 0
        self.meanwhile: Callable[[], None] | None = None
        self._facade = SyneriseFacade()
        initializer = (
            self._facade.Initializer()
            .withApiKey(key)
            .withBaseUrl(bench.sandbox.url)
            .withStorage(bench.storage())
            .withRetryPolicy(RetryPolicy(attempts=ATTEMPTS, initial=0, maximum=0))
            .withRequestHook(self._note)
        )
        initializer._setup.clock = bench.clock
        initializer.init()
        self.module = self._facade.Client
        self.module.setClientStateChangeListener(self.heard)

    def _note(self, operation: str, headers: dict[str, str], body: dict[str, Any]) -> None:
        if self.module._connector._thread is not threading.current_thread():
            self.asked_beside += 1
            return
        ids = (body["uuid"], body["deviceId"]) if operation in LOGINS else (None, None)
        self.asked.append((operation, *ids))
        happens, self.meanwhile = self.meanwhile, None
        if happens is not None:
            happens()

    def make(self, call: Call) -> None:
        """Make a call; ``heard`` gets its callback."""
        method = getattr(self.module, call.method)
        callbacks = self.heard.callbacks(call.method)
        if call.method == "recognizeAnonymous":
            method(*call.arguments)
        elif call.method.startswith("authenticate"):
            token, auth_id = call.arguments
            given = {} if auth_id is None else {"authID": auth_id}
            method(token, "GOOGLE", ClientAuthContext(**given), *callbacks)
        elif call.method == "simpleAuthentication":
            auth_id, uuid = call.arguments
            given = {} if uuid is None else {"uuid": uuid}
            method(ClientSimpleAuthenticationData(**given), auth_id, *callbacks)
        elif call.method == "deleteAccountByIdentityProvider":
            method(*call.arguments, None, *callbacks)
        else:
            method(*call.arguments, *callbacks)

    def end_at_once(self, ender: Call) -> Any:
        """Return what a method returns that acts at once."""
        if ender.method == "doNotTrack":
            (self._facade.Settings.sdk.doNotTrack,) = ender.arguments
            return None
        if ender.method == "changeApiKey":
            key, carries_over = ender.arguments
            self._facade.Settings.sdk.shouldDestroySessionOnApiKeyChange = not carries_over
            self._facade.changeApiKey(key)
            return None
        return getattr(self.module, ender.method)(*ender.arguments)

    def take(self, call: Call) -> None:
        """Make a call, or end the session, and wait until everything is done."""
        if call.method in AT_ONCE:
            self.end_at_once(call)
        else:
            self.make(call)
        self.wait()

    def reaches(self, hold: Hold) -> bool:
        """Wait until a request is held; False if everything is answered without one."""
        while not hold.arrived.wait(0.01):
            if self._facade.waitUntilIdle(0):
                return hold.arrived.is_set()
        return True

    def wait(self) -> None:
        """Wait until everything is answered."""
        assert self._facade.waitUntilIdle(PATIENCE), "a call was never answered"

    def close(self) -> None:
        self._facade.shutdown()
