"""A fork: what is pending stays the parent's, the child has a client of its own."""

from __future__ import annotations

import os

import pytest

from synerise_client.sandbox import Sandbox
from tests.connector.conftest import Run

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")

BEGINNING = """
parent = os.getpid()
connections = []

def watch(event, arguments):
    if event == "socket.connect":
        connections.append(os.getpid())

sys.addaudithook(watch)

def role():
    return "parent" if os.getpid() == parent else "child"

def told(name):
    return (
        lambda result: say(role(), name, "success"),
        lambda error: say(role(), name, "error", error.code),
    )

def code_of(child):
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

client = start()
"""


def test_pending_calls_are_answered_once_and_in_the_parent_only(run: Run, sandbox: Sandbox) -> None:
    with sandbox.hold("login") as hold:
        script = run(
            BEGINNING
            + """
client.signIn(EMAIL, PASSWORD, *told("signIn"))
client.retrieveToken(*told("retrieveToken"))
input()
child = os.fork()
if not child:
    say("idle", Synerise.waitUntilIdle(5))
    os._exit(0)
say("code", code_of(child))
"""
        )
        assert hold.arrived.wait(10)
        script.go_on()
        script.says("idle True")
        script.says("code 0")
    finished = script.end()
    assert finished.lines == ["parent signIn success", "parent retrieveToken success"]
    assert finished.code == 0
    assert [request.operation for request in sandbox.requests] == ["login"]


def test_a_child_can_make_calls_of_its_own_while_the_parents_are_pending(
    run: Run, sandbox: Sandbox
) -> None:
    with sandbox.hold("login") as hold:
        script = run(
            BEGINNING
            + """
client.signIn(EMAIL, PASSWORD, *told("signIn"))
input()
child = os.fork()
if not child:
    client.signIn(EMAIL, PASSWORD, *told("own signIn"))
    client.getAccount(*told("own getAccount"))
    sys.exit(5)
say("code", code_of(child))
"""
        )
        assert hold.arrived.wait(10)
        script.go_on()
        script.says("child own signIn success")
        script.says("child own getAccount success")
        script.says("code 5")
    assert script.end().lines == ["parent signIn success"]


def test_a_child_neither_uses_nor_closes_the_parents_connection(run: Run) -> None:
    finished = run(
        BEGINNING
        + """
import gc
client.signIn(EMAIL, PASSWORD)
Synerise.waitUntilIdle()
before = list(connections)
child = os.fork()
if not child:
    client.getAccount(*told("getAccount"))
    Synerise.waitUntilIdle()
    say("own connection", connections != before)
    Synerise.shutdown()
    gc.collect()
    sys.exit(0)
say("code", code_of(child))
client.getAccount(*told("getAccount"))
Synerise.waitUntilIdle()
say("same connection", connections == before)
"""
    ).end()
    assert finished.lines == [
        "child getAccount success",
        "own connection True",
        "code 0",
        "parent getAccount success",
        "same connection True",
    ]


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="needs to see what is open")
def test_an_inherited_socket_stays_open_in_the_child(run: Run) -> None:
    finished = run(
        BEGINNING
        + """
import gc

def sockets():
    links = []
    for each in os.listdir("/proc/self/fd"):
        try:
            links.append(os.readlink(f"/proc/self/fd/{each}"))
        except OSError:
            pass
    return sorted(link for link in links if link.startswith("socket:"))

client.signIn(EMAIL, PASSWORD)
Synerise.waitUntilIdle()
inherited = sockets()
child = os.fork()
if not child:
    client.getAccount(*told("getAccount"))
    Synerise.waitUntilIdle()
    Synerise.shutdown()
    gc.collect()
    say("inherited", len(inherited) > 0, "closed", len(set(inherited) - set(sockets())))
    os._exit(0)
sys.exit(code_of(child))
"""
    ).end()
    assert finished.lines == ["child getAccount success", "inherited True closed 0"]
    assert finished.code == 0


def test_a_fork_in_a_callback_gives_the_following_callbacks_to_the_parent_only(run: Run) -> None:
    finished = run(
        BEGINNING
        + """
children = []

def fork():
    child = os.fork()
    if child:
        children.append(child)
    else:
        say("child is here")

client.retrieveToken(None, fork)
client.retrieveToken(*told("second"))
client.retrieveToken(*told("third"))
Synerise.waitUntilIdle()
say("code", code_of(children[0]))
"""
    ).end()
    assert sorted(finished.lines) == sorted(
        ["child is here", "parent second error 3200", "parent third error 3200", "code 0"]
    )


def test_a_fork_in_a_listener_leaves_the_callback_to_the_parent(run: Run) -> None:
    finished = run(
        BEGINNING
        + """
children = []

def fork():
    child = os.fork()
    if child:
        children.append(child)

client.setClientStateChangeListener({"onClientSignedIn": fork})
client.signIn(EMAIL, PASSWORD, *told("signIn"))
Synerise.waitUntilIdle()
say("code", code_of(children[0]))
"""
    ).end()
    assert sorted(finished.lines) == ["code 0", "parent signIn success"]


def test_a_child_of_multiprocessing_can_use_the_client(run: Run) -> None:
    finished = run(
        BEGINNING
        + """
import multiprocessing

def work():
    client.getAccount(*told("getAccount"))
    say("idle", Synerise.waitUntilIdle(10))

client.signIn(EMAIL, PASSWORD)
Synerise.waitUntilIdle()
process = multiprocessing.get_context("fork").Process(target=work)
process.start()
process.join()
client.getAccount(*told("getAccount"))
"""
    ).end()
    assert finished.lines == ["child getAccount success", "idle True", "parent getAccount success"]


def test_a_fork_while_calls_are_made_and_answered_leaves_every_child_a_working_client(
    run: Run,
) -> None:
    finished = run(
        BEGINNING
        + """
def make_calls():
    for _ in range(300):
        client.retrieveToken(None, answers.append)

client.retrieveToken(None, lambda: None)
Synerise.waitUntilIdle()
answers = []
threads = [threading.Thread(target=make_calls) for _ in range(2)]
for thread in threads:
    thread.start()
codes = []
for _ in range(10):
    child = os.fork()
    if not child:
        answers.clear()
        client.retrieveToken(None, lambda: answers.append("own"))
        is_idle = Synerise.waitUntilIdle(5)
        os._exit(0 if is_idle and answers == ["own"] else 1)
    codes.append(code_of(child))
for thread in threads:
    thread.join()
Synerise.waitUntilIdle()
say(set(codes), len(answers))
"""
    ).end()
    assert finished.lines == ["{0} 600"]


def test_a_fork_while_the_first_call_loads_what_it_needs_leaves_the_child_a_working_client(
    run: Run,
) -> None:
    """A lock of an import or of a cached property that is held at the fork stays so there."""
    finished = run(
        BEGINNING
        + """
main = threading.current_thread()
is_loading = threading.Event()

class Slow:
    def find_spec(self, name, path=None, target=None):
        ours = name.startswith(("synerise_client.", "requests", "tenacity"))
        if threading.current_thread() is not main and ours:
            is_loading.set()
            time.sleep(0.05)

sys.meta_path.insert(0, Slow())
client.signIn(EMAIL, PASSWORD)
is_loading.wait(5)
child = os.fork()
if not child:
    # It gets the ident of the parent's worker, to which the locks of its imports belong.
    threading.Thread(target=threading.Event().wait, daemon=True).start()
    client.signIn(EMAIL, PASSWORD, *told("signIn"))
    say("idle", Synerise.waitUntilIdle(5))
    os._exit(0)
say("code", code_of(child))
"""
    ).end()
    assert finished.lines == ["child signIn success", "idle True", "code 0"]
