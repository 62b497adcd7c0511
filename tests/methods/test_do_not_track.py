"""Settings.sdk.doNotTrack: nobody may become known."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest

from synerise_client import SQLiteStorage, Synerise
from tests.conftest import EMAIL, Team
from tests.methods.steps import DESTROYED, take, warnings_in
from tests.session.scenes import bearers, bodies, held, story
from tests.store.conftest import bytes_of

MAKE_KNOWN = [
    "registerAccount",
    "signIn",
    "signInConditionally",
    "authenticate",
    "authenticateConditionally",
    "simpleAuthentication",
]


def do_not_track(value: bool) -> None:
    Synerise.Settings.sdk.doNotTrack = value


@pytest.mark.parametrize("method", MAKE_KNOWN)
def test_signing_in_and_registering_is_minus_109_and_nothing_is_sent(
    team: Team, method: str
) -> None:
    client = team.client()
    do_not_track(True)
    uuid = client.getUUID()
    error = take(team, method)
    assert error.code == -109
    assert "doNotTrack" in error.message
    assert team.operations == []
    assert client.getUUID() == uuid
    assert team.heard.events == []


def test_recognizing_is_refused_too_and_leaves_a_line_in_the_log(
    team: Team, caplog: pytest.LogCaptureFixture
) -> None:
    client = team.client()
    do_not_track(True)
    client.recognizeAnonymous(EMAIL)
    assert Synerise.waitUntilIdle(10)
    assert team.operations == []
    assert len(warnings_in(caplog)) == 1


def test_switching_it_on_destroys_the_session_at_once(team: Team) -> None:
    client = team.client()
    team.sign_in()
    uuid = client.getUUID()
    do_not_track(True)
    assert not client.isSignedIn()
    assert client.getUUID() != uuid
    assert UUID(client.getUUID()).version == 4
    assert team.call("getAccount").code == 3200
    assert team.heard.events == [("in",), DESTROYED]
    assert team.operations == ["login"]


def test_a_call_that_is_running_is_ended_and_its_result_is_dropped(team: Team) -> None:
    client = team.client()
    team.sandbox.add_profile(EMAIL, "Pass1!word")
    with held(team, "login", "signIn", EMAIL, "Pass1!word"):
        do_not_track(True)
        team.heard.wait_for(1)
    assert Synerise.waitUntilIdle(10)
    assert story(team.heard) == [("signIn", "error", -999)]
    assert not client.isSignedIn()


def test_switching_it_on_twice_destroys_one_session(team: Team) -> None:
    client = team.client()
    do_not_track(True)
    uuid = client.getUUID()
    do_not_track(True)
    assert client.getUUID() == uuid


def test_switching_it_off_starts_a_fresh_anonymous_session(team: Team) -> None:
    client = team.client()
    do_not_track(True)
    assert take(team, "requestAccountActivation") is True
    untracked = client.getUUID()
    do_not_track(False)
    assert client.getUUID() != untracked
    assert take(team, "requestAccountActivation") is True
    tokens = bearers(team, "activation_request")
    assert tokens[0] != tokens[1]
    logins = bodies(team, "login_anonymous")
    assert logins[1]["uuid"] == client.getUUID()
    assert logins[0]["deviceId"] != logins[1]["deviceId"]
    team.sign_in()
    assert team.heard.events == [("in",)]


def test_it_can_be_on_from_the_start(team: Team) -> None:
    client = team.client(withInitialDoNotTrack=True)
    assert Synerise.Settings.sdk.doNotTrack is True
    assert take(team, "signIn").code == -109
    uuid = client.getUUID()
    do_not_track(False)
    assert client.getUUID() != uuid
    team.sign_in()
    assert client.isSignedIn()


def test_on_from_the_start_it_destroys_the_session_of_the_last_run(
    team: Team, tmp_path: Path
) -> None:
    team.client(SQLiteStorage(tmp_path / "sessions.sqlite3"))
    team.sign_in()
    uuid, token = Synerise.Client.getUUID(), team.call("retrieveToken").tokenString
    Synerise.shutdown()
    client = team.client(SQLiteStorage(tmp_path / "sessions.sqlite3"), withInitialDoNotTrack=True)
    assert not client.isSignedIn()
    assert client.getUUID() != uuid
    assert not [old for old in (uuid, token, EMAIL) if old.encode() in bytes_of(tmp_path)]


@pytest.mark.parametrize("wrong", [None, 1, "yes"])
def test_on_from_the_start_takes_only_a_bool(team: Team, wrong: object) -> None:
    with pytest.raises(TypeError, match="doNotTrack"):
        team.initializer().withInitialDoNotTrack(wrong)  # type: ignore[arg-type]
    assert Synerise.Settings.sdk.doNotTrack is False
