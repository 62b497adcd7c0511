"""The machine sleeps for two hours while a token lives for one."""

from __future__ import annotations

import importlib.util
import time
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from synerise_client import (
    ClientAccountRegisterContext,
    ClientSessionEndReason,
    ClientSignOutMode,
    ClientSimpleAuthenticationData,
    SQLiteStorage,
    Synerise,
)
from synerise_client.session import clock
from tests.conftest import EMAIL, PASSWORD, Heard, Team
from tests.connector.conftest import Run
from tests.connector.conftest import run as run
from tests.session.scenes import bearers, held, story

TWO_HOURS = 7200.0
EXPIRED = ("listener", "out", ClientSessionEndReason.SessionExpiration)
NEW_CUSTOMER = ClientAccountRegisterContext("new@example.com", PASSWORD)

# Calls that need a customer, and with which error they find that there is none any more.
NEEDS_CUSTOMER: dict[str, tuple[tuple[Any, ...], int]] = {
    "retrieveToken": ((), 3210),
    "refreshToken": ((), 3210),
    "getAccount": ((), 3210),
    "changePassword": ((PASSWORD, "Other2?word"), 3210),
    "signOutWithMode": ((ClientSignOutMode.SignOut, False), 3220),
}
SIGN_INS: dict[str, Any] = {
    "by password": lambda team: team.sign_in(),
    "by simple authentication": lambda team: team.call(
        "simpleAuthentication", ClientSimpleAuthenticationData(), "anna-1"
    ),
}
sign_ins = pytest.mark.parametrize("sign_in", SIGN_INS.values(), ids=SIGN_INS)


def asleep(team: Team, sign_in: Any = SIGN_INS["by password"], **settings: Any) -> None:
    """Sign in and sleep; what was heard and sent until then is forgotten."""
    team.client(**settings)
    sign_in(team)
    team.time_passes(TWO_HOURS)
    team.heard.clear()


@sign_ins
def test_the_getters_only_compute(team: Team, sign_in: Any) -> None:
    asleep(team, sign_in)
    client, before = Synerise.Client, team.operations
    uuid = client.getUUID()
    for _ in range(3):
        assert not client.isSignedIn()
        assert not client.isSignedInViaSimpleAuthentication()
        assert client.getUUID() == uuid
    assert Synerise.waitUntilIdle(10)
    assert team.heard.told == []
    assert team.operations == before


@sign_ins
@pytest.mark.parametrize("method", NEEDS_CUSTOMER)
def test_the_first_call_that_needs_the_customer_ends_the_session_once(
    team: Team, sign_in: Any, method: str
) -> None:
    asleep(team, sign_in)
    arguments, code = NEEDS_CUSTOMER[method]
    uuid, before = Synerise.Client.getUUID(), team.operations
    getattr(Synerise.Client, method)(*arguments, *team.heard.callbacks("first"))
    getattr(Synerise.Client, method)(*arguments, *team.heard.callbacks("second"))
    team.heard.wait_for(3)
    later = 3200 if code == 3210 else code
    assert story(team.heard) == [EXPIRED, ("first", "error", code), ("second", "error", later)]
    assert team.operations == before
    assert Synerise.Client.getUUID() == uuid


@sign_ins
def test_a_call_for_anybody_ends_the_session_and_goes_on_anonymously(
    team: Team, sign_in: Any
) -> None:
    asleep(team, sign_in)
    before = len(team.operations)
    Synerise.Client.registerAccount(NEW_CUSTOMER, *team.heard.callbacks("register"))
    team.heard.wait_for(2)
    assert story(team.heard) == [EXPIRED, ("register", "success", True)]
    assert team.operations[before:] == ["login_anonymous", "register"]


@pytest.mark.parametrize("ender", ["signOut", "destroySession", "regenerateUUID"])
def test_an_ender_finds_nobody_logged_in(team: Team, ender: str) -> None:
    asleep(team)
    before = team.operations
    getattr(Synerise.Client, ender)()
    assert Synerise.waitUntilIdle(10)
    assert team.heard.told == []
    assert team.operations == before
    assert team.call("getAccount").code == 3200


def test_signing_in_again_is_no_sign_out_of_somebody(team: Team) -> None:
    asleep(team)
    team.sign_in()
    assert team.heard.told == [("listener", "in")]


def test_a_call_that_needs_no_token_leaves_the_session_as_it_is(team: Team) -> None:
    """It is found to have expired when a call needs the customer, not before."""
    asleep(team)
    assert team.call("signIn", EMAIL, "wrong").code == 401
    assert team.heard.events == []
    assert team.call("getAccount").code == 3210
    assert team.heard.told == [EXPIRED]


def test_an_anonymous_token_is_fetched_anew_silently(team: Team) -> None:
    team.client()
    assert team.call("registerAccount", NEW_CUSTOMER) is True
    team.time_passes(TWO_HOURS)
    again = ClientAccountRegisterContext("two@example.com", PASSWORD)
    assert team.call("registerAccount", again) is True
    assert team.operations == ["login_anonymous", "register"] * 2
    first, second = bearers(team, "register")
    assert first != second
    assert team.heard.told == []


def test_a_sleep_while_a_call_waits_for_its_answer_is_noticed_by_the_next_one(team: Team) -> None:
    team.client()
    team.sign_in()
    team.heard.clear()
    with held(team, "account", "getAccount") as hold:
        team.time_passes(TWO_HOURS)
        hold.release()
        team.heard.wait_for(1)
    assert [kind for _, kind, _ in team.heard.results] == ["success"]
    assert team.heard.events == []
    assert team.call("retrieveToken").code == 3210
    assert team.heard.told[-1] == EXPIRED


def test_a_sleep_between_two_attempts_ends_the_session_when_the_server_refuses(
    team: Team,
) -> None:
    attempts: list[str] = []

    def hook(operation: str, headers: object, body: object) -> None:
        attempts.append(operation)
        if attempts.count("account") == 2 and operation == "account":
            team.time_passes(TWO_HOURS)

    team.client(withRequestHook=hook)
    team.sign_in()
    team.heard.clear()
    team.sandbox.fail("account", 503)
    assert team.call("getAccount").code == 3210
    assert team.heard.told == [EXPIRED]
    assert team.operations == ["login", "account", "account"]


def test_a_sleep_during_a_sign_in_leaves_the_customer_expired(team: Team) -> None:
    """The token came before the sleep, as its Date and the clock that goes on tell."""
    client = team.client()
    team.sandbox.add_profile(EMAIL, PASSWORD)
    client.signIn(EMAIL, PASSWORD, lambda: team.time_passes(TWO_HOURS))
    client.getAccount(*team.heard.callbacks("getAccount"))
    team.heard.wait_for(3)
    assert story(team.heard) == [("listener", "in"), EXPIRED, ("getAccount", "error", 3210)]


def test_every_process_that_sleeps_finds_the_end_and_tells_its_own_listener(
    team: Team, tmp_path: Path
) -> None:
    path, heard = tmp_path / "sessions.sqlite3", Heard()
    team.client(SQLiteStorage(path))
    other = team.other_client(SQLiteStorage(path), heard)
    team.sign_in()
    team.call("retrieveToken", client=other)
    team.heard.clear()
    heard.clear()
    team.time_passes(TWO_HOURS)
    assert not other.isSignedIn()
    assert team.call("getAccount").code == 3210
    assert team.call("getAccount", client=other).code == 3200
    assert team.heard.told == heard.told == [EXPIRED]


# A platform without a clock that goes on in sleep


@pytest.fixture
def clock_elsewhere(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The module as it is on a platform without CLOCK_BOOTTIME."""
    monkeypatch.delattr(time, "CLOCK_BOOTTIME", raising=False)
    spec = importlib.util.spec_from_file_location("clock_elsewhere", clock.__file__)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_without_such_a_clock_the_monotonic_one_counts(
    clock_elsewhere: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = time.monotonic()
    assert before <= clock_elsewhere.Clock().elapsed() <= time.monotonic()
    monkeypatch.setattr(time, "time", lambda: 0.0)  # the wall clock has no part in it
    assert clock_elsewhere.Clock().elapsed() >= before


def test_without_such_a_clock_a_script_runs(run: Run) -> None:
    finished = run(
        """
for name in list(sys.modules):
    assert "session.clock" not in name, "too late"
if hasattr(time, "CLOCK_BOOTTIME"):
    del time.CLOCK_BOOTTIME
client = start()
client.signIn(EMAIL, PASSWORD, *told("signIn"))
client.getAccount(*told("getAccount"))
client.refreshToken(lambda token: say("signed in", client.isSignedIn()))
"""
    ).end()
    assert finished.lines == ["signIn success", "getAccount success", "signed in True"]
    assert (finished.code, finished.errors) == (0, "")
