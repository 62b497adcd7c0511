"""The store's file is deleted, replaced, damaged or locked while a client works with it."""

from __future__ import annotations

import os
import random
import re
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from synerise_client import SQLiteStorage, Synerise, Token
from synerise_client.session.sqlite_storage import SCHEMA
from tests.conftest import EMAIL, PASSWORD, Heard, Team
from tests.crashes.killed import check_whole
from tests.store.conftest import (
    ImpatientStorage,
    bytes_of,
    locked,
    locked_by_a_process,
    mode,
    opened,
    row,
    store_warnings,
)

OTHER = "ben@example.com"


def row_is_whole(team: Team, path: Path) -> bool:
    """Check that uuid, device and token of the row belong together."""
    with opened(path) as database:
        ((text,),) = database.execute("SELECT state FROM session")
    check_whole(text, team.sandbox)
    return True


def made_elsewhere(team: Team, path: Path, email: str | None) -> Path:
    """A store that another installation has made, with a customer signed in if one is given."""
    elsewhere = path.parent.parent / "elsewhere" / "store"
    team.client(SQLiteStorage(elsewhere))
    if email:
        team.sign_in(email)
    Synerise.shutdown()
    team.heard.clear()
    return elsewhere


def delete(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()


# Deleted


@pytest.mark.parametrize("what", ["file", "folder"])
def test_clients_whose_store_is_deleted_stay_one_customer(
    team: Team, path: Path, what: str, caplog: pytest.LogCaptureFixture
) -> None:
    client, heard = team.client(SQLiteStorage(path)), Heard()
    other = team.other_client(SQLiteStorage(path), heard)
    team.sign_in()
    uuid, token = client.getUUID(), team.call("retrieveToken", client=other)
    heard.clear()
    delete(path if what == "file" else path.parent)
    assert team.call("retrieveToken") == token
    new = team.call("refreshToken", client=other)
    assert team.call("retrieveToken") == new
    assert client.getUUID() == other.getUUID() == uuid == row(path)["uuid"]
    assert (mode(path.parent), mode(path)) == (0o700, 0o600)
    assert row(path)["token"]["string"] == new.tokenString
    assert heard.told == []
    assert store_warnings(caplog) == []


# Replaced


def test_a_file_that_is_replaced_by_a_folder_is_written_anew_once_that_is_gone(
    team: Team, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    client = team.client(SQLiteStorage(path))
    team.sign_in()
    path.unlink()
    path.mkdir(mode=0o700)
    token = team.call("refreshToken")
    assert team.call("retrieveToken") == token
    assert client.isSignedIn()
    assert list(path.iterdir()) == []
    path.rmdir()
    assert team.call("retrieveToken") == token
    assert row(path)["token"]["string"] == token.tokenString
    assert len(store_warnings(caplog)) == 1


def test_a_store_that_comes_in_the_place_of_a_folder_is_adopted(
    team: Team, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    elsewhere = made_elsewhere(team, path, OTHER)
    before = row(elsewhere)
    path.mkdir(mode=0o700, parents=True)
    path.parent.chmod(0o700)
    client = team.client(SQLiteStorage(path))
    assert team.call("getAccount").code == 3200
    path.rmdir()
    os.replace(elsewhere, path)
    assert team.call("getAccount").email == OTHER
    assert client.getUUID() == before["uuid"]
    assert row(path) == before
    assert len(store_warnings(caplog)) == 1


def test_a_store_that_replaces_another_one_is_adopted_as_it_is(
    team: Team, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    elsewhere = made_elsewhere(team, path, OTHER)
    before = row(elsewhere)
    client = team.client(SQLiteStorage(path))
    team.sign_in(EMAIL)
    team.heard.clear()
    os.replace(elsewhere, path)
    assert team.call("getAccount").email == OTHER
    assert client.getUUID() == before["uuid"]
    assert row(path) == before
    ended, began = team.heard.events
    assert ended[0] == "out"
    assert began == ("in",)
    assert store_warnings(caplog) == []


def test_what_could_not_be_stored_is_not_mixed_with_the_store_that_comes_then(
    team: Team, path: Path
) -> None:
    elsewhere = made_elsewhere(team, path, None)
    before = row(elsewhere)
    client = team.client(ImpatientStorage(path))
    with locked(path):
        client.recognizeAnonymous("somebody@example.com")
        assert Synerise.waitUntilIdle(10)
    assert team.operations[-2:] == ["login_anonymous", "event_custom"]
    os.replace(elsewhere, path)
    assert team.call("retrieveToken").code == 3200
    assert client.getUUID() == before["uuid"]
    assert row(path) == before


@pytest.mark.parametrize("when", ["replaced", "never read"])
def test_a_token_never_comes_into_a_row_that_it_was_not_fetched_for(
    team: Team, path: Path, when: str
) -> None:
    """The store is replaced, or can be read for the first time, while the request runs."""
    elsewhere = made_elsewhere(team, path, None)
    before = row(elsewhere)
    if when == "never read":
        path.parent.mkdir(mode=0o700)
        path.mkdir()
    client = team.client(ImpatientStorage(path))
    with team.sandbox.hold("login_anonymous") as hold:
        client.recognizeAnonymous("somebody@example.com")
        assert hold.arrived.wait(10)
        delete(path)
        os.replace(elsewhere, path)
    assert Synerise.waitUntilIdle(10)
    assert client.getUUID() == before["uuid"]
    assert row(path) == before
    client.recognizeAnonymous("somebody@example.com")
    assert Synerise.waitUntilIdle(10)
    assert row(path)["token"] is not None
    assert row_is_whole(team, path)


@pytest.mark.parametrize("stored", [None, OTHER])
def test_who_signs_in_while_the_store_can_be_read_for_the_first_time_stays_signed_in(
    team: Team, path: Path, stored: str | None
) -> None:
    elsewhere = made_elsewhere(team, path, stored)
    path.mkdir(parents=True)
    path.parent.chmod(0o700)
    client = team.client(ImpatientStorage(path))
    team.sandbox.add_profile(EMAIL, PASSWORD)
    with team.sandbox.hold("login") as hold:
        client.signIn(EMAIL, PASSWORD, *team.heard.callbacks("signIn"))
        assert hold.arrived.wait(10)
        path.rmdir()
        os.replace(elsewhere, path)
    assert Synerise.waitUntilIdle(10)
    assert team.heard.results == [("signIn", "success", True)]
    assert team.call("getAccount").email == EMAIL
    assert row(path)["uuid"] == client.getUUID()
    assert row_is_whole(team, path)


def test_a_refresh_for_one_customer_does_nothing_to_the_one_whose_store_comes_meanwhile(
    team: Team, path: Path
) -> None:
    elsewhere = made_elsewhere(team, path, OTHER)
    before = row(elsewhere)
    client = team.client(SQLiteStorage(path))
    team.sign_in(EMAIL)
    with team.sandbox.hold("refresh") as hold:
        client.refreshToken(*team.heard.callbacks("refreshToken"))
        assert hold.arrived.wait(10)
        os.replace(elsewhere, path)
    assert Synerise.waitUntilIdle(10)
    assert team.heard.results == [("refreshToken", "error", -999)]
    assert team.call("getAccount").email == OTHER
    assert row(path) == before


# Damaged


def cut(content: bytes) -> bytes:
    return content[: len(content) // 2]


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "emptied": lambda content: b"",
    "cut in half": cut,
    "cut in the header": lambda content: content[:50],
    "without its header": lambda content: b"\0" * 100 + content[100:],
    "pages of nothing": lambda content: content[:100] + b"\0" * (len(content) - 100),
    "ones only": lambda content: b"\xff" * len(content),
    "another kind of file": lambda content: b"PK\x03\x04" + content[4:],
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_store_that_is_damaged_in_mid_session_ends_no_session_and_is_mended(
    team: Team, path: Path, caplog: pytest.LogCaptureFixture, damage: str
) -> None:
    client = team.client(SQLiteStorage(path))
    team.sign_in()
    uuid = client.getUUID()
    path.write_bytes(DAMAGES[damage](path.read_bytes()))
    token = team.call("refreshToken")
    assert isinstance(token, Token)
    assert team.call("retrieveToken") == token
    assert row(path)["token"]["string"] == token.tokenString
    assert row(path)["uuid"] == client.getUUID() == uuid
    assert len(store_warnings(caplog)) <= 1
    assert [each[1:] for each in team.heard.told if each[0] == "listener"] == [("in",)]


def test_a_row_whose_text_is_no_text_any_more_is_overwritten_by_the_next_end(
    team: Team, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    team.client(SQLiteStorage(path))
    team.sign_in()
    Synerise.shutdown()
    with opened(path) as database:
        database.execute("UPDATE session SET state = CAST(x'ff' || substr(state, 2) AS TEXT)")
    client = team.client(SQLiteStorage(path))
    assert team.call("retrieveToken").code == 3200
    assert len(store_warnings(caplog)) == 1
    client.destroySession()
    assert row(path)["uuid"] == client.getUUID()


def stored_uuids(path: Path) -> list[str] | None:
    """The uuids of all rows; None for what might be a store of another version or program."""
    try:
        with opened(path) as database:
            if database.execute("PRAGMA user_version").fetchone() != (len(SCHEMA),):
                return None
            texts = [text for (text,) in database.execute("SELECT state FROM session")]
    except sqlite3.OperationalError:
        return None
    return [found[1] for found in (re.search('"uuid": "(.*?)"', text) for text in texts) if found]


@pytest.mark.long
def test_a_session_survives_any_damage_to_its_store(
    team: Team,
    path: Path,
    portion: Callable[[int], int],
    counted: Callable[[str, int], None],
) -> None:
    """Bytes at any place become others: calls are answered, and the next run works too."""
    chance = random.Random()
    rounds = portion(100)
    for _ in range(rounds):
        client = team.client(ImpatientStorage(path))
        team.sign_in()
        content = bytearray(path.read_bytes())
        start = chance.randrange(len(content))
        garbage = chance.randbytes(chance.choice([1, 4, 100, 5000]))[: len(content) - start]
        content[start : start + len(garbage)] = garbage
        path.write_bytes(content)
        team.call("refreshToken")
        assert team.call("signIn", EMAIL, PASSWORD) is True, (start, len(garbage))
        assert client.isSignedIn()
        Synerise.shutdown()
        uuid = team.client(ImpatientStorage(path)).getUUID()
        Synerise.Client.destroySession()
        assert Synerise.Client.getUUID() != uuid
        uuids = stored_uuids(path)
        assert uuids is None or Synerise.Client.getUUID() in uuids, (start, len(garbage))
        Synerise.shutdown()
        shutil.rmtree(path.parent)
    counted("random damages to a store", rounds)


# Locked


def test_a_lock_that_another_process_holds_in_mid_session_goes_with_that_process(
    team: Team, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    client = team.client(ImpatientStorage(path))
    team.sign_in()
    before = row(path)
    with locked_by_a_process(path) as holder:
        token = team.call("refreshToken")
        assert team.call("retrieveToken") == token
        assert client.isSignedIn()
        holder.kill()
    assert row(path) == before
    assert team.call("retrieveToken") == token
    assert row(path)["token"]["string"] == token.tokenString
    assert len(store_warnings(caplog)) == 1
    assert team.heard.events == [("in",)]
    client.destroySession()
    assert token.tokenString.encode() not in bytes_of(path.parent)
