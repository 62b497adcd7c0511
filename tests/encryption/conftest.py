from __future__ import annotations

from tests.redis_server import redis, shared_redis
from tests.store.conftest import path

__all__ = ["path", "redis", "shared_redis"]
