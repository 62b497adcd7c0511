"""Who wins when calls, enders and other processes meet, and in which order it is told."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from synerise_client import (
    ClientAccountInformation,
    ClientAccountRegisterContext,
    ClientModule,
    ClientSessionEndReason,
    ClientSignOutMode,
    MemoryStorage,
    Synerise,
    Token,
)
from tests.conftest import EMAIL, PASSWORD, Team
from tests.session.scenes import at_once, bearers, held, story

Reason = ClientSessionEndReason
OTHER = "bea@example.com"
ENDERS = [("destroySession", Reason.SessionDestroyed), ("signOut", Reason.UserSignOut)]
REGENERATIONS: list[Callable[[ClientModule], bool]] = [
    lambda client: client.regenerateUUID(),
    lambda client: client.regenerateUUIDWithClientIdentifier("someone"),
]


def registration(email: str = "new@example.com") -> ClientAccountRegisterContext:
    return ClientAccountRegisterContext(email, PASSWORD)


# Enders that act at once


@pytest.mark.parametrize(("ender", "reason"), ENDERS)
def test_a_synchronous_ender_is_heard_first_and_then_each_call_is_ended_in_order(
    team: Team, ender: str, reason: ClientSessionEndReason
) -> None:
    client = team.client()
    team.sign_in()
    team.heard.clear()
    with held(team, "account", "getAccount"):
        for name in ("refreshToken", "retrieveToken"):
            getattr(client, name)(*team.heard.callbacks(name))
        client.registerAccount(registration(), *team.heard.callbacks("registerAccount"))
        getattr(client, ender)()
        team.heard.wait_for(5)
    assert Synerise.waitUntilIdle(10)
    assert story(team.heard) == [
        ("listener", "out", reason),
        ("getAccount", "error", -999),
        ("refreshToken", "error", -999),
        ("retrieveToken", "error", -999),
        ("registerAccount", "error", -999),
    ]
    assert [each for each in team.operations if each != "logout"] == ["login", "account"]


@pytest.mark.parametrize(("ender", "reason"), ENDERS)
def test_a_call_made_after_a_synchronous_ender_runs_in_the_state_that_it_leaves(
    team: Team, ender: str, reason: ClientSessionEndReason
) -> None:
    client = team.client()
    team.sign_in()
    team.heard.clear()
    with held(team, "refresh", "refreshToken"):
        getattr(client, ender)()
        client.retrieveToken(*team.heard.callbacks("retrieveToken"))
        client.signIn(EMAIL, PASSWORD, *team.heard.callbacks("signIn"))
        team.heard.wait_for(5)
    assert story(team.heard) == [
        ("listener", "out", reason),
        ("refreshToken", "error", -999),
        ("retrieveToken", "error", 3200),
        ("listener", "in"),
        ("signIn", "success", True),
    ]
    assert client.isSignedIn()


@pytest.mark.parametrize("regenerate", REGENERATIONS)
def test_a_new_uuid_ends_the_pending_calls_of_an_anonymous_customer(
    team: Team, regenerate: Callable[[ClientModule], bool]
) -> None:
    client = team.client()
    with held(team, "login_anonymous", "registerAccount", registration()):
        client.signIn(OTHER, PASSWORD, *team.heard.callbacks("signIn"))
        assert regenerate(client) is True
        team.heard.wait_for(2)
    assert Synerise.waitUntilIdle(10)
    assert story(team.heard) == [("registerAccount", "error", -999), ("signIn", "error", -999)]
    assert team.operations == ["login_anonymous"]


@pytest.mark.parametrize("ender", ["destroySession", "signOut", "regenerateUUID"])
def test_a_sign_in_that_is_ended_signs_nobody_in(team: Team, ender: str) -> None:
    client = team.client()
    team.sandbox.add_profile(EMAIL, PASSWORD)
    with held(team, "login", "signIn", EMAIL, PASSWORD):
        getattr(client, ender)()
        team.heard.wait_for(1)
    assert Synerise.waitUntilIdle(10)
    assert story(team.heard) == [("signIn", "error", -999)]
    assert not client.isSignedIn()


@pytest.mark.parametrize("ender", ["destroySession", "signOut"])
def test_the_getters_and_an_ender_return_while_the_server_keeps_a_request(
    team: Team, ender: str
) -> None:
    client = team.client()
    team.sign_in()
    team.heard.clear()
    uuid = client.getUUID()
    with held(team, "account", "getAccount") as hold:
        assert at_once(client.getUUID) == uuid
        assert at_once(client.isSignedIn) is True
        assert at_once(client.isSignedInViaSimpleAuthentication) is False
        assert at_once(client.regenerateUUID) is False
        assert at_once(getattr(client, ender)) is None
        team.heard.wait_for(2, timeout=1)
        assert at_once(client.isSignedIn) is False
        assert not hold.over
    assert team.heard.results == [("getAccount", "error", -999)]


def test_an_ender_called_inside_a_callback_ends_the_calls_behind_it(team: Team) -> None:
    client = team.client()
    team.sign_in()
    team.heard.clear()
    queued = threading.Event()

    def destroy() -> None:
        queued.wait(10)
        client.destroySession()

    client.retrieveToken(destroy)
    client.refreshToken(*team.heard.callbacks("refreshToken"))
    queued.set()
    team.heard.wait_for(2)
    assert story(team.heard) == [
        ("listener", "out", Reason.SessionDestroyed),
        ("refreshToken", "error", -999),
    ]
    assert team.operations == ["login"]


def test_a_call_that_is_ended_gets_one_callback_only(team: Team) -> None:
    client = team.client()
    team.sign_in()
    team.heard.clear()
    with held(team, "account", "getAccount"):
        client.destroySession()
        client.destroySession()
        client.signOut()
        team.heard.wait_for(2)
    assert Synerise.waitUntilIdle(10)
    assert team.heard.results == [("getAccount", "error", -999)]
    assert team.heard.events == [("out", Reason.SessionDestroyed)]


def test_an_ender_called_by_the_listener_of_a_sign_in_ends_that_sign_in(team: Team) -> None:
    client = team.client()
    team.sandbox.add_profile(EMAIL, PASSWORD)

    def onClientSignedIn() -> None:
        team.heard.onClientSignedIn()
        client.destroySession()

    client.setClientStateChangeListener(
        {
            "onClientSignedIn": onClientSignedIn,
            "onClientSignedOut": team.heard.onClientSignedOut,
        }
    )
    client.signIn(EMAIL, PASSWORD, *team.heard.callbacks("signIn"))
    client.getAccount(*team.heard.callbacks("getAccount"))
    team.heard.wait_for(4)
    assert story(team.heard) == [
        ("listener", "in"),
        ("listener", "out", Reason.SessionDestroyed),
        ("signIn", "error", -999),
        ("getAccount", "error", -999),
    ]
    assert not client.isSignedIn()


def test_an_ender_after_the_local_end_of_a_sign_out_is_not_heard_again(team: Team) -> None:
    client = team.client()
    team.sign_in()
    team.heard.clear()
    uuid = client.getUUID()
    with held(team, "logout", "signOutWithMode", ClientSignOutMode.SignOut, False):
        client.destroySession()
        team.heard.wait_for(2)
    assert Synerise.waitUntilIdle(10)
    assert story(team.heard) == [
        ("listener", "out", Reason.UserSignOut),
        ("signOutWithMode", "error", -999),
    ]
    assert client.getUUID() != uuid


# Enders that wait for their turn


def test_sign_in_then_get_account_gets_the_new_customers_account(team: Team) -> None:
    client = team.client()
    team.sign_in()
    team.sandbox.add_profile(OTHER, PASSWORD)
    team.heard.clear()
    client.signIn(OTHER, PASSWORD, *team.heard.callbacks("signIn"))
    client.getAccount(*team.heard.callbacks("getAccount"))
    told = team.heard.wait_for(4)
    assert [each[:2] for each in told] == [
        ("listener", "out"),
        ("listener", "in"),
        ("signIn", "success"),
        ("getAccount", "success"),
    ]
    account = told[-1][2]
    assert isinstance(account, ClientAccountInformation)
    assert account.email == OTHER


@pytest.mark.parametrize("mode", list(ClientSignOutMode))
def test_sign_out_with_mode_then_sign_in_signs_in(team: Team, mode: ClientSignOutMode) -> None:
    client = team.client()
    team.sign_in()
    team.heard.clear()
    client.signOutWithMode(mode, False, *team.heard.callbacks("out"))
    client.getAccount(*team.heard.callbacks("getAccount"))
    client.signIn(EMAIL, PASSWORD, *team.heard.callbacks("signIn"))
    team.heard.wait_for(5)
    is_destroyed = mode is ClientSignOutMode.SignOutWithSessionDestroy
    reason = Reason.SessionDestroyed if is_destroyed else Reason.UserSignOut
    assert story(team.heard) == [
        ("listener", "out", reason),
        ("out", "success", True),
        ("getAccount", "error", 3200),
        ("listener", "in"),
        ("signIn", "success", True),
    ]
    assert client.isSignedIn()


def test_the_calls_behind_a_refused_refresh_run_without_a_customer(team: Team) -> None:
    client = team.client()
    team.sign_in()
    team.heard.clear()
    team.sandbox.revoke_all()
    with held(team, "refresh", "refreshToken") as hold:
        client.getAccount(*team.heard.callbacks("getAccount"))
        client.registerAccount(registration(), *team.heard.callbacks("registerAccount"))
        hold.release()
        team.heard.wait_for(4)
    assert story(team.heard) == [
        ("listener", "out", Reason.ClientRejected),
        ("refreshToken", "error", 401),
        ("getAccount", "error", 3200),
        ("registerAccount", "success", True),
    ]


def test_the_calls_behind_one_that_notices_the_expiry_run_without_a_customer(team: Team) -> None:
    client = team.client()
    team.sign_in()
    team.heard.clear()
    team.time_passes(3601)
    client.retrieveToken(*team.heard.callbacks("retrieveToken"))
    client.getAccount(*team.heard.callbacks("getAccount"))
    team.heard.wait_for(3)
    assert story(team.heard) == [
        ("listener", "out", Reason.SessionExpiration),
        ("retrieveToken", "error", 3210),
        ("getAccount", "error", 3200),
    ]


# Other processes


def test_a_sign_in_in_another_process_wins_over_a_refresh_in_flight(team: Team) -> None:
    storage = MemoryStorage()
    client = team.client(storage)
    team.sign_in()
    team.sandbox.add_profile(OTHER, PASSWORD)
    other = team.other_client(storage)
    with held(team, "refresh", "refreshToken") as hold:
        assert team.call("signIn", OTHER, PASSWORD, client=other) is True
        hold.release()
        team.heard.wait_for(4)
    assert team.heard.results == [("refreshToken", "error", -999)]
    assert team.heard.events == [("in",), ("out", Reason.UserSignOut), ("in",)]
    assert team.call("getAccount").email == OTHER
    assert client.getUUID() == other.getUUID()


def test_a_401_with_a_token_that_was_replaced_meanwhile_is_sent_again_with_the_new_one(
    team: Team,
) -> None:
    """Another process has refreshed: no second refresh is needed."""
    storage = MemoryStorage()
    refreshed: list[Token] = []

    def hook(operation: str, headers: dict[str, str], body: dict[str, Any]) -> None:
        if operation == "account" and not refreshed:
            refreshed.append(team.call("refreshToken", client=other))
            team.sandbox.revoke(old)

    team.client(storage, withRequestHook=hook)
    team.sign_in()
    old: str = team.call("retrieveToken").tokenString
    other = team.other_client(storage)
    assert isinstance(team.call("getAccount"), ClientAccountInformation)
    assert team.operations == ["login", "refresh", "account", "account"]
    assert bearers(team, "account") == [old, refreshed[0].tokenString]
    assert team.call("retrieveToken") == refreshed[0]
