"""A process is killed, wherever it is: the store holds the state before or after, whole."""

from __future__ import annotations

import multiprocessing
import os
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

from synerise_client import SQLiteStorage, Synerise
from synerise_client.sandbox import Sandbox
from synerise_client.session.storage import SessionKey, Stored
from tests.conftest import PASSWORD, Team
from tests.crashes.changing import (
    EMAILS,
    Change,
    Kill,
    Place,
    change_for_ever,
    fingerprint,
)
from tests.crashes.killed import (
    check_states,
    check_told,
    check_whole,
    lines_of,
    read_plainly,
    use,
)
from tests.store.conftest import opened, row, store_warnings

Counted = Callable[[str, int], None]

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked here")

KINDS = ("from outside", "at an intent", "in a statement", "by a timer", "within a write")
ROUNDS_OF_ONE_STORE = 8


class Processes:
    """Processes that change a session for ever, each started from one that has loaded all."""

    def __init__(self) -> None:
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["tests.crashes.changing"])
        self._running: list[BaseProcess] = []

    def start(self, place: Place, kill: Kill, seed: int = 0) -> BaseProcess:
        process = self._context.Process(target=change_for_ever, args=(place, kill, seed))
        process.start()
        self._running.append(process)
        return process

    def run_to_death(self, place: Place, kills: list[Kill], chance: random.Random) -> None:
        """Start a process for each kill, and return when the last one has died of it."""
        processes = [self.start(place, kill, chance.randrange(10**6)) for kill in kills]
        for process, kill in zip(processes, kills, strict=True):
            if kill.kind == "from outside":
                time.sleep(kill.seconds)
                process.kill()
        for process in processes:
            process.join(20)
            assert process.exitcode is not None, "it did not die"
            assert process.exitcode < 0, "it ended otherwise than by being killed"
        self.end()

    def end(self) -> None:
        for process in self._running:
            process.kill()
            process.join()
            process.close()
        self._running.clear()


@pytest.fixture
def processes() -> Iterator[Processes]:
    processes = Processes()
    yield processes
    processes.end()


@pytest.fixture
def places(sandbox: Sandbox, tmp_path: Path) -> Callable[[int], Place]:
    """Return where a round takes place: some rounds share a store, the first of them makes it."""
    for email in EMAILS:
        sandbox.add_profile(email, PASSWORD)

    def place(number: int) -> Place:
        store, round_of_it = divmod(number, ROUNDS_OF_ONE_STORE)
        path = tmp_path / f"store_{store}" / "home" / "store"
        if round_of_it == 0 and store % 2 == 0:
            fill(path)
        path.parent.parent.mkdir(exist_ok=True)
        journal = path.parent.parent / f"journal_{number}"
        return Place(path, journal, sandbox.url, sandbox.api_key)

    return place


def any_kill(chance: random.Random, kind: str) -> Kill:
    if kind == "from outside":
        return Kill(kind, seconds=chance.uniform(0, 0.15))
    if kind == "in a statement":
        return Kill(kind, number=chance.randrange(1, 1500))
    return Kill(
        kind,
        number=chance.randrange(1, 12),
        seconds=chance.uniform(0.0001, 0.004),
        part=chance.uniform(0, 1.1),
    )


class Findings:
    """What was wrong after the kills."""

    def __init__(self) -> None:
        self.kills = self.cut_off = 0
        self.unusable: list[str] = []
        self.mixed: list[str] = []

    @contextmanager
    def noting(self, where: list[str], what: object) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            where.append(f"{what}: {type(error).__name__} {error}")

    def count(self, counted: Counted) -> None:
        counted("random kills", self.kills)
        counted("kills with a transaction half written", self.cut_off)
        counted("unusable stores after a kill", len(self.unusable))
        counted("mixed states after a kill", len(self.mixed))
        assert self.unusable == []
        assert self.mixed == []


def examine(
    findings: Findings, place: Place, sandbox: Sandbox, kills: list[Kill], first: str
) -> str:
    """Note what is wrong; return the fingerprint of what is stored afterwards."""
    findings.kills += len(kills)
    if not place.path.exists():
        assert first == "nothing", "the store is gone"
        return "nothing"
    findings.cut_off += place.path.with_name("store-journal").exists()
    lines = lines_of(place.journal) if place.journal.exists() else []
    text, last = None, ""
    with findings.noting(findings.unusable, kills):
        text = read_plainly(place)
        last = use(place, text)
    with findings.noting(findings.mixed, kills):
        check_states(lines, text, first)
        check_whole(text, sandbox)
        check_whole(last, sandbox)
        if len(kills) == 1:  # nobody else had a lock on the store
            check_told(lines, text)
            assert not [line for line in lines if line.kind == "trouble"]
    return fingerprint(last)


@pytest.mark.long
@pytest.mark.parametrize("kind", KINDS)
def test_a_killed_process_leaves_the_state_before_or_after_its_change(
    sandbox: Sandbox,
    processes: Processes,
    places: Callable[[int], Place],
    portion: Callable[[int], int],
    counted: Counted,
    kind: str,
) -> None:
    findings, chance, first = Findings(), random.Random(), "nothing"
    for number in range(portion(32)):
        place, kills = places(number), [any_kill(chance, kind)]
        if number % ROUNDS_OF_ONE_STORE == 0:
            first = "nothing"
        processes.run_to_death(place, kills, chance)
        first = examine(findings, place, sandbox, kills, first)
    findings.count(counted)


@pytest.mark.long
def test_processes_that_share_a_store_and_are_killed_one_by_one_lose_nothing(
    sandbox: Sandbox,
    processes: Processes,
    places: Callable[[int], Place],
    portion: Callable[[int], int],
    counted: Counted,
) -> None:
    """Each finds what the one before has written, also if that was killed while it wrote."""
    findings, chance, first = Findings(), random.Random(), "nothing"
    for number in range(portion(14)):
        place, kills = places(number), [any_kill(chance, kind) for kind in chance.sample(KINDS, 3)]
        if number % ROUNDS_OF_ONE_STORE == 0:
            first = "nothing"
        processes.run_to_death(place, kills, chance)
        first = examine(findings, place, sandbox, kills, first)
    findings.count(counted)


def fill(path: Path) -> None:
    """Make a store of many customers, so that what a change writes lies far apart."""
    storage = SQLiteStorage(path)
    storage.update(SessionKey("", "", ""), lambda _: "another's state", 5)
    storage.close()
    with opened(path) as database:
        others = [(f" {number}", "another's state" * 100) for number in range(30)]
        database.executemany("INSERT INTO session VALUES (?, '', '', ?)", others)


class NoticingStorage(SQLiteStorage):
    """Tells when somebody begins to use it."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.is_used = threading.Event()

    def update(self, key: SessionKey, change: Change, timeout: float) -> Stored:
        self.is_used.set()
        return super().update(key, change, timeout)


def test_when_a_process_is_killed_within_a_transaction_the_other_goes_on_at_once(
    team: Team,
    path: Path,
    processes: Processes,
    caplog: pytest.LogCaptureFixture,
) -> None:
    storage = NoticingStorage(path)
    client = team.client(storage)
    team.sign_in()
    before = row(path)
    place = Place(path, path.parent.parent / "journal", team.sandbox.url, team.sandbox.api_key)
    holder = processes.start(place, Kill("never"))
    gives_up_at = time.monotonic() + 20
    while not (place.journal.exists() and lines_of(place.journal)):
        assert time.monotonic() < gives_up_at
        time.sleep(0.02)
    with team.sandbox.hold("refresh") as hold:
        client.refreshToken(*team.heard.callbacks("refreshToken"))
        assert hold.arrived.wait(10)
        storage.is_used.clear()
    assert storage.is_used.wait(10)
    time.sleep(0.1)  # it waits for the lock by now
    assert len(team.heard.told) == 1
    holder.kill()
    holder.join()
    (_, kind, token) = team.heard.wait_for(2)[-1]
    assert kind == "success"
    assert row(path)["token"]["string"] == token.tokenString != before["token"]["string"]
    assert row(path)["uuid"] == client.getUUID() == before["uuid"]
    assert Synerise.waitUntilIdle(10)
    assert store_warnings(caplog) == []
