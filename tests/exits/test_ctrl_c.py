"""Ctrl-C wherever a call may be: nothing more is sent or called back, the process dies of it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.api.server import LOGIN, ScriptedServer, Step, drip, reply, silence
from tests.conftest import PASSWORD
from tests.exits.conftest import HUNG_LOOK_UP, Strict, complaints, dies_of_ctrl_c, said
from tests.store.conftest import locked, row

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="processes die of no signal there")

ENDS = {
    "in waitUntilIdle": "press_counts_in('wait_until_idle')\nSynerise.waitUntilIdle()",
    "in the drain": "press_counts_in('drain_at_exit')",
    "in the user's own code": "press_counts_in('<module>')\nthreading.Event().wait()",
}
ENDING = pytest.mark.parametrize("ending", ENDS.values(), ids=ENDS)

CALLS = """
client.signIn(EMAIL, PASSWORD, *told("signIn"))
client.getAccount(*told("getAccount"))
client.retrieveToken(*told("retrieveToken"))
"""

SAYS_WHEN_IT_STORES = """
class Telling(SQLiteStorage):
    def update(self, *arguments):
        say("storing")
        return super().update(*arguments)

client = stored(withStorage=Telling(os.environ["STORE"]))
say("ready")
input()
"""

CALLBACKS = {
    "sleeps": "time.sleep(60)",
    "waits": "threading.Event().wait()",
    "computes": "while True: pass",
}

READS: dict[str, Step] = {
    "no answer": silence,
    "status line": drip(b"HTTP/1.1 200 ", b"O"),
    "headers": drip(b"HTTP/1.1 200 OK\r\nX-Long: ", b"x"),
    "body": drip(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", b" "),
    "body of an error": drip(b"HTTP/1.1 503 No\r\nContent-Length: 100000\r\n\r\n", b" "),
    "retry wait": reply(503, headers={"Retry-After": "30"}),
}


@ENDING
@pytest.mark.parametrize("step", READS.values(), ids=READS)
def test_ctrl_c_while_an_answer_is_awaited(
    strict: Strict, server: ScriptedServer, step: Step, ending: str
) -> None:
    server.script(LOGIN, step)
    script = strict("client = stored()" + CALLS + ending, SANDBOX_URL=server.url)
    server.wait_for(LOGIN)
    finished = dies_of_ctrl_c(script)
    assert said(finished) == []
    assert complaints(finished) == []
    assert PASSWORD not in finished.errors
    assert [request.path for request in server.requests] == [LOGIN]


@ENDING
def test_ctrl_c_while_an_attempt_to_connect_gets_no_answer(
    strict: Strict, deaf_url: str, ending: str
) -> None:
    watch = """
def watch(event, arguments):
    if event == "socket.connect":
        say("connecting")

sys.addaudithook(watch)
client = stored()
"""
    script = strict(watch + CALLS + ending, SANDBOX_URL=deaf_url)
    script.says("connecting")
    finished = dies_of_ctrl_c(script)
    assert said(finished) == []
    assert complaints(finished) == []


@ENDING
def test_ctrl_c_during_a_name_look_up(strict: Strict, server: ScriptedServer, ending: str) -> None:
    url = server.url.replace("127.0.0.1", "localhost")
    script = strict(HUNG_LOOK_UP + "client = stored()" + CALLS + ending, SANDBOX_URL=url)
    script.says("looking up")
    finished = dies_of_ctrl_c(script)
    assert said(finished) == []
    assert complaints(finished) == []
    assert server.requests == []


@ENDING
def test_ctrl_c_while_another_process_locks_the_store(
    strict: Strict, server: ScriptedServer, store: Path, ending: str
) -> None:
    script = strict(SAYS_WHEN_IT_STORES + CALLS + ending, SANDBOX_URL=server.url)
    script.says("storing")
    script.says("ready")
    before = row(store)
    with locked(store):
        script.go_on()
        script.says("storing")
        finished = dies_of_ctrl_c(script)
    assert [line for line in said(finished) if line != "storing"] == []
    assert complaints(finished) == []
    assert row(store) == before


@ENDING
@pytest.mark.parametrize("busy", CALLBACKS.values(), ids=CALLBACKS)
def test_ctrl_c_while_a_callback_is_busy(
    strict: Strict, server: ScriptedServer, busy: str, ending: str
) -> None:
    script = strict(
        f"""
def callback():
    say("callback")
    {busy}

client = stored()
client.signIn(EMAIL, PASSWORD, callback)
"""
        + CALLS
        + ending,
        SANDBOX_URL=server.url,
    )
    script.says("callback")
    finished = dies_of_ctrl_c(script)
    assert said(finished) == []
    assert complaints(finished) == []
    assert [request.path for request in server.requests] == [LOGIN]


@ENDING
def test_ctrl_c_while_the_first_call_loads_what_it_needs(
    strict: Strict, server: ScriptedServer, ending: str
) -> None:
    """Before Python 3.13 an import of the worker's has the main thread forget the Ctrl-C."""
    script = strict(
        """
class Slow:
    def find_spec(self, name, path=None, target=None):
        if name == "requests":
            say("loading")
            while not hasattr(sys, "last_type"):
                time.sleep(0.01)
            eval("None")

sys.meta_path.insert(0, Slow())
client = stored()
"""
        + CALLS
        + ending,
        SANDBOX_URL=server.url,
    )
    script.says("loading")
    finished = dies_of_ctrl_c(script)
    assert said(finished) == []
    assert complaints(finished) == []
    assert server.requests == []


def test_ctrl_c_where_nothing_is_pending_leaves_nothing_open(
    strict: Strict, server: ScriptedServer
) -> None:
    script = strict(
        "client = stored()"
        + CALLS
        + "Synerise.waitUntilIdle()\nsay('idle')\n"
        + "press_counts_in('<module>')\nthreading.Event().wait()",
        SANDBOX_URL=server.url,
    )
    for line in ("signIn success", "getAccount success", "retrieveToken success", "idle"):
        script.says(line)
    finished = dies_of_ctrl_c(script)
    assert complaints(finished) == []


def test_ctrl_c_while_a_session_is_ended_and_the_store_is_locked(
    strict: Strict, server: ScriptedServer, store: Path
) -> None:
    script = strict(
        SAYS_WHEN_IT_STORES
        + "press_counts_in('end')\n"
        + "for _ in range(100): client.destroySession()",
        SANDBOX_URL=server.url,
    )
    script.says("storing")
    script.says("ready")
    with locked(store):
        script.go_on()
        script.says("storing")
        finished = dies_of_ctrl_c(script)
    # Ctrl-C may come while what SQLite said of the lock is handled: Python then shows both.
    assert "Exception ignored" not in finished.errors
    assert finished.errors.count("KeyboardInterrupt\n") == 1


def test_a_second_ctrl_c_ends_the_wait_for_what_is_left(
    strict: Strict, server: ScriptedServer
) -> None:
    script = strict(
        """
client = stored()
client.retrieveToken(None, lambda: (say("callback"), time.sleep(60)))
press_counts_in("wait_until_idle", again=signal.default_int_handler)
threading.Thread.join = lambda self, timeout: (say("waiting"), time.sleep(60))
Synerise.waitUntilIdle()
""",
        SANDBOX_URL=server.url,
    )
    script.says("callback")
    finished = dies_of_ctrl_c(script)
    assert complaints(finished) == []
