"""A thousand threads that want a token when its refresh is due."""

from __future__ import annotations

import threading
import time
from datetime import datetime, timedelta, timezone
from importlib import import_module
from typing import TYPE_CHECKING, Any

import requests

from benchmarks.fast_server import FastServer
from benchmarks.measuring import Comparison, Measured, Unavailable, in_turn
from benchmarks.scripts import API_KEY, fail, init, make_due, sign_in
from synerise_client import MemoryStorage, Synerise
from synerise_client.session.storage import SessionKey

if TYPE_CHECKING:
    from collections.abc import Callable

_THREADS = 1000
_PATIENCE_SECONDS = 60.0
_LEFT = timedelta(seconds=300)  # within the time in which botocore lets everybody wait


def _all_at_once(get: Callable[[Callable[[], None]], None]) -> float:
    """Run ``get`` in every thread; return seconds from the start until all have got a token.

    Args:
        get: gets a token and calls what it is given when it has it.
    """
    start, all_have = threading.Event(), threading.Event()
    left = [_THREADS]
    lock = threading.Lock()

    def has_token() -> None:
        with lock:
            left[0] -= 1
            if not left[0]:
                all_have.set()

    def run() -> None:
        start.wait()
        get(has_token)

    threads = [threading.Thread(target=run) for _ in range(_THREADS)]
    for thread in threads:
        thread.start()
    began = time.perf_counter()
    start.set()
    if not all_have.wait(_PATIENCE_SECONDS):
        raise TimeoutError(f"{left[0]} threads have no token")
    took = time.perf_counter() - began
    for thread in threads:
        thread.join()
    return took


def _ours(storage: MemoryStorage, url: str) -> float:
    storage.update(SessionKey(API_KEY, url), make_due, 1.0)
    init(storage, url)
    client = Synerise.Client
    try:
        return _all_at_once(lambda done: client.retrieveToken(lambda _: done(), fail))
    finally:
        Synerise.shutdown()


def _botocore(credentials: Any, url: str) -> float:
    """Measure credentials that are due, and are refreshed by the same request."""

    def fetch() -> dict[str, str]:
        with requests.Session() as session:
            session.trust_env = False
            answer = session.post(f"{url}/sauth/v3/auth/refresh/client", json={}, timeout=20).json()
        expiry = datetime.fromtimestamp(answer["expiration"], timezone.utc).isoformat()
        key = answer["token"]
        return {"access_key": key, "secret_key": key, "token": key, "expiry_time": expiry}

    due = datetime.now(timezone.utc) + _LEFT
    mine = credentials.RefreshableCredentials("old", "old", "old", due, fetch, "token-server")

    def get(done: Callable[[], None]) -> None:
        assert mine.get_frozen_credentials().token != "old"
        done()

    return _all_at_once(get)


def _measure(rounds: int) -> Measured:
    try:
        credentials = import_module("botocore.credentials")
    except ImportError:
        raise Unavailable("botocore is not installed") from None
    storage = MemoryStorage()
    with FastServer() as server, FastServer() as theirs:
        sign_in(storage, server.url)
        measured = in_turn(
            rounds,
            lambda: _ours(storage, server.url),
            lambda: _botocore(credentials, theirs.url),
        )
    refreshes = server.counts["requests"] - 1  # the other one has signed in
    if refreshes != rounds + 1:
        return measured._replace(missed=f"{refreshes} requests in {rounds + 1} rounds")
    return measured


COMPARISONS = (
    Comparison(
        "herd",
        f"{_THREADS:,} threads at a due refresh, one request",
        "botocore's `RefreshableCredentials`, one request",
        1.0,
        "ms",
        10,
        _measure,
    ),
)
