"""Where the file is, who may read it, and what is done with one that is not as it should be."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from synerise_client import SQLiteStorage, Synerise
from synerise_client.session.sqlite_storage import SCHEMA
from tests.conftest import Team
from tests.store.conftest import bytes_of, locked, mode, opened, row, run, store_warnings

USE_IT = """
import os, sys
from synerise_client import SQLiteStorage, Synerise
mask, path = sys.argv[1:]
os.umask(int(mask, 8))
storage = SQLiteStorage(path)
Synerise.Initializer().withApiKey("key").withStorage(storage).init()
Synerise.shutdown()
"""

DEFAULT_PATH = "from synerise_client import SQLiteStorage; print(SQLiteStorage(None).path)"

UMASKS = pytest.mark.parametrize("umask", ["0", "022", "077", "777"])


def write_sqlite(path: Path, *statements: str) -> None:
    """Make a database that only its owner may read, as an older or newer version would have."""
    path.parent.mkdir(mode=0o700, exist_ok=True)
    with opened(path) as database:
        for statement in statements:
            database.execute(statement)
    path.chmod(0o600)


@UMASKS
def test_folder_and_file_are_for_their_owner_alone_whatever_the_umask(
    tmp_path: Path, umask: str
) -> None:
    path = tmp_path / "home" / "sessions.sqlite3"
    run(USE_IT, umask, path)
    assert mode(path.parent) == 0o700
    assert mode(path) == 0o600
    assert row(path)["uuid"]


@UMASKS
def test_every_folder_that_is_made_on_the_way_is_for_its_owner_alone(
    tmp_path: Path, umask: str
) -> None:
    """Whoever could write to one of them could put another folder in the place of ours."""
    path = tmp_path / "a" / "b" / "sessions.sqlite3"
    run(USE_IT, umask, path)
    assert row(path)["uuid"]
    assert mode(tmp_path / "a" / "b") == 0o700
    assert mode(tmp_path / "a") & 0o722 == 0o700


def test_a_file_that_others_could_read_is_closed_to_them(team: Team, path: Path) -> None:
    path.parent.mkdir(mode=0o700)
    path.touch(0o644)
    team.client(SQLiteStorage(path))
    assert mode(path) == 0o600


def test_a_folder_that_is_there_keeps_its_mode(team: Team, path: Path) -> None:
    path.parent.mkdir(mode=0o755)
    team.client(SQLiteStorage(path))
    assert mode(path.parent) == 0o755
    assert mode(path) == 0o600


# Which path


def test_the_environment_can_move_the_default_folder(tmp_path: Path) -> None:
    assert run(DEFAULT_PATH, SYNERISE_CLIENT_HOME=str(tmp_path)) == str(
        tmp_path / "sessions.sqlite3"
    )


def test_the_default_folder_is_the_platforms(tmp_path: Path) -> None:
    shown = run(
        DEFAULT_PATH, SYNERISE_CLIENT_HOME="", HOME=str(tmp_path), XDG_DATA_HOME=str(tmp_path / "d")
    )
    assert shown.startswith(str(tmp_path))
    assert shown.endswith(os.path.join("synerise_client", "sessions.sqlite3"))


def test_without_a_storage_the_session_is_kept_in_the_default_folder(tmp_path: Path) -> None:
    use = 'from synerise_client import Synerise; Synerise.Initializer().withApiKey("k").init()'
    run(use, SYNERISE_CLIENT_HOME=str(tmp_path / "moved"))
    assert row(tmp_path / "moved" / "sessions.sqlite3")["uuid"]


def test_a_path_may_be_a_text_or_a_path(path: Path) -> None:
    assert SQLiteStorage(str(path)).path == SQLiteStorage(path).path == path
    assert SQLiteStorage("~/x").path == Path.home() / "x"
    assert SQLiteStorage("x").path == Path.cwd() / "x"


@pytest.mark.parametrize("wrong", [5, b"/tmp/x", True, ["/tmp"], object()])
def test_what_is_no_path_is_a_type_error(wrong: object) -> None:
    with pytest.raises(TypeError, match="path"):
        SQLiteStorage(wrong)  # type: ignore[arg-type]


def test_making_a_storage_makes_no_file(path: Path) -> None:
    assert repr(SQLiteStorage(path)) == f"SQLiteStorage({str(path)!r})"
    assert not path.parent.exists()


@pytest.mark.parametrize("name", ["a b", "100%", "w?y#z", "żółw"])
def test_a_file_may_have_an_odd_name(team: Team, tmp_path: Path, name: str) -> None:
    path = tmp_path / name / f"{name}.db"
    uuid = team.client(SQLiteStorage(path)).getUUID()
    assert row(path)["uuid"] == uuid


# Versions of the schema


@pytest.mark.parametrize("content", ["nothing", "an empty database"])
def test_an_empty_file_becomes_a_store(team: Team, path: Path, content: str) -> None:
    if content == "nothing":
        path.parent.mkdir(mode=0o700)
        path.touch(0o600)
    else:
        write_sqlite(path, "CREATE TABLE other (x)", "DROP TABLE other")
    uuid = team.client(SQLiteStorage(path)).getUUID()
    assert row(path)["uuid"] == uuid
    with opened(path) as database:
        assert database.execute("PRAGMA user_version").fetchone() == (len(SCHEMA),)


def test_an_older_store_is_migrated_and_keeps_its_rows(
    team: Team, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    uuid = team.client(SQLiteStorage(path)).getUUID()
    Synerise.shutdown()
    monkeypatch.setattr(
        "synerise_client.session.sqlite_storage.SCHEMA", (*SCHEMA, "CREATE TABLE later (x)")
    )
    assert team.client(SQLiteStorage(path)).getUUID() == uuid
    with opened(path) as database:
        assert database.execute("SELECT * FROM later").fetchall() == []
        assert database.execute("PRAGMA user_version").fetchone() == (len(SCHEMA) + 1,)


def test_a_migration_that_fails_midway_leaves_the_store_as_it_was(
    team: Team, path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    uuid = team.client(SQLiteStorage(path)).getUUID()
    Synerise.shutdown()
    broken = (*SCHEMA, "CREATE TABLE later (x)", "CREATE TABLE session (x)")
    with monkeypatch.context() as patch:
        patch.setattr("synerise_client.session.sqlite_storage.SCHEMA", broken)
        team.client(SQLiteStorage(path))
        Synerise.shutdown()
    with opened(path) as database:
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_schema")]
        assert database.execute("PRAGMA user_version").fetchone() == (len(SCHEMA),)
    assert "later" not in tables
    assert team.client(SQLiteStorage(path)).getUUID() == uuid
    assert len(store_warnings(caplog)) == 1


def test_a_store_of_a_newer_version_is_left_untouched_and_the_session_lives_in_memory(
    team: Team, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write_sqlite(path, *SCHEMA, f"PRAGMA user_version = {len(SCHEMA) + 1}")
    before = bytes_of(path.parent)
    client = team.client(SQLiteStorage(path))
    team.sign_in()
    token = team.call("refreshToken")
    assert team.call("retrieveToken") == token
    client.destroySession()
    assert client.regenerateUUID()
    assert Synerise.waitUntilIdle(10)
    Synerise.shutdown()
    assert bytes_of(path.parent) == before
    assert [each.name for each in path.parent.iterdir()] == [path.name]
    (warning,) = store_warnings(caplog)
    assert "newer" in warning
    assert str(path) in warning


# Damage


@pytest.mark.parametrize("damage", ["no database", "broken pages"])
def test_a_damaged_file_is_set_aside_with_its_side_files_and_the_session_goes_on_in_a_new_one(
    team: Team, path: Path, caplog: pytest.LogCaptureFixture, damage: str
) -> None:
    old_journal = b"\x00 is how a journal begins that is not to be played back"
    if damage == "no database":
        path.parent.mkdir(mode=0o700)
        path.write_bytes(b"not a database, but long enough to be taken for one" * 50)
        path.with_name(path.name + "-journal").write_bytes(old_journal)
    else:
        team.client(SQLiteStorage(path))
        Synerise.shutdown()
        content = path.read_bytes()
        path.write_bytes(content[:100] + b"\xff" * (len(content) - 100))
    path.chmod(0o600)
    damaged = path.read_bytes()
    client = team.client(SQLiteStorage(path))
    team.sign_in()
    assert row(path)["uuid"] == client.getUUID()
    assert mode(path) == 0o600
    aside = [each for each in path.parent.iterdir() if each.name.startswith(f"{path.name}.")]
    assert damaged in [each.read_bytes() for each in aside]
    if damage == "no database":
        assert old_journal in [each.read_bytes() for each in aside]
        assert not path.with_name(path.name + "-journal").exists()
    (warning,) = store_warnings(caplog)
    assert "damaged" in warning


def test_a_row_that_cannot_be_read_is_no_reason_to_set_the_file_aside(
    team: Team, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    team.client(SQLiteStorage(path))
    Synerise.shutdown()
    with opened(path) as database:
        database.execute("UPDATE session SET state = 'what is this'")
    team.client(SQLiteStorage(path))
    team.call("retrieveToken")
    assert [each.name for each in path.parent.iterdir()] == [path.name]
    assert len(store_warnings(caplog)) == 1


def test_a_locked_file_is_not_taken_for_a_damaged_one(team: Team, path: Path) -> None:
    team.client(SQLiteStorage(path))
    Synerise.shutdown()
    with locked(path):
        team.client(SQLiteStorage(path))
        Synerise.Client.destroySession()
    assert Synerise.waitUntilIdle(10)  # it is stored now, with a journal for a moment
    assert [each.name for each in path.parent.iterdir()] == [path.name]


# Files and folders that are not ours alone


def works_in_memory_only(team: Team, path: Path, caplog: pytest.LogCaptureFixture) -> str:
    """Use a client on ``path``; return the one warning that there was."""
    client = team.client(SQLiteStorage(path))
    team.sign_in()
    assert team.call("getAccount").email == "anna@example.com"
    client.destroySession()
    assert not client.isSignedIn()
    assert Synerise.waitUntilIdle(10)
    Synerise.shutdown()
    (warning,) = store_warnings(caplog)
    return warning


@pytest.mark.parametrize("bits", [0o770, 0o707, 0o777, 0o720, 0o702, 0o1777])
def test_nothing_is_written_into_a_folder_that_others_can_write_to(
    team: Team, path: Path, caplog: pytest.LogCaptureFixture, bits: int
) -> None:
    path.parent.mkdir()
    path.parent.chmod(bits)
    assert str(path.parent) in works_in_memory_only(team, path, caplog)
    assert list(path.parent.iterdir()) == []
    assert path.parent.stat().st_mode & 0o7777 == bits


@pytest.mark.parametrize("bits", [0o660, 0o606, 0o666, 0o620, 0o602])
def test_nothing_is_written_into_a_file_that_others_can_write_to(
    team: Team, path: Path, caplog: pytest.LogCaptureFixture, bits: int
) -> None:
    path.parent.mkdir(mode=0o700)
    path.touch()
    path.chmod(bits)
    assert str(path) in works_in_memory_only(team, path, caplog)
    assert path.read_bytes() == b""
    assert mode(path) == bits
    assert [each.name for each in path.parent.iterdir()] == [path.name]


@pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="only root gives files away")
@pytest.mark.parametrize("what", ["folder", "file"])
def test_nothing_is_written_to_what_belongs_to_somebody_else(
    team: Team, path: Path, caplog: pytest.LogCaptureFixture, what: str
) -> None:
    path.parent.mkdir(mode=0o700)
    path.touch(0o600)
    os.chown(path if what == "file" else path.parent, 12345, 12345)
    works_in_memory_only(team, path, caplog)
    assert path.read_bytes() == b""


@pytest.mark.parametrize("dangling", [False, True], ids=["target", "dangling"])
def test_a_file_that_is_a_symlink_is_not_followed(
    team: Team, path: Path, caplog: pytest.LogCaptureFixture, dangling: bool
) -> None:
    target = path.parent.parent / "target"
    path.parent.mkdir(mode=0o700)
    if not dangling:
        target.touch(0o600)
    path.symlink_to(target)
    warning = works_in_memory_only(team, path, caplog)
    assert "symbolic link" in warning
    assert path.is_symlink()
    assert target.exists() is not dangling
    assert dangling or target.read_bytes() == b""


@pytest.mark.parametrize("dangling", [False, True], ids=["target", "dangling"])
def test_a_folder_that_is_a_symlink_is_not_followed(
    team: Team, path: Path, caplog: pytest.LogCaptureFixture, dangling: bool
) -> None:
    target = path.parent.parent / "target"
    if not dangling:
        target.mkdir(mode=0o700)
    path.parent.symlink_to(target)
    warning = works_in_memory_only(team, path, caplog)
    assert dangling or "symbolic link" in warning
    assert target.exists() is not dangling
    assert dangling or list(target.iterdir()) == []


@pytest.mark.parametrize("kind", ["folder", "pipe"])
def test_a_path_that_is_no_file_is_left_as_it_is(
    team: Team, path: Path, caplog: pytest.LogCaptureFixture, kind: str
) -> None:
    path.parent.mkdir(mode=0o700)
    if kind == "folder":
        path.mkdir(mode=0o755)
    else:
        os.mkfifo(path, 0o644)
    before = path.stat().st_mode
    works_in_memory_only(team, path, caplog)
    assert path.stat().st_mode == before


@pytest.mark.parametrize("what", ["file", "folder"])
def test_what_others_were_let_write_to_in_mid_session_is_found_by_the_next_run(
    team: Team, path: Path, caplog: pytest.LogCaptureFixture, what: str
) -> None:
    team.client(SQLiteStorage(path))
    Synerise.shutdown()
    (path if what == "file" else path.parent).chmod(0o777)
    before = path.read_bytes()
    works_in_memory_only(team, path, caplog)
    assert path.read_bytes() == before


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="needs to see what is open")
def test_the_file_is_open_until_a_shutdown(team: Team, path: Path) -> None:
    def is_open() -> bool:
        return str(path) in map(os.path.realpath, Path("/proc/self/fd").iterdir())

    team.client(SQLiteStorage(path))
    assert is_open()
    Synerise.shutdown()
    assert not is_open()
