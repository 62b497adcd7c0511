"""What a 401 or a 403 to a call does: another token, another attempt, the end of the session."""

from __future__ import annotations

import pytest

from synerise_client import ClientAccountInformation, ClientSessionEndReason, Error, Synerise
from tests.conftest import EMAIL, Team
from tests.session.scenes import GARBAGE, bearers, signed_in

REJECTED = ("out", ClientSessionEndReason.ClientRejected)


def test_a_401_is_refreshed_once_and_replayed_once_with_the_new_token(team: Team) -> None:
    old = signed_in(team)
    team.sandbox.fail("account", 401)
    account = team.call("getAccount")
    assert isinstance(account, ClientAccountInformation)
    assert account.email == EMAIL
    assert team.operations == ["login", "account", "refresh", "account"]
    assert bearers(team, "account") == [old, team.call("retrieveToken").tokenString]
    assert team.heard.events == []


def test_a_second_401_goes_to_on_error_and_the_session_stays(team: Team) -> None:
    signed_in(team)
    team.sandbox.fail("account", 401, 2)
    assert team.call("getAccount").code == 401
    assert team.operations == ["login", "account", "refresh", "account"]
    assert Synerise.Client.isSignedIn()
    assert team.heard.events == []


def test_a_401_whose_refresh_is_refused_ends_the_session(team: Team) -> None:
    signed_in(team)
    team.sandbox.revoke_all()
    assert team.call("getAccount").code == 401
    assert team.operations == ["login", "account", "refresh"]
    assert team.heard.events == [REJECTED]


def test_a_401_whose_refresh_fails_otherwise_leaves_the_session(team: Team) -> None:
    signed_in(team)
    team.sandbox.fail("account", 401)
    team.sandbox.fail("refresh", 403, body=GARBAGE)
    assert isinstance(team.call("getAccount"), Error)
    assert team.operations == ["login", "account", "refresh"]
    assert Synerise.Client.isSignedIn()
    assert team.heard.events == []


@pytest.mark.parametrize("body", [None, GARBAGE])
def test_a_403_to_a_call_is_no_refusal_of_the_token(team: Team, body: str | None) -> None:
    signed_in(team)
    team.sandbox.fail("account", 403, body=body)
    assert team.call("getAccount").code == 403
    assert team.operations == ["login", "account"]
    assert Synerise.Client.isSignedIn()
    assert team.heard.events == []
