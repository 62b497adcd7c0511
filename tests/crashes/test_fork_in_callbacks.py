"""A child forked by the user's code on our thread, or on another one: it lives, works and ends."""

from __future__ import annotations

import pytest

from synerise_client.sandbox import Sandbox
from tests.crashes.conftest import Fork

MAKE_CALLS = """
children = []

def make_calls():
    "Fork; the child makes calls of its own, and calls in their callbacks, and just returns."
    child = os.fork()
    if child:
        children.append(child)
        return
    client.signIn(EMAIL, PASSWORD, sign_in_again)

def sign_in_again():
    client.signIn(EMAIL, PASSWORD, lambda: say("child signed in twice"))

def ends_by_itself():
    say("code", code_of(children[0]))
"""


@pytest.mark.parametrize("in_memory", [False, True], ids=["file", "memory"])
@pytest.mark.parametrize(
    "forking",
    [
        "client.retrieveToken(None, make_calls)",
        "threading.Thread(target=make_calls).start()",
        "client.retrieveToken(None, lambda: threading.Thread(target=make_calls).start())",
        "sign_in_with_a_listener()",
    ],
    ids=["callback", "thread", "thread of a callback", "listener"],
)
def test_a_child_ends_by_itself_when_its_calls_are_answered(
    fork: Fork, forking: str, in_memory: bool
) -> None:
    finished = fork(
        MAKE_CALLS
        + f"""
def make_calls_once():
    client.setClientStateChangeListener(None)
    make_calls()

def sign_in_with_a_listener():
    client.setClientStateChangeListener({{"onClientSignedIn": make_calls_once}})
    client.signIn(EMAIL, PASSWORD)

{forking}
while not children:
    time.sleep(0.01)
assert Synerise.waitUntilIdle(10)
ends_by_itself()
works()
""",
        in_memory=in_memory,
    ).end(within=40)
    assert finished.lines == ["child signed in twice", "code 0"]
    assert finished.code == 0


def test_a_child_of_a_callback_may_wait_for_its_calls(fork: Fork) -> None:
    """It is inside that callback, too, but nothing of its own waits for that to return."""
    finished = fork(
        """
children = []
client.retrieveToken(None, lambda: children.append(forked(works)))
assert Synerise.waitUntilIdle(30)
say("code", code_of(children[0]))
works()
"""
    ).end(within=40)
    assert finished.lines == ["code 0"]
    assert finished.code == 0


def test_a_child_of_a_callback_may_shut_down(fork: Fork) -> None:
    finished = fork(
        """
children = []

def make_a_call_and_shut_down():
    client.signIn(EMAIL, PASSWORD, None, lambda error: say("child", error.code))
    Synerise.shutdown()

client.retrieveToken(None, lambda: children.append(forked(make_a_call_and_shut_down)))
assert Synerise.waitUntilIdle(30)
say("code", code_of(children[0]))
works()
"""
    ).end(within=40)
    assert finished.lines == ["child -999", "code 0"]
    assert finished.code == 0


def test_a_process_that_a_callback_starts_works_and_ends(fork: Fork) -> None:
    finished = fork(
        """
codes = []

def start_process():
    process = multiprocessing.get_context("fork").Process(target=works)
    process.start()
    process.join(25)
    codes.append(process.exitcode)

client.retrieveToken(None, start_process)
assert Synerise.waitUntilIdle(30)
say("codes", *codes)
works()
"""
    ).end(within=40)
    assert finished.lines == ["codes 0"]
    assert finished.code == 0


HELD_QUEUE = """
def forked_while_the_queue_is_held():
    "Fork while another thread is just about to make a call."
    is_held, release = threading.Event(), threading.Event()

    def hold():
        with client._connector._changed:
            is_held.set()
            release.wait(10)

    thread = threading.Thread(target=hold)
    thread.start()
    is_held.wait()
    child = os.fork()
    release.set()
    if child:
        children.append(child)
        thread.join()

children = []
"""


@pytest.mark.parametrize("door", ["hook", "listener", "callback", "announcement"])
def test_a_child_forked_while_the_queue_is_held_leaves_the_call_to_the_parent_and_ends(
    fork: Fork, sandbox: Sandbox, door: str
) -> None:
    finished = fork(
        HELD_QUEUE
        + f"""
door = {door!r}

def hook(operation, headers, body):
    if not children and door == "hook":
        forked_while_the_queue_is_held()

def heard(*_):
    if not children and door == "listener":
        forked_while_the_queue_is_held()

def ended(_):
    if not children and door == "announcement":
        forked_while_the_queue_is_held()

def signed_in():
    say("signed in", os.getpid() == parent)
    if not children and door == "callback":
        forked_while_the_queue_is_held()

Synerise.shutdown()
client = start(withStorage=new_storage(), withRequestHook=hook)
client.setClientStateChangeListener({{"onClientSignedIn": heard, "onClientSignedOut": ended}})
client.signIn(EMAIL, PASSWORD, signed_in, lambda error: say("error", error.code))
assert Synerise.waitUntilIdle(20)
if door == "announcement":
    client.signOut()
client.retrieveToken(None, lambda: None)
assert Synerise.waitUntilIdle(20)
say("code", code_of(children[0]))
"""
    ).end(within=40)
    assert finished.lines == ["signed in True", "code 0"]
    assert finished.code == 0
    operations = [request.operation for request in sandbox.requests]
    assert operations.count("login") == 1
    assert operations.count("logout") == (door == "announcement")


def test_a_child_of_a_hook_of_the_background_leaves_the_sign_out_to_the_parent(
    fork: Fork, sandbox: Sandbox
) -> None:
    finished = fork(
        HELD_QUEUE
        + """
def hook(operation, headers, body):
    if operation == "logout" and not children:
        forked_while_the_queue_is_held()

Synerise.shutdown()
client = start(withStorage=new_storage(), withRequestHook=hook)
works()
client.signOut()
assert Synerise.waitUntilIdle(20)
say("code", code_of(children[0]))
"""
    ).end(within=40)
    assert finished.lines == ["code 0"]
    assert "not told" not in finished.errors
    assert [request.operation for request in sandbox.requests].count("logout") == 1


def test_a_child_of_a_hook_leaves_the_refresh_lock_to_the_parent(fork: Fork) -> None:
    finished = fork(
        """
from glob import glob
from synerise_client.session.storage import SessionKey

children = []

def hook(operation, headers, body):
    if operation != "refresh" or children:
        return
    child = os.fork()
    if child:
        children.append(child)
        say("code", code_of(child))
        say("locks", len(glob(os.environ["STORE"] + "-refresh-*.lock")))
        key = SessionKey(os.environ["SANDBOX_KEY"], os.environ["SANDBOX_URL"])
        say("free", new_storage().try_refresh_lock(key) is not None)

Synerise.shutdown()
client = start(withStorage=new_storage(), withRequestHook=hook)
assert call("signIn", EMAIL, PASSWORD) is True
assert call("refreshToken").tokenString
works()
"""
    ).end(within=40)
    assert finished.lines == ["code 0", "locks 1", "free False"]
    assert finished.code == 0
