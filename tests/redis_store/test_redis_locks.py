"""The refresh lock in Redis: it lives as long as its holder, and no longer."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from synerise_client import RedisStorage
from synerise_client.session import redis_lock
from synerise_client.storage_compliance import KEY
from tests.processes import script_that_said
from tests.redis_server import RedisServer

RENEWING = "synerise-redis-locks"


@pytest.fixture
def storage(redis: RedisServer) -> Iterator[RedisStorage]:
    storage = RedisStorage(redis.url)
    yield storage
    storage.close()
    assert until(lambda: not renewing())


def until(is_so: Callable[[], bool]) -> bool:
    gives_up_at = time.monotonic() + 20
    while not is_so() and time.monotonic() < gives_up_at:
        time.sleep(0.02)
    return is_so()


def renewing() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == RENEWING]


def left(redis: RedisServer) -> int:
    """Milliseconds that the only lock lives for; less than 0 if there is none."""
    (name, *_) = [*redis.keys(), "none"]
    return int(redis.command("PTTL", name)[1:])


def test_a_lock_lives_for_some_seconds_and_is_gone_when_it_is_given_back(
    redis: RedisServer, storage: RedisStorage
) -> None:
    release = storage.try_refresh_lock(KEY)
    assert release is not None
    assert 0 < left(redis) <= 5000
    release()
    assert redis.keys() == []


def test_a_lock_is_renewed_while_it_is_held(
    redis: RedisServer, storage: RedisStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_lock, "LOCK_SECONDS", 1.0)
    release = storage.try_refresh_lock(KEY)
    assert release is not None
    lives, renewals = [left(redis)], 0
    gives_up_at = time.monotonic() + 20
    while renewals < 4 and time.monotonic() < gives_up_at:
        time.sleep(0.02)
        lives.append(left(redis))
        renewals += lives[-1] > lives[-2]
    assert renewals == 4
    release()
    assert redis.keys() == []


def test_one_thread_renews_all_locks_and_ends_with_the_last_one(storage: RedisStorage) -> None:
    releases = [storage.try_refresh_lock(KEY._replace(profile=str(n))) for n in range(20)]
    assert len(renewing()) == 1
    for release in releases:
        assert release is not None
        release()
    assert until(lambda: not renewing())


def test_a_lock_that_was_lost_is_not_taken_from_its_new_holder(
    redis: RedisServer, storage: RedisStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_lock, "LOCK_SECONDS", 0.3)
    release = storage.try_refresh_lock(KEY)
    (name,) = redis.keys()
    redis.command("SET", name, "of another process")
    assert until(lambda: not renewing())  # it was noticed
    assert release is not None
    release()
    assert b"of another process" in redis.command("GET", name)


def test_a_lock_that_was_just_lost_is_not_taken_from_its_new_holder(
    redis: RedisServer, storage: RedisStorage
) -> None:
    """Before anybody has noticed it."""
    release = storage.try_refresh_lock(KEY)
    (name,) = redis.keys()
    redis.command("SET", name, "of another process")
    assert release is not None
    release()
    assert b"of another process" in redis.command("GET", name)
    assert storage.try_refresh_lock(KEY) is None


def test_a_lock_that_redis_has_forgotten_is_taken_again(
    redis: RedisServer, storage: RedisStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_lock, "LOCK_SECONDS", 0.3)
    release = storage.try_refresh_lock(KEY)
    redis.command("FLUSHALL")
    assert until(lambda: bool(redis.keys()))
    assert release is not None
    release()
    assert redis.keys() == []


def test_a_lock_can_be_given_back_twice_and_while_redis_is_away(
    redis: RedisServer, storage: RedisStorage
) -> None:
    release = storage.try_refresh_lock(KEY)
    redis.kill()
    assert release is not None
    release()
    release()


def test_giving_back_twice_leaves_the_next_holder_alone(storage: RedisStorage) -> None:
    release = storage.try_refresh_lock(KEY)
    assert release is not None
    release()
    again = storage.try_refresh_lock(KEY)
    release()
    assert storage.try_refresh_lock(KEY) is None
    assert again is not None
    again()


def test_the_lock_of_a_process_that_was_killed_ends_by_itself(
    redis: RedisServer, storage: RedisStorage
) -> None:
    script = (
        "import sys, time\n"
        "from synerise_client import RedisStorage\n"
        "from synerise_client.session import redis_lock\n"
        "from synerise_client.storage_compliance import KEY\n"
        "redis_lock.LOCK_SECONDS = 1.0\n"
        "release = RedisStorage(sys.argv[1]).try_refresh_lock(KEY)\n"
        "print(release is not None, flush=True)\n"
        "sys.stdin.read()\n"
    )
    with script_that_said("True", script, redis.url) as holder:
        assert storage.try_refresh_lock(KEY) is None
        holder.kill()
    releases: list[Callable[[], None]] = []

    def had() -> bool:
        release = storage.try_refresh_lock(KEY)
        releases.extend([release] if release else [])
        return bool(releases)

    assert until(had)
    releases[0]()


def run_with(redis: RedisServer, script: str) -> subprocess.CompletedProcess[str]:
    """Run a script that forks, given the server's address."""
    return subprocess.run(
        [sys.executable, "-W", "ignore::DeprecationWarning", "-c", script, redis.url],
        capture_output=True,
        text=True,
        timeout=50,
        check=True,
    )


def test_a_child_neither_gives_its_parents_lock_back_nor_renews_it(redis: RedisServer) -> None:
    script = (
        "import os, sys, threading\n"
        "from synerise_client import RedisStorage\n"
        "from synerise_client.storage_compliance import KEY, read, write\n"
        "storage = RedisStorage(sys.argv[1])\n"
        "write(storage, 'a')\n"
        "release = storage.try_refresh_lock(KEY)\n"
        "child = os.fork()\n"
        "if not child:\n"
        "    release()\n"
        "    is_locked = storage.try_refresh_lock(KEY) is None\n"
        "    storage.update(KEY, lambda text: text + 'b', 5)\n"
        "    print(is_locked, read(storage), threading.active_count(), flush=True)\n"
        "    os._exit(0)\n"
        "os.waitpid(child, 0)\n"
        "print(storage.try_refresh_lock(KEY) is None, read(storage), flush=True)\n"
        "release()\n"
        "print(storage.try_refresh_lock(KEY) is not None)\n"
    )
    said = run_with(redis, script)
    assert said.stdout == "True ab 1\nTrue ab\nTrue\n"
    assert said.stderr == ""


def test_parent_and_child_use_connections_of_their_own(redis: RedisServer) -> None:
    script = (
        "import os, sys\n"
        "from synerise_client import RedisStorage\n"
        "from synerise_client.storage_compliance import KEY, read, write\n"
        "storage = RedisStorage(sys.argv[1])\n"
        "write(storage, '')\n"
        "child = os.fork()\n"
        "for _ in range(300):\n"
        "    storage.update(KEY, lambda text: text + ('p' if child else 'c'), 20)\n"
        "if not child:\n"
        "    storage.close()\n"
        "    os._exit(0)\n"
        "assert os.waitpid(child, 0)[1] == 0\n"
        "text = read(storage)\n"
        "print(text.count('p'), text.count('c'))\n"
    )
    said = run_with(redis, script)
    assert said.stdout == "300 300\n"
