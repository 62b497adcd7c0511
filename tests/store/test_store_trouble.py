"""A store that cannot be read or written now: the session goes on, and catches up later."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from synerise_client import (
    ClientAccountRegisterContext,
    ClientSessionEndReason,
    SQLiteStorage,
    Synerise,
    Token,
)
from tests.conftest import Team
from tests.store.conftest import (
    BrokenStorage,
    ImpatientStorage,
    locked,
    locked_by_a_process,
    mode,
    row,
    run,
    store_warnings,
)

DISK_FULL = """
import logging, resource, sys
from synerise_client import SQLiteStorage, Synerise
logging.basicConfig(stream=sys.stdout, format="%(levelname)s %(message)s", level=logging.WARNING)
path, url, key = sys.argv[1:]
soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
Synerise.Initializer().withApiKey(key).withBaseUrl(url).withStorage(SQLiteStorage(path)).init()
told = []
client = Synerise.Client
client.signIn("anna@example.com", "Pass1!word", told.append, told.append)
client.retrieveToken(told.append, told.append)
client.getAccount(told.append, told.append)
assert Synerise.waitUntilIdle(20)
sys.stdout.write("FULL\\n")
resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
client.retrieveToken(told.append, told.append)
assert Synerise.waitUntilIdle(20)
assert told[0] is True and told[1] == told[3], told
sys.stdout.write(f"{client.getUUID()} {told[3].tokenString}")
"""

READ_ONLY = """
import logging, sys
from synerise_client import SQLiteStorage, Synerise
logging.basicConfig(stream=sys.stdout, format="%(levelname)s %(message)s", level=logging.WARNING)
path, url, key = sys.argv[1:]
Synerise.Initializer().withApiKey(key).withBaseUrl(url).withStorage(SQLiteStorage(path)).init()
told = []
client = Synerise.Client
before = client.getUUID()
client.refreshToken(told.append, told.append)
client.retrieveToken(told.append, told.append)
assert Synerise.waitUntilIdle(20)
assert told[0] == told[1], told
client.destroySession()
assert client.getUUID() != before and not client.isSignedIn()
sys.stdout.write(before)
"""


def test_a_store_that_another_process_locks_is_adopted_and_written_once_it_is_free(
    team: Team, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    uuid = team.client(ImpatientStorage(path)).getUUID()
    team.sign_in()
    Synerise.shutdown()
    with locked_by_a_process(path):
        client = team.client(ImpatientStorage(path))
        assert client.getUUID() != uuid
    token = team.call("refreshToken")
    assert client.getUUID() == uuid
    assert row(path)["token"]["string"] == token.tokenString
    assert len(store_warnings(caplog)) == 1


def test_a_store_that_is_locked_at_the_start_is_adopted_once_it_is_free(
    team: Team, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    uuid = team.client(ImpatientStorage(path)).getUUID()
    team.sign_in()
    token = team.call("retrieveToken")
    Synerise.shutdown()
    with locked(path):
        client = team.client(ImpatientStorage(path))
        assert client.getUUID() != uuid
        assert team.call("retrieveToken").code == 3200
        assert team.call("getAccount").code == 3200
        assert len(store_warnings(caplog)) == 1
    assert team.call("retrieveToken") == token
    assert client.getUUID() == uuid
    assert client.isSignedIn()
    assert row(path)["token"]["string"] == token.tokenString
    assert len(store_warnings(caplog)) == 1


@pytest.mark.parametrize("ender", ["destroySession", "signOut", "regenerateUUID"])
def test_what_the_user_ended_while_the_store_could_not_be_read_stays_ended(
    team: Team, path: Path, ender: str
) -> None:
    team.client(ImpatientStorage(path))
    team.sign_in()
    Synerise.shutdown()
    with locked(path):
        client = team.client(ImpatientStorage(path))
        getattr(client, ender)()
        uuid = client.getUUID()
        assert Synerise.waitUntilIdle(10)
        assert client.getUUID() == uuid
    assert team.call("retrieveToken").code == 3200
    assert client.getUUID() == uuid == row(path)["uuid"]
    assert row(path)["token"] is None


def test_who_signed_in_while_the_store_could_not_be_read_stays_signed_in(
    team: Team, path: Path
) -> None:
    team.client(ImpatientStorage(path))
    team.sign_in()
    epoch = row(path)["epoch"]
    Synerise.shutdown()
    with locked(path):
        client = team.client(ImpatientStorage(path))
        team.sign_in("ben@example.com")
        token = team.call("retrieveToken")
    assert team.call("getAccount").email == "ben@example.com"
    assert team.call("retrieveToken") == token
    assert row(path)["token"]["string"] == token.tokenString
    assert row(path)["uuid"] == client.getUUID()
    assert row(path)["epoch"] > epoch


def test_an_anonymous_token_fetched_meanwhile_does_not_overwrite_what_was_never_read(
    team: Team, path: Path
) -> None:
    uuid = team.client(ImpatientStorage(path)).getUUID()
    team.sign_in()
    token = team.call("retrieveToken")
    Synerise.shutdown()
    with locked(path):
        client = team.client(ImpatientStorage(path))
        assert team.call("registerAccount", _new_customer()) is True
    assert team.call("retrieveToken") == token
    assert client.getUUID() == uuid


@pytest.mark.parametrize("kind", ["IMMEDIATE", "EXCLUSIVE"])
def test_a_store_that_is_locked_in_mid_session_is_written_once_it_is_free(
    team: Team, path: Path, caplog: pytest.LogCaptureFixture, kind: str
) -> None:
    client = team.client(ImpatientStorage(path))
    team.sign_in()
    old = row(path)["token"]["string"]
    with locked(path, kind):
        token = team.call("refreshToken")
        assert team.call("retrieveToken") == token
        assert team.call("getAccount").email == "anna@example.com"
        assert client.isSignedIn()
    assert row(path)["token"]["string"] == old != token.tokenString
    assert team.call("retrieveToken") == token
    assert row(path)["token"]["string"] == token.tokenString
    assert len(store_warnings(caplog)) == 1


def test_an_end_that_could_not_be_stored_at_once_is_stored_before_the_listener_hears_of_it(
    team: Team, path: Path
) -> None:
    seen: list[object] = []

    class Listener:
        def onClientSignedOut(self, reason: ClientSessionEndReason) -> None:
            seen.extend([reason, row(path)["token"]])

    storage = BrokenStorage(path)
    client = team.client(storage)
    team.sign_in()
    client.setClientStateChangeListener(Listener())
    in_callback, go_on = threading.Event(), threading.Event()

    def wait(_: Token) -> None:
        in_callback.set()
        go_on.wait(10)

    client.retrieveToken(wait)
    assert in_callback.wait(10)
    storage.writes = False
    client.destroySession()
    assert row(path)["token"] is not None
    storage.writes = True
    go_on.set()
    assert Synerise.waitUntilIdle(10)
    assert seen == [ClientSessionEndReason.SessionDestroyed, None]


def test_a_locked_store_holds_the_caller_for_a_moment_only_and_is_written_later(
    team: Team, path: Path
) -> None:
    client = team.client(SQLiteStorage(path))
    team.sign_in()
    with locked(path):
        began = time.monotonic()
        client.destroySession()
        assert time.monotonic() - began < 2
        uuid = client.getUUID()
        assert not client.isSignedIn()
    assert Synerise.waitUntilIdle(10)
    assert row(path)["uuid"] == uuid
    assert row(path)["token"] is None


def test_the_start_waits_for_a_locked_store_for_a_moment_only(team: Team, path: Path) -> None:
    team.client(SQLiteStorage(path))
    Synerise.shutdown()
    with locked(path):
        began = time.monotonic()
        client = team.client(SQLiteStorage(path))
        assert time.monotonic() - began < 2
        assert client.getUUID()


def test_a_full_disk_is_reported_once_and_the_session_goes_on(
    team: Team, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    storage = BrokenStorage(path)
    client = team.client(storage)
    uuid = client.getUUID()
    storage.writes = False
    team.sign_in()
    token = team.call("refreshToken")
    assert team.call("retrieveToken") == token
    assert row(path)["token"] is None
    assert len(store_warnings(caplog)) == 1
    assert "full" in store_warnings(caplog)[0]
    storage.writes = True
    assert team.call("retrieveToken") == token
    assert row(path)["token"]["string"] == token.tokenString
    assert row(path)["uuid"] == client.getUUID() == uuid
    assert len(store_warnings(caplog)) == 1


def test_trouble_that_comes_back_is_reported_again(
    team: Team, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    storage = BrokenStorage(path)
    team.client(storage)
    team.sign_in()
    for count in (1, 2):
        storage.reads = False
        team.call("refreshToken")
        team.call("refreshToken")
        assert len(store_warnings(caplog)) == count
        storage.reads = True
        team.call("retrieveToken")


def test_several_changes_that_could_not_be_stored_are_stored_as_their_last(
    team: Team, path: Path
) -> None:
    storage = BrokenStorage(path)
    client = team.client(storage)
    storage.reads = False
    team.sign_in()
    client.destroySession()
    team.sign_in("ben@example.com")
    client.signOut()
    uuid = client.getUUID()
    storage.reads = True
    assert team.call("retrieveToken").code == 3200
    assert row(path)["uuid"] == uuid == client.getUUID()
    assert row(path)["token"] is None


def test_what_others_stored_meanwhile_is_kept_beside_what_could_not_be_stored(
    team: Team, path: Path
) -> None:
    """A refresh that was not stored does not undo the other process' sign-out."""
    storage = BrokenStorage(path)
    client = team.client(storage)
    other = team.other_client(BrokenStorage(path))
    team.sign_in()
    storage.writes = False
    team.call("refreshToken")
    other.signOut()
    storage.writes = True
    assert team.call("retrieveToken").code == 3200
    assert not client.isSignedIn()
    assert row(path)["token"] is None


def test_a_shutdown_that_cannot_store_anything_ends_all_the_same(team: Team, path: Path) -> None:
    storage = BrokenStorage(path)
    client = team.client(storage)
    team.sign_in()
    storage.reads = False
    client.destroySession()
    Synerise.shutdown()
    assert not Synerise.isInitialized()


@pytest.mark.skipif(not hasattr(time, "CLOCK_BOOTTIME"), reason="limits as Linux has them")
def test_a_process_that_may_write_no_more_bytes_goes_on_in_memory(team: Team, path: Path) -> None:
    team.sandbox.add_profile("anna@example.com", "Pass1!word")
    shown = run(DISK_FULL, path, team.sandbox.url, team.sandbox.api_key)
    *warnings, full, last = shown.splitlines()
    assert full == "FULL"
    assert len(warnings) == 1
    assert warnings[0].startswith("WARNING")
    assert f"{row(path)['uuid']} {row(path)['token']['string']}" == last
    assert mode(path) == 0o600


def test_a_store_in_a_folder_that_may_only_be_read_is_read_and_left_as_it_is(
    team: Team, path: Path
) -> None:
    client = team.client(ImpatientStorage(path))
    team.sign_in()
    uuid = client.getUUID()
    Synerise.shutdown()
    path.parent.chmod(0o500)
    before = path.read_bytes()
    try:
        *warnings, last = run(READ_ONLY, path, team.sandbox.url, team.sandbox.api_key).splitlines()
    finally:
        path.parent.chmod(0o700)
    assert last == uuid
    assert len(warnings) == 1
    assert warnings[0].startswith("WARNING")
    assert path.read_bytes() == before


def test_a_folder_that_cannot_be_made_leaves_the_session_in_memory(
    team: Team, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path.parent.touch()  # a file where the folder should be
    client = team.client(ImpatientStorage(path))
    team.sign_in()
    assert client.isSignedIn()
    assert path.parent.read_bytes() == b""
    assert len(store_warnings(caplog)) == 1


def _new_customer() -> object:
    return ClientAccountRegisterContext(email="new@example.com", password="Fresh1!word")
