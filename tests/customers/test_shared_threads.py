"""All clients share so many threads: nobody is held up, nobody forgotten, nothing left."""

from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Callable
from contextlib import ExitStack

import pytest

from synerise_client import ConnectedClient, Error, Synerise
from synerise_client.calls.workers import Workers, workers
from tests.conftest import Heard
from tests.customers.conftest import Customers, email_of

Counted = Callable[[str, int], None]


def threads() -> int:
    """Count the threads that carry out calls."""
    return sum(each.name == "synerise-client" for each in threading.enumerate())


def test_an_idle_client_has_no_thread(customers: Customers) -> None:
    for number in range(50):
        customers.connect(str(number))
    assert threads() == 0


def test_there_are_no_more_threads_than_allowed(customers: Customers) -> None:
    clients = [customers.connect(str(number), withThreads=3) for number in range(20)]
    most = 0
    heard = [Heard() for _ in clients]

    def note() -> None:
        nonlocal most
        most = max(most, threads())

    for client, hears in zip(clients, heard, strict=True):
        for _ in range(3):
            client.retrieveToken(None, note)
            client.recognizeAnonymous(None, "x", None)
            client.refreshToken(*hears.callbacks("refreshToken"))
    for client in clients:
        assert client.waitUntilIdle(20)
    assert [len(hears.results) for hears in heard] == [3] * len(clients)
    assert 1 <= most <= 3


def test_requests_of_different_customers_are_under_way_at_the_same_time(
    customers: Customers,
) -> None:
    clients = [customers.signed_in(name) for name in ("anna", "ben", "carla")]
    heard = [Heard() for _ in clients]
    with ExitStack() as holding:
        holds = [holding.enter_context(customers.team.sandbox.hold("account")) for _ in clients]
        for client, hears in zip(clients, heard, strict=True):
            client.getAccount(*hears.callbacks("getAccount"))
        assert all(hold.arrived.wait(10) for hold in holds)
    for hears in heard:
        assert hears.wait_for(1)[0][:2] == ("getAccount", "success")


def test_a_customer_whose_requests_hang_holds_up_nobody(customers: Customers) -> None:
    hung, other = customers.signed_in("hung"), customers.signed_in("other", withThreads=2)
    hears = Heard()
    with customers.team.sandbox.hold("logout") as hold:
        hung.signOutWithMode("SIGN_OUT", False, *hears.callbacks("signOut"))
        assert hold.arrived.wait(10)
        for _ in range(5):
            assert customers.team.call("getAccount", client=other).email == email_of("other")
        assert not hears.told
    assert hears.wait_for(1)


def test_with_one_thread_a_customer_with_many_calls_lets_the_others_have_their_turn(
    customers: Customers,
) -> None:
    busy, other = customers.signed_in("busy", withThreads=1), customers.signed_in("other")
    order: list[str] = []
    go_on = threading.Event()
    busy.retrieveToken(lambda: go_on.wait(10))
    for _ in range(20):
        busy.retrieveToken(lambda: order.append("busy"))
    other.retrieveToken(lambda: order.append("other"))
    go_on.set()
    assert busy.waitUntilIdle(10)
    assert other.waitUntilIdle(10)
    assert len(order) == 21
    assert order.index("other") <= 1


@pytest.mark.parametrize("most", [1, 2])
def test_callbacks_that_wait_for_other_customers_do_not_use_the_threads_up(
    customers: Customers, most: int
) -> None:
    waiting = [customers.signed_in(f"a{number}", withThreads=most) for number in range(4)]
    others = [customers.signed_in(f"b{number}") for number in range(4)]
    answered: list[bool] = []

    def wait_for(other: ConnectedClient) -> Callable[[], None]:
        def callback() -> None:
            other.getAccount(lambda: answered.append(True), lambda: answered.append(False))
            assert other.waitUntilIdle(20)

        return callback

    for client, other in zip(waiting, others, strict=True):
        client.retrieveToken(wait_for(other))
    for client in waiting:
        assert client.waitUntilIdle(30)
    assert answered == [True] * 4


def test_a_dropped_client_answers_its_calls_and_is_forgotten(customers: Customers) -> None:
    customers.register("anna")
    hears = Heard()
    with customers.team.sandbox.hold("login") as hold:
        client = customers.initializer().withProfile("anna").connect()
        client.signIn(email_of("anna"), "Pass1!word", *hears.callbacks("signIn"))
        client.getAccount(*hears.callbacks("getAccount"))
        dropped = weakref.ref(client._session)
        assert hold.arrived.wait(10)
        del client
        gc.collect()
    told = hears.wait_for(2)
    assert [each[:2] for each in told] == [("signIn", "success"), ("getAccount", "success")]
    assert told[1][2].email == email_of("anna")
    assert customers.connect("anna").isSignedIn()
    gives_up = threading.Event()
    for _ in range(500):  # the thread may hold the last call for a moment
        gc.collect()
        if dropped() is None:
            return
        gives_up.wait(0.01)
    raise AssertionError("a dropped client is still there")


def test_many_customers_are_answered_in_order_each_call_once(
    customers: Customers, counted: Counted
) -> None:
    number = 100
    heard = [Heard() for _ in range(number)]
    clients = [customers.connect(str(each)) for each in range(number)]
    for each, client in enumerate(clients):
        customers.register(str(each))
        client.signIn(email_of(str(each)), "Pass1!word", *heard[each].callbacks("signIn"))
        client.refreshToken(*heard[each].callbacks("refreshToken"))
        client.getAccount(*heard[each].callbacks("getAccount"))
    for client in clients:
        assert client.waitUntilIdle(50)
    for each, hears in enumerate(heard):
        assert [name for name, kind, _ in hears.results if kind == "success"] == [
            "signIn",
            "refreshToken",
            "getAccount",
        ]
        assert hears.results[2][2].email == email_of(str(each))
    counted("calls of many customers", 3 * number)


def test_the_last_client_that_is_closed_takes_the_threads_with_it(customers: Customers) -> None:
    clients = [customers.signed_in(name) for name in ("anna", "ben")]
    assert threads() >= 1
    clients[0].close()
    assert not isinstance(customers.team.call("getAccount", client=clients[1]), Error)
    clients[1].close()
    for thread in list(workers._threads):
        thread.join(10)
    assert threads() == 0


def test_workers_that_no_thread_can_be_had_for_refuse_the_job(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def no_more(self: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", no_more)
    ran: list[int] = []
    with pytest.raises(RuntimeError, match="thread"):
        Workers().run(lambda: ran.append(1))
    assert not ran


def test_jobs_beyond_the_bound_wait_for_a_thread() -> None:
    few = Workers(most=1, idle_seconds=0.01)
    user = object.__new__(Heard)
    few.serve(user)
    go_on, second, ran = threading.Event(), threading.Event(), threading.Semaphore(0)

    def first() -> None:
        go_on.wait(10)
        ran.release()

    few.run(first)
    few.run(lambda: second.set())
    assert few.are_short()
    assert len(few._threads) == 1
    go_on.set()
    assert ran.acquire(timeout=10)
    assert second.wait(10)
    few.dismiss(user)
    few.join(10)
    assert not few._threads


def test_the_shared_client_is_one_of_them(customers: Customers) -> None:
    customers.team.client(withThreads=1)
    customers.team.sign_in("ben@example.com")
    anna = customers.signed_in("anna")
    order: list[str] = []
    go_on = threading.Event()
    Synerise.Client.retrieveToken(lambda: go_on.wait(10))
    anna.retrieveToken(lambda: order.append("anna"))
    assert not anna.waitUntilIdle(0.05)
    go_on.set()
    assert anna.waitUntilIdle(10)
    assert order == ["anna"]
