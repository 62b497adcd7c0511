"""Tests for storages of your own: what a session relies on, whatever a storage is made of.

A class of tests inherits them, and says how a storage is made::

    class TestMyStorage(StorageCompliance):
        @pytest.fixture
        def make_storage(self, tmp_path):
            return lambda: MyStorage(tmp_path / "sessions")

They need pytest: it comes with the extra ``testing``.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from synerise_client.session.storage import SessionKey, StorageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from synerise_client.session.storage import Change, Storage, Stored

KEY = SessionKey("the-api-key", "https://api.example.com", "anna")
OTHERS = {
    "api key": KEY._replace(api_key="another-key"),
    "base URL": KEY._replace(base_url="https://another.example.com"),
    "profile": KEY._replace(profile="eve"),
    "no profile": KEY._replace(profile=""),
    "shifted": SessionKey("the-api-keyhttps://", "api.example.com", "anna"),
}
SECRET = "a-token-of-somebody"  # noqa: S105 - it is nobody's
_SECONDS = 10.0
_OVERLAP_SECONDS = 0.1

other_keys = pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)


def read(storage: Storage, key: SessionKey = KEY) -> str | None:
    """Return what is stored, and leave it as it is."""
    return storage.update(key, lambda text: text, _SECONDS).text


def write(storage: Storage, text: str | None, key: SessionKey = KEY) -> Stored:
    """Store ``text``, whatever is there."""
    return storage.update(key, lambda _: text, _SECONDS)


def _append(storage: Storage, text: str) -> None:
    storage.update(KEY, lambda before: f"{before or ''}{text}", _SECONDS)


def _started(run: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread


class StorageCompliance:
    """What every storage promises; inherit it in a class whose name begins with ``Test``.

    Attributes:
        patience: seconds after which something that has not come counts as hanging.
    """

    patience = 10.0

    @pytest.fixture
    def make_storage(self) -> Callable[[], Storage]:
        """Return a function that makes a storage; for you to override.

        All that one test makes share what they store, as the clients of several
        processes do; those of two tests share nothing. A storage that others can
        share only by being given it returns the same one each time.
        """
        raise NotImplementedError("override make_storage: it returns what makes a storage")

    @pytest.fixture
    def unreachable_storage(self) -> Storage | None:
        """Return a storage whose disk or server is away; without one its tests are skipped."""
        return None

    @pytest.fixture
    def storage(self, make_storage: Callable[[], Storage]) -> Iterator[Storage]:
        """The storage of one client."""
        storage = make_storage()
        yield storage
        storage.close()

    @pytest.fixture
    def another(self, make_storage: Callable[[], Storage]) -> Iterator[Storage]:
        """The storage of another client, which shares what is stored."""
        storage = make_storage()
        yield storage
        storage.close()

    def test_a_row_that_nobody_wrote_is_none(self, storage: Storage) -> None:
        """There is nothing before the first write."""
        assert read(storage) is None

    def test_what_was_written_is_read_again(self, storage: Storage, another: Storage) -> None:
        """Every character of it, by whoever shares the store."""
        text = 'żółw 🐢 " \\ \n \x00 end' + "long " * 10_000
        assert write(storage, text).text == text
        assert read(storage) == text
        assert read(another) == text

    def test_a_change_is_given_what_is_stored(self, storage: Storage, another: Storage) -> None:
        """By whomever it was stored."""
        write(storage, "a")
        assert another.update(KEY, lambda text: f"{text}b", self.patience).text == "ab"
        assert storage.update(KEY, lambda text: f"{text}c", self.patience).text == "abc"

    def test_none_deletes(self, storage: Storage, another: Storage) -> None:
        """The row is gone for everybody."""
        write(storage, "a")
        assert write(storage, None).text is None
        assert read(storage) is None
        assert read(another) is None

    def test_an_empty_text_is_a_text(self, storage: Storage) -> None:
        """And not the lack of one."""
        write(storage, "")
        assert read(storage) == ""

    def test_deleting_what_is_not_there_does_nothing(self, storage: Storage) -> None:
        """Deleting twice is no error."""
        assert write(storage, None).text is None
        assert write(storage, None).text is None

    @other_keys
    def test_each_key_has_a_row_of_its_own(self, storage: Storage, other: SessionKey) -> None:
        """Neither writing nor deleting one touches another."""
        write(storage, "mine")
        assert read(storage, other) is None
        write(storage, "other", other)
        assert read(storage) == "mine"
        write(storage, None, other)
        assert read(storage) == "mine"

    def test_a_change_that_raises_changes_nothing_and_blocks_nothing(
        self, storage: Storage, another: Storage
    ) -> None:
        """Its exception comes through as it is."""
        write(storage, "before")

        def fail(text: str | None) -> str | None:
            raise LookupError(text)

        with pytest.raises(LookupError):
            storage.update(KEY, fail, self.patience)
        assert read(storage) == "before"
        assert read(another) == "before"
        assert write(storage, "after").text == "after"

    def test_a_change_that_others_come_before_is_made_of_what_they_wrote(
        self, storage: Storage, another: Storage
    ) -> None:
        """Either they wait, or the change is made once more; nothing is lost."""
        write(storage, "0")
        others: list[threading.Thread] = []

        def change(text: str | None) -> str:
            if not others:
                others.append(_started(lambda: _append(another, "b")))
                others[0].join(_OVERLAP_SECONDS)
            return f"{text}a"

        storage.update(KEY, change, self.patience)
        others[0].join(self.patience)
        assert sorted(read(storage) or "") == ["0", "a", "b"]

    def test_threads_that_change_a_row_at_once_lose_nothing(
        self, storage: Storage, another: Storage
    ) -> None:
        """80 changes on 8 threads are 80 changes."""

        def add(number: int) -> None:
            for _ in range(10):
                _append((storage, another)[number % 2], "+")

        threads = [_started(lambda number=number: add(number)) for number in range(8)]  # type: ignore[misc]
        for thread in threads:
            thread.join(6 * self.patience)
        assert read(storage) == "+" * 80

    def test_an_update_does_not_wait_for_others_for_ever(
        self, storage: Storage, another: Storage
    ) -> None:
        """When its time is over it has succeeded, or raised a StorageError."""
        begun, over = threading.Event(), threading.Event()
        outcomes: list[object] = []

        def hang(_: str | None) -> str:
            begun.set()
            over.wait(2 * self.patience)
            return "late"

        def impatient() -> None:
            try:
                outcomes.append(another.update(KEY, lambda _: "quick", 0.05).text)
            except StorageError as error:
                outcomes.append(error)

        slow = _started(lambda: storage.update(KEY, hang, self.patience))
        assert begun.wait(self.patience)
        _started(impatient).join(self.patience)
        has_returned = bool(outcomes)
        over.set()
        slow.join(self.patience)
        assert has_returned, "update() still waits"
        assert outcomes[0] == "quick" or isinstance(outcomes[0], StorageError)

    def test_the_version_stays_while_nobody_writes(
        self, storage: Storage, another: Storage
    ) -> None:
        """It is the one that came with what was written, read or left as it was."""
        seen = write(storage, "a").version
        if seen is not None:
            assert storage.version(KEY) == seen
            assert storage.update(KEY, lambda text: text, self.patience).version == seen
            assert write(storage, "a").version == seen
            assert storage.version(KEY) == seen
        read_there = another.update(KEY, lambda text: text, self.patience).version
        assert another.version(KEY) == read_there
        assert another.version(KEY) == read_there

    @pytest.mark.parametrize("text", ["b", None], ids=["written", "deleted"])
    def test_a_write_of_anothers_changes_the_version(
        self, storage: Storage, another: Storage, text: str | None
    ) -> None:
        """Each of them, so that a sign-out elsewhere is noticed before the next call."""
        for _ in range(3):
            seen = write(storage, "a").version
            write(another, text)
            now = storage.version(KEY)
            assert now is None or now != seen

    def test_close_keeps_everything_and_the_storage_can_be_used_again(
        self, storage: Storage, make_storage: Callable[[], Storage]
    ) -> None:
        """Also for those that come later; closing twice is no error."""
        write(storage, "a")
        storage.close()
        storage.close()
        assert read(storage) == "a"
        storage.close()
        later = make_storage()
        assert read(later) == "a"
        later.close()

    def test_one_at_a_time_has_the_refresh_lock(self, storage: Storage, another: Storage) -> None:
        """Neither its own thread nor another one, here or there, gets it a second time."""
        release = storage.try_refresh_lock(KEY)
        assert release is not None
        assert storage.try_refresh_lock(KEY) is None
        assert another.try_refresh_lock(KEY) is None
        elsewhere: list[object] = []
        _started(lambda: elsewhere.append(storage.try_refresh_lock(KEY))).join(self.patience)
        assert elsewhere == [None]
        release()

    def test_the_refresh_lock_can_be_had_again_once_it_was_given_back(
        self, storage: Storage, another: Storage
    ) -> None:
        """Given back on another thread, too."""
        for each in (storage, another, storage):
            release = each.try_refresh_lock(KEY)
            assert release is not None
            _started(release).join(self.patience)

    @other_keys
    def test_each_key_has_a_refresh_lock_of_its_own(
        self, storage: Storage, other: SessionKey
    ) -> None:
        """A refresh holds up nobody else's."""
        releases = [storage.try_refresh_lock(key) for key in (KEY, other)]
        for release in releases:
            assert release is not None
            release()

    def test_the_refresh_lock_does_not_keep_anybody_from_writing(
        self, storage: Storage, another: Storage
    ) -> None:
        """A session can be ended while it is refreshed elsewhere."""
        release = storage.try_refresh_lock(KEY)
        assert release is not None
        assert write(another, "a").text == "a"
        assert write(storage, "b").text == "b"
        release()

    def test_no_repr_tells_what_is_stored(self, storage: Storage) -> None:
        """Neither the text nor the API key: both could come into a log."""
        stored = write(storage, SECRET)
        for shown in (repr(storage), str(storage), repr(stored), str(stored)):
            assert SECRET not in shown
            assert KEY.api_key not in shown

    def test_a_storage_that_is_away_raises_a_storage_error(
        self, unreachable_storage: Storage | None
    ) -> None:
        """And nothing else; the version is unknown, or that error as well."""
        if unreachable_storage is None:
            pytest.skip("unreachable_storage is not overridden")
        changes: list[Change] = [lambda text: text, lambda _: SECRET, lambda _: None]
        for change in changes:
            with pytest.raises(StorageError) as caught:
                unreachable_storage.update(KEY, change, 0.2)
            assert SECRET not in str(caught.value)
            assert KEY.api_key not in str(caught.value)
        with suppress(StorageError):
            assert unreachable_storage.version(KEY) is None
        with pytest.raises(StorageError):
            unreachable_storage.try_refresh_lock(KEY)
        unreachable_storage.close()
