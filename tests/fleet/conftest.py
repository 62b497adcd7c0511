"""Machines that share nothing but a Redis: groups of processes with a home folder each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.conftest import Team
from tests.redis_server import RedisServer, redis, shared_redis
from tests.refresh.peers import Peer, Peers

__all__ = ["Fleet", "fleet", "redis", "shared_redis"]

HOSTS = 4
Fleet = Callable[..., Peers]


@pytest.fixture
def fleet(team: Team, redis: RedisServer, tmp_path: Path) -> Iterator[Fleet]:
    """Start processes on four hosts; they end with the test."""
    with ExitStack() as stack:

        def start(on_each: int = 1, lock_seconds: float | None = None) -> Peers:
            homes = [tmp_path / f"host{number}" for number in range(HOSTS)]
            for home in homes:
                home.mkdir()
            peers = (
                Peer(team, redis.url, lock_seconds=lock_seconds, home=homes[number % HOSTS])
                for number in range(HOSTS * on_each)
            )
            return stack.enter_context(Peers(team, peers))

        yield start
