"""A fork in a callback, in a listener, in an import: what follows is the parent's.

Processes that work on one store: tests/crashes.
"""

from __future__ import annotations

import os

import pytest

from tests.connector.conftest import Run

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")

BEGINNING = """
parent = os.getpid()

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
