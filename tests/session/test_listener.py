"""The client state listener: what it hears, when, and how often."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from synerise_client import (
    ClientSessionEndReason,
    ClientSignOutMode,
    MemoryStorage,
    Synerise,
)
from tests.conftest import PASSWORD, Heard, Team
from tests.session.scenes import story

Reason = ClientSessionEndReason
OTHER = "bea@example.com"


def expire(team: Team) -> None:
    team.time_passes(3601)
    team.call("getAccount")


def reject(team: Team) -> None:
    team.sandbox.revoke_all()
    team.call("refreshToken")


def sign_out(team: Team) -> None:
    Synerise.Client.signOut()


def sign_out_with_mode(team: Team) -> None:
    team.call("signOutWithMode", ClientSignOutMode.SignOut, True)


def sign_out_and_destroy(team: Team) -> None:
    team.call("signOutWithMode", ClientSignOutMode.SignOutWithSessionDestroy, False)


def destroy(team: Team) -> None:
    Synerise.Client.destroySession()


ENDS: list[tuple[Callable[[Team], None], ClientSessionEndReason]] = [
    (expire, Reason.SessionExpiration),
    (reject, Reason.ClientRejected),
    (sign_out, Reason.UserSignOut),
    (sign_out_with_mode, Reason.UserSignOut),
    (sign_out_and_destroy, Reason.SessionDestroyed),
    (destroy, Reason.SessionDestroyed),
]
all_ends = pytest.mark.parametrize(("end", "reason"), ENDS, ids=[end.__name__ for end, _ in ENDS])
End = Callable[[Team], None]


@all_ends
def test_an_end_is_heard_once_with_its_reason(
    team: Team, end: End, reason: ClientSessionEndReason
) -> None:
    team.client()
    team.sign_in()
    end(team)
    team.call("retrieveToken")
    end(team)
    assert Synerise.waitUntilIdle(10)
    assert team.heard.events == [("in",), ("out", reason)]


@all_ends
def test_the_end_is_in_force_and_stored_when_the_listener_hears_of_it(
    team: Team, end: End, reason: ClientSessionEndReason
) -> None:
    storage = MemoryStorage()
    client = team.client(storage)
    team.sign_in()
    seen: list[tuple[object, ...]] = []

    def onClientSignedOut(heard: ClientSessionEndReason) -> None:
        other = team.other_client(storage)
        same_uuid = other.getUUID() == client.getUUID()
        seen.append((heard, client.isSignedIn(), other.isSignedIn(), same_uuid))

    client.setClientStateChangeListener({"onClientSignedOut": onClientSignedOut})
    end(team)
    assert Synerise.waitUntilIdle(10)
    assert seen == [(reason, False, False, True)]


@all_ends
def test_another_process_tells_its_own_listener_the_reason_once(
    team: Team, end: End, reason: ClientSessionEndReason
) -> None:
    storage, there = MemoryStorage(), Heard()
    client = team.client(storage)
    team.sign_in()
    other = team.other_client(storage, there)
    end(team)
    for _ in range(2):
        assert team.call("retrieveToken", client=other).code == 3200
    assert there.events == [("out", reason)]
    assert other.getUUID() == client.getUUID()


def test_every_sign_in_is_heard_before_its_callback(team: Team) -> None:
    client = team.client()
    team.sandbox.add_profile(OTHER, PASSWORD)
    client.signIn(OTHER, PASSWORD, *team.heard.callbacks("signIn"))
    client.signOutWithMode("SIGN_OUT", False, *team.heard.callbacks("out"))
    client.signIn(OTHER, PASSWORD, *team.heard.callbacks("signIn"))
    team.heard.wait_for(6)
    assert story(team.heard) == [
        ("listener", "in"),
        ("signIn", "success", True),
        ("listener", "out", Reason.UserSignOut),
        ("out", "success", True),
        ("listener", "in"),
        ("signIn", "success", True),
    ]


def test_a_sign_in_is_in_force_and_stored_when_the_listener_hears_of_it(team: Team) -> None:
    storage = MemoryStorage()
    client = team.client(storage)
    seen: list[tuple[bool, bool]] = []

    def onClientSignedIn() -> None:
        seen.append((client.isSignedIn(), team.other_client(storage).isSignedIn()))

    client.setClientStateChangeListener({"onClientSignedIn": onClientSignedIn})
    team.sign_in()
    assert seen == [(True, True)]


def test_a_failed_sign_in_is_not_heard(team: Team) -> None:
    team.client()
    assert team.call("signIn", OTHER, PASSWORD).code == 401
    assert team.heard.events == []


def test_a_process_hears_that_a_customer_signed_in_elsewhere(team: Team) -> None:
    storage, there = MemoryStorage(), Heard()
    team.client(storage)
    other = team.other_client(storage, there)
    team.sign_in()
    assert there.events == []
    assert team.call("getAccount", client=other).email == "anna@example.com"
    team.call("retrieveToken", client=other)
    assert there.events == [("in",)]


def test_a_process_hears_that_another_customer_signed_in_elsewhere(team: Team) -> None:
    storage, there = MemoryStorage(), Heard()
    team.client(storage)
    team.sign_in()
    other = team.other_client(storage, there)
    team.sign_in(OTHER)
    assert team.call("getAccount", client=other).email == OTHER
    team.call("retrieveToken", client=other)
    assert there.events == [("out", Reason.UserSignOut), ("in",)]


def test_a_process_knows_of_others_what_its_last_call_knew(team: Team) -> None:
    storage = MemoryStorage()
    client = team.client(storage)
    team.sign_in()
    other = team.other_client(storage)
    uuid = other.getUUID()
    client.destroySession()
    assert (other.isSignedIn(), other.getUUID()) == (True, uuid)
    team.call("retrieveToken", client=other)
    assert (other.isSignedIn(), other.getUUID()) == (False, client.getUUID())
