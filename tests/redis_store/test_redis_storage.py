"""Redis as a storage: what every storage promises, and what is special to it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from synerise_client import RedisStorage
from synerise_client.session.storage import Storage
from synerise_client.storage_compliance import StorageCompliance
from tests.redis_server import RedisServer


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
