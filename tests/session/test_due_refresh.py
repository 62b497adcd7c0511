"""When a token is refreshed before it is used, and what a failed refresh does."""

from __future__ import annotations

from typing import Any

import pytest

from synerise_client import (
    ClientAccountInformation,
    ClientAccountRegisterContext,
    ClientSessionEndReason,
    Error,
    Synerise,
    Token,
)
from synerise_client.session import tokens
from tests.conftest import PASSWORD, Team
from tests.session.scenes import (
    ALL_ATTEMPTS,
    GARBAGE,
    bearers,
    held,
    signed_in,
    story,
    time_limits,
    token_answer,
)

REJECTED = ("out", ClientSessionEndReason.ClientRejected)

TROUBLE: dict[str, dict[str, Any]] = {
    "a server that is busy": {"status": 503, "times": ALL_ATTEMPTS},
    "a server that fails": {"status": 500, "times": ALL_ATTEMPTS},
    "a gateway's page": {"status": 502, "times": ALL_ATTEMPTS, "body": GARBAGE},
    "a proxy's page with 403": {"status": 403, "body": GARBAGE},
    "an empty 403": {"status": 403, "body": ""},
    "a 403 with a list": {"status": 403, "body": [1]},
    "another refusal": {"status": 400},
    "a moved route": {"status": 404},
    "garbage": {"status": 200, "body": GARBAGE},
}


def failed_due_refresh(team: Team, left: float = 1799.0) -> None:
    """Have a due refresh fail when ``left`` seconds of the token are left."""
    signed_in(team)
    team.time_passes(3600 - left)
    team.sandbox.fail("refresh", 500, ALL_ATTEMPTS)
    assert isinstance(team.call("retrieveToken"), Token)
    assert team.operations == ["login"] + ["refresh"] * ALL_ATTEMPTS


@pytest.mark.parametrize(
    ("lifetime", "left", "is_due"),
    [
        (7200, 1810, False),
        (7200, 1790, True),
        (3600, 1810, False),
        (3600, 1790, True),
        (1800, 910, False),
        (1800, 890, True),
        (60, 35, False),
        (60, 25, True),
    ],
)
def test_a_refresh_is_due_at_1800_seconds_or_half_of_the_lifetime(
    team: Team, lifetime: float, left: float, is_due: bool
) -> None:
    team.sandbox.token_lifetime = lifetime
    old = signed_in(team)
    team.time_passes(lifetime - left)
    token = team.call("retrieveToken")
    assert (token.tokenString != old) is is_due
    assert team.operations == (["login", "refresh"] if is_due else ["login"])


@pytest.mark.parametrize(
    ("interval", "left", "is_due"),
    [(5000, 5010, False), (5000, 4990, True), (10, 1790, True), (10, 1810, False)],
)
def test_the_setting_moves_the_moment_but_not_below_1800_seconds(
    team: Team, interval: float, left: float, is_due: bool
) -> None:
    team.sandbox.token_lifetime = 20_000
    signed_in(team)
    Synerise.Settings.sdk.minTokenRefreshInterval = interval
    team.time_passes(20_000 - left)
    team.call("retrieveToken")
    assert team.operations == (["login", "refresh"] if is_due else ["login"])


def test_a_call_with_a_due_token_is_sent_with_the_refreshed_one(team: Team) -> None:
    old = signed_in(team)
    team.time_passes(1801)
    assert isinstance(team.call("getAccount"), ClientAccountInformation)
    assert team.operations == ["login", "refresh", "account"]
    assert bearers(team, "refresh") == [old]
    assert bearers(team, "account") == [team.call("retrieveToken").tokenString]
    assert bearers(team, "account") != [old]


def test_an_anonymous_token_is_refreshed_when_it_is_due(team: Team) -> None:
    team.client()
    team.call("registerAccount", ClientAccountRegisterContext("one@example.com", PASSWORD))
    team.time_passes(1801)
    team.call("registerAccount", ClientAccountRegisterContext("two@example.com", PASSWORD))
    assert team.operations == ["login_anonymous", "register", "refresh", "register"]
    first, second = bearers(team, "register")
    assert first != second
    assert not Synerise.Client.isSignedIn()


@pytest.mark.parametrize("trouble", TROUBLE.values(), ids=TROUBLE)
def test_a_due_refresh_that_fails_leaves_the_live_token_in_use(
    team: Team, trouble: dict[str, Any]
) -> None:
    old = signed_in(team)
    team.time_passes(1801)
    team.sandbox.fail("refresh", **trouble)
    assert isinstance(team.call("getAccount"), ClientAccountInformation)
    assert bearers(team, "account") == [old]
    assert Synerise.Client.isSignedIn()
    assert team.heard.events == []


def test_without_a_network_a_due_token_is_handed_out_as_it_is(team: Team) -> None:
    old = signed_in(team)
    team.time_passes(1801)
    team.sandbox.stop()
    assert team.call("retrieveToken").tokenString == old
    assert Synerise.Client.isSignedIn()


def test_a_due_refresh_without_an_answer_is_given_up_and_the_live_token_used(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tokens, "DUE_REFRESH_SECONDS", 0.1)
    old = signed_in(team)
    team.time_passes(1801)
    with team.sandbox.hold("refresh") as hold:
        assert isinstance(team.call("getAccount"), ClientAccountInformation)
        assert hold.arrived.is_set()
    assert bearers(team, "account") == [old]
    assert team.operations == ["login", "refresh", "account"]


@pytest.mark.parametrize(("left", "limit"), [(1700, 5), (70, 5), (50, 25), (10, 25)])
def test_a_due_refresh_takes_5_seconds_at_most_and_25_in_the_last_minute(
    team: Team, monkeypatch: pytest.MonkeyPatch, left: float, limit: float
) -> None:
    limits = time_limits(monkeypatch, "refresh")
    signed_in(team)
    team.time_passes(3600 - left)
    team.call("retrieveToken")
    assert limits == [pytest.approx(limit, abs=1)]


def test_refresh_token_may_take_as_long_as_any_call(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits = time_limits(monkeypatch, "refresh")
    signed_in(team)
    team.call("refreshToken")
    assert limits == [pytest.approx(60, abs=1)]


def test_after_a_failed_due_refresh_the_next_one_rests_for_a_minute_at_most(team: Team) -> None:
    failed_due_refresh(team)
    before = len(team.operations)
    team.call("retrieveToken")
    team.call("getAccount")
    assert team.operations[before:] == ["account"]
    team.time_passes(61)
    team.call("getAccount")
    assert team.operations[before:] == ["account", "refresh", "account"]


def test_a_failed_due_refresh_rests_no_longer_than_half_of_what_the_token_has_left(
    team: Team,
) -> None:
    failed_due_refresh(team, left=24)
    before = len(team.operations)
    team.call("retrieveToken")
    assert team.operations[before:] == []
    team.time_passes(13)
    team.call("retrieveToken")
    assert team.operations[before:] == ["refresh"]


def test_refresh_token_does_not_wait_for_the_rest(team: Team) -> None:
    failed_due_refresh(team)
    before = len(team.operations)
    assert isinstance(team.call("refreshToken"), Token)
    assert team.operations[before:] == ["refresh"]


def test_a_401_does_not_wait_for_the_rest(team: Team) -> None:
    failed_due_refresh(team)
    before = len(team.operations)
    team.sandbox.fail("account", 401)
    assert isinstance(team.call("getAccount"), ClientAccountInformation)
    assert team.operations[before:] == ["account", "refresh", "account"]


def test_a_sign_in_does_not_wait_for_the_rest_of_the_token_before(team: Team) -> None:
    failed_due_refresh(team)
    team.sandbox.token_lifetime = 20
    team.sign_in()
    before = len(team.operations)
    team.time_passes(11)
    team.call("retrieveToken")
    assert team.operations[before:] == ["refresh"]


@pytest.mark.parametrize("method", ["refreshToken", "retrieveToken", "getAccount"])
@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_refresh_ends_the_session_and_the_call_gets_the_refusal(
    team: Team, method: str, status: int
) -> None:
    signed_in(team)
    team.time_passes(1801)
    team.sandbox.fail("refresh", status)
    error = team.call(method)
    assert (error.code, error.httpStatus) == (status, status)
    assert team.operations == ["login", "refresh"]
    assert team.heard.events == [REJECTED]
    assert not Synerise.Client.isSignedIn()
    assert team.call("retrieveToken").code == 3200
    assert team.heard.events == [REJECTED]


def test_a_revoked_token_ends_the_session_when_it_is_refreshed(team: Team) -> None:
    signed_in(team)
    team.sandbox.revoke_all()
    assert team.call("refreshToken").code == 401
    assert team.heard.events == [REJECTED]


def test_a_refusal_that_comes_after_the_tokens_end_is_an_expiry(team: Team) -> None:
    signed_in(team)
    team.sandbox.revoke_all()
    with held(team, "refresh", "refreshToken") as hold:
        team.time_passes(3601)
        hold.release()
        team.heard.wait_for(2)
    assert story(team.heard) == [
        ("listener", "out", ClientSessionEndReason.SessionExpiration),
        ("refreshToken", "error", 3210),
    ]


def test_a_due_refresh_refused_after_the_tokens_end_is_an_expiry_too(team: Team) -> None:
    def time_runs_out(operation: str, headers: object, body: object) -> None:
        if operation == "refresh":
            team.time_passes(1801)

    team.client(withRequestHook=time_runs_out)
    team.sign_in()
    team.heard.clear()
    team.time_passes(1801)
    assert team.call("retrieveToken").code == 3210
    assert team.heard.events == [("out", ClientSessionEndReason.SessionExpiration)]


@pytest.mark.parametrize("trouble", TROUBLE.values(), ids=TROUBLE)
def test_trouble_with_refresh_token_goes_to_on_error_and_the_session_stays(
    team: Team, trouble: dict[str, Any]
) -> None:
    old = signed_in(team)
    team.sandbox.fail("refresh", **trouble)
    error = team.call("refreshToken")
    assert isinstance(error, Error)
    assert error.code == (-106 if trouble["status"] == 200 else trouble["status"])
    assert Synerise.Client.isSignedIn()
    assert team.call("retrieveToken").tokenString == old
    assert team.heard.events == []


def test_without_a_network_refresh_token_fails_and_the_session_stays(team: Team) -> None:
    old = signed_in(team)
    team.sandbox.stop()
    assert team.call("refreshToken").code == -1
    assert Synerise.Client.isSignedIn()
    assert team.call("retrieveToken").tokenString == old


def test_refresh_answers_that_get_lost_leave_the_session(team: Team) -> None:
    old = signed_in(team)
    team.sandbox.drop("refresh", ALL_ATTEMPTS)
    assert team.call("refreshToken").code == -1
    assert team.call("retrieveToken").tokenString == old


def test_a_failed_refresh_is_not_replayed_to_a_later_caller(team: Team) -> None:
    old = signed_in(team)
    team.sandbox.fail("refresh", 400)
    assert team.call("refreshToken").code == 400
    assert team.call("refreshToken").tokenString != old
    assert team.operations == ["login", "refresh", "refresh"]


def test_a_server_that_is_down_for_a_while_costs_one_request_more_than_its_failures(
    team: Team,
) -> None:
    """Twice 503, once no connection, then it is up again: refreshToken succeeds by itself."""
    attempts: list[str] = []

    def hook(operation: str, headers: dict[str, str], body: dict[str, Any]) -> None:
        if operation != "refresh":
            return
        attempts.append(operation)
        if len(attempts) == 3:
            team.sandbox.stop()
        elif len(attempts) == 4:
            team.sandbox.start()

    team.client(withRequestHook=hook)
    team.sign_in()
    team.sandbox.fail("refresh", 503, 2)
    assert isinstance(team.call("refreshToken"), Token)
    assert len(attempts) == 4
    assert team.operations == ["login", "refresh", "refresh", "refresh"]


def test_a_due_refresh_with_an_unusable_answer_is_sent_once(team: Team) -> None:
    old = signed_in(team)
    team.time_passes(1801)
    team.sandbox.fail("refresh", 200, body=token_answer(team, expiration=True))
    assert team.call("retrieveToken").tokenString == old
    assert team.operations == ["login", "refresh"]
