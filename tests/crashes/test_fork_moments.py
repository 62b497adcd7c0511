"""A fork at the worst moment: no lock stays held, no transaction is broken, nothing is shared."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from synerise_client.sandbox import Sandbox
from tests.crashes.conftest import Fork
from tests.store.conftest import opened, row

HOLD_EACH_LOCK = """
import gc

from synerise_client.process.locks import LazyCondition

LOCKS = (type(threading.Lock()), type(threading.RLock()), threading.Condition, LazyCondition)

def names_of(thing):
    slots = [name for each in type(thing).__mro__ for name in getattr(each, "__slots__", ())]
    return [*getattr(thing, "__dict__", ()), *slots]

def locks():
    "Every lock that belongs to the package, by where it is."
    things = [each for each in gc.get_objects() if "synerise" in str(type(each).__module__)]
    things += [each for name, each in sys.modules.items() if name.startswith("synerise")]
    for thing in things:
        for name in names_of(thing):
            lock = getattr(thing, name, None)
            if isinstance(lock, LOCKS):
                yield f"{getattr(thing, '__name__', type(thing).__name__)}.{name}", lock

def hold(lock, is_held, release):
    with lock:
        is_held.set()
        release.wait(10)

works()
held = dict(locks())
codes = {}
for name, lock in held.items():
    is_held, release = threading.Event(), threading.Event()
    holder = threading.Thread(target=hold, args=(lock, is_held, release))
    holder.start()
    is_held.wait()
    timer = threading.Timer(0.15, release.set)  # for the locks that a fork waits for
    timer.start()
    child = forked(works)
    release.set()
    codes[name] = code_of(child)
    holder.join()
    timer.cancel()
    timer.join()
works()
say("stuck:", *[name for name, code in codes.items() if code])
say("locks:", *sorted(codes))
"""


@pytest.mark.parametrize("in_memory", [False, True], ids=["file", "memory"])
def test_a_child_works_whichever_lock_another_thread_held_at_the_fork(
    fork: Fork, in_memory: bool
) -> None:
    finished = fork(HOLD_EACH_LOCK, in_memory=in_memory).end(within=50)
    stuck, found = finished.lines[-2:]
    assert stuck == "stuck:"
    assert "cannot be stored" not in finished.errors
    assert finished.code == 0
    expected = {"Connector._changed", "DeadlineWatch._changed", "Session._ender"}
    expected |= {
        "StateStore._io",
        "StateStore._swap",
        "Workers._lock",
        "synerise_client.process.late_loading._lock",
    }
    expected.add("MemoryStorage._lock" if in_memory else "SQLiteStorage._lock")
    assert expected <= set(found.split())


SLOW_TRANSACTION = """
inside, go_on = threading.Event(), threading.Event()

class SlowStorage(SQLiteStorage):
    "Stays in its transactions for a while, if it is told to."
    is_slow = False

    def update(self, key, change, timeout):
        def slow(text):
            if self.is_slow and os.getpid() == parent:
                inside.set()
                go_on.wait(10)
            return change(text)
        return super().update(key, slow, timeout)

Synerise.shutdown()
storage = SlowStorage(os.environ["STORE"])
client = start(withStorage=storage)
"""


def test_a_fork_waits_for_a_transaction_of_another_thread(fork: Fork, path: Path) -> None:
    """A child forked within it would take the file for locked as long as it lives."""
    finished = fork(
        SLOW_TRANSACTION
        + """
works()
storage.is_slow = True
tokens = []
client.refreshToken(tokens.append)
inside.wait(10)
timer = threading.Timer(0.1, go_on.set)
timer.start()
child = forked(lambda: (works(), say("child's token is stored")))
storage.is_slow = False
say("code", code_of(child))
assert Synerise.waitUntilIdle(10) and len(tokens) == 1
works()
"""
    ).end()
    assert finished.lines == ["child's token is stored", "code 0"]
    assert "cannot be stored" not in finished.errors
    assert finished.code == 0
    assert row(path)["token"] is not None


def test_a_fork_waits_for_a_transaction_that_hangs_no_longer_than_a_moment(
    fork: Fork,
) -> None:
    finished = fork(
        SLOW_TRANSACTION
        + """
works()
storage.is_slow = True
client.refreshToken()
inside.wait(10)
began = time.monotonic()
child = forked(lambda: None)
say("soon", time.monotonic() - began < 8)
go_on.set()
say("code", code_of(child))
"""
    ).end()
    assert finished.lines == ["soon True", "code 0"]


def test_a_child_that_uses_the_store_and_ends_does_not_disturb_a_transaction_of_the_parent(
    fork: Fork,
) -> None:
    finished = fork(
        SLOW_TRANSACTION
        + """
import gc
works()
from_parent, to_child = os.pipe()

def read_and_end():
    os.read(from_parent, 1)
    Synerise.shutdown()
    gc.collect()

child = forked(read_and_end)
storage.is_slow = True
tokens = []
client.refreshToken(tokens.append)
inside.wait(10)
os.write(to_child, b"x")
say("code", code_of(child))
import sqlite3
database = sqlite3.connect(os.environ["STORE"], timeout=0, isolation_level=None)
try:
    database.execute("BEGIN IMMEDIATE")
    say("the transaction is gone")
except sqlite3.OperationalError as error:
    say(error)
database.close()
go_on.set()
assert Synerise.waitUntilIdle(10)
say("stored", tokens[0].tokenString == call("retrieveToken").tokenString)
"""
    ).end()
    assert finished.lines == ["code 0", "database is locked", "stored True"]
    assert "cannot be stored" not in finished.errors


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="needs to see what is open")
def test_a_child_works_without_any_file_or_socket_that_it_inherited(fork: Fork) -> None:
    """They are replaced by others, so that whoever used one would fail."""
    finished = fork(
        """
def inherited():
    for each in map(int, os.listdir("/proc/self/fd")):
        try:
            link = os.readlink(f"/proc/self/fd/{each}")
        except OSError:
            continue
        if link.startswith("socket:") or link.startswith(os.environ["STORE"]):
            yield each, link

def work_without():
    found = list(inherited())
    say("store", sum(link.startswith("/") for _, link in found) > 0)
    say("socket", sum(link.startswith("socket:") for _, link in found) > 0)
    nothing = os.open("/dev/null", os.O_RDWR)
    for each, _ in found:
        os.dup2(nothing, each)
    works()

works()
child = forked(work_without)
say("code", code_of(child))
works()
"""
    ).end()
    assert finished.lines == ["store True", "socket True", "code 0"]
    assert "cannot be stored" not in finished.errors


UNDER_LOAD = """
import random

chance = random.Random()
answers, made = [], []
is_over = threading.Event()
METHODS = ["retrieveToken", "refreshToken", "getAccount", "signIn"]

def make_calls():
    while not is_over.is_set():
        method = chance.choice(METHODS)
        arguments = (EMAIL, PASSWORD) if method == "signIn" else ()
        made.append(method)
        getattr(client, method)(*arguments, answers.append, answers.append)
        if chance.random() < 0.1:
            client.signOut()
        time.sleep(chance.uniform(0, 0.01))

def work():
    own = []
    for method in METHODS:
        arguments = (EMAIL, PASSWORD) if method == "signIn" else ()
        getattr(client, method)(*arguments, own.append, own.append)
    if chance.random() < 0.3:
        client.regenerateUUID()
    assert Synerise.waitUntilIdle(25), "a call is not answered"
    assert len(own) == len(METHODS), own

threads = [threading.Thread(target=make_calls) for _ in range(3)]
for thread in threads:
    thread.start()
codes, children = [], []
for number in range(int(os.environ["FORKS"])):
    time.sleep(chance.uniform(0, 0.02))
    children.append(forked(work))
    if len(children) == 4:
        codes += [code_of(child, 30) for child in children]
        children.clear()
codes += [code_of(child, 30) for child in children]
is_over.set()
for thread in threads:
    thread.join()
assert Synerise.waitUntilIdle(25)
say("answered", len(answers) == len(made))
works()
say("codes", sorted(set(codes)), len(codes))
"""


@pytest.mark.long
@pytest.mark.parametrize("in_memory", [False, True], ids=["file", "memory"])
def test_forks_at_any_moment_under_load_leave_parent_and_children_working(
    fork: Fork,
    path: Path,
    sandbox: Sandbox,
    portion: Callable[[int], int],
    counted: Callable[[str, int], None],
    in_memory: bool,
) -> None:
    forks = portion(50)
    finished = fork(UNDER_LOAD, in_memory=in_memory, FORKS=str(forks)).end(within=55)
    assert finished.lines == ["answered True", f"codes [0] {forks}"], finished.errors
    assert finished.code == 0
    counted("forks under load", forks)
    if not in_memory:
        with opened(path) as database:
            assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
