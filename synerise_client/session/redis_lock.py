"""Locks in Redis, which end by themselves soon after whoever holds them."""

from __future__ import annotations

import logging
import os
import threading
from typing import TYPE_CHECKING, Protocol

from synerise_client.process.forks import renew_in_children
from synerise_client.session.storage import StorageError

if TYPE_CHECKING:
    from typing import Any

    from synerise_client.session.refresh_lock import Release

LOCK_SECONDS = 5.0
"""A lock whose holder has died is held for so long at most."""

_TAKE = """
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
"""
_GIVE_BACK = """
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
"""
_COMMAND_SECONDS = 0.5
_RENEWALS = 3  # within the life of a lock: one may fail
_log = logging.getLogger("synerise_client.storage")


class Redis(Protocol):
    """What sends commands."""

    def send(self, *command: bytes | str | int, timeout: float) -> Any:
        """Send one that does the same if it is carried out once more."""


class RedisLocks:
    """The locks that one storage holds, renewed by one thread while there are any.

    Args:
        redis: where they are.
    """

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._start_over()
        renew_in_children(self)

    def _start_over(self) -> None:
        self._changed = threading.Condition()
        self._held: dict[str, str] = {}  # names by owners
        self._is_renewing = False

    def renew_after_fork(self) -> None:
        """What is held is held by the parent, which renews it."""
        self._start_over()

    def try_lock(self, name: str) -> Release | None:
        """Take the lock ``name`` without waiting for whoever has it.

        Returns:
            What gives it back, and never raises; None if somebody else has it.

        Raises:
            StorageError: Redis does not answer.
        """
        owner = os.urandom(16).hex()
        if not self._take(name, owner):
            return None
        with self._changed:
            self._held[owner] = name
            if not self._is_renewing:
                self._is_renewing = self._start_renewing()

        def release() -> None:
            with self._changed:  # a child that was forked meanwhile holds nothing
                is_held = self._held.pop(owner, None) is not None
                self._changed.notify()
            if is_held:
                self._give_back(name, owner)

        return release

    def _start_renewing(self) -> bool:
        thread = threading.Thread(target=self._renew, name="synerise-redis-locks", daemon=True)
        try:
            thread.start()
        except RuntimeError:  # the script is over; the lock lives for as long as it does
            return False
        return True

    def _renew(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: not self._held, LOCK_SECONDS / _RENEWALS)
                if not self._held:
                    self._is_renewing = False
                    return
                held = list(self._held.items())
            for owner, name in held:
                self._renew_one(name, owner)

    def _renew_one(self, name: str, owner: str) -> None:
        try:
            is_ours = self._take(name, owner)
        except StorageError:
            return  # it may be back in time
        with self._changed:
            is_held = owner in self._held
            if not is_ours:
                self._held.pop(owner, None)
        if is_ours and not is_held:
            self._give_back(name, owner)  # it was given back while it was renewed
        elif is_held and not is_ours:
            _log.info("A refresh lock was lost: this process was suspended, or Redis away")

    def _take(self, name: str, owner: str) -> bool:
        milliseconds = int(LOCK_SECONDS * 1000)
        return bool(self._sent(_TAKE, name, owner, milliseconds))

    def _give_back(self, name: str, owner: str) -> None:
        try:
            self._sent(_GIVE_BACK, name, owner)
        except StorageError as error:
            _log.info("A refresh lock ends by itself, it could not be given back: %s", error)

    def _sent(self, script: str, name: str, *arguments: str | int) -> Any:
        return self._redis.send("EVAL", script, 1, name, *arguments, timeout=_COMMAND_SECONDS)
