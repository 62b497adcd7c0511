"""SIGTERM: by default the process dies of it at once; the store stays whole."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import pytest

from synerise_client.sandbox import Sandbox
from tests.api.server import LOGIN, ScriptedServer, Step, drip, reply, silence
from tests.connector.conftest import Finished, Script
from tests.exits.conftest import SECOND, Strict, complaints, said, seconds
from tests.store.conftest import locked, opened, row

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="processes die of no signal there")

CALLS = """
client.signIn(EMAIL, PASSWORD, *told("signIn"))
client.getAccount(*told("getAccount"))
"""
STEPS: dict[str, Step] = {
    "no answer": silence,
    "headers": drip(b"HTTP/1.1 200 OK\r\nX-Long: ", b"x"),
    "body": drip(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", b" "),
    "retry wait": reply(503, headers={"Retry-After": "30"}),
}
HANDLERS = {
    "sys.exit": ("sys.exit(3)", "success"),
    "shutdown": ("Synerise.shutdown(); sys.exit(3)", "error -999"),
}


def terminated(script: Script, within: float = 5) -> Finished:
    script._process.terminate()
    return script.end(within)


def is_whole(store: Path) -> bool:
    with opened(store) as database:
        return database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


@pytest.mark.parametrize("last_line", ["Synerise.waitUntilIdle()", ""], ids=["waits", "drains"])
@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS)
def test_sigterm_ends_the_process_whatever_is_waited_for(
    strict: Strict, server: ScriptedServer, store: Path, step: Step, last_line: str
) -> None:
    server.script(LOGIN, step)
    script = strict("client = stored()" + CALLS + last_line, SANDBOX_URL=server.url)
    server.wait_for(LOGIN)
    finished = terminated(script)
    assert (finished.code, finished.errors) == (-signal.SIGTERM, "")
    assert said(finished) == []
    assert is_whole(store)


def test_sigterm_while_another_process_locks_the_store_leaves_what_was_stored(
    strict: Strict, sandbox: Sandbox, store: Path
) -> None:
    with sandbox.hold("login") as hold:
        script = strict("client = stored()" + CALLS)
        assert hold.arrived.wait(10)
        before = row(store)
        with locked(store):
            hold.release()
            finished = terminated(script)
    assert (finished.code, finished.errors) == (-signal.SIGTERM, "")
    assert is_whole(store)
    assert row(store) == before


def test_what_was_told_before_a_sigterm_is_there_for_the_next_run(
    strict: Strict, sandbox: Sandbox, store: Path
) -> None:
    script = strict("client = stored()\n" + CALLS + "threading.Event().wait()")
    script.says("signIn success")
    assert terminated(script).code == -signal.SIGTERM
    assert is_whole(store)
    again = strict("client = stored()\nclient.getAccount(*told('getAccount'))").end()
    assert (said(again), again.errors) == (["getAccount success"], "")
    assert [request.operation for request in sandbox.requests].count("login") == 1


@pytest.mark.parametrize(("handler", "outcome"), HANDLERS.values(), ids=HANDLERS)
def test_a_handler_decides_what_becomes_of_pending_calls(
    strict: Strict, sandbox: Sandbox, handler: str, outcome: str
) -> None:
    """sys.exit ends the script, which drains; a shutdown before it ends the calls at once."""
    script = strict(
        f"""
def handle(*_):
    say("handles")
    {handler}

signal.signal(signal.SIGTERM, handle)
client = stored()
"""
        + CALLS
        + "Synerise.waitUntilIdle()"
    )
    with sandbox.hold("login") as hold:
        assert hold.arrived.wait(10)
        script._process.terminate()
        script.says("handles")
        if outcome == "success":
            hold.release()
        finished = script.end()
    assert said(finished) == [f"signIn {outcome}", f"getAccount {outcome}"]
    assert (finished.code, finished.errors) == (3, "")
    assert seconds(finished) < SECOND


def test_a_handler_may_shut_down_while_the_main_thread_ends_a_session(
    strict: Strict, sandbox: Sandbox, store: Path
) -> None:
    """A shutdown that waited for the main thread, where it runs itself, would never return."""
    script = strict(
        """
client = stored()
client.signIn(EMAIL, PASSWORD, *told("signIn"))
Synerise.waitUntilIdle()

def handle(*_):
    Synerise.shutdown()
    say("shut down", Synerise.isInitialized())
    sys.exit(3)

signal.signal(signal.SIGTERM, handle)
client.refreshToken(*told("refreshToken"))
input()
say("ends")
client.signOut()
"""
    )
    with sandbox.hold("refresh") as hold:
        script.says("signIn success")
        assert hold.arrived.wait(10)
        with locked(store):
            script.go_on()
            script.says("ends")
            finished = terminated(script)
    assert finished.code == 3
    assert sorted(said(finished)) == ["refreshToken error -999", "shut down False"]
    assert all("cannot be stored" in line for line in complaints(finished))


def test_a_handler_that_raises_while_a_session_is_ended_holds_no_later_call_up(
    strict: Strict, store: Path
) -> None:
    """For as long as the exception is handled, Python has not cleaned up all that it has left."""
    script = strict(
        """
client = stored()
client.signIn(EMAIL, PASSWORD, *told("signIn"))
Synerise.waitUntilIdle()

class Stop(BaseException):
    pass

def handle(*_):
    raise Stop

signal.signal(signal.SIGTERM, handle)
input()
try:
    say("ends")
    while True:
        client.signOut()
except Stop:
    client.retrieveToken(*told("retrieveToken"))
    say("idle", Synerise.waitUntilIdle(10))
"""
    )
    script.says("signIn success")
    with locked(store):
        script.go_on()
        script.says("ends")
        finished = terminated(script, within=20)
    assert finished.code == 0
    assert len(said(finished)) == 2
    assert said(finished)[-1] == "idle True"
