"""Redis as a storage: what every storage promises, what is special to it, and how it is set up."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from synerise_client import RedisStorage
from synerise_client.session.redis_connections import Connections
from synerise_client.session.storage import Storage, StorageError
from synerise_client.storage_compliance import KEY, OTHERS, StorageCompliance, read, write
from tests.redis_server import RedisServer, free_port, skip_without_redis

TLS = Path(__file__).parents[1] / "data" / "tls"


class TestRedisStorage(StorageCompliance):
    @pytest.fixture
    def make_storage(self, redis: RedisServer) -> Callable[[], Storage]:
        return lambda: RedisStorage(redis.url)

    @pytest.fixture
    def unreachable_storage(self, tmp_path: Path) -> Storage:
        return RedisStorage(f"unix://{tmp_path}/nobody")


class TestOneRedisStorageForAll(StorageCompliance):
    @pytest.fixture
    def make_storage(self, redis: RedisServer) -> Callable[[], Storage]:
        shared = RedisStorage(redis.url, max_connections=2)
        return lambda: shared


@pytest.fixture
def storage(redis: RedisServer) -> Iterator[RedisStorage]:
    storage = RedisStorage(redis.url)
    yield storage
    storage.close()


def test_the_names_of_the_keys_do_not_tell_the_api_key(
    redis: RedisServer, storage: RedisStorage
) -> None:
    for key in (KEY, *OTHERS.values()):
        write(storage, "a", key)
    release = storage.try_refresh_lock(KEY)
    names = redis.command("KEYS", "*")
    assert names.count(b"synerise_client:session:") == 1 + len(OTHERS)
    assert names.count(b"synerise_client:refresh:") == 1
    for secret in (KEY.api_key, KEY.base_url, KEY.profile):
        assert secret.encode() not in names
    assert release is not None
    release()


def test_a_write_with_others_in_between_is_made_of_the_newest_and_the_last_result_counts(
    storage: RedisStorage, redis: RedisServer
) -> None:
    other, seen = RedisStorage(redis.url), list[str | None]()

    def change(text: str | None) -> str:
        seen.append(text)
        if len(seen) < 4:
            write(other, str(len(seen)))
        return f"{text}!"

    assert storage.update(KEY, change, 5).text == "3!"
    assert seen == [None, "1", "2", "3"]
    assert read(other) == "3!"
    other.close()


def test_what_another_thread_writes_meanwhile_does_not_make_a_row_look_outdated(
    storage: RedisStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(storage, "old")
    send = Connections.send

    def overtaken(self: Connections, *command: str, timeout: float) -> object:
        answer = send(self, *command, timeout=timeout)
        monkeypatch.setattr(Connections, "send", send)
        write(storage, "new")
        return answer

    monkeypatch.setattr(Connections, "send", overtaken)
    assert read(storage) == "old"
    assert read(storage) == "new"


def test_a_change_that_others_always_come_before_is_given_up_when_its_time_is_over(
    storage: RedisStorage, redis: RedisServer
) -> None:
    other, rounds = RedisStorage(redis.url), iter(range(10**9))

    def change(text: str | None) -> str:
        write(other, str(next(rounds)))
        return "mine"

    with pytest.raises(StorageError, match="no time left to write"):
        storage.update(KEY, change, 0.2)
    assert read(other) != "mine"
    other.close()


def test_what_redis_refuses_is_a_storage_error_and_changes_nothing(
    storage: RedisStorage, redis: RedisServer
) -> None:
    write(storage, "before")
    redis.command("CONFIG", "SET", "maxmemory", "1")
    try:
        with pytest.raises(StorageError, match="maxmemory"):
            write(storage, "after")
    finally:
        redis.command("CONFIG", "SET", "maxmemory", "0")
    assert read(storage) == "before"


def test_a_key_of_somebody_elses_is_not_touched(storage: RedisStorage, redis: RedisServer) -> None:
    write(storage, "a")
    (name,) = redis.keys()
    redis.command("SET", name, "of somebody else")
    with pytest.raises(StorageError, match="WRONGTYPE"):
        write(storage, "b")
    assert storage.version(KEY) is None
    assert b"of somebody else" in redis.command("GET", name)


def test_versions_grow_when_the_clock_of_redis_goes_backwards(
    storage: RedisStorage, redis: RedisServer
) -> None:
    write(storage, "a")
    (name,) = redis.keys()
    redis.command("HSET", name, "version", "9000000000000000-0123456789abcdef")
    assert str(write(storage, "b").version).startswith("9000000000000001-")


def test_more_threads_than_connections_wait_for_one(redis: RedisServer) -> None:
    storage = RedisStorage(redis.url, max_connections=2)
    barrier = threading.Barrier(12)

    def add() -> None:
        barrier.wait(10)
        for _ in range(20):
            storage.update(KEY, lambda text: f"{text or ''}+", 30)

    threads = [threading.Thread(target=add) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert read(storage) == "+" * 240
    assert redis.command("CLIENT", "LIST").count(b"lib-name=redis-py") <= 2 + 1
    storage.close()


def test_a_client_lends_its_address_and_options(redis: RedisServer) -> None:
    from redis import Redis

    client = Redis.from_url(redis.url, db=3, decode_responses=True)
    storage = RedisStorage(client=client)
    write(storage, "a")
    storage.close()
    assert len(client.keys("synerise_client:*")) == 1  # type: ignore[arg-type,unused-ignore]
    assert redis.keys() == []
    client.close()


@contextmanager
def tls_server(certificate: str) -> Iterator[tuple[RedisServer, int]]:
    skip_without_redis()
    port = free_port()
    options = ["--tls-port", str(port), "--tls-auth-clients", "no"]
    for kind, file in (("cert", certificate), ("key", "server.key"), ("ca-cert", "ca.crt")):
        options += [f"--tls-{kind}-file", str(TLS / file)]
    with RedisServer(*options) as server:
        yield server, port


def test_tls_is_spoken_and_the_certificate_is_checked() -> None:
    with tls_server("signed.crt") as (server, port):
        believing = RedisStorage(f"rediss://localhost:{port}?ssl_ca_certs={TLS / 'ca.crt'}")
        write(believing, "a")
        assert read(believing) == "a"
        believing.close()
        with pytest.raises(StorageError, match="certificate verify failed"):
            write(RedisStorage(f"rediss://localhost:{port}"), "b")
        with pytest.raises(StorageError):  # who does not speak TLS is hung up on, in some words
            write(RedisStorage(f"redis://localhost:{port}"), "b")
        assert b"state" in server.command("HGETALL", *server.keys())


def test_a_believed_certificate_of_another_host_is_refused() -> None:
    with tls_server("elsewhere.crt") as (server, port):
        storage = RedisStorage(f"rediss://localhost:{port}?ssl_ca_certs={TLS / 'ca.crt'}")
        with pytest.raises(StorageError, match="Hostname mismatch"):
            write(storage, "a")
        assert server.keys() == []


def test_a_password_is_used_and_never_shown(redis: RedisServer) -> None:
    redis.command("ACL", "SETUSER", "anna", "on", ">right-password", "~*", "+@all")
    url = redis.url.replace("unix://", "unix://anna@") + "?password="
    storage = RedisStorage(url + "right-password")
    write(storage, "a")
    assert "password" not in repr(storage)
    wrong = RedisStorage(url + "wrong-password")
    with pytest.raises(StorageError) as caught:
        read(wrong)
    assert "wrong-password" not in str(caught.value)
    assert "invalid username-password" in str(caught.value)
    storage.close()


def test_a_password_that_the_server_repeats_is_cut_out() -> None:
    storage = RedisStorage("redis://:a-password@localhost/0")
    assert storage._describe(OSError("no a-password here")).endswith("no … here")
    unknown = OSError("unknown command 'EVAL', with args beginning with: 'a-token'")
    assert storage._describe(unknown).endswith("unknown command 'EVAL'")


@pytest.mark.parametrize(
    "url",
    ["localhost:6379", "http://localhost", "redis://:pa/ssword@localhost/0", "redis://h?db=pa/ss"],
)
def test_a_url_that_cannot_be_used_is_a_value_error_without_its_password(url: str) -> None:
    with pytest.raises(ValueError, match="url must be redis") as caught:
        RedisStorage(url)
    assert "pa" not in str(caught.value).replace("password", "")


@pytest.mark.parametrize("database", ["abc", "1a", "0/1", "%31", "-1", "abc?db=1"])
def test_a_database_that_is_no_number_is_refused_instead_of_taken_for_0(database: str) -> None:
    with pytest.raises(ValueError, match="url must end in the number of a database"):
        RedisStorage(f"rediss://:a-password@localhost:6379/{database}")


@pytest.mark.parametrize(
    ("end", "database"), [("", 0), ("/", 0), ("/7", 7), ("/7/", 7), ("?db=7", 7), ("/?db=7", 7)]
)
def test_the_database_of_a_url_is_used(end: str, database: int) -> None:
    made: Any = RedisStorage(f"redis://localhost{end}")._connections._make()
    assert made.db == database


def test_wrong_arguments_are_told_at_once() -> None:
    with pytest.raises(TypeError, match="either url or client"):
        RedisStorage()
    with pytest.raises(TypeError, match="url must be a string"):
        RedisStorage(6379)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"must be a redis\.Redis"):
        RedisStorage(client="redis://localhost")  # type: ignore[arg-type,unused-ignore]
    with pytest.raises(ValueError, match=r"does not take.*nonsense"):
        RedisStorage("redis://localhost?nonsense=1")
    with pytest.raises(ValueError, match="at least 1"):
        RedisStorage("redis://localhost", max_connections=0)
    with pytest.raises(TypeError, match="whole number"):
        RedisStorage("redis://localhost", max_connections=1.5)  # type: ignore[arg-type]


def test_without_redis_py_the_message_names_the_extra() -> None:
    script = (
        "import sys; sys.modules['redis'] = None\n"
        "from synerise_client import RedisStorage\n"
        "try: RedisStorage('redis://localhost')\n"
        "except ImportError as error: print(error)"
    )
    said = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=30
    ).stdout
    assert "pip install 'synerise_client[redis]'" in said
