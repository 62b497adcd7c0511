"""Connections that end, speak out of turn, or are cut where nobody expects it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest

from synerise_client import MemoryStorage
from tests.api.server import Exchange, Step, hang_up, raw, reset
from tests.conftest import MovableClock
from tests.replies.answers import FAILED, SUCCESS, good, http
from tests.replies.scenes import SCENES, Client, code_of
from tests.replies.server import KeepingServer

_KEPT = http(good(), connection="keep-alive")
_SEND_MORE = {"login_anonymous", "refresh when due", "refresh after 401"}
"""What is sent after the answer in these is the rest of the same call."""
_OTHER = http(b'{"message": "This belongs to nobody"}', status="403 No", connection="keep-alive")


def close(exchange: Exchange) -> None:
    exchange.connection.shutdown(socket.SHUT_RDWR)


def break_off(exchange: Exchange) -> None:
    reset(exchange)
    exchange.connection.close()


class Between:
    """An answer, and then something else on the same connection before the next request."""

    def __init__(self) -> None:
        self.then: Step = hang_up
        self._answered, self._done = threading.Event(), threading.Event()

    def answer(self, exchange: Exchange) -> None:
        exchange.connection.sendall(_KEPT)
        assert self._answered.wait(10)
        self.then(exchange)
        self._done.set()

    def happens(self, then: Step) -> None:
        self.then = then
        self._answered.set()
        assert self._done.wait(10)


@pytest.fixture
def between() -> Between:
    return Between()


@pytest.fixture
def client(between: Between) -> Iterator[Client]:
    server = KeepingServer(raw(_KEPT), [(between.answer, True)])
    client = Client(server.url, MemoryStorage(), MovableClock())
    yield client
    client.close()
    server.close()


@pytest.mark.parametrize(
    "then", [close, break_off, raw(_OTHER), raw(_KEPT), raw(_OTHER[:20]), raw(b"\n")],
    ids=["closed", "reset", "a refusal", "an answer", "half a refusal", "a line"],
)  # fmt: skip
@pytest.mark.parametrize("name", [name for name in SCENES if name not in _SEND_MORE])
def test_what_happens_on_a_connection_between_two_calls_does_not_reach_the_next_one(
    client: Client, between: Between, name: str, then: Step
) -> None:
    scene, clock = SCENES[name], MovableClock()
    scene.prepare(client, clock)
    client.asks_for = {scene.operation: 0}
    assert code_of(scene.perform(client)[0]) == SUCCESS
    between.happens(then)
    client.asks_for = {}
    scene.prepare(client, clock)
    client.attempts.clear()
    assert code_of(scene.perform(client)[0]) == SUCCESS
    assert client.attempts[scene.operation] == 1


class Hasty:
    """A server that answers each connection before it has heard anything."""

    def __init__(self, answer: bytes, *, reads: bool) -> None:
        self._answer, self._reads = answer, reads
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(10)
        assert not self._thread.is_alive()

    def _run(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection:
                connection.sendall(self._answer)
                if self._reads:
                    _read_all(connection)
                else:
                    reset(Exchange(connection, threading.Event()))


def _read_all(connection: socket.socket) -> None:
    connection.shutdown(socket.SHUT_WR)
    while connection.recv(65536):
        pass


@pytest.mark.parametrize("name", ["login", "login_conditional", "simple_authentication"])
@pytest.mark.parametrize("reads", [True, False], ids=["reads", "resets"])
def test_an_answer_before_the_request_is_taken_or_lost(name: str, reads: bool) -> None:
    server = Hasty(http(good()), reads=reads)
    client = Client(server.url, MemoryStorage(), MovableClock())
    for _ in range(3):
        (got,) = client.step(name)
        assert code_of(got) in ({SUCCESS} if reads else {SUCCESS, FAILED})
        assert client.module.isSignedIn() or code_of(got) == FAILED
    client.close()
    server.close()
