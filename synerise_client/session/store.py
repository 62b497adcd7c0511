"""A session's state in memory, and its copy in the storage that other processes share.

Memory decides for this process at once; the storage follows, as a rule before
anybody is told. Where the storage fails, the session goes on in memory and is
written as soon as that works.
"""

from __future__ import annotations

import logging
import threading
import weakref
from typing import TYPE_CHECKING, NamedTuple

from attrs import evolve

from synerise_client.errors import CallEnded
from synerise_client.process.forks import settle_before_forks
from synerise_client.process.locks import held_within
from synerise_client.session.settling import Basis, merged
from synerise_client.session.state import to_text
from synerise_client.session.storage import StorageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from synerise_client.models.enums import ClientSessionEndReason
    from synerise_client.session.clock import Clock
    from synerise_client.session.refresh_lock import Release
    from synerise_client.session.state import SessionState
    from synerise_client.session.storage import SessionKey, Storage

    Change = Callable[[SessionState], SessionState]


CALLER_TIMEOUT = 0.25
WORKER_TIMEOUT = 1.0
_log = logging.getLogger("synerise_client.session")


_storages_in_use: weakref.WeakValueDictionary[int, weakref.WeakSet[StateStore]] = (
    weakref.WeakValueDictionary()
)


def _users_of(storage: Storage) -> weakref.WeakSet[StateStore]:
    """Return the set of all who use ``storage``, which lives for as long as one of them does."""
    return _storages_in_use.setdefault(id(storage), weakref.WeakSet())


class Takeover(NamedTuple):
    """Another process changed the session: what this one knew, and what it knows now."""

    before: SessionState
    after: SessionState


class StateStore:
    """The current state, shared by the threads of this process and by other processes.

    Args:
        storage: keeps the state between runs.
        key: which row of it.
        clock: tells what is left of a stored token.
        first: the state of somebody who was never here.
        overrides: the user wants ``first``, whatever is stored.
    """

    def __init__(
        self,
        storage: Storage,
        key: SessionKey,
        clock: Clock,
        first: SessionState,
        *,
        overrides: bool = False,
    ) -> None:
        self._storage = storage
        self._key = key
        self._clock = clock
        self._state = first
        self._stored: SessionState | None = None  # as last seen; None: the row was never read
        self._seen_version: object = None
        self._takeovers: list[Takeover] = []
        self._has_unsaved = True
        self._reason: ClientSessionEndReason | None = None
        self._overrides = overrides  # what is unsaved was decided by the user: it beats the row
        self._failing = False
        self._is_abandoned = False
        self._users_of_storage = _users_of(storage)
        self._users_of_storage.add(self)
        self._swap = threading.Lock()  # for a moment only
        self._io = threading.Lock()  # one thread at a time talks to the storage
        settle_before_forks(self)

    @property
    def state(self) -> SessionState:
        """What is known now. Never waits."""
        return self._state

    @property
    def has_unsaved(self) -> bool:
        """Whether memory is ahead of the storage."""
        return self._has_unsaved

    def open(self) -> None:
        """Read the row, or insert it; for the caller's thread, so it takes 0.25 s at most."""
        self.flush(CALLER_TIMEOUT)

    def is_settled(self) -> bool:
        """Whether memory and storage hold the same, and nothing is to be told of other processes.

        Asks the storage only what is cheap, and changes nothing.
        """
        is_settled = not (self._has_unsaved or self._takeovers or self._is_abandoned)
        return is_settled and self._is_up_to_date()

    def flush(self, timeout: float = WORKER_TIMEOUT) -> None:
        """Bring memory and storage together if either has something new for the other.

        Args:
            timeout: seconds to wait for the storage at most.
        """
        timeout = min(timeout, self._patience())
        if self._is_abandoned:
            return
        if not self._io.acquire(timeout=timeout):
            return
        try:
            if self._has_unsaved or not self._is_up_to_date():
                self._exchange(timeout)
        finally:
            self._io.release()

    def commit(self, epoch: int, change: Change, *, user_decided: bool = False) -> SessionState:
        """Change the state, in the storage first; for the worker.

        Args:
            epoch: of the state that the change starts from.
            change: makes the new state from the newest one.
            user_decided: a sign-in or the end of a session, which beats what
                is stored in case that it can be stored only later.

        Returns:
            The new state.

        Raises:
            CallEnded: the session ended meanwhile, here or in another process.
        """
        with self._io:
            if self._state.epoch != epoch:
                raise CallEnded
            basis = self._basis()
            if user_decided and basis.known is None:
                basis = basis._replace(overrides=True)
            try:
                new = self._committed(epoch, change, basis)
            except StorageError as error:
                self._report(error)
                return self._change_in_memory(epoch, change, user_decided)
            with self._swap:
                if self._state.epoch != epoch:
                    # A synchronous ender came in between: it will overwrite this, and outgrow it.
                    outgrown = max(self._state.epoch, new.epoch + 1)
                    self._state = evolve(self._state, epoch=outgrown)
                    raise CallEnded
                is_adjusted = self._state is not basis.mine
                self._state = merged(self._state, new, basis.mine) if is_adjusted else new
                self._has_unsaved = is_adjusted and self._has_unsaved
                self._overrides, self._reason = False, None
                return self._state

    def end(
        self,
        change: Change,
        cut: Callable[[], None],
        reason: ClientSessionEndReason | None = None,
    ) -> SessionState | None:
        """End the session at once, whatever else is going on; for the caller's thread.

        Memory changes in a moment, the storage may take 0.25 s.

        Args:
            change: makes the new state, with a greater epoch, or returns the same one
                if nothing is to happen.
            cut: ends the calls made so far; never waits.
            reason: why, for a customer too who has signed in elsewhere meanwhile.

        Returns:
            The state before; None if nothing happened.
        """
        with self._swap:
            before = self._state
            after = change(before)
            if after is before:
                return None
            cut()  # first: a call that sees the new state then knows that it was ended
            self._state, self._reason = after, reason
            self._has_unsaved = self._overrides = True
        self.flush(CALLER_TIMEOUT)
        return before

    def abandon(self, cut: Callable[[], None]) -> SessionState:
        """End all work on this state, which is not stored any more; its row is to be deleted.

        Args:
            cut: ends the calls made so far; never waits.

        Returns:
            The state before.
        """
        with self._swap:
            before = self._state
            cut()
            self._is_abandoned = True
            self._users_of_storage.discard(self)
            self._state = evolve(before, epoch=before.epoch + 1)
        return before

    def delete(self) -> bool:
        """Delete the row, if there still is one; tell whether that worked."""
        with held_within(CALLER_TIMEOUT, self._io) as is_held:
            try:
                if is_held:
                    self._update(lambda _: None, CALLER_TIMEOUT)
            except StorageError as error:
                self._report(error)
                return False
            return is_held

    def adjust(self, change: Change, *, is_stored: bool) -> None:
        """Change a detail that is not worth a transaction of its own.

        Args:
            change: makes the new state.
            is_stored: it is written with the next flush; else only this process knows it.
        """
        with self._swap:
            self._state = change(self._state)
            self._has_unsaved = self._has_unsaved or is_stored

    def try_refresh_lock(self) -> Release | None:
        """Take the right to refresh the token; None if another client or process has it."""
        try:
            return self._storage.try_refresh_lock(self._key)
        except Exception as error:  # whatever a storage of the user's raises
            _log.info("Other processes may refresh the token, too: %s", error)
            return lambda: None

    def takeovers(self) -> list[Takeover]:
        """Return what other processes changed since the last call of this method, oldest first."""
        if not self._takeovers:
            return []
        with self._swap:
            takeovers, self._takeovers = self._takeovers, []
        return takeovers

    def close(self) -> None:
        """Let go of the storage, unless others use it or another thread hangs in it."""
        self._users_of_storage.discard(self)
        with held_within(CALLER_TIMEOUT, self._io) as is_held:
            if is_held and not self._users_of_storage:
                self._storage.close()

    def locks_of_changes(self) -> tuple[threading.Lock, ...]:
        """Locks that a fork waits for.

        A child forked within a transaction would believe for ever that the file
        is locked: SQLite keeps that in the memory of the process.
        """
        return self._io, self._swap

    def renew_after_fork(self) -> None:
        """Locks that a thread of the parent held would be held for ever here."""
        self._swap = threading.Lock()
        self._io = threading.Lock()

    def _patience(self) -> float:
        """How long to wait for a storage: not for long if it has failed before."""
        return CALLER_TIMEOUT if self._failing else WORKER_TIMEOUT

    def _is_up_to_date(self) -> bool:
        try:
            version = self._storage.version(self._key)
        except Exception:  # whatever a storage of the user's raises: the exchange reports it
            return False
        return version is not None and version == self._seen_version

    def _committed(self, epoch: int, change: Change, basis: Basis) -> SessionState:
        """Apply ``change`` to the row in one transaction, if it is still of that epoch."""
        settled = result = basis.mine

        def apply(text: str | None) -> str | None:
            nonlocal settled, result
            row, settled = basis.settled(text, self._clock)
            is_ours = settled.epoch == epoch and settled.device_id == basis.mine.device_id
            if self._is_abandoned or not (is_ours or basis.overrides):
                raise CallEnded
            result = change(settled)
            return text if result == row else to_text(result)

        self._update(apply, self._patience())
        self._note_takeover(basis, settled)
        self._stored = result
        return result

    def _change_in_memory(self, epoch: int, change: Change, user_decided: bool) -> SessionState:
        with self._swap:
            if self._state.epoch != epoch:
                raise CallEnded
            self._state = change(self._state)
            self._has_unsaved = True
            self._overrides = self._overrides or user_decided
            return self._state

    def _exchange(self, timeout: float) -> None:
        """Write what is unsaved here, or take over what was stored there."""
        basis = self._basis()
        result = basis.mine

        def settle(text: str | None) -> str | None:
            nonlocal result
            row, result = basis.settled(text, self._clock)
            return text if result == row else to_text(result)

        try:
            self._update(settle, timeout)
        except StorageError as error:
            self._report(error)
            return
        self._note_takeover(basis, result)
        self._stored = result
        with self._swap:
            self._take(basis, result)

    def _take(self, basis: Basis, result: SessionState) -> None:
        """Bring into memory what was just settled, beside what has changed there meanwhile."""
        now = self._state
        if now is basis.mine:
            self._state = result
            self._has_unsaved = self._overrides = False
            self._reason = None
        elif self._overrides:  # ended meanwhile: that beats the row, and outgrows its epoch
            grown = max(0, result.epoch - basis.mine.epoch)
            self._state = evolve(now, epoch=now.epoch + grown)
        else:
            self._state = merged(now, result, basis.mine)

    def _update(self, change: Callable[[str | None], str | None], timeout: float) -> None:
        try:
            self._seen_version = self._storage.update(self._key, change, timeout).version
        except (StorageError, CallEnded):
            raise
        except Exception as error:  # whatever a storage of the user's raises
            raise StorageError(f"{type(error).__name__}: {error}") from error
        if self._failing:
            self._failing = False
            _log.info("The session can be stored again")

    def _basis(self) -> Basis:
        with self._swap:
            return Basis(
                self._state, self._stored, self._has_unsaved, self._overrides, self._reason
            )

    def _note_takeover(self, basis: Basis, result: SessionState) -> None:
        if basis.known is not None and not basis.overrides and result != basis.mine:
            self._takeovers.append(Takeover(basis.mine, result))

    def _report(self, error: StorageError) -> None:
        if not self._failing:
            self._failing = True
            _log.warning("The session goes on in memory, it cannot be stored: %s", error)
