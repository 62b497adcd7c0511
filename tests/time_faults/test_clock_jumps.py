"""A wall clock that is wrong or jumps, in mid-session and between two runs, and a reboot."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from synerise_client import (
    ClientSessionEndReason,
    ClientSignOutMode,
    Error,
    SQLiteStorage,
    Synerise,
    Token,
)
from tests.conftest import EMAIL, Team

HOUR = 3600.0
LIFE = 2 * HOUR
EXPIRED = [("out", ClientSessionEndReason.SessionExpiration)]
jumps = pytest.mark.parametrize("jump", [-HOUR, HOUR], ids=["back", "ahead"])


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "sessions.sqlite3"


def signed_in(team: Team, path: Path) -> None:
    team.sandbox.token_lifetime = LIFE
    team.client(SQLiteStorage(path))
    team.sign_in()
    team.heard.clear()


def restarted(team: Team, path: Path) -> None:
    Synerise.shutdown()
    team.client(SQLiteStorage(path))


def reboots(team: Team, off: float) -> None:
    """Let the clock that goes on in sleep begin again; the machine is off for some seconds."""
    Synerise.shutdown()
    team.time_passes(off)
    ran = team.clock.elapsed()
    team.clock.advance(-ran)
    team.clock.jump(ran)
    assert team.clock.elapsed() < 1


def lives_for(team: Team, seconds: float) -> None:
    team.time_passes(seconds - 10)
    assert Synerise.Client.isSignedIn()
    team.time_passes(20)
    assert not Synerise.Client.isSignedIn()


# In mid-session


@jumps
@pytest.mark.parametrize("method", ["getAccount", "retrieveToken", "refreshToken"])
def test_a_jump_between_two_calls_ends_nothing_and_refreshes_nothing(
    team: Team, path: Path, method: str, jump: float
) -> None:
    signed_in(team, path)
    team.clock.jump(jump)
    assert not isinstance(team.call(method), Error)
    assert not isinstance(team.call("retrieveToken"), Error)
    assert team.operations.count("refresh") == (method == "refreshToken")
    lives_for(team, LIFE)
    assert team.heard.events == []


@jumps
def test_a_jump_while_the_answer_is_on_its_way_changes_no_tokens_life(
    team: Team, path: Path, jump: float
) -> None:
    team.sandbox.token_lifetime = LIFE
    team.client(SQLiteStorage(path), withRequestHook=lambda *_: team.clock.jump(jump))
    team.sign_in()
    lives_for(team, LIFE)


@jumps
def test_a_jump_makes_no_refresh_due_and_puts_none_off(team: Team, path: Path, jump: float) -> None:
    signed_in(team, path)
    team.time_passes(LIFE - 1800 - 10)
    team.clock.jump(jump)
    team.call("getAccount")
    assert "refresh" not in team.operations
    team.time_passes(20)
    team.clock.jump(-2 * jump)
    team.call("getAccount")
    assert team.operations.count("refresh") == 1


@pytest.mark.long
def test_only_time_that_passes_counts_however_often_the_clock_jumps(
    team: Team, portion: Callable[[int], int], counted: Callable[[str, int], None]
) -> None:
    """A model keeps the token's end by the server's clock; each getter and call must agree."""
    rounds, steps = portion(400), 0
    client = team.client()
    for _ in range(rounds):
        team.sandbox.token_lifetime = life = random.uniform(600, 2 * LIFE)
        team.sign_in()
        left = life
        while left > 0:
            steps += 1
            team.clock.jump(random.uniform(-2 * HOUR, 2 * HOUR))
            passed = random.uniform(1, life)
            left -= passed
            team.time_passes(passed)
            if abs(left) < 5:
                break  # too near to tell
            assert client.isSignedIn() == (left > 0)
            before = team.operations.count("refresh")
            assert isinstance(team.call("retrieveToken"), Token) == (left > 0)
            if team.operations.count("refresh") > before:
                left = life
        team.call("signOutWithMode", ClientSignOutMode.SignOut, False)
    counted("steps under a jumping clock", steps)


# Between runs


@jumps
def test_after_a_jump_between_runs_the_first_answer_puts_the_life_right(
    team: Team, path: Path, jump: float
) -> None:
    signed_in(team, path)
    Synerise.shutdown()
    team.clock.jump(jump)
    team.time_passes(600)
    team.client(SQLiteStorage(path))
    assert team.call("getAccount").email == EMAIL
    lives_for(team, LIFE - 600)
    assert team.heard.events == []


@jumps
def test_what_that_answer_told_holds_for_the_run_after_it(
    team: Team, path: Path, jump: float
) -> None:
    signed_in(team, path)
    Synerise.shutdown()
    team.clock.jump(jump)
    team.client(SQLiteStorage(path))
    team.call("getAccount")
    restarted(team, path)
    lives_for(team, LIFE)


@jumps
def test_before_that_answer_it_is_as_good_as_the_wall_clock(
    team: Team, path: Path, jump: float
) -> None:
    signed_in(team, path)
    Synerise.shutdown()
    team.clock.jump(jump)
    team.client(SQLiteStorage(path))
    lives_for(team, LIFE - jump)


def test_a_clock_set_ahead_over_the_tokens_end_expires_it_for_the_first_call(
    team: Team, path: Path
) -> None:
    signed_in(team, path)
    Synerise.shutdown()
    team.clock.jump(LIFE + 60)
    client = team.client(SQLiteStorage(path))
    assert not client.isSignedIn()
    assert team.heard.events == []
    assert team.call("getAccount").code == 3210
    assert team.heard.events == EXPIRED
    assert team.operations == ["login"]


def test_an_answer_that_comes_before_such_a_call_saves_the_session(team: Team, path: Path) -> None:
    signed_in(team, path)
    Synerise.shutdown()
    team.clock.jump(LIFE + 60)
    client = team.client(SQLiteStorage(path))
    assert team.call("signIn", EMAIL, "wrong").code == 401
    assert client.isSignedIn()
    assert team.call("getAccount").email == EMAIL
    assert team.heard.events == []
    lives_for(team, LIFE)


def test_a_clock_set_back_hides_an_end_until_the_server_tells(team: Team, path: Path) -> None:
    """The server refuses the token; its Date says that it has expired, not that it was rejected."""
    signed_in(team, path)
    Synerise.shutdown()
    team.time_passes(LIFE + 60)
    team.clock.jump(-HOUR)
    client = team.client(SQLiteStorage(path))
    assert client.isSignedIn()
    assert team.call("getAccount").code == 3210
    assert team.heard.events == EXPIRED
    assert team.operations == ["login", "account"]


@jumps
def test_a_refused_refresh_tells_by_its_date_that_the_token_has_expired(
    team: Team, path: Path, jump: float
) -> None:
    signed_in(team, path)
    Synerise.shutdown()
    team.time_passes(LIFE + 60)
    team.clock.jump(-HOUR - abs(jump))
    team.client(SQLiteStorage(path))
    assert team.call("refreshToken").code == 3210
    assert team.heard.events == EXPIRED
    assert team.operations == ["login", "refresh"]


def test_an_answer_without_a_readable_date_teaches_nothing(team: Team, path: Path) -> None:
    signed_in(team, path)
    Synerise.shutdown()
    team.clock.jump(HOUR)
    team.client(SQLiteStorage(path))
    team.sandbox.fail("account", 200, headers={"Date": "soon"}, body={})
    team.call("getAccount")
    lives_for(team, LIFE - HOUR)


# A reboot


@pytest.mark.parametrize("jump", [-HOUR, 0.0, HOUR])
@pytest.mark.parametrize("off", [0.0, 600.0])
def test_a_reboot_changes_no_tokens_life_as_soon_as_a_server_has_answered(
    team: Team, path: Path, off: float, jump: float
) -> None:
    signed_in(team, path)
    team.time_passes(100)
    reboots(team, off)
    team.clock.jump(jump)
    client = team.client(SQLiteStorage(path))
    assert client.isSignedIn()
    if jump:
        team.call("getAccount")
    lives_for(team, LIFE - 100 - off)


def test_a_token_that_expires_while_the_machine_is_off_is_expired(team: Team, path: Path) -> None:
    signed_in(team, path)
    reboots(team, LIFE + 60)
    assert not team.client(SQLiteStorage(path)).isSignedIn()
    assert team.call("retrieveToken").code == 3210
    assert team.heard.events == EXPIRED


def test_after_a_reboot_a_refresh_is_due_as_before(team: Team, path: Path) -> None:
    signed_in(team, path)
    reboots(team, LIFE - 1700)
    team.client(SQLiteStorage(path))
    assert isinstance(team.call("retrieveToken"), Token)
    assert team.operations == ["login", "refresh"]
