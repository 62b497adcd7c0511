"""Fifty clients, one after another in one process: nothing of them stays."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from benchmarks.usage import is_measurable
from tests.load.conftest import Run

ROUNDS = 50
SCRIPT = """
import json, os, sys, threading
from benchmarks.usage import usage
from synerise_client import MemoryStorage, RetryPolicy, SQLiteStorage, Synerise
from synerise_client.calls import script_end
from synerise_client.process import forks
from synerise_client.api import deadlines

deadlines._LINGER_SECONDS = 0.02  # so that its thread goes while we wait for it
answers = []

def make_calls():
    Synerise.Client.signIn("anna@example.com", "Pass1!word", answers.append, answers.append)
    Synerise.Client.getAccount(answers.append, answers.append)

def be_idle():
    make_calls()
    Synerise.waitUntilIdle()

def leave_calls_pending():
    make_calls()

def tell_the_server_in_the_background():
    be_idle()
    Synerise.Client.signOut()

def shut_down_in_a_callback():
    Synerise.Client.retrieveToken(Synerise.shutdown, Synerise.shutdown)
    Synerise.Client._connector.wait_until_idle()

def make_no_call():
    assert Synerise.Client.getUUID()

ENDS = (be_idle, leave_calls_pending, tell_the_server_in_the_background,
        shut_down_in_a_callback, make_no_call)

def one_client(end):
    initializer = Synerise.Initializer().withApiKey("api-key").withBaseUrl(os.environ["SERVER_URL"])
    initializer.withRetryPolicy(RetryPolicy(initial=0, maximum=0))
    path = os.environ.get("STORE")
    initializer.withStorage(SQLiteStorage(path) if path else MemoryStorage()).init()
    end()
    Synerise.shutdown()
    for thread in threading.enumerate():
        if thread is not threading.current_thread():
            thread.join(10)

def held():
    answers.clear()
    reading = usage()
    return {
        **reading._asdict(),
        "renewed at a fork": len(forks._renewables),
        "waited for at exit": len(script_end._connectors),
        "exit hooks": sys.getrefcount(script_end._drain_all),  # each one holds the function
    }

for _ in range(2):
    for end in ENDS:
        one_client(end)
before = held()
for number in range(int(os.environ["ROUNDS"])):
    one_client(ENDS[number % len(ENDS)])
print(json.dumps([before, held()]))
"""


@pytest.mark.skipif(not is_measurable(), reason="needs to see what the process holds")
@pytest.mark.parametrize("storage", ["memory", "sqlite"])
def test_clients_that_were_shut_down_leave_nothing_behind(
    run: Run, tmp_path: Path, storage: str
) -> None:
    store = str(tmp_path / "sessions.sqlite3") if storage == "sqlite" else ""
    before, after = run(SCRIPT, STORE=store, ROUNDS=str(ROUNDS))
    resident, blocks = (after.pop(kind) - before.pop(kind) for kind in ("resident", "blocks"))
    assert after == before
    assert blocks < 5 * ROUNDS
    assert resident < 2048
    assert_nothing_waits(after)


def assert_nothing_waits(held: dict[str, Any]) -> None:
    assert held["threads"] == 1
    assert held["sockets"] == 0
    assert held["waited for at exit"] == 0
    # The workers, the watch over deadlines and the files of locks, which all share.
    assert held["renewed at a fork"] == 3
