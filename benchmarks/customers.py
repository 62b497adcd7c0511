"""Many customers at once: a thousand that do three things each, and one whose requests hang."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from statistics import median
from typing import TYPE_CHECKING, Any

import requests
from requests.adapters import HTTPAdapter

from benchmarks.fast_server import NEVER_ANSWERED, FastServer
from benchmarks.measuring import Comparison, Measured, in_turn, seconds
from synerise_client import ConnectedClient, MemoryStorage, Synerise
from synerise_client.calls.workers import workers

if TYPE_CHECKING:
    from collections.abc import Callable

CUSTOMERS = 1000
DELAY_SECONDS = 0.05
DELAYED_CUSTOMERS = 8
CALLS_EACH = 10


def connected(url: str, profile: str) -> ConnectedClient:
    """Return a client whose session is kept in memory."""
    initializer = Synerise.Initializer().withApiKey("api-key").withBaseUrl(url)
    return initializer.withStorage(MemoryStorage()).withProfile(profile).connect()


class Heard:
    """What the callbacks of one customer were told, in order."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def callback(self, name: str) -> Callable[[Any], None]:
        """Return a callback that notes its name, or the error that came in its place."""
        return lambda result: self.told.append(name if result is not None else "nothing")

    def failed(self, error: object) -> None:
        """Note an error."""
        self.told.append(str(error))


def with_clients(url: str, customers: int) -> list[Heard]:
    """Have each customer sign in, refresh and fetch the account; return what each one heard."""
    clients, heard = [], []
    for number in range(customers):
        client, hears = connected(url, str(number)), Heard()
        client.signIn(f"{number}@example.com", "Pass1!word", hears.callback("in"), hears.failed)
        client.refreshToken(hears.callback("refreshed"), hears.failed)
        client.getAccount(hears.callback("account"), hears.failed)
        clients.append(client)
        heard.append(hears)
    for client in clients:
        client.waitUntilIdle()
    for client in clients:
        client.close()
    return heard


def with_requests(url: str, customers: int) -> None:
    """Send the same requests with requests and a pool of as many threads."""
    with requests.Session() as session, ThreadPoolExecutor(workers.most) as pool:
        session.trust_env = False
        session.mount("http://", HTTPAdapter(pool_maxsize=workers.most))
        list(pool.map(lambda number: _three_requests(session, url, number), range(customers)))


def _three_requests(session: requests.Session, url: str, number: int) -> None:
    body = {"email": f"{number}@example.com", "password": "Pass1!word", "apiKey": "api-key"}
    token = session.post(f"{url}/sauth/v3/auth/login/client", json=body).json()["token"]
    bearer = {"Authorization": f"Bearer {token}"}
    refresh = f"{url}/sauth/v3/auth/refresh/client"
    token = session.post(refresh, json={"apiKey": "api-key"}, headers=bearer).json()["token"]
    bearer = {"Authorization": f"Bearer {token}"}
    session.get(f"{url}/v4/my-account/personal-information", headers=bearer).json()


def measure_customers(rounds: int, customers: int = CUSTOMERS) -> Measured:
    """Measure how long all customers take, and look whether each call was answered in order."""
    wrong: list[list[str]] = []

    def ours() -> float:
        heard: list[Heard] = []
        took = seconds(lambda: heard.extend(with_clients(server.url, customers)))
        wrong.extend(each.told for each in heard if each.told != ["in", "refreshed", "account"])
        return took

    with FastServer(delay=DELAY_SECONDS) as server:
        measured = in_turn(
            rounds, ours, lambda: seconds(lambda: with_requests(server.url, customers))
        )
    return measured._replace(missed=f"{len(wrong)} customers heard {wrong[0]}" if wrong else "")


def latency(clients: list[ConnectedClient]) -> float:
    """Return the median seconds of awaited calls that all clients make at the same time."""
    taken: list[float] = []

    def ask(client: ConnectedClient) -> None:
        for _ in range(CALLS_EACH):
            answered = threading.Event()
            began = time.perf_counter()
            client.getAccount(answered.set, answered.set)
            answered.wait()
            taken.append(time.perf_counter() - began)

    threads = [threading.Thread(target=ask, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return median(taken)


def measure_hanging(rounds: int) -> Measured:
    """Measure the others' latency beside a customer who is never answered, and without."""
    with FastServer(delay=DELAY_SECONDS) as server, ExitStack() as closing:
        clients = [connected(server.url, str(number)) for number in range(DELAYED_CUSTOMERS)]
        for client in clients:
            closing.callback(client.close)
            client.signIn("anna@example.com", "Pass1!word")
            client.waitUntilIdle()

        def beside_a_hanging_one() -> float:
            hanging = connected(server.url, "hanging")
            hanging.signIn(NEVER_ANSWERED, "Pass1!word", None, lambda: None)
            try:
                return latency(clients)
            finally:
                hanging.close()

        return in_turn(rounds, beside_a_hanging_one, lambda: latency(clients))


COMPARISONS = (
    Comparison(
        "customers",
        f"{CUSTOMERS:,} customers sign in, refresh and fetch their account, "
        f"{DELAY_SECONDS * 1000:.0f} ms of server latency",
        f"`ThreadPoolExecutor({workers.most})` with `requests`",
        1.2,
        "ms",
        3,
        measure_customers,
    ),
    Comparison(
        "hanging",
        "median latency of eight customers while the requests of another one hang",
        "the same without that one",
        1.2,
        "ms",
        5,
        measure_hanging,
    ),
)
