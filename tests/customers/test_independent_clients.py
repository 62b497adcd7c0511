"""connect(): each client has a session, an order of calls, a listener and settings of its own."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest

from synerise_client import (
    ClientSessionEndReason,
    ConnectedClient,
    Error,
    MemoryStorage,
    SQLiteStorage,
    Synerise,
)
from synerise_client import assembly as assembling
from synerise_client.session.storage import Storage
from tests.conftest import Heard
from tests.customers.conftest import Customers, email_of


def test_each_customer_has_a_session_of_their_own(customers: Customers) -> None:
    anna, ben = customers.signed_in("anna"), customers.signed_in("ben")
    assert anna.getUUID() != ben.getUUID()
    assert customers.team.call("getAccount", client=anna).email == email_of("anna")
    assert customers.team.call("getAccount", client=ben).email == email_of("ben")
    anna.signOut()
    assert (anna.isSignedIn(), ben.isSignedIn()) == (False, True)


def test_they_live_beside_the_shared_client(customers: Customers) -> None:
    anna = customers.signed_in("anna")
    shared = customers.team.client(customers.storage)
    assert not shared.isSignedIn()
    customers.team.sign_in(email_of("ben"))
    Synerise.shutdown()
    assert customers.team.call("getAccount", client=anna).email == email_of("anna")


def test_the_log_tells_which_client_has_failed(
    customers: Customers, caplog: pytest.LogCaptureFixture
) -> None:
    anna, shared = customers.connect("anna"), customers.team.client(customers.storage)
    for client in (anna, shared):
        client.getAccount()
    assert anna.waitUntilIdle(10)
    assert Synerise.waitUntilIdle(10)
    assert repr(anna) == "ConnectedClient('anna')"
    warnings = [each.getMessage() for each in caplog.records if each.levelname == "WARNING"]
    assert sorted(warnings) == [
        f"{owner}.getAccount failed and has no onError: No customer is logged in: "
        "sign in first (3200)"
        for owner in (repr(anna), "Synerise.Client")
    ]


def test_connecting_leaves_the_shared_client_alone(customers: Customers) -> None:
    customers.connect("anna")
    assert not Synerise.isInitialized()
    with pytest.raises(RuntimeError, match="not initialized"):
        _ = Synerise.Client


def test_each_listener_hears_of_its_own_customer(customers: Customers) -> None:
    anna, ben = customers.connect("anna"), customers.connect("ben")
    heard = {"anna": Heard(), "ben": Heard()}
    anna.setClientStateChangeListener(heard["anna"])
    ben.setClientStateChangeListener(heard["ben"])
    customers.register("anna")
    assert customers.team.call("signIn", email_of("anna"), "Pass1!word", client=anna) is True
    anna.signOut()
    assert anna.waitUntilIdle(10)
    assert heard["anna"].events == [("in",), ("out", ClientSessionEndReason.UserSignOut)]
    assert heard["ben"].events == []


def test_settings_are_each_clients_own(customers: Customers) -> None:
    anna, ben = customers.signed_in("anna"), customers.signed_in("ben")
    anna.Settings.sdk.enabled = False
    assert isinstance(customers.team.call("retrieveToken", client=anna), Error)
    assert not isinstance(customers.team.call("retrieveToken", client=ben), Error)
    ben.Settings.sdk.doNotTrack = True
    assert not ben.isSignedIn()
    assert anna.isSignedIn()
    assert Synerise.Settings.sdk.enabled


def test_settings_of_the_initializer_hold_for_the_client(customers: Customers) -> None:
    client = customers.connect("anna", withInitialDoNotTrack=True)
    assert client.Settings.sdk.doNotTrack
    assert not Synerise.Settings.sdk.doNotTrack


def test_an_initializer_serves_for_many_and_changes_nothing_of_those_it_made(
    customers: Customers,
) -> None:
    initializer = customers.initializer()
    with initializer.withProfile("anna").connect() as anna:
        uuid = anna.getUUID()
        initializer.withApiKey("another-key").withRoutes({"account": "/elsewhere"})
        initializer.withRequestHook(lambda *_: 1 / 0)
        with initializer.withProfile("ben").connect() as ben:
            assert ben.getUUID() != uuid
        customers.register("anna")
        team = customers.team
        assert team.call("signIn", email_of("anna"), "Pass1!word", client=anna) is True
        assert team.call("getAccount", client=anna).email == email_of("anna")


@pytest.mark.parametrize("is_durable", [False, True], ids=["memory", "sqlite"])
def test_a_profile_is_remembered_and_no_other_is_let_in(
    customers: Customers, tmp_path: Path, is_durable: bool
) -> None:
    customers.storage = SQLiteStorage(tmp_path / "s.sqlite3") if is_durable else MemoryStorage()
    uuid = customers.signed_in("anna").getUUID()
    customers.close()
    again = customers.connect("anna")
    assert (again.isSignedIn(), again.getUUID()) == (True, uuid)
    assert not customers.connect("ben").isSignedIn()
    assert not customers.connect("").isSignedIn()


def test_the_store_keeps_a_row_for_each_profile(customers: Customers, tmp_path: Path) -> None:
    path = tmp_path / "s.sqlite3"
    customers.storage = SQLiteStorage(path)
    for profile in ("anna", "ben", ""):
        customers.connect(profile)
    with closing(sqlite3.connect(path)) as database:
        assert {row[0] for row in database.execute("SELECT profile FROM session")} == {
            "anna",
            "ben",
            "",
        }


@pytest.mark.parametrize("is_durable", [False, True], ids=["memory", "sqlite"])
def test_clients_of_one_profile_share_its_session(
    customers: Customers, tmp_path: Path, is_durable: bool
) -> None:
    customers.storage = SQLiteStorage(tmp_path / "s.sqlite3") if is_durable else MemoryStorage()
    one = customers.signed_in("anna")
    other = customers.connect("anna")
    assert other.isSignedIn()
    one.signOut()
    error = customers.team.call("retrieveToken", client=other)
    assert isinstance(error, Error)
    assert not other.isSignedIn()


def test_a_client_that_is_closed_leaves_the_store_open_for_the_others(
    customers: Customers, tmp_path: Path
) -> None:
    closed: list[Storage] = []

    class Noting(SQLiteStorage):
        def close(self) -> None:
            closed.append(self)
            super().close()

    customers.storage = Noting(tmp_path / "s.sqlite3")
    anna, ben = customers.signed_in("anna"), customers.signed_in("ben")
    anna.close()
    assert not closed
    assert not isinstance(customers.team.call("refreshToken", client=ben), Error)
    ben.close()
    assert closed == [customers.storage]


def test_all_clients_have_one_connection_to_the_usual_store(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SYNERISE_CLIENT_HOME", str(tmp_path))
    kept = assembling._usual_storage()
    assert assembling._usual_storage() is kept
    monkeypatch.setenv("SYNERISE_CLIENT_HOME", str(tmp_path / "another"))
    assert assembling._usual_storage() is not kept


def test_clients_of_one_host_share_its_connections(customers: Customers) -> None:
    """As all wait for their turn, one connection does for them."""
    clients = [customers.connect(f"{number}", withThreads=1) for number in range(5)]
    for client in clients:
        client.retrieveToken(None, lambda: None)
        client.recognizeAnonymous("someone@example.com", None, None)
    session = None
    for client in clients:
        assert client.waitUntilIdle(10)
        operations = client._session._operations
        assert operations is not None
        mine = operations._transport._connections._session
        assert mine is not None
        assert session is None or mine is session
        session = mine


def test_close_answers_what_is_pending_and_touches_nobody_else(customers: Customers) -> None:
    anna, ben = customers.signed_in("anna"), customers.signed_in("ben")
    heard = Heard()
    with customers.team.sandbox.hold("account") as hold:
        anna.getAccount(*heard.callbacks("first"))
        anna.getAccount(*heard.callbacks("second"))
        assert hold.arrived.wait(10)
        anna.close()
        assert heard.results == [("first", "error", -999), ("second", "error", -999)]
    assert customers.team.call("getAccount", client=ben).email == email_of("ben")
    anna.close()
    with pytest.raises(RuntimeError, match="shut down"):
        anna.getAccount()
    assert ben.isActive
    assert not anna.isActive


def test_a_block_waits_for_its_calls_and_closes_the_client(customers: Customers) -> None:
    heard = Heard()
    customers.register("anna")
    with customers.initializer().withProfile("anna").connect() as anna:
        anna.signIn(email_of("anna"), "Pass1!word", *heard.callbacks("signIn"))
        anna.retrieveToken(lambda: anna.getAccount(*heard.callbacks("getAccount")))
    assert [result[:2] for result in heard.results] == [
        ("signIn", "success"),
        ("getAccount", "success"),
    ]
    assert not anna.isActive


def test_a_block_that_raises_does_not_wait(customers: Customers) -> None:
    anna = customers.signed_in("anna")
    heard = Heard()
    with customers.team.sandbox.hold("account"), suppress(LookupError), anna:
        anna.getAccount(*heard.callbacks("getAccount"))
        raise LookupError
    assert heard.results == [("getAccount", "error", -999)]


def test_a_client_may_be_closed_by_its_own_callback(customers: Customers) -> None:
    anna = customers.signed_in("anna")
    heard = Heard()

    def leave() -> None:
        with anna:
            anna.getAccount(*heard.callbacks("behind"))

    anna.retrieveToken(leave)
    heard.wait_for(1)
    assert heard.results == [("behind", "error", -999)]


def test_waiting_for_oneself_is_an_error_and_waiting_for_another_one_is_not(
    customers: Customers,
) -> None:
    anna, ben = customers.signed_in("anna"), customers.signed_in("ben")
    found: list[Any] = []
    done = threading.Event()

    def wait() -> None:
        try:
            anna.waitUntilIdle()
        except RuntimeError as error:
            found.append(str(error))
        ben.retrieveToken(lambda: found.append("ben's"))
        found.append(ben.waitUntilIdle(10))
        done.set()

    anna.retrieveToken(wait)
    assert done.wait(10)
    assert "inside a callback" in found[0]
    assert found[1:] == ["ben's", True]


@pytest.mark.parametrize(
    ("method", "value", "error"),
    [
        ("withProfile", 3, TypeError),
        ("withProfile", None, TypeError),
        ("withThreads", "3", TypeError),
        ("withThreads", True, ValueError),
        ("withThreads", 0, ValueError),
        ("withThreads", 257, ValueError),
    ],
)
def test_a_wrong_argument_is_named(
    customers: Customers, method: str, value: object, error: type[Exception]
) -> None:
    name = {"withProfile": "profile", "withThreads": "count"}[method]
    with pytest.raises(error, match=name):
        customers.initializer(**{method: value})


def test_without_an_api_key_nothing_is_connected() -> None:
    with pytest.raises(ValueError, match="withApiKey"):
        Synerise.Initializer().connect()


def test_a_connected_client_has_every_method_of_the_shared_one(customers: Customers) -> None:
    names = {name for name in dir(ConnectedClient) if not name.startswith("_")}
    shared = {name for name in dir(type(customers.team.client())) if not name.startswith("_")}
    assert names == shared | {"Settings", "close", "waitUntilIdle"}


def test_what_is_said_about_a_connected_client_leads_back_to_connect(customers: Customers) -> None:
    client: Any = customers.connect("anna")
    with pytest.raises(AttributeError, match=r"^ConnectedClient has no 'singIn'; .*'signIn'\?$"):
        client.singIn("anna@example.com", "Secret-1")
    client.close()
    for call in (client.getAccount, client.signOut):
        with pytest.raises(
            RuntimeError, match=r"shut down; init\(\) or connect\(\) of .* another$"
        ):
            call()


def test_the_kind_of_number_that_is_expected_is_named(customers: Customers) -> None:
    with pytest.raises(TypeError, match=r"^count must be an int, not str$"):
        customers.initializer(withThreads="3")
