from __future__ import annotations

from tests.redis_server import redis, shared_redis

__all__ = ["redis", "shared_redis"]
