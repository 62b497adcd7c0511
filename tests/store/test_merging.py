"""Memory and storage brought together while either changes."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from attrs import evolve

from synerise_client import ClientSessionEndReason, MemoryStorage
from synerise_client.errors import CallEnded
from synerise_client.models.enums import TokenOrigin
from synerise_client.session import store
from synerise_client.session.clock import Clock
from synerise_client.session.state import SessionState, SessionToken, ended, signed_in
from synerise_client.session.storage import SessionKey, Stored
from synerise_client.session.store import StateStore
from tests.store.conftest import Change

KEY = SessionKey("key", "url")
OUT = ClientSessionEndReason.UserSignOut
CLOCK = Clock()


class BusyStorage(MemoryStorage):
    """Runs ``afterwards`` once, when it has stored something and before anybody knows."""

    afterwards: Callable[[], object] | None = None

    def __init__(self) -> None:
        super().__init__()
        self.epochs: list[int] = []

    def update(self, key: SessionKey, change: Change, timeout: float) -> Stored:
        stored = super().update(key, change, timeout)
        if stored.text is not None:
            self.epochs.append(json.loads(stored.text)["epoch"])
        afterwards, self.afterwards = self.afterwards, None
        if afterwards is not None:
            afterwards()
        return stored

    def row(self) -> dict[str, Any]:
        text = super().update(KEY, lambda text: text, 1).text
        assert text is not None
        state: dict[str, Any] = json.loads(text)
        return state


@pytest.fixture
def storage(monkeypatch: pytest.MonkeyPatch) -> BusyStorage:
    monkeypatch.setattr(store, "CALLER_TIMEOUT", 0.01)  # an ender beside an exchange
    return BusyStorage()


def client_on(storage: MemoryStorage) -> StateStore:
    mine = StateStore(storage, KEY, CLOCK, SessionState(uuid="uuid", device_id="device"))
    mine.open()
    return mine


def sign_out(of: StateStore) -> None:
    of.end(lambda state: ended(state, OUT), lambda: None)


def sign_in(of: StateStore, uuid: str = "uuid") -> SessionState:
    token = SessionToken(
        string=f"token of {uuid}",
        expiration=CLOCK.wall() + 999,
        lifetime=999,
        expires_at=CLOCK.elapsed() + 999,
        is_anchored=True,
        origin=TokenOrigin.Synerise,
    )
    return of.commit(
        of.state.epoch,
        lambda state: signed_in(state, token, uuid, f"email:{uuid}", 0.0),
        user_decided=True,
    )


def hear_date(of: StateStore) -> None:
    of.adjust(lambda state: evolve(state, clock_offset=9.0), is_stored=True)


def test_a_date_heard_while_another_clients_sign_out_comes_in_revives_no_session(
    storage: BusyStorage,
) -> None:
    mine, theirs = client_on(storage), client_on(storage)
    sign_in(theirs)
    mine.flush()
    sign_out(theirs)
    end = theirs.state
    storage.afterwards = lambda: hear_date(mine)
    mine.flush()
    assert (mine.state.token, mine.state.epoch) == (None, end.epoch)
    mine.flush()
    assert mine.state.clock_offset == 9.0
    assert (storage.row()["token"], storage.row()["epoch"]) == (None, end.epoch)
    theirs.flush()
    assert theirs.state == mine.state
    assert [each.after.token for each in mine.takeovers()[-1:]] == [None]


def test_a_date_heard_while_a_change_is_stored_is_kept(storage: BusyStorage) -> None:
    mine = client_on(storage)
    storage.afterwards = lambda: hear_date(mine)
    sign_in(mine)
    assert mine.state.token is not None
    assert mine.state.clock_offset == 9.0
    mine.flush()
    assert storage.row()["clock_offset"] == 9.0
    assert storage.row()["token"]["string"] == "token of uuid"


def test_a_second_end_while_the_first_is_stored_never_shrinks_the_epoch(
    storage: BusyStorage,
) -> None:
    mine, theirs = client_on(storage), client_on(storage)
    for _ in range(5):
        sign_out(theirs)
    storage.afterwards = lambda: sign_out(mine)
    sign_out(mine)
    mine.flush()
    assert storage.epochs == sorted(storage.epochs)
    assert storage.epochs[-1] == storage.row()["epoch"] == mine.state.epoch == 7


def test_an_end_while_a_change_is_stored_outgrows_that_change(storage: BusyStorage) -> None:
    """The other client has seen the sign-in in the row, and is to see the end of it."""
    mine, theirs = client_on(storage), client_on(storage)
    sign_in(mine, "anna")
    theirs.flush()

    def end() -> None:
        theirs.flush()
        sign_out(mine)

    storage.afterwards = end
    with pytest.raises(CallEnded):
        sign_in(mine, "bert")
    seen = theirs.state
    assert seen.uuid == "bert"
    mine.flush()
    assert storage.row()["token"] is None
    assert storage.row()["epoch"] > seen.epoch
    theirs.flush()
    assert theirs.state.token is None
    assert theirs.takeovers()[-1].before == seen
