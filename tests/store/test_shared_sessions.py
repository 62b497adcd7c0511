"""Several clients and processes on one store: one session, and nobody undoes another's work."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from synerise_client import (
    ClientAccountRegisterContext,
    ClientSessionEndReason,
    MemoryStorage,
    SQLiteStorage,
    Synerise,
)
from synerise_client.session.storage import SessionKey, Storage
from tests.conftest import PASSWORD, Heard, Team
from tests.session.scenes import story
from tests.store.conftest import row, run

COUNT = """
import sys
from synerise_client import SQLiteStorage
from synerise_client.session.storage import SessionKey
storage = SQLiteStorage(sys.argv[1])
sys.stdout.write("ready\\n")
sys.stdout.flush()
sys.stdin.readline()
for _ in range(25):
    storage.update(SessionKey("key", "url"), lambda text: str(int(text or 0) + 1), 50)
"""

START = """
import sys
from synerise_client import SQLiteStorage, Synerise
sys.stdout.write("ready\\n")
sys.stdout.flush()
sys.stdin.readline()
Synerise.Initializer().withApiKey("key").withStorage(SQLiteStorage(sys.argv[1])).init()
Synerise.Client.retrieveToken(None, lambda error: None)
assert Synerise.waitUntilIdle(50)
sys.stdout.write(Synerise.Client.getUUID())
"""

SIGN_OUT = """
import sys
from synerise_client import SQLiteStorage, Synerise
path, url, key, method = sys.argv[1:]
Synerise.Initializer().withApiKey(key).withBaseUrl(url).withStorage(SQLiteStorage(path)).init()
assert Synerise.Client.isSignedIn()
getattr(Synerise.Client, method)()
assert Synerise.waitUntilIdle(20)
"""

SIGN_IN = """
import sys
from synerise_client import SQLiteStorage, Synerise
path, url, key, email, password = sys.argv[1:]
Synerise.Initializer().withApiKey(key).withBaseUrl(url).withStorage(SQLiteStorage(path)).init()
told = []
Synerise.Client.signIn(email, password, told.append, told.append)
assert Synerise.waitUntilIdle(20)
assert told == [True], told
"""

STORAGES: list[Callable[[Path], Callable[[], Storage]]] = [
    lambda path: (lambda storage: lambda: storage)(MemoryStorage()),
    lambda path: lambda: SQLiteStorage(path),
]
BOTH_STORAGES = pytest.mark.parametrize("kind", STORAGES, ids=["memory", "sqlite"])
Kind = Callable[[Path], Callable[[], Storage]]

OUT = ("out", ClientSessionEndReason.UserSignOut)
DESTROYED = ("out", ClientSessionEndReason.SessionDestroyed)


def at_once(script: str, path: Path, count: int = 8) -> list[str]:
    """Run a script in ``count`` processes that begin together, and return what they wrote."""
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", script, str(path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(count)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    shown = [process.communicate(timeout=50) for process in processes]
    assert [process.returncode for process in processes] == [0] * count, shown
    assert [err for _, err in shown] == [""] * count
    return [out for out, _ in shown]


def test_eight_processes_that_change_a_row_at_once_lose_nothing(path: Path) -> None:
    at_once(COUNT, path)
    storage = SQLiteStorage(path)
    assert storage.update(SessionKey("key", "url"), lambda text: text, 5).text == "200"
    storage.close()


def test_eight_processes_that_start_at_once_are_one_customer(path: Path) -> None:
    uuids = at_once(START, path)
    assert len(set(uuids)) == 1
    assert row(path)["uuid"] == uuids[0]


@BOTH_STORAGES
def test_clients_that_share_a_storage_are_one_customer(team: Team, path: Path, kind: Kind) -> None:
    storage = kind(path)
    client, other = team.client(storage()), team.other_client(storage())
    assert client.getUUID() == other.getUUID()
    team.sign_in()
    token = team.call("retrieveToken")
    assert team.call("retrieveToken", client=other) == token
    assert other.isSignedIn()
    assert team.operations == ["login"]


@BOTH_STORAGES
def test_a_token_refreshed_by_another_client_is_used_here(
    team: Team, path: Path, kind: Kind
) -> None:
    storage = kind(path)
    team.client(storage())
    other = team.other_client(storage())
    team.sign_in()
    team.call("retrieveToken", client=other)
    new = team.call("refreshToken", client=other)
    assert team.call("retrieveToken") == new
    assert team.operations == ["login", "refresh"]


def test_a_sign_in_by_another_process_is_noticed_before_the_next_call(
    team: Team, path: Path
) -> None:
    client = team.client(SQLiteStorage(path))
    team.sandbox.add_profile("ben@example.com", PASSWORD)
    where = (path, team.sandbox.url, team.sandbox.api_key)
    run(SIGN_IN, *where, "ben@example.com", PASSWORD)
    assert team.call("getAccount").email == "ben@example.com"
    assert client.isSignedIn()
    assert client.getUUID() == row(path)["uuid"]
    assert team.heard.events == [("in",)]


def test_another_customer_who_signed_in_elsewhere_is_told_as_an_end_and_a_beginning(
    team: Team, path: Path
) -> None:
    team.client(SQLiteStorage(path))
    team.sign_in()
    team.heard.clear()
    team.sandbox.add_profile("ben@example.com", PASSWORD)
    where = (path, team.sandbox.url, team.sandbox.api_key)
    run(SIGN_IN, *where, "ben@example.com", PASSWORD)
    assert team.call("getAccount").email == "ben@example.com"
    assert team.heard.events == [OUT, ("in",)]
    team.call("getAccount")
    assert team.heard.events == [OUT, ("in",)]


@pytest.mark.parametrize(("method", "event"), [("signOut", OUT), ("destroySession", DESTROYED)])
def test_an_end_in_another_process_is_heard_here_once_with_its_reason(
    team: Team, path: Path, method: str, event: tuple[object, ...]
) -> None:
    client = team.client(SQLiteStorage(path))
    team.sign_in()
    team.heard.clear()
    run(SIGN_OUT, path, team.sandbox.url, team.sandbox.api_key, method)
    assert client.isSignedIn()  # knows what the last call knew
    assert team.call("getAccount").code == 3200
    assert not client.isSignedIn()
    assert client.getUUID() == row(path)["uuid"]
    assert team.call("getAccount").code == 3200
    assert team.heard.events == [event]
    assert "account" not in team.operations


@BOTH_STORAGES
@pytest.mark.parametrize(("method", "event"), [("signOut", OUT), ("destroySession", DESTROYED)])
def test_an_end_elsewhere_wins_over_a_refresh_in_flight(
    team: Team, path: Path, kind: Kind, method: str, event: tuple[object, ...]
) -> None:
    storage = kind(path)
    client = team.client(storage())
    team.sign_in()
    other = team.other_client(storage())
    team.heard.clear()
    with team.sandbox.hold("refresh") as hold:
        client.refreshToken(*team.heard.callbacks("refreshToken"))
        assert hold.arrived.wait(10)
        getattr(other, method)()
    assert Synerise.waitUntilIdle(10)
    assert story(team.heard) == [("listener", *event), ("refreshToken", "error", -999)]
    assert not client.isSignedIn()
    assert client.getUUID() == other.getUUID()
    assert team.call("retrieveToken").code == 3200
    assert team.call("retrieveToken", client=other).code == 3200
    assert team.heard.events == [event]


def test_an_end_in_another_process_wins_over_a_refresh_in_flight(team: Team, path: Path) -> None:
    client = team.client(SQLiteStorage(path))
    team.sign_in()
    team.heard.clear()
    with team.sandbox.hold("refresh") as hold:
        client.refreshToken(*team.heard.callbacks("refreshToken"))
        assert hold.arrived.wait(10)
        run(SIGN_OUT, path, team.sandbox.url, team.sandbox.api_key, "signOut")
    assert Synerise.waitUntilIdle(10)
    assert team.heard.told[0] == ("listener", *OUT)
    assert team.heard.results == [("refreshToken", "error", -999)]
    assert row(path)["token"] is None


@BOTH_STORAGES
def test_a_late_anonymous_token_does_not_replace_a_customers(
    team: Team, path: Path, kind: Kind
) -> None:
    storage = kind(path)
    client = team.client(storage())
    other = team.other_client(storage())
    team.sandbox.add_profile("anna@example.com", PASSWORD)
    with team.sandbox.hold("login_anonymous") as hold:
        context = ClientAccountRegisterContext(email="new@example.com", password="Fresh1!word")
        client.registerAccount(context, *team.heard.callbacks("register"))
        assert hold.arrived.wait(10)
        assert team.call("signIn", "anna@example.com", PASSWORD, client=other) is True
        token = team.call("retrieveToken", client=other)
    assert Synerise.waitUntilIdle(10)
    assert len(team.heard.results) == 1
    assert team.call("retrieveToken") == token
    assert team.call("retrieveToken", client=other) == token
    assert client.isSignedIn()
    assert other.isSignedIn()


@BOTH_STORAGES
def test_a_late_sign_in_does_not_revive_a_session_that_was_ended_elsewhere(
    team: Team, path: Path, kind: Kind
) -> None:
    storage = kind(path)
    client = team.client(storage())
    other = team.other_client(storage())
    team.sandbox.add_profile("anna@example.com", PASSWORD)
    with team.sandbox.hold("login") as hold:
        client.signIn("anna@example.com", PASSWORD, *team.heard.callbacks("signIn"))
        assert hold.arrived.wait(10)
        other.destroySession()
    assert Synerise.waitUntilIdle(10)
    assert team.heard.results == [("signIn", "error", -999)]
    assert not client.isSignedIn()
    assert client.getUUID() == other.getUUID()


@BOTH_STORAGES
def test_each_clients_listener_hears_of_an_end_once(team: Team, path: Path, kind: Kind) -> None:
    storage = kind(path)
    client = team.client(storage())
    heard = Heard()
    other = team.other_client(storage(), heard)
    team.sign_in()
    team.call("retrieveToken", client=other)
    client.destroySession()
    assert team.call("retrieveToken", client=other).code == 3200
    assert team.call("retrieveToken").code == 3200
    assert team.heard.events == [("in",), DESTROYED]
    assert heard.events == [("in",), DESTROYED]


def test_the_clients_of_one_process_may_work_at_once(team: Team, path: Path) -> None:
    team.client(SQLiteStorage(path))
    team.sign_in()
    others = [team.other_client(SQLiteStorage(path)) for _ in range(4)]
    answers: list[object] = []

    def work(number: int) -> None:
        answers.extend(team.call("refreshToken", client=others[number]) for _ in range(5))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 20
    last = team.call("retrieveToken")
    assert all(team.call("retrieveToken", client=other) == last for other in others)
    assert row(path)["token"]["string"] == last.tokenString
