"""What happens at the very moment at which something else happens, on another thread or client."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from synerise_client import ClientSessionEndReason, MemoryStorage, Synerise
from synerise_client.api import transport
from synerise_client.api.cancellation import Cancellation
from synerise_client.session.storage import SessionKey, StorageError, Stored
from synerise_client.session.store import StateStore
from synerise_client.session.turn import Turn
from tests.conftest import EMAIL, PASSWORD, Heard, Team
from tests.session.scenes import bearers, held, story

OTHER_KEY = "the-key-of-another-profile"
IN = ("listener", "in")
DESTROYED = ("listener", "out", ClientSessionEndReason.SessionDestroyed)


class SlowStorage(MemoryStorage):
    """Lets ``patient`` wait in its next update until ``go`` is set."""

    patient: threading.Thread | None = None

    def __init__(self) -> None:
        super().__init__()
        self.arrived, self.go = threading.Event(), threading.Event()

    def update(
        self, key: SessionKey, change: Callable[[str | None], str | None], timeout: float
    ) -> Stored:
        if threading.current_thread() is self.patient:
            self.patient = None
            self.arrived.set()
            assert self.go.wait(10)
        return super().update(key, change, timeout)

    def slows(self, function: Callable[..., object], *arguments: object) -> threading.Thread:
        """Run ``function`` on a thread of its own, which waits as soon as it wants to store."""
        thread = threading.Thread(target=function, args=arguments, daemon=True)
        self.patient = thread
        thread.start()
        assert self.arrived.wait(10)
        return thread


class Gate:
    """Stops the first thread that comes out of a method."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, kind: type, name: str) -> None:
        self.arrived, self.go = threading.Event(), threading.Event()
        original = getattr(kind, name)

        def gated(*arguments: Any) -> Any:
            result = original(*arguments)
            if not self.arrived.is_set():
                self.arrived.set()
                assert self.go.wait(10)
            return result

        monkeypatch.setattr(kind, name, gated)


def worker_stops(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Return an event: a turn is about to store what it did, or is over."""
    stops = threading.Event()
    begin, over, commit = Turn.begin, Turn.over, StateStore.commit

    def noted_begin(self: Turn) -> None:
        try:
            begin(self)
        except BaseException:
            stops.set()
            raise

    def noted_over(self: Turn, **options: Any) -> None:
        stops.set()
        over(self, **options)

    def noted_commit(self: StateStore, *arguments: Any, **options: Any) -> Any:
        stops.set()
        return commit(self, *arguments, **options)

    monkeypatch.setattr(Turn, "begin", noted_begin)
    monkeypatch.setattr(Turn, "over", noted_over)
    monkeypatch.setattr(StateStore, "commit", noted_commit)
    return stops


@pytest.mark.parametrize(
    ("kind", "name"), [(StateStore, "takeovers"), (Cancellation, "check")], ids=["early", "late"]
)
def test_a_call_that_begins_while_the_session_is_destroyed_signs_nobody_in(
    team: Team, monkeypatch: pytest.MonkeyPatch, kind: type, name: str
) -> None:
    """The session is another one already, but not stored yet, when the call looks at it."""
    storage = SlowStorage()
    client = team.client(storage)
    team.sandbox.add_profile(EMAIL, PASSWORD)
    stops, gate = worker_stops(monkeypatch), Gate(monkeypatch, kind, name)
    client.signIn(EMAIL, PASSWORD, *team.heard.callbacks("signIn"))
    assert gate.arrived.wait(10)
    ender = storage.slows(client.destroySession)
    gate.go.set()
    assert stops.wait(10)
    storage.go.set()
    ender.join(10)
    assert Synerise.waitUntilIdle(10)
    assert story(team.heard) == [("signIn", "error", -999)]
    assert not client.isSignedIn()


def test_the_next_call_after_such_an_end_works(team: Team) -> None:
    client = team.client()
    team.sign_in()
    with held(team, "account", "getAccount"):
        client.destroySession()
    team.sign_in()
    assert client.isSignedIn()
    told = [each[:2] if each[0] == "getAccount" else each for each in team.heard.told]
    assert told == [IN, DESTROYED, ("getAccount", "error"), IN]


class LocklessStorage(MemoryStorage):
    """Cannot keep anybody from refreshing at the same time."""

    def try_refresh_lock(self, key: SessionKey) -> Callable[[], None] | None:
        raise StorageError("no locks here")


def test_a_refresh_refused_because_another_client_was_quicker_ends_nothing(team: Team) -> None:
    storage, heard = LocklessStorage(), Heard()
    others: list[Any] = []
    tokens: list[str] = []

    def be_quicker(operation: str, headers: dict[str, str], body: dict[str, Any]) -> None:
        if operation == "refresh" and others:
            other = others.pop()
            old = team.call("retrieveToken", client=other).tokenString
            new = team.call("refreshToken", client=other).tokenString
            team.sandbox.revoke(old)
            tokens.extend([old, new])

    client = team.client(storage, withRequestHook=be_quicker)
    team.sign_in()
    other = team.other_client(storage, heard)
    assert team.call("retrieveToken", client=other).tokenString
    others.append(other)
    refreshed = team.call("refreshToken").tokenString
    old, new = tokens
    assert refreshed == new
    assert bearers(team, "refresh") == [old, old]
    assert team.call("getAccount", client=other).email == EMAIL
    assert team.call("getAccount").email == EMAIL
    assert client.isSignedIn()
    assert other.isSignedIn()
    assert team.heard.events == [("in",)]
    assert ("out", ClientSessionEndReason.ClientRejected) not in heard.events


def test_destroying_beside_a_change_of_the_key_leaves_nobody_signed_in(team: Team) -> None:
    """The change takes the session along; whichever is first, the end of both is the same."""
    storage = SlowStorage()
    client = team.client(storage)
    team.sign_in()
    Synerise.Settings.sdk.shouldDestroySessionOnApiKeyChange = False
    changer = storage.slows(Synerise.changeApiKey, OTHER_KEY)
    destroyer = threading.Thread(target=client.destroySession, daemon=True)
    destroyer.start()
    destroyer.join(0.2)
    storage.go.set()
    for thread in (changer, destroyer):
        thread.join(10)
        assert not thread.is_alive()
    assert Synerise.waitUntilIdle(10)
    assert not client.isSignedIn()
    assert team.heard.told == [IN, DESTROYED]


def test_the_listener_hears_of_a_sign_in_elsewhere_that_a_commit_comes_upon(team: Team) -> None:
    storage, heard = MemoryStorage(), Heard()
    team.sandbox.add_profile(EMAIL, PASSWORD)
    other = team.other_client(storage, heard)
    others = [other]

    def be_quicker(operation: str, headers: dict[str, str], body: dict[str, Any]) -> None:
        if operation == "login_anonymous" and others:
            assert team.call("signIn", EMAIL, PASSWORD, client=others.pop()) is True

    client = team.client(storage, withRequestHook=be_quicker)
    assert team.call("requestPasswordReset", EMAIL) is True
    assert not others
    assert Synerise.waitUntilIdle(10)
    assert team.heard.events == [("in",)]
    assert heard.events == [("in",)]
    assert client.isSignedIn()


def test_a_sign_out_in_the_background_and_the_worker_share_one_transport(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage = MemoryStorage()
    team.client(storage)
    team.sign_in()
    Synerise.shutdown()
    made: list[transport.Transport] = []
    is_second = threading.Event()
    build = transport.Transport.__init__

    def noted(self: transport.Transport, *arguments: Any, **options: Any) -> None:
        made.append(self)
        if len(made) > 1:
            is_second.set()
        is_second.wait(0.2)
        build(self, *arguments, **options)

    monkeypatch.setattr(transport.Transport, "__init__", noted)
    client = team.client(storage)
    client.signOut()
    team.sign_in()
    assert Synerise.waitUntilIdle(10)
    assert "logout" in team.operations
    assert len(made) == 1


def test_another_client_hears_that_an_expired_login_expired(team: Team) -> None:
    """Not why the session before it ended."""
    storage, heard = MemoryStorage(), Heard()
    client = team.client(storage)
    other = team.other_client(storage, heard)
    team.sign_in()
    client.destroySession()
    team.sign_in()
    team.call("retrieveToken", client=other)
    team.time_passes(4000)
    assert client.regenerateUUID() is True
    team.call("retrieveToken", client=other)
    assert heard.events[-1] == ("out", ClientSessionEndReason.SessionExpiration)


def test_an_announcement_that_fails_swallows_no_callback(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = team.client()
    team.sign_in()

    def fail(self: StateStore) -> bool:
        raise LookupError("of the test")

    with held(team, "account", "getAccount"):
        monkeypatch.setattr(StateStore, "has_unsaved", property(fail))
        client.destroySession()
        team.heard.wait_for(2)
        monkeypatch.undo()
    assert Synerise.waitUntilIdle(10)
    assert story(team.heard)[-1] == ("getAccount", "error", -999)
