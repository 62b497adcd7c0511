"""Who wins when calls, enders and other processes meet, and in which order it is told."""

from __future__ import annotations

import logging
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from synerise_client import (
    ClientAccountInformation,
    ClientAccountRegisterContext,
    ClientModule,
    ClientSessionEndReason,
    ClientSignOutMode,
    MemoryStorage,
    RetryPolicy,
    SQLiteStorage,
    Synerise,
    Token,
)
from tests.conftest import EMAIL, PASSWORD, Heard, Team
from tests.session.scenes import at_once, bearers, held, story

Reason = ClientSessionEndReason
OTHER = "bea@example.com"
ENDERS = [("destroySession", Reason.SessionDestroyed), ("signOut", Reason.UserSignOut)]
REGENERATIONS: list[Callable[[ClientModule], bool]] = [
    lambda client: client.regenerateUUID(),
    lambda client: client.regenerateUUIDWithClientIdentifier("someone"),
]

ANOTHER_PROCESS = """
import os
from synerise_client import SQLiteStorage, Synerise

environ = os.environ
initializer = Synerise.Initializer().withApiKey(environ["API_KEY"])
initializer.withBaseUrl(environ["BASE_URL"]).withStorage(SQLiteStorage(environ["STORE"])).init()
assert Synerise.Client.isSignedIn()
Synerise.Client.signOut()
assert Synerise.waitUntilIdle(10)
"""


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


def test_a_call_that_waits_for_its_next_attempt_is_ended_at_once(team: Team) -> None:
    client, waits = team.client(), threading.Event()
    handler = logging.Handler()
    handler.emit = lambda record: waits.set()  # type: ignore[method-assign]
    handler.addFilter(lambda record: record.getMessage().startswith("Attempt 1 failed"))
    log = logging.getLogger("synerise_client.api")
    log.addHandler(handler)
    try:
        team.sandbox.fail("login", 503, headers={"Retry-After": "30"})
        client.signIn(EMAIL, PASSWORD, *team.heard.callbacks("signIn"))
        assert waits.wait(10)
    finally:
        log.removeHandler(handler)
    client.destroySession()
    team.heard.wait_for(1, timeout=1)
    assert story(team.heard) == [("signIn", "error", -999)]
    assert Synerise.waitUntilIdle(10)
    assert team.operations == ["login"]


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


# What else ends a running call


def test_shutdown_ends_a_running_call_within_a_second(team: Team) -> None:
    client = team.client()
    team.sign_in()
    team.heard.clear()
    with held(team, "account", "getAccount"):
        client.refreshToken(*team.heard.callbacks("refreshToken"))
        shutdown = threading.Thread(target=Synerise.shutdown)
        shutdown.start()
        team.heard.wait_for(2, timeout=1)
        shutdown.join(10)
        assert not shutdown.is_alive()
    assert story(team.heard) == [
        ("getAccount", "error", -999),
        ("refreshToken", "error", -999),
    ]


def test_its_own_deadline_ends_a_running_call_and_the_next_one_goes_on(team: Team) -> None:
    client = team.client(withRetryPolicy=RetryPolicy(initial=0, maximum=0, deadline=0.2))
    with held(team, "login", "signIn", OTHER, PASSWORD):
        client.retrieveToken(*team.heard.callbacks("retrieveToken"))
        team.heard.wait_for(2)
    assert story(team.heard) == [("signIn", "error", -1), ("retrieveToken", "error", 3200)]


def test_a_name_look_up_that_hangs_holds_up_neither_the_ender_nor_the_next_call(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    look_up, asked, found = socket.getaddrinfo, threading.Event(), threading.Event()

    def hanging(*arguments: Any, **options: Any) -> Any:
        if socket.AI_NUMERICHOST not in arguments:
            asked.set()
            found.wait(10)
        return look_up(*arguments, **options)

    monkeypatch.setattr(socket, "getaddrinfo", hanging)
    client = team.client(withBaseUrl=team.sandbox.url.replace("127.0.0.1", "localhost"))
    client.signIn(EMAIL, PASSWORD, *team.heard.callbacks("signIn"))
    assert asked.wait(10)
    try:
        client.destroySession()
        client.retrieveToken(*team.heard.callbacks("retrieveToken"))
        team.heard.wait_for(2, timeout=1)
    finally:
        found.set()
    assert Synerise.waitUntilIdle(10)
    assert story(team.heard) == [("signIn", "error", -999), ("retrieveToken", "error", 3200)]
    assert team.operations == []


# Enders that wait for their turn


def test_calls_run_one_after_another_in_the_order_in_which_they_were_made(team: Team) -> None:
    client = team.client()
    team.sandbox.add_profile(EMAIL, PASSWORD)
    with held(team, "login", "signIn", EMAIL, PASSWORD) as hold:
        for name in ("getAccount", "refreshToken", "getAccount", "retrieveToken"):
            getattr(client, name)(*team.heard.callbacks(name))
        assert team.operations == ["login"]
        hold.release()
        team.heard.wait_for(6)
    names = [name for name, kind, _ in team.heard.results if kind == "success"]
    assert names == ["signIn", "getAccount", "refreshToken", "getAccount", "retrieveToken"]
    assert team.operations == ["login", "account", "refresh", "account"]


def test_callbacks_never_overlap(team: Team) -> None:
    client = team.client()
    running, overlaps, done = threading.Lock(), [], threading.Event()

    def callback() -> None:
        if not running.acquire(blocking=False):
            overlaps.append(True)
            return
        threading.Event().wait(0.02)
        running.release()

    client.setClientStateChangeListener(
        {"onClientSignedIn": callback, "onClientSignedOut": callback}
    )
    team.sandbox.add_profile(EMAIL, PASSWORD)
    client.signIn(EMAIL, PASSWORD, callback, callback)
    client.retrieveToken(callback, callback)
    client.signOut()
    client.retrieveToken(callback, callback)
    client.refreshToken(callback, done.set)
    assert done.wait(10)
    assert overlaps == []


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


def test_another_process_sign_out_wins_over_a_refresh_in_flight(team: Team, tmp_path: Path) -> None:
    path = tmp_path / "sessions.sqlite3"
    client = team.client(SQLiteStorage(path))
    team.sign_in()
    team.heard.clear()
    environment = {
        **os.environ,
        "API_KEY": team.sandbox.api_key,
        "BASE_URL": team.sandbox.url,
        "STORE": str(path),
    }
    with held(team, "refresh", "refreshToken") as hold:
        subprocess.run(  # what another user's script would be
            [sys.executable, "-c", ANOTHER_PROCESS], env=environment, check=True, timeout=30
        )
        hold.release()
        team.heard.wait_for(2)
    assert story(team.heard) == [
        ("listener", "out", Reason.UserSignOut),
        ("refreshToken", "error", -999),
    ]
    assert not client.isSignedIn()
    assert not team.other_client(SQLiteStorage(path)).isSignedIn()
    assert team.operations == ["login", "refresh", "logout"]


def test_the_end_of_a_session_in_another_process_is_heard_before_the_call_is_ended(
    team: Team,
) -> None:
    storage = MemoryStorage()
    team.client(storage)
    team.sign_in()
    team.heard.clear()
    other = team.other_client(storage)
    with held(team, "refresh", "refreshToken") as hold:
        other.destroySession()
        hold.release()
        team.heard.wait_for(2)
    assert story(team.heard) == [
        ("listener", "out", Reason.SessionDestroyed),
        ("refreshToken", "error", -999),
    ]


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


def test_a_late_anonymous_token_never_replaces_a_customers(team: Team) -> None:
    storage = MemoryStorage()
    client = team.client(storage)
    other = team.other_client(storage, Heard())
    team.sandbox.add_profile(EMAIL, PASSWORD)
    with held(team, "login_anonymous", "registerAccount", registration()) as hold:
        assert team.call("signIn", EMAIL, PASSWORD, client=other) is True
        hold.release()
        team.heard.wait_for(1)
    assert Synerise.waitUntilIdle(10)
    assert client.isSignedIn()
    assert team.call("getAccount").email == EMAIL
    assert team.call("getAccount", client=other).email == EMAIL


def test_two_processes_that_refresh_leave_one_token_that_both_use(team: Team) -> None:
    storage = MemoryStorage()
    team.client(storage)
    team.sign_in()
    other = team.other_client(storage)
    mine = team.call("refreshToken")
    assert team.call("retrieveToken", client=other) == mine
    theirs = team.call("refreshToken", client=other)
    assert team.call("retrieveToken") == theirs
    assert team.operations == ["login", "refresh", "refresh"]
