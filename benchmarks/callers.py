"""Threads that make calls, and a tally of what they are answered."""

from __future__ import annotations

import random
import threading
from collections import Counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from synerise_client import ClientModule, Error

_METHODS = (
    *["getAccount"] * 9,
    *["retrieveToken"] * 5,
    *["refreshToken"] * 3,
    "signIn",
)
_UNANSWERED = 4
_PATIENCE_SECONDS = 100.0
_CALLS_BETWEEN_ENDS = 100


class Tally:
    """Counts calls that are made one after another, and their answers, which come in that order.

    Attributes:
        made: calls.
        answered: callbacks.
        misplaced: callbacks that came twice or out of their turn.
    """

    def __init__(self) -> None:
        self.made = self.answered = self.misplaced = 0

    def make(self) -> int:
        """Count a call and return its number."""
        self.made += 1
        return self.made

    def answer(self, number: int) -> None:
        """Count the callback of the call with this number."""
        self.answered += 1
        if number != self.answered:
            self.misplaced += 1


class Caller:
    """Makes calls of all kinds on one thread; some of their callbacks make calls too.

    Args:
        client: what is called.
        seed: what the calls are drawn from.
        ends_sessions: whether it signs out and destroys sessions now and then.
        outcomes: where it counts what callbacks were told: "success" or a code.
    """

    def __init__(
        self,
        client: ClientModule,
        seed: int,
        outcomes: Counter[str | int],
        *,
        ends_sessions: bool,
    ) -> None:
        self._client = client
        self._random = random.Random(seed)
        self._outcomes = outcomes
        self._ends_sessions = ends_sessions
        self._room = threading.Semaphore(_UNANSWERED)
        self._on_thread = Tally()
        self._in_callbacks = Tally()
        self.tallies = (self._on_thread, self._in_callbacks)

    def make(self, calls: int) -> None:
        """Make so many calls, those of callbacks included; a few at a time are unanswered."""
        while calls:
            if not self._room.acquire(timeout=_PATIENCE_SECONDS):
                return  # the tally tells that answers are missing
            goes_on = calls > 1 and self._random.random() < 0.1
            calls -= 1 + goes_on
            self._make_one(self._call_again if goes_on else self._room.release)
            self._end_now_and_then()

    def _make_one(self, then: Callable[[], None]) -> None:
        method = self._random.choice(_METHODS)
        assert len(self._client.getUUID()) == 36
        if not self._client.isSignedIn():
            method = "signIn"
        self._call(method, self._on_thread, then)

    def _call_again(self) -> None:
        """Be a callback that makes a call."""
        self._call(
            self._random.choice(("retrieveToken", "getAccount")),
            self._in_callbacks,
            self._room.release,
        )

    def _call(self, method: str, tally: Tally, then: Callable[[], None]) -> None:
        number = tally.make()

        def answered(outcome: str | int) -> None:
            tally.answer(number)
            self._outcomes[outcome] += 1
            then()

        def on_error(error: Error) -> None:
            answered(error.code)

        credentials = ("anna@example.com", "Pass1!word") if method == "signIn" else ()
        call: Callable[..., Any] = getattr(self._client, method)
        call(*credentials, lambda: answered("success"), on_error)

    def _end_now_and_then(self) -> None:
        if not self._ends_sessions or self._on_thread.made % _CALLS_BETWEEN_ENDS:
            return
        self._random.choice((self._client.signOut, self._client.destroySession))()
