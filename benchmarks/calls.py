"""What a call costs: over loopback beside requests, in memory beside a pool of one thread."""

from __future__ import annotations

import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import requests

from benchmarks.fast_server import FastServer
from benchmarks.measuring import Comparison, Measured, in_turn, seconds
from benchmarks.scripts import fail, init, sign_in
from synerise_client import MemoryStorage, SQLiteStorage, Synerise

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from synerise_client.session.storage import Storage

_REQUESTS = 300
_CALLS = 2000
_PATIENCE_SECONDS = 60.0
_PATH = "/v4/my-account/personal-information"


@contextmanager
def _signed_in(storage: Storage) -> Iterator[str]:
    """Be initialized in the block, with a customer who is signed in."""
    with FastServer() as server:
        sign_in(storage, server.url)
        init(storage, server.url)
        try:
            yield server.url
        finally:
            Synerise.shutdown()


class _Answers:
    """Counts callbacks, and lets somebody wait for the last one."""

    def __init__(self, awaited: int) -> None:
        self._left = awaited
        self._all = threading.Event()

    def take(self, _: object) -> None:
        self._left -= 1
        if not self._left:
            self._all.set()

    def wait(self) -> None:
        if not self._all.wait(_PATIENCE_SECONDS):
            raise TimeoutError(f"{self._left} callbacks are missing")


def _queued_accounts() -> None:
    answers, client = _Answers(_REQUESTS), Synerise.Client
    for _ in range(_REQUESTS):
        client.getAccount(answers.take, fail)
    answers.wait()


def _awaited_accounts() -> None:
    client = Synerise.Client
    for _ in range(_REQUESTS):
        answers = _Answers(1)
        client.getAccount(answers.take, fail)
        answers.wait()


class _Bearer(requests.auth.AuthBase):
    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = "Bearer token-1"
        return request


def _plain_requests(session: requests.Session, url: str) -> None:
    auth = _Bearer()
    for _ in range(_REQUESTS):
        response = session.get(url + _PATH, auth=auth, timeout=20)
        response.raise_for_status()
        response.json()


def _accounts(run: Callable[[], None], rounds: int, *, reads_environment: bool = False) -> Measured:
    with _signed_in(MemoryStorage()) as url, requests.Session() as session:
        session.trust_env = reads_environment
        measured = in_turn(
            rounds,
            partial(seconds, run),
            partial(seconds, partial(_plain_requests, session, url)),
        )
    return Measured(measured.ours / _REQUESTS, measured.theirs / _REQUESTS)


def _tokens() -> None:
    answers, client = _Answers(_CALLS), Synerise.Client
    for _ in range(_CALLS):
        client.retrieveToken(answers.take, fail)
    answers.wait()


def _submissions(pool: ThreadPoolExecutor) -> None:
    answers, token = _Answers(_CALLS), object()
    for _ in range(_CALLS):
        pool.submit(lambda: token).add_done_callback(answers.take)
    answers.wait()


def _cached_tokens(storage: Storage, rounds: int) -> Measured:
    with _signed_in(storage), ThreadPoolExecutor(1) as pool:
        measured = in_turn(
            rounds, partial(seconds, _tokens), partial(seconds, partial(_submissions, pool))
        )
    return Measured(measured.ours / _CALLS, measured.theirs / _CALLS)


def _tokens_in_memory(rounds: int) -> Measured:
    return _cached_tokens(MemoryStorage(), rounds)


def _tokens_in_a_file(rounds: int) -> Measured:
    with tempfile.TemporaryDirectory() as folder:
        return _cached_tokens(SQLiteStorage(Path(folder) / "sessions.sqlite3"), rounds)


_SESSION = "`requests.Session` with `auth=`"
_POOL = "`ThreadPoolExecutor(1).submit` with a done callback"

COMPARISONS = (
    Comparison(
        "account",
        f"`getAccount` over loopback, {_REQUESTS} in a row",
        f"{_SESSION}, `trust_env=False`",
        1.10,
        "us",
        15,
        partial(_accounts, _queued_accounts),
    ),
    Comparison(
        "account-awaited",
        "the same, each awaited before the next",
        f"{_SESSION}, `trust_env=False`",
        None,
        "us",
        10,
        partial(_accounts, _awaited_accounts),
    ),
    Comparison(
        "account-default",
        f"`getAccount` over loopback, {_REQUESTS} in a row",
        f"{_SESSION}, which reads the environment at each request",
        None,
        "us",
        10,
        partial(_accounts, _queued_accounts, reads_environment=True),
    ),
    Comparison(
        "token",
        f"`retrieveToken` with a live token, {_CALLS:,} in a row, in memory",
        _POOL,
        0.5,
        "us",
        20,
        _tokens_in_memory,
    ),
    Comparison(
        "token-sqlite",
        "the same with SQLiteStorage",
        _POOL,
        1.0,
        "us",
        20,
        _tokens_in_a_file,
    ),
)
