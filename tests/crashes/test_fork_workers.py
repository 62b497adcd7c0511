"""Workers forked from a parent that has set everything up: each with connections of its own."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest

from synerise_client.sandbox import Sandbox
from tests.crashes.conftest import Fork
from tests.crashes.relay import Relay
from tests.store.conftest import row, run

PRELOAD = """
def serve():
    "What a worker does with what was set up before it was forked."
    for _ in range(5):
        client.retrieveToken(tokens.append, tokens.append)
        client.getAccount(accounts.append, accounts.append)
    assert Synerise.waitUntilIdle(20)
    say("worker", len(tokens), len({each.tokenString for each in tokens}), accounts[0].email)
    assert len(tokens) == len(accounts) == 5

tokens, accounts = [], []
works()
"""


@pytest.mark.parametrize("end", ["os._exit(0)", "sys.exit(0)", "Synerise.shutdown(); sys.exit(0)"])
def test_workers_forked_after_init_work_over_connections_of_their_own(
    fork: Fork, relay: Relay, end: str
) -> None:
    """As a server does that loads the application before it forks its workers."""
    finished = fork(
        PRELOAD
        + f"""
workers = []
for _ in range(4):
    worker = os.fork()
    if not worker:
        serve()
        {end}
    workers.append(worker)
call("getAccount")
say("codes", *[code_of(worker) for worker in workers])
works()
say("parent", parent)
""",
        SANDBOX_URL=relay.url,
    ).end()
    *lines, codes, parent = finished.lines
    assert lines == ["worker 5 1 anna@example.com"] * 4
    assert codes == "codes 0 0 0 0"
    assert finished.code == 0
    assert finished.errors == "" or "multi-threaded" in finished.errors
    connections = defaultdict(list)
    for connection in relay.connections:
        (process,) = set(connection.processes)  # nobody sends over another one's connection
        connections[process].append(connection)
    assert len(connections) == 5
    assert len({connection.port for connection in relay.connections}) == len(relay.connections)
    (kept,) = connections[int(parent.split()[1])]  # opened before the forks, used after them
    assert len(kept.processes) > 6


def test_workers_are_the_same_customer_and_one_of_them_can_sign_out_for_all(
    fork: Fork, path: Path, sandbox: Sandbox
) -> None:
    finished = fork(
        PRELOAD
        + """
uuid = client.getUUID()
workers = [forked(serve) for _ in range(3)]
say("codes", *[code_of(worker) for worker in workers])

def sign_out():
    assert client.getUUID() == uuid and client.isSignedIn()
    client.signOut()
    assert Synerise.waitUntilIdle(20)

say("code", code_of(forked(sign_out)))
say("parent", call("retrieveToken").code, client.isSignedIn(), client.getUUID() == uuid)
"""
    ).end()
    assert finished.lines[-3:] == ["codes 0 0 0", "code 0", "parent 3200 False True"]
    assert row(path)["token"] is None
    assert [request.operation for request in sandbox.requests].count("login") == 1


def test_what_is_pending_in_the_parent_is_sent_by_the_parent_alone(
    fork: Fork, sandbox: Sandbox
) -> None:
    with sandbox.hold("refresh") as hold:
        script = fork(
            PRELOAD.replace("works()", 'assert call("signIn", EMAIL, PASSWORD) is True')
            + """
client.refreshToken(lambda token: say("parent refreshed"))
client.getAccount(lambda account: say("parent", account.email))
input()
workers = [forked(serve) for _ in range(2)]
say("codes", *[code_of(worker) for worker in workers])
"""
        )
        assert hold.arrived.wait(10)
        script.go_on()
        script.says("worker 5 1 anna@example.com")
        script.says("worker 5 1 anna@example.com")
        script.says("codes 0 0")
    assert script.end().lines == ["parent refreshed", "parent anna@example.com"]
    operations = [request.operation for request in sandbox.requests]
    assert operations.count("refresh") == 1
    assert operations.count("account") == 11


def test_a_pool_of_processes_works_and_so_does_the_parent_afterwards(fork: Fork) -> None:
    finished = fork(
        """
def email_of(_):
    return call("getAccount").email

works()
with multiprocessing.get_context("fork").Pool(3) as pool:
    say(*set(pool.map(email_of, range(12), chunksize=1)))
    pool.close()
    pool.join()
works()
""",
    ).end(within=30)
    assert finished.lines == ["anna@example.com"]
    assert finished.code == 0


def test_a_process_of_multiprocessing_works_on_the_same_store(fork: Fork, path: Path) -> None:
    finished = fork(
        """
def refresh(queue):
    queue.put(call("refreshToken").tokenString)

works()
context = multiprocessing.get_context("fork")
queue = context.SimpleQueue()
process = context.Process(target=refresh, args=(queue,))
process.start()
token = queue.get()
process.join(20)
say("code", process.exitcode)
say("same", call("retrieveToken").tokenString == token)
"""
    ).end()
    assert finished.lines == ["code 0", "same True"]
    assert row(path)["token"] is not None


def test_a_child_of_a_child_works_too(fork: Fork) -> None:
    finished = fork(
        """
def fork_again():
    works()
    code = code_of(forked(works))
    works()
    say("grandchild", code)

works()
say("child", code_of(forked(fork_again)))
works()
"""
    ).end()
    assert finished.lines == ["grandchild 0", "child 0"]
    assert finished.code == 0


def test_a_parent_that_has_made_no_call_yet_forks_working_children(fork: Fork, path: Path) -> None:
    finished = fork(
        """
uuid = client.getUUID()

def be_the_same():
    assert client.getUUID() == uuid
    client.recognizeAnonymous("somebody@example.com")
    assert Synerise.waitUntilIdle(20)

children = [forked(be_the_same) for _ in range(4)]
say(*[code_of(child) for child in children])
say(client.getUUID() == uuid)
"""
    ).end()
    assert finished.lines == ["0 0 0 0", "True"]
    assert row(path)["email"] == "somebody@example.com"


AFTER = """
import sys
from synerise_client import SQLiteStorage, Synerise
path, url, key = sys.argv[1:]
Synerise.Initializer().withApiKey(key).withBaseUrl(url).withStorage(SQLiteStorage(path)).init()
assert Synerise.Client.isSignedIn()
sys.stdout.write(Synerise.Client.getUUID())
"""


def test_workers_that_are_killed_leave_parent_and_store_working(
    fork: Fork, path: Path, sandbox: Sandbox
) -> None:
    finished = fork(
        """
def work_for_ever():
    while True:
        assert call("refreshToken").tokenString
        assert call("getAccount").email == EMAIL

works()
workers = [forked(work_for_ever) for _ in range(3)]
for worker in workers:
    time.sleep(0.1)
    os.kill(worker, signal.SIGKILL)
    assert call("refreshToken").tokenString
    assert call("getAccount").email == EMAIL
say(*[code_of(worker) for worker in workers])
"""
    ).end(within=30)
    assert finished.lines == ["-9 -9 -9"]
    assert finished.code == 0
    assert run(AFTER, path, sandbox.url, sandbox.api_key) == row(path)["uuid"]
