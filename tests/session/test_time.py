"""How long a token lives: the server's word, whatever the machine's clocks say.

Clocks that jump, and every way to be given a token: tests/time_faults.
"""

from __future__ import annotations

import time
from datetime import datetime, timezone
from email.utils import formatdate
from pathlib import Path

import pytest

from synerise_client import SQLiteStorage, Synerise
from synerise_client.session.clock import Clock
from tests.conftest import EMAIL, PASSWORD, Team
from tests.session.scenes import ABSENT, token_answer

DAY = 86_400.0
NO_DATE = {"Date": "no date"}


def date(seconds: float) -> dict[str, str]:
    return {"Date": formatdate(seconds, usegmt=True)}


def lives_for(team: Team, seconds: float) -> None:
    """Check that the customer is signed in for ``seconds`` more, and then no longer."""
    team.time_passes(seconds - 5)
    assert Synerise.Client.isSignedIn()
    team.time_passes(10)
    assert not Synerise.Client.isSignedIn()


@pytest.mark.parametrize(
    ("by_created", "by_date", "by_wall", "lifetime"),
    [
        (500, 1000, 2000, 500),
        (1000, 500, 2000, 500),
        (1000, 1000, 300, 1000),
        (500, None, 2000, 500),
        (500, None, 300, 500),
        (None, 500, 2000, 500),
        (None, 500, 300, 500),
        (None, None, 700, 700),
    ],
)
def test_a_tokens_life_is_the_shortest_that_the_reply_tells(
    team: Team, by_created: float | None, by_date: float | None, by_wall: float, lifetime: float
) -> None:
    """The local clock counts only where the reply has neither created nor a Date."""
    team.client()
    expiration = int(team.clock.wall() + by_wall)
    created = ABSENT if by_created is None else int((expiration - by_created) * 1000)
    body = token_answer(team, expiration=expiration, created=created)
    headers = NO_DATE if by_date is None else date(expiration - by_date)
    team.sandbox.fail("login", 200, headers=headers, body=body)
    assert team.call("signIn", EMAIL, PASSWORD) is True
    lives_for(team, lifetime)


@pytest.mark.parametrize("jump", [-3650 * DAY, -DAY, DAY, 3650 * DAY])
def test_a_clock_that_was_wrong_from_the_start_changes_no_tokens_life(
    team: Team, jump: float
) -> None:
    team.clock.jump(jump)
    team.client()
    team.sign_in()
    lives_for(team, 3600)


@pytest.mark.parametrize("jump", [-DAY, 0, DAY])
def test_the_expiration_date_is_the_servers_unchanged(team: Team, jump: float) -> None:
    team.clock.jump(jump)
    team.client()
    expiration = int(time.time()) + 3600
    body = token_answer(team, expiration=expiration, created=int(time.time() * 1000))
    team.sandbox.fail("login", 200, body=body)
    assert team.call("signIn", EMAIL, PASSWORD) is True
    expected = datetime.fromtimestamp(expiration, timezone.utc)
    assert team.call("retrieveToken").expirationDate == expected


@pytest.mark.skipif(not hasattr(time, "CLOCK_BOOTTIME"), reason="no clock that counts sleep")
def test_the_clock_goes_on_while_the_machine_sleeps(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def clock_gettime(clock: int) -> float:
        asked.append(clock)
        return 12.5

    monkeypatch.setattr(time, "clock_gettime", clock_gettime)
    assert Clock().elapsed() == 12.5
    assert asked == [time.CLOCK_BOOTTIME]


# Between runs


@pytest.mark.parametrize("jump", [-DAY, 0, DAY])
def test_between_runs_a_clock_that_is_wrong_all_the_time_changes_no_tokens_life(
    team: Team, tmp_path: Path, jump: float
) -> None:
    path = tmp_path / "sessions.sqlite3"
    team.clock.jump(jump)
    team.client(SQLiteStorage(path))
    team.sign_in()
    Synerise.shutdown()
    team.time_passes(1000)
    team.client(SQLiteStorage(path))
    lives_for(team, 2600)


@pytest.mark.parametrize("jump", [-DAY, DAY])
def test_the_offset_between_the_clocks_is_learned_again_from_any_answer(
    team: Team, tmp_path: Path, jump: float
) -> None:
    path = tmp_path / "sessions.sqlite3"
    team.client(SQLiteStorage(path))
    team.sign_in()
    team.clock.jump(jump)
    team.call("getAccount")
    Synerise.shutdown()
    team.client(SQLiteStorage(path))
    lives_for(team, 3600)
