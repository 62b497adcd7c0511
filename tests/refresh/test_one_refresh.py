"""One due refresh costs one request, whoever shares the session."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from synerise_client import MemoryStorage, SQLiteStorage, Synerise
from synerise_client.session.storage import Storage
from synerise_client.session.store import StateStore
from tests.conftest import Team
from tests.refresh.peers import (
    Peers,
    drops_its_late_token,
    fingerprint,
    signed_in,
    waiting_for_the_first,
)

DUE = 3600 - 1000.0
STORAGES: dict[str, Callable[[Path], Callable[[], Storage]]] = {
    "one memory": lambda _: (lambda memory: lambda: memory)(MemoryStorage()),
    "one file": lambda path: lambda: SQLiteStorage(path),
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "home" / "sessions.sqlite3"


def at_once(count: int, run: Callable[[int], object]) -> None:
    """Run something on many threads that start together."""
    barrier = threading.Barrier(count)

    def work(number: int) -> None:
        barrier.wait(30)
        run(number)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)


def test_a_thousand_threads_at_a_due_refresh_cost_one_request(
    team: Team, counted: Callable[[str, int], None]
) -> None:
    client = team.client()
    team.sign_in()
    team.time_passes(DUE)
    answers: list[Any] = []
    at_once(1000, lambda _: client.retrieveToken(answers.append, answers.append))
    assert Synerise.waitUntilIdle(30)
    assert len(answers) == 1000
    assert len({token.tokenString for token in answers}) == 1
    assert team.operations == ["login", "refresh"]
    counted("threads at one due refresh", 1000)


@pytest.mark.parametrize("kind", STORAGES.values(), ids=STORAGES)
def test_the_clients_of_one_process_refresh_once(
    team: Team, path: Path, kind: Callable[[Path], Callable[[], Storage]]
) -> None:
    storage = kind(path)
    team.client(storage())
    team.sign_in()
    clients = [team.other_client(storage()) for _ in range(20)]
    team.time_passes(DUE)
    answers: list[Any] = []
    at_once(20, lambda n: answers.append(team.call("retrieveToken", client=clients[n])))
    assert len({token.tokenString for token in answers}) == 1
    assert team.operations == ["login", "refresh"]


@pytest.mark.long
def test_sixteen_processes_at_a_due_refresh_cost_one_request(
    team: Team,
    path: Path,
    portion: Callable[[int], int],
    counted: Callable[[str, int], None],
) -> None:
    token = signed_in(team, path)
    with Peers.on(team, path, 16) as peers:
        for expiries in range(1, portion(20) + 1):
            peers.advance(DUE)
            (new,) = set(peers.call("retrieveToken"))
            assert new != token
            token = new
            assert team.operations == ["login"] + ["refresh"] * expiries
            counted("expiries that 16 processes met with one request", 1)


def test_sixteen_processes_without_a_token_fetch_one(team: Team, path: Path) -> None:
    with Peers.on(team, path, 16) as peers:
        assert set(peers.call("requestPasswordReset", "anna@example.com")) == {"True"}
    assert team.operations.count("login_anonymous") == 1


def test_sixteen_processes_and_a_dead_server_make_one_series_of_attempts(
    team: Team, path: Path
) -> None:
    token = signed_in(team, path)
    with Peers.on(team, path, 16) as peers:
        peers.advance(DUE)
        team.sandbox.fail("refresh", 503, times=100)
        for _ in range(2):
            assert set(peers.call("retrieveToken")) == {token}
        assert team.operations == ["login"] + ["refresh"] * 5
        peers.advance(61)
        assert set(peers.call("retrieveToken")) == {token}
        assert team.operations == ["login"] + ["refresh"] * 10


def test_a_process_that_starts_later_rests_too(team: Team, path: Path) -> None:
    token = signed_in(team, path)
    team.time_passes(DUE)
    team.sandbox.fail("refresh", 500, times=5)
    client = team.other_client(SQLiteStorage(path))
    assert fingerprint(team.call("retrieveToken", client=client).tokenString) == token
    later = team.other_client(SQLiteStorage(path))
    assert fingerprint(team.call("retrieveToken", client=later).tokenString) == token
    assert team.operations == ["login"] + ["refresh"] * 5
    team.time_passes(61)
    assert fingerprint(team.call("retrieveToken", client=later).tokenString) != token


@pytest.mark.parametrize("method", ["retrieveToken", "refreshToken"])
def test_the_others_go_on_at_once_when_the_one_that_refreshes_is_killed(
    team: Team, path: Path, method: str
) -> None:
    token = signed_in(team, path)
    with Peers.on(team, path, 4) as peers:
        peers.advance(DUE)
        with waiting_for_the_first(team, peers, method):
            peers[0].kill()
            (new,) = {peer.hear() for peer in peers[1:]}
        assert new != token
        assert team.operations == ["login", "refresh", "refresh"]


@pytest.mark.parametrize("method", ["retrieveToken", "refreshToken"])
def test_the_others_take_the_result_of_the_one_that_refreshes(
    team: Team, path: Path, method: str
) -> None:
    """Also those that asked for a refresh themselves while it was under way."""
    token = signed_in(team, path)
    with Peers.on(team, path, 4) as peers:
        peers.advance(DUE)
        with waiting_for_the_first(team, peers, method):
            pass
        (new,) = {peer.hear() for peer in peers}
        assert new != token
        assert team.operations == ["login", "refresh"]


def test_the_others_use_the_token_if_a_due_refresh_takes_too_long(team: Team, path: Path) -> None:
    token = signed_in(team, path)
    with Peers.on(team, path, 2, patience=0.2) as peers:
        peers.advance(DUE)
        with team.sandbox.hold("refresh") as hold:
            peers[0].tell("retrieveToken")
            assert hold.arrived.wait(10)
            peers[0].suspend()
            peers[1].tell("retrieveToken")
            assert peers[1].hear() == token
            assert team.operations == ["login", "refresh"]
        peers[0].resume()
        peers[0].hear()


def test_a_late_token_of_a_suspended_process_does_not_replace_a_newer_one(
    team: Team, path: Path
) -> None:
    token = signed_in(team, path)
    with Peers.on(team, path, 3, patience=0.2) as peers:
        drops_its_late_token(team, peers, token)


def noted_waiting(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Return an event: a client of this process waits for another one that refreshes."""
    waits, try_refresh_lock = threading.Event(), StateStore.try_refresh_lock

    def noted(store: StateStore) -> Callable[[], None] | None:
        release = try_refresh_lock(store)
        if release is None:
            waits.set()
        return release

    monkeypatch.setattr(StateStore, "try_refresh_lock", noted)
    return waits


def test_an_end_of_the_session_cuts_the_wait_for_another_process(
    team: Team, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed_in(team, path)
    client = team.client(SQLiteStorage(path))
    with Peers.on(team, path, 1) as peers:
        with team.sandbox.hold("refresh") as hold:
            peers[0].tell("refreshToken")
            assert hold.arrived.wait(10)
            waits = noted_waiting(monkeypatch)
            client.refreshToken(*team.heard.callbacks("refreshToken"))
            assert waits.wait(10)
            client.destroySession()
            assert Synerise.waitUntilIdle(2)
            assert team.heard.results == [("refreshToken", "error", -999)]
        assert peers[0].hear() == -999
    assert team.operations == ["login", "refresh"]


def test_a_process_sees_anothers_end_before_its_next_call(team: Team, path: Path) -> None:
    signed_in(team, path)
    with Peers.on(team, path, 2) as peers:
        assert len(set(peers.call("retrieveToken"))) == 1
        peers[0].tell("destroySession")
        assert peers[0].hear() == "ended"
        peers[1].tell("retrieveToken")
        assert peers[1].hear() == 3200
