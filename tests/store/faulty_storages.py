"""Storages that each break one promise, and one that breaks none."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from synerise_client.session.storage import SessionKey, StorageError, Stored

Change = Callable[[str | None], str | None]
Release = Callable[[], None]


class Place:
    """What the storages of one test share."""

    def __init__(self) -> None:
        self.texts: dict[Any, str] = {}
        self.versions: dict[Any, int] = {}
        self.refreshing: set[Any] = set()
        self.lock = threading.RLock()


class Correct:
    """Keeps every promise."""

    def __init__(self, place: Place) -> None:
        self.place = place

    def row(self, key: SessionKey) -> Any:
        return key

    def version(self, key: SessionKey) -> object:
        return self.place.versions.get(self.row(key), 0)

    def update(self, key: SessionKey, change: Change, timeout: float) -> Stored:
        if not self.place.lock.acquire(timeout=timeout):
            raise StorageError("in use for too long")
        try:
            before = self.place.texts.get(self.row(key))
            after = change(before)
            if after != before:
                self.write(self.row(key), after)
            return Stored(after, self.version(key))
        finally:
            self.place.lock.release()

    def write(self, row: Any, text: str | None) -> None:
        self.place.versions[row] = self.place.versions.get(row, 0) + 1
        if text is None:
            self.place.texts.pop(row, None)
        else:
            self.place.texts[row] = text

    def try_refresh_lock(self, key: SessionKey) -> Release | None:
        row = self.row(key)
        with self.place.lock:
            if row in self.place.refreshing:
                return None
            self.place.refreshing.add(row)
        return lambda: self.place.refreshing.discard(row)

    def close(self) -> None:
        """Nothing to let go of."""


class LosesUpdates(Correct):
    def update(self, key: SessionKey, change: Change, timeout: float) -> Stored:
        before = self.place.texts.get(key)
        after = change(before)
        if after != before:
            self.write(key, after)
        return Stored(after, self.version(key))


class WaitsForEver(Correct):
    def update(self, key: SessionKey, change: Change, timeout: float) -> Stored:
        return super().update(key, change, 60)


class LockExcludesNobody(Correct):
    def try_refresh_lock(self, key: SessionKey) -> Release | None:
        return lambda: None


class LockExcludesNoOtherClient(Correct):
    def __init__(self, place: Place) -> None:
        super().__init__(place)
        self.own = Correct(Place())

    def try_refresh_lock(self, key: SessionKey) -> Release | None:
        return self.own.try_refresh_lock(key)


class LockExcludesOtherThreadsOnly(Correct):
    def __init__(self, place: Place) -> None:
        super().__init__(place)
        self.holder: threading.Thread | None = None

    def try_refresh_lock(self, key: SessionKey) -> Release | None:
        release = super().try_refresh_lock(key)
        if release is None and self.holder is threading.current_thread():
            return lambda: None
        self.holder = threading.current_thread()
        return release


class LockForAllKeys(Correct):
    def try_refresh_lock(self, key: SessionKey) -> Release | None:
        return super().try_refresh_lock(SessionKey("", ""))


class LockIsNeverGivenBack(Correct):
    def try_refresh_lock(self, key: SessionKey) -> Release | None:
        return super().try_refresh_lock(key) and (lambda: None)


class LockKeepsFromWriting(Correct):
    def update(self, key: SessionKey, change: Change, timeout: float) -> Stored:
        if key in self.place.refreshing:
            raise StorageError("somebody refreshes")
        return super().update(key, change, timeout)


class VersionNeverChanges(Correct):
    def version(self, key: SessionKey) -> object:
        return 1


class VersionAlwaysChanges(Correct):
    def version(self, key: SessionKey) -> object:
        return object()


class VersionLeavesDeletionsOut(Correct):
    def write(self, row: Any, text: str | None) -> None:
        version = self.place.versions.get(row, 0)
        super().write(row, text)
        if text is None:
            self.place.versions[row] = version


class RewritesWhatIsTheSame(Correct):
    def update(self, key: SessionKey, change: Change, timeout: float) -> Stored:
        text = super().update(key, change, timeout).text
        self.write(key, text)
        return Stored(text, self.version(key))


class WritesAlthoughItRaised(Correct):
    def update(self, key: SessionKey, change: Change, timeout: float) -> Stored:
        with self.place.lock:
            before = self.place.texts.pop(key, None)
            after = change(before)
            if after != before:
                self.write(key, after)
            elif before is not None:
                self.place.texts[key] = before
            return Stored(after, self.version(key))


class HidesWhatAChangeRaised(Correct):
    def update(self, key: SessionKey, change: Change, timeout: float) -> Stored:
        try:
            return super().update(key, change, timeout)
        except LookupError as error:
            raise StorageError(str(error)) from error


class LeavesTheApiKeyOut(Correct):
    def row(self, key: SessionKey) -> Any:
        return key[1:]


class LeavesTheBaseUrlOut(Correct):
    def row(self, key: SessionKey) -> Any:
        return key.api_key, key.profile


class LeavesTheProfileOut(Correct):
    def row(self, key: SessionKey) -> Any:
        return key[:2]


class JoinsKeys(Correct):
    def row(self, key: SessionKey) -> Any:
        return "".join(key)


class DoesNotDelete(Correct):
    def write(self, row: Any, text: str | None) -> None:
        if text is not None:
            super().write(row, text)


class DeletesToAnEmptyText(Correct):
    def write(self, row: Any, text: str | None) -> None:
        super().write(row, text or "")


class CutsLongTexts(Correct):
    def write(self, row: Any, text: str | None) -> None:
        super().write(row, text and text[:4096])


class TakesAsciiOnly(Correct):
    def write(self, row: Any, text: str | None) -> None:
        super().write(row, text and text.encode("ascii", "replace").decode())


class CloseLosesAll(Correct):
    def close(self) -> None:
        self.place.texts.clear()


class CannotBeUsedAfterClose(Correct):
    is_closed = False

    def close(self) -> None:
        self.is_closed = True

    def update(self, key: SessionKey, change: Change, timeout: float) -> Stored:
        if self.is_closed:
            raise StorageError("it is closed")
        return super().update(key, change, timeout)


class ReprShowsAll(Correct):
    def __repr__(self) -> str:
        return f"ReprShowsAll({self.place.texts})"


class KeepsItToItself(Correct):
    """Reports success, and nobody else finds it."""

    def __init__(self, place: Place) -> None:
        super().__init__(Place())


class WritesNothing(Correct):
    def write(self, row: Any, text: str | None) -> None:
        """Report success."""


class RaisesWhateverComes(Correct):
    """When it is away; see ``Unreachable``."""

    def update(self, key: SessionKey, change: Change, timeout: float) -> Stored:
        if self.place is AWAY:
            raise ConnectionRefusedError("it is away")
        return super().update(key, change, timeout)


class TellsTheKeyWhenItIsAway(Correct):
    def update(self, key: SessionKey, change: Change, timeout: float) -> Stored:
        if self.place is AWAY:
            raise StorageError(f"{key.api_key} cannot be read")
        return super().update(key, change, timeout)


class LocksWhenItIsAway(Correct):
    def update(self, key: SessionKey, change: Change, timeout: float) -> Stored:
        if self.place is AWAY:
            raise StorageError("it is away")
        return super().update(key, change, timeout)

    def version(self, key: SessionKey) -> object:
        return None if self.place is AWAY else super().version(key)


AWAY = Place()
"""Where those storages are that cannot be reached."""

NOTICED_BY: dict[type[Correct], str] = {
    LosesUpdates: "test_a_change_that_others_come_before_is_made_of_what_they_wrote",
    WaitsForEver: "test_an_update_does_not_wait_for_others_for_ever",
    LockExcludesNobody: "test_one_at_a_time_has_the_refresh_lock",
    LockExcludesNoOtherClient: "test_one_at_a_time_has_the_refresh_lock",
    LockExcludesOtherThreadsOnly: "test_one_at_a_time_has_the_refresh_lock",
    LockForAllKeys: "test_each_key_has_a_refresh_lock_of_its_own",
    LockIsNeverGivenBack: "test_the_refresh_lock_can_be_had_again_once_it_was_given_back",
    LockKeepsFromWriting: "test_the_refresh_lock_does_not_keep_anybody_from_writing",
    VersionNeverChanges: "test_a_write_of_anothers_changes_the_version",
    VersionAlwaysChanges: "test_the_version_stays_while_nobody_writes",
    VersionLeavesDeletionsOut: "test_a_write_of_anothers_changes_the_version",
    RewritesWhatIsTheSame: "test_the_version_stays_while_nobody_writes",
    WritesAlthoughItRaised: "test_a_change_that_raises_changes_nothing_and_blocks_nothing",
    HidesWhatAChangeRaised: "test_a_change_that_raises_changes_nothing_and_blocks_nothing",
    LeavesTheApiKeyOut: "test_each_key_has_a_row_of_its_own",
    LeavesTheBaseUrlOut: "test_each_key_has_a_row_of_its_own",
    LeavesTheProfileOut: "test_each_key_has_a_row_of_its_own",
    JoinsKeys: "test_each_key_has_a_row_of_its_own",
    DoesNotDelete: "test_none_deletes",
    DeletesToAnEmptyText: "test_none_deletes",
    CutsLongTexts: "test_what_was_written_is_read_again",
    TakesAsciiOnly: "test_what_was_written_is_read_again",
    CloseLosesAll: "test_close_keeps_everything_and_the_storage_can_be_used_again",
    CannotBeUsedAfterClose: "test_close_keeps_everything_and_the_storage_can_be_used_again",
    ReprShowsAll: "test_no_repr_tells_what_is_stored",
    KeepsItToItself: "test_what_was_written_is_read_again",
    WritesNothing: "test_what_was_written_is_read_again",
    RaisesWhateverComes: "test_a_storage_that_is_away_raises_a_storage_error",
    TellsTheKeyWhenItIsAway: "test_a_storage_that_is_away_raises_a_storage_error",
    LocksWhenItIsAway: "test_a_storage_that_is_away_raises_a_storage_error",
}
