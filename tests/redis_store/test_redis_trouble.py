"""A Redis that is away, silent, restarted, or has lost what it held."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from synerise_client import ClientSessionEndReason, RedisStorage, Token
from synerise_client.session import redis_connections, redis_storage
from synerise_client.session.storage import StorageError
from synerise_client.storage_compliance import KEY, OTHERS, read, write
from tests.conftest import EMAIL, Team
from tests.connector.scenes import returns
from tests.redis_server import RedisServer
from tests.store.conftest import store_warnings

FOR_EVER = 3600.0


@pytest.fixture
def storage(redis: RedisServer) -> Iterator[RedisStorage]:
    storage = RedisStorage(redis.url)
    yield storage
    storage.close()


@pytest.fixture
def no_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a failure the next one tries again at once."""
    monkeypatch.setattr(redis_connections, "REST_SECONDS", 0.0)


class SilentServer:
    """Takes connections, and says what it is told to, once."""

    def __init__(self, says: bytes = b"") -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._taken: list[socket.socket] = []
        self._says = says
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()
        self.url = f"redis://127.0.0.1:{self._listener.getsockname()[1]}/0"

    @property
    def connections(self) -> int:
        return len(self._taken)

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self._taken.append(connection)
                connection.sendall(self._says)

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join(10)
        for each in (self._listener, *self._taken):
            each.close()


@contextmanager
def silent(says: bytes = b"") -> Iterator[SilentServer]:
    server = SilentServer(says)
    try:
        yield server
    finally:
        server.close()


def fails(storage: RedisStorage) -> None:
    assert storage.version(KEY) is None
    for _ in range(2):
        with pytest.raises(StorageError):
            read(storage)
    with pytest.raises(StorageError):
        storage.try_refresh_lock(KEY)


@pytest.mark.parametrize("says", [b"", b"+OK\r\n+OK\r\n$500\r\nhal", b"HTTP/1.1 400\r\n\r\n"])
def test_nobody_waits_for_a_server_that_does_not_answer(says: bytes, no_rest: None) -> None:
    with silent(says) as server:
        storage = RedisStorage(server.url)

        def use() -> None:
            storage.version(KEY)
            with suppress(StorageError):
                storage.update(KEY, lambda text: text, 0.25)
            with suppress(StorageError):
                storage.try_refresh_lock(KEY)

        assert returns(use, seconds=20)
        storage.close()


def test_it_is_told_which_server_does_not_answer(no_rest: None) -> None:
    with silent() as server:
        place = server.url.removeprefix("redis://").removesuffix("/0")
        storage = RedisStorage(server.url.replace("redis:", "rediss:"))
        with pytest.raises(StorageError, match=f"^Redis at {place}: it cannot be reached in time$"):
            storage.update(KEY, lambda text: text, 0.05)
        storage.close()


def test_after_a_failure_all_are_told_so_without_a_new_attempt(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(redis_connections, "REST_SECONDS", FOR_EVER)
    with silent() as server:
        storage = RedisStorage(server.url)
        assert storage.version(KEY) is None
        for _ in range(100):
            fails(storage)
        assert server.connections == 1
        storage.close()


def test_threads_that_wait_for_a_dead_server_share_a_few_attempts() -> None:
    with silent() as server:
        storage = RedisStorage(server.url, max_connections=3)
        threads = [threading.Thread(target=storage.version, args=(KEY,)) for _ in range(30)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
        assert server.connections <= 3
        storage.close()


def test_a_suspended_redis_is_away_until_it_goes_on(
    redis: RedisServer, no_rest: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_storage, "_REST_OF_AN_ANSWER_SECONDS", FOR_EVER)
    storage = RedisStorage(redis.url)
    write(storage, "a")
    redis.suspend()
    with pytest.raises(StorageError, match="no answer within"):
        storage.update(KEY, lambda _: "b", 0.1)
    assert storage.version(KEY) is None
    redis.resume()
    assert read(storage) in ("a", "b")  # what was sent may be carried out late
    assert write(storage, "c").version == storage.version(KEY)
    storage.close()


def test_a_redis_that_was_restarted_while_nobody_asked_is_noticed_by_nobody(
    storage: RedisStorage, redis: RedisServer
) -> None:
    seen = write(storage, "a").version
    others = [RedisStorage(redis.url) for _ in range(3)]
    for each in others:
        read(each)
    redis.kill()
    redis.start()
    assert storage.version(KEY) == seen
    for each in others:
        assert read(each) == "a"
        each.close()


def test_a_redis_that_is_away_and_comes_back_is_used_again(
    storage: RedisStorage, redis: RedisServer, no_rest: None
) -> None:
    write(storage, "a")
    redis.kill()
    fails(storage)
    redis.start()
    assert read(storage) == "a"


def test_a_redis_that_became_a_replica_refuses_writes_until_it_is_the_primary_again(
    storage: RedisStorage, redis: RedisServer, no_rest: None
) -> None:
    write(storage, "a")
    redis.command("REPLICAOF", "127.0.0.1", "1")
    try:
        with pytest.raises(StorageError, match="read only replica"):
            write(storage, "b")
        assert read(storage) == "a"
    finally:
        redis.command("REPLICAOF", "NO", "ONE")
    assert write(storage, "b").text == "b"


def test_a_write_whose_answer_was_lost_is_carried_out_once(
    storage: RedisStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    from redis.connection import UnixDomainSocketConnection

    write(storage, "0")
    lost: list[object] = []
    read_response = UnixDomainSocketConnection.read_response

    def loses(connection: UnixDomainSocketConnection, *args: object, **options: object) -> object:
        answer = read_response(connection, *args, **options)  # type: ignore[arg-type,unused-ignore]
        if isinstance(answer, list) and answer[0] == 1 and not lost:
            lost.append(answer)
            raise ConnectionResetError("the answer was lost")
        return answer

    monkeypatch.setattr(UnixDomainSocketConnection, "read_response", loses)
    stored = storage.update(KEY, lambda text: f"{text}+", 5)
    assert lost
    assert stored.text == "0+"
    assert stored.version == storage.version(KEY)
    assert read(storage) == "0+"


def test_a_redis_that_was_restored_from_a_backup_has_nothing_new_to_say(
    storage: RedisStorage, redis: RedisServer
) -> None:
    other = RedisStorage(redis.url)
    for each in (KEY, *OTHERS.values()):
        write(storage, "old", each)
    names = redis.keys()
    old = {name: redis.command("HGET", name, "version").split(b"\r\n")[1] for name in names}
    assert other.update(KEY, lambda _: "new", 5).text == "new"
    seen = storage.update(KEY, lambda text: text, 5).version
    for name, version in old.items():
        redis.command("HSET", name, "version", version.decode(), "state", "old")
    assert storage.version(KEY) != seen
    assert read(storage) is None  # so that the session in memory is written again
    assert write(storage, "new").version == storage.version(KEY)
    assert read(other) == "new"
    assert all(read(storage, each) == "old" for each in OTHERS.values())
    other.close()


def test_a_session_begun_while_redis_is_away_is_written_when_it_is_back(
    team: Team, redis: RedisServer, no_rest: None, caplog: pytest.LogCaptureFixture
) -> None:
    redis.kill()
    storage = RedisStorage(redis.url)
    client = team.client(storage)
    team.sign_in()
    assert client.isSignedIn()
    assert len(store_warnings(caplog)) == 1
    redis.start()
    redis.command("FLUSHALL")
    team.call("getAccount")
    other = team.other_client(RedisStorage(redis.url))
    assert other.getUUID() == client.getUUID()
    assert team.call("getAccount", client=other).email == EMAIL


def test_a_session_outlives_a_redis_that_comes_back_empty(
    team: Team, redis: RedisServer, storage: RedisStorage
) -> None:
    client = team.client(storage)
    team.sign_in()
    other = team.other_client(RedisStorage(redis.url))
    uuid = client.getUUID()
    for each in (client, other):
        redis.command("FLUSHALL")
        assert team.call("getAccount", client=each).email == EMAIL
        assert len(redis.keys()) == 1
    assert client.isSignedIn()
    assert other.isSignedIn()
    assert client.getUUID() == other.getUUID() == uuid
    assert team.operations.count("login") == 1
    assert "login_anonymous" not in team.operations


def test_a_sign_out_is_not_undone_by_one_who_missed_it_and_an_empty_redis(
    team: Team, redis: RedisServer, storage: RedisStorage
) -> None:
    client = team.client(storage)
    team.sign_in()
    other = team.other_client(RedisStorage(redis.url))
    assert team.call("getAccount", client=other).email == EMAIL
    client.signOut()
    redis.command("FLUSHALL")
    assert isinstance(team.call("retrieveToken", client=other), Token)  # it could not know
    assert team.call("retrieveToken").code == 3200
    assert not client.isSignedIn()
    assert team.call("retrieveToken", client=other).code == 3200
    assert team.heard.events == [("in",), ("out", ClientSessionEndReason.UserSignOut)]


def test_a_sign_out_while_redis_is_away_is_stored_when_it_is_back(
    team: Team, redis: RedisServer, storage: RedisStorage, no_rest: None
) -> None:
    client = team.client(storage)
    team.sign_in()
    other = team.other_client(RedisStorage(redis.url))
    assert team.call("getAccount", client=other).email == EMAIL
    redis.kill()
    client.signOut()
    assert not client.isSignedIn()
    redis.start()
    assert team.call("getAccount").code == 3200
    assert team.call("getAccount", client=other).code == 3200
