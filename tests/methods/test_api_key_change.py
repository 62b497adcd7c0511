"""Synerise.changeApiKey: on to another profile, with or without the session."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from synerise_client import (
    ClientModule,
    Error,
    InitializationConfig,
    SQLiteStorage,
    Synerise,
)
from synerise_client.connector import Connector
from synerise_client.session import store
from tests.conftest import EMAIL, Heard, Team
from tests.methods.steps import DESTROYED, accept_next, client_of, take, warnings_in
from tests.session.scenes import at_once, bodies, held, story, token_answer
from tests.store.conftest import bytes_of

OTHER_KEY = "the-key-of-another-profile"


def carry_over() -> None:
    Synerise.Settings.sdk.shouldDestroySessionOnApiKeyChange = False


def answer_anonymous_login(team: Team) -> None:
    """Have the server answer the next one, though it does not know the key."""
    team.sandbox.fail("login_anonymous", 200, body=token_answer(team, origin="ANONYMOUS"))


def signed_in(team: Team, folder: Path) -> ClientModule:
    client = team.client(SQLiteStorage(folder / "sessions.sqlite3"))
    team.sign_in()
    return client


def test_the_same_key_changes_nothing(team: Team) -> None:
    client = team.client()
    team.sign_in()
    uuid, token = client.getUUID(), team.call("retrieveToken")
    with held(team, "account", "getAccount"):
        Synerise.changeApiKey(team.sandbox.api_key, InitializationConfig(initialDoNotTrack=True))
    team.heard.wait_for(2)
    assert [each[:2] for each in team.heard.told] == [("listener", "in"), ("getAccount", "success")]
    assert (client.getUUID(), team.call("retrieveToken")) == (uuid, token)
    assert Synerise.Settings.sdk.doNotTrack is False


def test_another_key_destroys_the_session_at_once(team: Team) -> None:
    client = team.client()
    team.sign_in()
    uuid = client.getUUID()
    at_once(Synerise.changeApiKey, OTHER_KEY)
    assert Synerise.Client is client
    assert not client.isSignedIn()
    assert client.getUUID() != uuid
    assert team.call("getAccount").code == 3200
    assert team.heard.events == [("in",), DESTROYED]
    assert "logout" not in team.operations


def test_calls_go_on_with_the_other_key_and_another_device(team: Team) -> None:
    client = team.client()
    take(team, "requestAccountActivation")
    Synerise.changeApiKey(OTHER_KEY)
    answer_anonymous_login(team)
    accept_next(team, "requestAccountActivation")
    assert take(team, "requestAccountActivation") is True
    before, after = bodies(team, "login_anonymous")
    assert (before["apiKey"], after["apiKey"]) == (team.sandbox.api_key, OTHER_KEY)
    assert after["uuid"] == client.getUUID() != before["uuid"]
    assert after["deviceId"] != before["deviceId"]


def test_pending_calls_end_after_the_listener_heard_of_it(team: Team) -> None:
    client = team.client()
    team.sign_in()
    team.heard.clear()
    with held(team, "account", "getAccount"):
        client.retrieveToken(*team.heard.callbacks("retrieveToken"))
        Synerise.changeApiKey(OTHER_KEY)
        client.retrieveToken(*team.heard.callbacks("later"))
        team.heard.wait_for(4)
    assert story(team.heard) == [
        ("listener", *DESTROYED),
        ("getAccount", "error", -999),
        ("retrieveToken", "error", -999),
        ("later", "error", 3200),
    ]


def test_a_late_sign_in_does_not_reach_the_other_profile(team: Team) -> None:
    client = team.client()
    team.sandbox.add_profile(EMAIL, "Pass1!word")
    with held(team, "login", "signIn", EMAIL, "Pass1!word"):
        Synerise.changeApiKey(OTHER_KEY)
    assert Synerise.waitUntilIdle(10)
    assert story(team.heard) == [("signIn", "error", -999)]
    assert not client.isSignedIn()


def test_without_a_customer_the_listener_hears_nothing(team: Team) -> None:
    team.client()
    Synerise.changeApiKey(OTHER_KEY)
    assert Synerise.waitUntilIdle(10)
    assert team.heard.told == []


def test_the_new_session_is_in_the_row_of_the_new_key_and_the_old_row_is_gone(
    team: Team, tmp_path: Path
) -> None:
    client = signed_in(team, tmp_path)
    old = [team.sandbox.api_key, client.getUUID(), team.call("retrieveToken").tokenString, EMAIL]
    assert all(text.encode() in bytes_of(tmp_path) for text in old)
    Synerise.changeApiKey(OTHER_KEY)
    assert not [text for text in old if text.encode() in bytes_of(tmp_path)]
    other = client_of(team, OTHER_KEY, SQLiteStorage(tmp_path / "sessions.sqlite3"))
    assert other.getUUID() == client.getUUID()


def test_the_old_row_goes_later_if_the_file_is_in_use(
    team: Team, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "CALLER_TIMEOUT", 0.02)
    client = signed_in(team, tmp_path)
    file = tmp_path / "sessions.sqlite3"
    with closing(sqlite3.connect(file, isolation_level=None)) as somebody:
        somebody.execute("BEGIN EXCLUSIVE")
        Synerise.changeApiKey(OTHER_KEY)
        assert not client.isSignedIn()
        somebody.execute("ROLLBACK")
    assert Synerise.waitUntilIdle(10)
    assert team.sandbox.api_key.encode() not in bytes_of(tmp_path)
    assert client_of(team, OTHER_KEY, SQLiteStorage(file)).getUUID() == client.getUUID()


def test_what_was_stored_under_the_new_key_is_not_taken_over(team: Team, tmp_path: Path) -> None:
    heard = Heard()
    other = client_of(team, OTHER_KEY, SQLiteStorage(tmp_path / "sessions.sqlite3"), heard)
    team.sandbox.fail("login", 200, body=token_answer(team))
    assert team.call("signIn", EMAIL, "Pass1!word", client=other) is True
    client = signed_in(team, tmp_path)
    Synerise.changeApiKey(OTHER_KEY)
    assert client.getUUID() != other.getUUID()
    assert not client.isSignedIn()
    assert team.call("retrieveToken", client=other).code == 3200
    assert client.getUUID() == other.getUUID()
    assert [each[0] for each in heard.events] == ["in", "out"]


def test_a_session_that_is_carried_over_goes_on_without_an_event(team: Team) -> None:
    client = team.client()
    team.sign_in()
    uuid, token = client.getUUID(), team.call("retrieveToken")
    carry_over()
    Synerise.changeApiKey(OTHER_KEY)
    assert client.isSignedIn()
    assert (client.getUUID(), team.call("retrieveToken")) == (uuid, token)
    assert team.call("getAccount").email == EMAIL
    assert team.heard.events == [("in",)]
    team.sandbox.fail("refresh", 200, body=token_answer(team))
    assert team.call("refreshToken").tokenString == "a-token-of-the-test"
    assert bodies(team, "refresh") == [{"apiKey": OTHER_KEY}]


def test_pending_calls_end_also_if_the_session_is_carried_over(team: Team) -> None:
    client = team.client()
    team.sign_in()
    team.heard.clear()
    carry_over()
    with held(team, "account", "getAccount"):
        Synerise.changeApiKey(OTHER_KEY)
        team.heard.wait_for(1)
    assert Synerise.waitUntilIdle(10)
    assert story(team.heard) == [("getAccount", "error", -999)]
    assert client.isSignedIn()


def test_a_session_that_is_carried_over_moves_to_the_row_of_the_new_key(
    team: Team, tmp_path: Path
) -> None:
    client = signed_in(team, tmp_path)
    carry_over()
    Synerise.changeApiKey(OTHER_KEY)
    assert team.sandbox.api_key.encode() not in bytes_of(tmp_path)
    other = client_of(team, OTHER_KEY, SQLiteStorage(tmp_path / "sessions.sqlite3"))
    assert other.getUUID() == client.getUUID()
    assert other.isSignedIn()


def test_the_config_may_switch_do_not_track(team: Team) -> None:
    client = team.client()
    team.sign_in()
    carry_over()
    Synerise.changeApiKey(OTHER_KEY, InitializationConfig(initialDoNotTrack=True))
    assert Synerise.Settings.sdk.doNotTrack is True
    assert not client.isSignedIn()
    assert take(team, "signIn").code == -109
    assert team.heard.events == [("in",), DESTROYED]


@pytest.mark.parametrize("config", [None, InitializationConfig()])
def test_a_config_that_says_nothing_leaves_do_not_track(
    team: Team, config: InitializationConfig | None
) -> None:
    team.client(withInitialDoNotTrack=True)
    Synerise.changeApiKey(OTHER_KEY, config)
    assert Synerise.Settings.sdk.doNotTrack is True


def test_a_salt_in_the_config_is_warned_of_and_not_shown(
    team: Team, caplog: pytest.LogCaptureFixture
) -> None:
    """As with withRequestValidationSalt: it is accepted, and a warning says that it is not sent."""
    team.client()
    config = InitializationConfig({"requestValidationSalt": "a-secret-salt"})
    Synerise.changeApiKey(OTHER_KEY, config)
    assert "a-secret-salt" not in repr(config) + caplog.text
    assert [line for line in warnings_in(caplog) if "salt" in line and "not sent" in line]


@pytest.mark.parametrize("config", [{"initialDoNotTrack": True}, 12, "config"])
def test_a_config_of_a_wrong_type_is_named_where_the_call_stands(team: Team, config: Any) -> None:
    client = team.client()
    uuid = client.getUUID()
    with pytest.raises(TypeError, match=r"^config must be "):
        Synerise.changeApiKey(OTHER_KEY, config)
    assert client.getUUID() == uuid


@pytest.mark.parametrize("key", [None, 12, b"key"])
def test_a_key_of_a_wrong_type_is_named_where_the_call_stands(team: Team, key: Any) -> None:
    team.client()
    with pytest.raises(TypeError, match=r"^apiKey must be "):
        Synerise.changeApiKey(key)


@pytest.mark.parametrize("key", ["", "  "])
def test_an_empty_key_is_refused(team: Team, key: str) -> None:
    client = team.client()
    uuid = client.getUUID()
    with pytest.raises(ValueError, match="apiKey"):
        Synerise.changeApiKey(key)
    assert client.getUUID() == uuid


def test_before_init_there_is_no_key_to_change(team: Team) -> None:
    with pytest.raises(RuntimeError, match="not initialized"):
        Synerise.changeApiKey(OTHER_KEY)


def test_the_key_may_be_changed_by_a_callback(team: Team) -> None:
    client = team.client()
    told: list[Any] = []

    def signed_in() -> None:
        Synerise.changeApiKey(OTHER_KEY)
        client.getAccount(None, told.append)

    team.sandbox.add_profile(EMAIL, "Pass1!word")
    client.signIn(EMAIL, "Pass1!word", signed_in, told.append)
    assert Synerise.waitUntilIdle(10)
    assert [error.code for error in told if isinstance(error, Error)] == [3200]
    assert team.heard.events == [("in",), DESTROYED]


def test_a_sign_out_before_the_change_is_told_with_the_old_key(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The token belongs to the old profile, however late the thread starts that tells of it."""
    client = team.client()
    team.sign_in()
    late: list[Any] = []
    tell = Connector.submit_in_background
    monkeypatch.setattr(Connector, "submit_in_background", lambda *call: late.append(call))
    client.signOut()
    Synerise.changeApiKey(OTHER_KEY)
    tell(*late[0])
    assert Synerise.waitUntilIdle(10)
    assert [body["apiKey"] for body in bodies(team, "logout")] == [team.sandbox.api_key]


def test_a_config_shows_what_was_set_and_never_the_salt() -> None:
    assert repr(InitializationConfig(requestValidationSalt="s4lt")) == "InitializationConfig()"
    config = InitializationConfig(initialDoNotTrack=True)
    assert repr(config) == "InitializationConfig(initialDoNotTrack=True)"


def test_a_config_takes_each_field_from_a_mapping() -> None:
    config = InitializationConfig({"requestValidationSalt": "s4lt", "initialDoNotTrack": True})
    assert (config.requestValidationSalt, config.initialDoNotTrack) == ("s4lt", True)
