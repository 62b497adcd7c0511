"""signOut and signOutWithMode: what ends here, and how the server is told."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from synerise_client import (
    ClientAccountRegisterContext,
    ClientSessionEndReason,
    ClientSignOutMode,
    Error,
    MemoryStorage,
    Synerise,
)
from tests.conftest import PASSWORD, Team
from tests.session.scenes import (
    ALL_ATTEMPTS,
    at_once,
    bearers,
    bodies,
    held,
    signed_in,
    story,
    time_limits,
)

SIGNED_OUT = ("out", ClientSessionEndReason.UserSignOut)
DESTROYED = ("out", ClientSessionEndReason.SessionDestroyed)


@contextmanager
def busy() -> Iterator[None]:
    """Keep the client in a callback, so that whatever is queued waits while the block runs."""
    entered, leave = threading.Event(), threading.Event()

    def callback() -> None:
        entered.set()
        leave.wait(10)

    Synerise.Client.retrieveToken(callback, callback)
    assert entered.wait(10)
    try:
        yield
    finally:
        leave.set()


# signOut


def test_sign_out_drops_the_token_at_once_and_keeps_the_uuid(team: Team) -> None:
    signed_in(team)
    client = Synerise.Client
    uuid = client.getUUID()
    assert client.signOut() is None  # type: ignore[func-returns-value]
    assert not client.isSignedIn()
    assert client.getUUID() == uuid
    assert team.call("retrieveToken").code == 3200
    assert team.heard.events == [SIGNED_OUT]


def test_sign_out_tells_the_server_in_the_background_with_the_old_token(team: Team) -> None:
    token = signed_in(team)
    Synerise.Client.signOut()
    assert Synerise.waitUntilIdle(10)
    assert team.operations == ["login", "logout"]
    assert bearers(team, "logout") == [token]
    assert bodies(team, "logout") == [{"apiKey": team.sandbox.api_key, "fromAllDevices": False}]


def test_sign_out_does_not_wait_for_the_server(team: Team) -> None:
    signed_in(team)
    with team.sandbox.hold("logout") as hold:
        at_once(Synerise.Client.signOut)
        assert hold.arrived.wait(10)
        assert not Synerise.waitUntilIdle(0.05)
    assert Synerise.waitUntilIdle(10)


@pytest.mark.parametrize("status", [401, 500, 503])
def test_the_server_is_told_once_whatever_it_answers(team: Team, status: int) -> None:
    signed_in(team)
    team.sandbox.fail("logout", status, ALL_ATTEMPTS)
    Synerise.Client.signOut()
    assert Synerise.waitUntilIdle(10)
    assert team.operations == ["login", "logout"]
    assert team.heard.events == [SIGNED_OUT]


def test_the_server_is_told_without_a_refresh_that_would_be_due(team: Team) -> None:
    token = signed_in(team)
    team.time_passes(1801)
    Synerise.Client.signOut()
    assert Synerise.waitUntilIdle(10)
    assert team.operations == ["login", "logout"]
    assert bearers(team, "logout") == [token]


def test_telling_the_server_takes_5_seconds_at_most(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits = time_limits(monkeypatch, "logout")
    signed_in(team)
    Synerise.Client.signOut()
    assert Synerise.waitUntilIdle(10)
    assert limits == [pytest.approx(5, abs=1)]


def test_sign_out_works_without_a_network(team: Team) -> None:
    signed_in(team)
    team.sandbox.stop()
    Synerise.Client.signOut()
    assert Synerise.waitUntilIdle(10)
    assert not Synerise.Client.isSignedIn()
    assert team.heard.events == [SIGNED_OUT]


def test_later_enders_do_not_keep_the_server_from_being_told(team: Team) -> None:
    token = signed_in(team)
    with busy():
        Synerise.Client.signOut()
        Synerise.Client.destroySession()
        Synerise.Client.signOut()
    assert Synerise.waitUntilIdle(10)
    assert bearers(team, "logout") == [token]


def test_a_later_ender_does_not_cut_the_request_that_tells_the_server(team: Team) -> None:
    signed_in(team)
    with team.sandbox.hold("logout") as hold:
        Synerise.Client.signOut()
        assert hold.arrived.wait(10)
        Synerise.Client.destroySession()
        assert not Synerise.waitUntilIdle(0.05)
    assert Synerise.waitUntilIdle(10)


def test_sign_out_without_a_customer_tells_nobody(team: Team) -> None:
    client = team.client()
    uuid = client.getUUID()
    client.signOut()
    client.signOut()
    assert Synerise.waitUntilIdle(10)
    assert team.heard.events == []
    assert team.operations == []
    assert client.getUUID() == uuid


def test_sign_out_drops_an_anonymous_token_too(team: Team) -> None:
    client = team.client()
    team.call("registerAccount", ClientAccountRegisterContext("one@example.com", PASSWORD))
    client.signOut()
    team.call("registerAccount", ClientAccountRegisterContext("two@example.com", PASSWORD))
    assert team.operations == ["login_anonymous", "register"] * 2
    assert team.heard.events == []


def test_two_sign_outs_are_heard_and_told_once(team: Team) -> None:
    signed_in(team)
    Synerise.Client.signOut()
    Synerise.Client.signOut()
    assert Synerise.waitUntilIdle(10)
    assert team.heard.events == [SIGNED_OUT]
    assert team.operations == ["login", "logout"]


# signOutWithMode


@pytest.mark.parametrize("mode", [ClientSignOutMode.SignOut, "SIGN_OUT"])
def test_sign_out_with_mode_keeps_the_uuid(team: Team, mode: str) -> None:
    token = signed_in(team)
    client = Synerise.Client
    uuid = client.getUUID()
    client.signOutWithMode(mode, False, *team.heard.callbacks("out"))
    team.heard.wait_for(2)
    assert story(team.heard) == [("listener", *SIGNED_OUT), ("out", "success", True)]
    assert client.getUUID() == uuid
    assert not client.isSignedIn()
    assert bearers(team, "logout") == [token]


def test_sign_out_with_session_destroy_takes_a_new_uuid_and_device(team: Team) -> None:
    token = signed_in(team)
    client = Synerise.Client
    uuid = client.getUUID()
    mode = ClientSignOutMode.SignOutWithSessionDestroy
    client.signOutWithMode(mode, False, *team.heard.callbacks("out"))
    team.heard.wait_for(2)
    assert story(team.heard) == [("listener", *DESTROYED), ("out", "success", True)]
    assert client.getUUID() != uuid
    assert bearers(team, "logout") == [token]
    team.sign_in()
    first, second = bodies(team, "login")
    assert first["deviceId"] != second["deviceId"]


@pytest.mark.parametrize("from_all_devices", [True, False])
def test_the_server_hears_whether_all_devices_are_meant(team: Team, from_all_devices: bool) -> None:
    signed_in(team)
    mode = ClientSignOutMode.SignOut
    assert team.call("signOutWithMode", mode, from_all_devices) is True
    assert bodies(team, "logout")[0]["fromAllDevices"] is from_all_devices


@pytest.mark.parametrize("mode", list(ClientSignOutMode))
def test_the_session_has_ended_and_is_stored_before_the_server_is_told(
    team: Team, mode: ClientSignOutMode
) -> None:
    storage = MemoryStorage()
    client = team.client(storage)
    team.sign_in()
    team.heard.clear()
    with held(team, "logout", "signOutWithMode", mode, False):
        assert not client.isSignedIn()
        other = team.other_client(storage)
        assert not other.isSignedIn()
        assert other.getUUID() == client.getUUID()
        assert len(team.heard.events) == 1
        assert team.heard.results == []
    team.heard.wait_for(2)
    assert team.heard.results == [("signOutWithMode", "success", True)]


@pytest.mark.parametrize("mode", list(ClientSignOutMode))
@pytest.mark.parametrize("status", [401, 404])
def test_the_servers_error_goes_to_on_error_and_the_session_has_ended_all_the_same(
    team: Team, mode: ClientSignOutMode, status: int
) -> None:
    signed_in(team)
    team.sandbox.fail("logout", status)
    assert team.call("signOutWithMode", mode, False).code == status
    assert team.operations == ["login", "logout"]
    assert not Synerise.Client.isSignedIn()
    assert len(team.heard.events) == 1


@pytest.mark.parametrize("mode", list(ClientSignOutMode))
def test_offline_the_session_ends_all_the_same(team: Team, mode: ClientSignOutMode) -> None:
    signed_in(team)
    team.sandbox.stop()
    assert team.call("signOutWithMode", mode, False).code == -1
    assert not Synerise.Client.isSignedIn()
    assert len(team.heard.events) == 1


def test_sign_out_with_mode_tells_the_server_with_retries(team: Team) -> None:
    signed_in(team)
    team.sandbox.fail("logout", 503, 2)
    assert team.call("signOutWithMode", ClientSignOutMode.SignOut, False) is True
    assert team.operations == ["login", "logout", "logout", "logout"]


def test_sign_out_with_mode_sends_no_refresh_that_would_be_due(team: Team) -> None:
    token = signed_in(team)
    team.time_passes(1801)
    assert team.call("signOutWithMode", ClientSignOutMode.SignOut, False) is True
    assert team.operations == ["login", "logout"]
    assert bearers(team, "logout") == [token]


def test_sign_out_with_mode_tells_the_server_for_10_seconds_at_most(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits = time_limits(monkeypatch, "logout")
    signed_in(team)
    team.call("signOutWithMode", ClientSignOutMode.SignOut, False)
    assert limits == [pytest.approx(10, abs=1)]


@pytest.mark.parametrize("mode", list(ClientSignOutMode))
def test_sign_out_with_mode_without_a_customer_is_3220_and_sends_nothing(
    team: Team, mode: ClientSignOutMode
) -> None:
    client = team.client()
    uuid = client.getUUID()
    error = team.call("signOutWithMode", mode, False)
    assert isinstance(error, Error)
    assert error.code == 3220
    assert team.operations == []
    assert team.heard.events == []
    assert client.getUUID() == uuid


def test_sign_out_with_mode_after_the_tokens_end_is_3220_and_sends_nothing(team: Team) -> None:
    signed_in(team)
    team.time_passes(3601)
    assert team.call("signOutWithMode", ClientSignOutMode.SignOut, False).code == 3220
    assert team.operations == ["login"]
    assert SIGNED_OUT not in team.heard.events


def test_an_unknown_mode_is_3050_and_changes_nothing(team: Team) -> None:
    signed_in(team)
    error = team.call("signOutWithMode", "SIGN_OUT_PERHAPS", False)
    assert error.code == 3050
    assert "mode" in error.message
    assert Synerise.Client.isSignedIn()
    assert team.operations == ["login"]
    assert team.heard.events == []
