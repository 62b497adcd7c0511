"""What the doctor says of the store: who else may use it, and whether we can."""

from __future__ import annotations

import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from synerise_client import EncryptedStorage, SQLiteStorage
from synerise_client.session.storage import SessionKey
from tests.cli.caller import Desk
from tests.store.conftest import locked

pytestmark = pytest.mark.skipif("sys.platform == 'win32'")


def finding(desk: Desk) -> dict[str, str]:
    """What is said of the store; the exit code must agree, and all else be well."""
    ended = desk.call("doctor", "--json")
    (store,) = (each for each in ended.json["checks"] if each["check"] == "Store")
    others = {each["verdict"] for each in ended.json["checks"] if each["check"] != "Store"}
    assert others == {"ok"}
    assert ended.exit_code == {"ok": 0, "wrong": 7, "cannot tell": 8}[store["verdict"]]
    return store  # type: ignore[no-any-return]


def test_a_store_of_this_user_alone_is_well(desk: Desk) -> None:
    desk.sign_in()
    assert finding(desk) == {
        "check": "Store",
        "verdict": "ok",
        "advice": "",
        "found": f"{desk.store}, for this user alone",
    }


def test_a_store_that_is_not_there_yet_is_well(desk: Desk) -> None:
    assert finding(desk)["found"] == f"{desk.store}, made when it is first needed"
    desk.store.parent.mkdir(mode=0o700)
    assert finding(desk)["found"] == f"{desk.store}, made when it is first needed"


@pytest.mark.parametrize("mode", [0o644, 0o604, 0o640])
def test_a_store_that_others_can_read_is_found(desk: Desk, mode: int) -> None:
    desk.sign_in()
    desk.store.chmod(mode)
    found = finding(desk)
    assert found["verdict"] == "wrong"
    assert found["found"] == f"Others can read {desk.store}, with its tokens"
    assert found["advice"] == f"chmod 600 {desk.store}"


@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666])
def test_a_store_that_others_can_write_to_is_found(desk: Desk, mode: int) -> None:
    desk.sign_in()
    desk.store.chmod(mode)
    found = finding(desk)
    assert found["verdict"] == "wrong"
    assert found["found"] == f"Others can write to {desk.store}, it is not used"
    assert found["advice"] == f"chmod go-w {desk.store}"


def test_a_folder_that_others_can_write_to_is_found(desk: Desk) -> None:
    desk.sign_in()
    desk.store.parent.chmod(0o777)
    found = finding(desk)
    assert found["found"] == f"Others can write to {desk.store.parent}, it is not used"
    assert found["advice"] == f"chmod go-w {desk.store.parent}"


@pytest.mark.parametrize("folder", ["home", "Application Support"])
def test_what_is_advised_helps(desk: Desk, monkeypatch: pytest.MonkeyPatch, folder: str) -> None:
    store = desk.store.parent.with_name(folder) / "sessions.sqlite3"
    monkeypatch.setenv("SYNERISE_CLIENT_STORE", str(store))
    desk.sign_in()
    store.chmod(0o666)
    store.parent.chmod(0o770)
    for _ in range(3):
        subprocess.run(finding(desk)["advice"], shell=True, check=True)
    assert finding(desk)["verdict"] == "ok"
    assert desk.call("status").exit_code == 0


def test_a_side_file_of_others_is_found(desk: Desk) -> None:
    desk.sign_in()
    journal = Path(f"{desk.store}-journal")
    journal.touch(0o600)
    journal.chmod(0o666)
    assert finding(desk)["found"] == f"Others can write to {journal}, it is not used"


def test_a_store_behind_a_symbolic_link_is_found(desk: Desk, tmp_path: Path) -> None:
    desk.sign_in()
    desk.store.rename(tmp_path / "elsewhere")
    desk.store.symlink_to(tmp_path / "elsewhere")
    assert "symbolic link" in finding(desk)["found"]


def test_a_folder_in_the_place_of_the_store_is_found(desk: Desk) -> None:
    desk.store.mkdir(parents=True, mode=0o700)
    desk.store.parent.chmod(0o700)
    assert "is not a file" in finding(desk)["found"]


def test_a_damaged_store_is_found_and_left_as_it_is(desk: Desk) -> None:
    desk.sign_in()
    garbage = b"no database, but long enough to look like a file of some kind" * 20
    desk.store.write_bytes(garbage)
    assert finding(desk)["found"] == f"{desk.store} is damaged"
    assert desk.store.read_bytes() == garbage


def test_a_store_of_a_newer_version_is_found(desk: Desk) -> None:
    desk.sign_in()
    with closing(sqlite3.connect(desk.store)) as database:
        database.execute("PRAGMA user_version = 99")
    found = finding(desk)
    assert "newer version" in found["found"]
    assert "Upgrade" in found["advice"]


def test_a_store_that_somebody_is_writing_to_is_left_open(desk: Desk) -> None:
    desk.sign_in()
    with locked(desk.store):
        found = finding(desk)
    assert found["verdict"] == "cannot tell"
    assert "locked" in found["found"]


@pytest.mark.parametrize("folder", ["home", "Application Support"])
def test_a_session_that_cannot_be_read_is_found_and_what_is_advised_helps(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, folder: str
) -> None:
    store = desk.store.parent.with_name(folder) / "sessions.sqlite3"
    monkeypatch.setenv("SYNERISE_CLIENT_STORE", str(store))
    desk.sign_in()
    with closing(sqlite3.connect(store, isolation_level=None)) as database:
        database.execute("UPDATE session SET state = '{}'")
    assert desk.call("status").exit_code == 6
    found = finding(desk)
    assert found["verdict"] == "wrong"
    assert "cannot be read" in found["found"]
    advised = found["advice"].partition(",")[0]
    subprocess.run(advised, shell=True, check=True)
    assert finding(desk)["verdict"] == "ok"
    desk.sign_in()


def test_encrypted_sessions_are_left_open_and_nobody_is_told_to_throw_them_away(
    desk: Desk,
) -> None:
    storage = EncryptedStorage(SQLiteStorage(desk.store), Fernet.generate_key())
    storage.update(SessionKey(desk.sandbox.api_key, desk.sandbox.url), lambda _: "a session", 5)
    storage.close()
    found = finding(desk)
    assert found["verdict"] == "cannot tell"
    assert "encrypted" in found["found"]
    assert "mv" not in found["advice"]
    with closing(sqlite3.connect(desk.store, isolation_level=None)) as database:
        database.execute("INSERT INTO session VALUES ('another', 'url', '', '{}')")
    assert finding(desk)["verdict"] == "wrong"


def test_a_store_without_a_home_is_found(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYNERISE_CLIENT_HOME", "~nobody-of-that-name/here")
    assert "SYNERISE_CLIENT_HOME" in finding(desk)["advice"]
    assert desk.call("status").exit_code == 6
