"""A session's state in Redis, which all machines share."""

from __future__ import annotations

import os
import re
import threading
import time
from typing import TYPE_CHECKING, Any, NamedTuple

from synerise_client.process.forks import renew_in_children
from synerise_client.secret import Secret, without_locals
from synerise_client.session.redis_connections import Connections
from synerise_client.session.redis_lock import RedisLocks
from synerise_client.session.storage import StorageError, Stored

if TYPE_CHECKING:
    from collections.abc import Callable

    import redis

    from synerise_client.session.redis_connections import Connection
    from synerise_client.session.refresh_lock import Release
    from synerise_client.session.storage import Change, SessionKey

_WRITE = """
local row = redis.call('HMGET', KEYS[1], 'version', 'state')
local version = row[1] or ''
if version == ARGV[1] then
    if ARGV[4] then
        local time = redis.call('TIME')
        local stamp = math.max(time[1] * 1000000 + time[2], ARGV[3] + 1)
        version = string.format('%.0f', stamp) .. '-' .. ARGV[2]
        redis.call('HSET', KEYS[1], 'version', version, 'state', ARGV[4])
    else
        redis.call('DEL', KEYS[1])
        version = ''
    end
elseif string.sub(version, -#ARGV[2]) ~= ARGV[2] then
    return {0, version, row[2]}
end
return {1, version}
"""
"""Writes if the row has the expected version, or tells that somebody was quicker.

A version is the time of the writing, which only grows, and the writer's own name for
it: a script that is sent again because its answer was lost finds that it was carried out.
"""
_WRONG_DATABASE = re.compile(r"^rediss?://[^/?]*/(?!\d*/?(\?|$))")
"""A URL whose path is something other than the number of a database."""
_VERSION_SECONDS = 0.5
_CONNECT_SECONDS = 1.0
_LEAST_SECONDS = 0.05  # a Redis that does not answer in less is not away
_REST_OF_AN_ANSWER_SECONDS = 1.0


class _Row(NamedTuple):
    """What stands in Redis: the text, None if there is none, and its version."""

    text: str | None
    version: str

    @property
    def stamp(self) -> int:
        """When it was written, microseconds of Redis' clock; 0 if it is not there."""
        digits = self.version.partition("-")[0]
        return int(digits) if digits.isdecimal() else 0


class RedisStorage:
    """Keeps sessions in one Redis, 5 or later, that several machines share.

    Needs the extra ``redis``. Nobody waits for a Redis that is away: the session
    then lives in memory and is written when it is back, also if it comes back
    empty or with what it had some time ago. One storage serves any number of clients and threads.

    Args:
        url: such as ``redis://:password@host:6379/0``, ``rediss://…`` for TLS, or
            ``unix:///path/to/redis.sock``; options of redis-py may follow after a ``?``.
        client: in the place of a URL, a ``redis.Redis`` whose address and options are
            used for connections of the storage's own.
        max_connections: how many there are at a time at most, 16 by default.

    Raises:
        ImportError: redis-py is not installed.
        TypeError: neither of url and client is given, or one of a wrong type.
        ValueError: the URL cannot be used.
    """

    def __init__(
        self,
        url: str | None = None,
        *,
        client: redis.Redis | None = None,
        max_connections: int = 16,
    ) -> None:
        if (url is None) == (client is None):
            raise TypeError("give either url or client")
        if isinstance(max_connections, bool) or not isinstance(max_connections, int):
            raise TypeError("max_connections must be a whole number")
        if max_connections < 1:
            raise ValueError("max_connections must be at least 1")
        with without_locals():  # they hold the password
            maker, self._place, password = _maker_of(url, client)
        self._password = Secret(password)
        self._connections = Connections(maker, max_connections, self._describe)
        self._locks = RedisLocks(self._connections)
        self._newest: dict[SessionKey, int] = {}  # stamps that were seen
        self._noting = threading.Lock()
        renew_in_children(self)

    def __repr__(self) -> str:
        return f"RedisStorage({self._place!r})"

    def version(self, key: SessionKey) -> object:
        """Ask Redis for the version of the row, for half a second at most."""
        try:
            answer = self._connections.send(
                "HGET", _name("session", key), "version", timeout=_VERSION_SECONDS
            )
        except StorageError:
            return None
        return _text(answer) or ""

    def update(self, key: SessionKey, change: Change, timeout: float) -> Stored:
        """Change a row, once more if somebody else did so at the same time."""
        gives_up_at = time.monotonic() + timeout
        name = _name("session", key)
        newest = self._newest.get(key, 0)  # before what is read: others write meanwhile
        answer = self._connections.send("HMGET", name, "version", "state", timeout=timeout)
        row = _Row(_text(answer[1]), _text(answer[0]) or "")
        while True:
            # A Redis that was restored from a backup, or has lost its newest writes with
            # a server, has nothing new to say.
            before = None if row.stamp < newest else row.text
            after = change(before)
            if after == before:
                self._note(key, row.stamp)
                return Stored(after, row.version)
            left = gives_up_at - time.monotonic()
            if left < _LEAST_SECONDS:
                raise StorageError(f"{self._place}: there was no time left to write")
            stamp, newest = max(newest, row.stamp), self._newest.get(key, 0)
            row, is_written = self._written(name, row, after, stamp, left)
            if is_written:
                self._note(key, row.stamp)
                return Stored(after, row.version)

    def try_refresh_lock(self, key: SessionKey) -> Release | None:
        """Lock a key beside the row; the lock ends 5 seconds after its holder at the latest."""
        return self._locks.try_lock(_name("refresh", key))

    def close(self) -> None:
        """Close all connections; the next use opens them again."""
        self._connections.close()

    def renew_after_fork(self) -> None:
        """A lock that a thread of the parent held would be held for ever here."""
        self._noting = threading.Lock()

    def _written(
        self, name: str, row: _Row, text: str | None, stamp: int, timeout: float
    ) -> tuple[_Row, bool]:
        """Write in the place of ``row``; return what is there then, and whether that worked."""
        writing = os.urandom(8).hex()
        arguments: list[bytes | str | int] = [row.version, writing, stamp]
        if text is not None:
            arguments.append(text.encode())
        answer = self._connections.send("EVAL", _WRITE, 1, name, *arguments, timeout=timeout)
        version = _text(answer[1]) or ""
        if answer[0] == 1:
            return _Row(text, version), True
        return _Row(_text(answer[2]) if len(answer) > 2 else None, version), False

    def _note(self, key: SessionKey, stamp: int) -> None:
        with self._noting:
            self._newest[key] = max(stamp, self._newest.get(key, 0))

    def _describe(self, error: Exception) -> str:
        # A server repeats the arguments of a command that it does not know.
        message = (str(error) or type(error).__name__).partition(", with args")[0]
        if password := self._password.reveal():
            message = message.replace(password, "…")
        return f"{self._place}: {message[:200]}"


def _name(kind: str, key: SessionKey) -> str:
    return f"synerise_client:{kind}:{key.digest()}"


def _text(raw: bytes | None) -> str | None:
    return None if raw is None else raw.decode(errors="ignore")  # it may be damaged


def _maker_of(
    url: str | None, client: redis.Redis | None
) -> tuple[Callable[[], Connection], str, str]:
    """Return what makes connections, where they lead to, and the password."""
    try:
        # On the user's thread: loaded on a worker it could wait for a fork which waits for it.
        import redis
    except ImportError:
        raise ImportError(
            "RedisStorage needs redis-py, which is not installed: "
            "pip install 'synerise_client[redis]'"
        ) from None
    if client is None:
        pool = _pool_of(url)
    elif isinstance(client, redis.Redis):
        pool = client.connection_pool
    else:
        raise TypeError("client must be a redis.Redis")
    kind: Any = pool.connection_class
    options = _options_of(pool)
    try:
        kind(**options)
    except Exception as error:
        raise ValueError(f"url has an option that redis-py does not take: {error}") from None
    host = options.get("path") or f"{options.get('host', 'localhost')}:{options.get('port', 6379)}"
    return (lambda: kind(**options)), f"Redis at {host}", str(options.get("password") or "")


def _options_of(pool: redis.ConnectionPool) -> dict[str, Any]:
    """Return the options of a pool's connections, but for what the storage sees to itself."""
    from redis import SSLConnection
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    options = {
        **pool.connection_kwargs,
        "socket_connect_timeout": _CONNECT_SECONDS,
        "socket_timeout": _REST_OF_AN_ANSWER_SECONDS,
        "retry": Retry(NoBackoff(), 0),
        "retry_on_error": [],
        "retry_on_timeout": False,
        "health_check_interval": 0,
        "decode_responses": False,
        "encoding": "utf-8",
    }
    if issubclass(pool.connection_class, SSLConnection):
        options.setdefault("ssl_check_hostname", True)
    return options


def _pool_of(url: object) -> redis.ConnectionPool:
    import redis

    if not isinstance(url, str):
        raise TypeError(f"url must be a string, not {type(url).__name__}")
    try:
        pool = redis.ConnectionPool.from_url(url, protocol=2)
    except Exception:  # whose message may hold a part of the password
        raise ValueError(
            "url must be redis://…, rediss://… or unix://…, with special characters of the "
            "password as %XX"
        ) from None
    if _WRONG_DATABASE.search(url):  # redis-py takes database 0
        raise ValueError("url must end in the number of a database, such as /0, or without one")
    return pool
