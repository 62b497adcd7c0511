"""The script ends while calls are pending: when, with which code, and what each call gets."""

from __future__ import annotations

from pathlib import Path

import pytest

from synerise_client.sandbox import Sandbox
from tests.api.server import ACCOUNT, LOGOUT, ScriptedServer, Step, drip, silence
from tests.exits.conftest import (
    DRAIN,
    HUNG_LOOK_UP,
    SECOND,
    STALLED,
    Strict,
    complaints,
    said,
    seconds,
)
from tests.store.conftest import row

HUNG: dict[str, Step] = {
    "no answer": silence,
    "headers": drip(b"HTTP/1.1 200 OK\r\nX-Long: ", b"x"),
    "body": drip(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", b" "),
    "body of an error": drip(b"HTTP/1.1 503 No\r\nContent-Length: 100000\r\n\r\n", b" "),
}
ANSWERS = pytest.mark.parametrize("step", HUNG.values(), ids=HUNG)
CALLS = """
client.signIn(EMAIL, PASSWORD, *told("signIn"))
client.getAccount(*told("getAccount"))
"""
SIGNED_IN = ["signIn success", "getAccount success"]


LAST_LINES = {
    "nothing more": ("", 0),
    "sys.exit": ("sys.exit(3)", 3),
    "shutdown": ("Synerise.shutdown()", 0),
    "waitUntilIdle": ("Synerise.waitUntilIdle()", 0),
    "no thread is left": ("no_thread_is_left()", 0),
}


@pytest.mark.parametrize(("last_lines", "code"), LAST_LINES.values(), ids=LAST_LINES)
def test_an_end_leaves_nothing_open_and_says_nothing(
    strict: Strict, last_lines: str, code: int
) -> None:
    script = strict(
        """
threads_leave_soon()
storage = SQLiteStorage(os.environ["STORE"])
atexit.register(lambda: say("open", storage._database is not None))
client = stored(withStorage=storage)
"""
        + CALLS
        + "Synerise.waitUntilIdle()\n"
        + last_lines
    )
    finished = script.end()
    assert (finished.code, finished.errors) == (code, "")
    assert said(finished) == [*SIGNED_IN, "open False"]
    assert seconds(finished) < SECOND


def test_an_exception_of_the_scripts_is_all_that_is_told_and_the_calls_are_answered(
    strict: Strict, sandbox: Sandbox
) -> None:
    sandbox.delay("login", 0.2)
    finished = strict("client = stored()" + CALLS + "raise LookupError('own')").end()
    assert finished.code == 1
    assert said(finished) == SIGNED_IN
    assert complaints(finished)[-1] == "LookupError: own"
    assert finished.errors.count("Traceback") == 1
    assert "synerise_client" not in finished.errors


def test_an_exception_in_the_last_callback_is_told_once_and_the_code_is_the_scripts(
    strict: Strict,
) -> None:
    finished = strict(
        "client = stored()\nclient.signIn(EMAIL, PASSWORD, lambda: [][0])\nsys.exit(6)"
    ).end()
    assert finished.code == 6
    assert finished.errors.count("Traceback") == 1
    assert complaints(finished)[-1] == "IndexError: list index out of range"


@ANSWERS
def test_a_server_that_hangs_holds_the_end_up_for_the_drain_timeout(
    strict: Strict, server: ScriptedServer, step: Step
) -> None:
    server.script(ACCOUNT, step, step)
    script = strict(
        f"client = stored(withDrainTimeout={DRAIN})"
        + CALLS
        + "client.retrieveToken(*told('retrieveToken'))\ninput()\nsys.exit(5)",
        SANDBOX_URL=server.url,
    )
    server.wait_for(ACCOUNT)
    script.go_on()
    finished = script.end()
    assert finished.code == 5
    assert said(finished) == [
        "signIn success",
        "getAccount error -999",
        "retrieveToken error -999",
    ]
    assert seconds(finished) < DRAIN + SECOND
    assert complaints(finished) == [STALLED]


@ANSWERS
def test_where_no_thread_can_be_started_a_hung_server_is_left_in_time_too(
    strict: Strict, server: ScriptedServer, step: Step
) -> None:
    """The exit hook itself asks, and nobody but the socket's own timeout can end that."""
    server.script(ACCOUNT, step, step)
    finished = strict(
        f"""
threads_leave_soon()
client = stored(withDrainTimeout={DRAIN})
client.signIn(EMAIL, PASSWORD, *told("signIn"))
no_thread_is_left()

def hook():
    start_no_thread_any_more()
    note_the_end()
    client.getAccount(*told("getAccount"))

atexit.register(hook)
sys.exit(5)
""",
        SANDBOX_URL=server.url,
    ).end()
    assert finished.code == 5
    signed_in, asked = said(finished)
    assert signed_in == "signIn success"
    assert asked in {"getAccount error -1", "getAccount error -999"}
    assert seconds(finished) < DRAIN + SECOND
    assert complaints(finished) in ([], [STALLED])


@pytest.mark.parametrize("has_threads", [True, False])
def test_calls_behind_a_name_look_up_that_hangs_are_answered(
    strict: Strict, server: ScriptedServer, has_threads: bool
) -> None:
    """From Python 3.12 on no thread can be started for the look-up once the script has ended."""
    script = strict(
        HUNG_LOOK_UP
        + f"""
gate = threading.Event()
client = stored(withDrainTimeout={DRAIN}, withRequestHook=lambda *_: gate.wait())
client.signIn(EMAIL, PASSWORD, *told("signIn"))
client.retrieveToken(*told("retrieveToken"))
if {not has_threads}:
    start_no_thread_any_more()
gate.set()
input()
sys.exit(4)
""",
        SANDBOX_URL=server.url.replace("127.0.0.1", "localhost"),
    )
    script.says("looking up")
    script.go_on()
    finished = script.end()
    assert finished.code == 4
    assert said(finished) == ["signIn error -999", "retrieveToken error -999"]
    assert seconds(finished) < DRAIN + SECOND
    assert complaints(finished) == [STALLED]


def test_calls_behind_a_storage_that_hangs_are_answered(
    strict: Strict, server: ScriptedServer
) -> None:
    script = strict(
        f"""
class Hanging(MemoryStorage):
    def update(self, *arguments):
        if threading.current_thread() is not threading.main_thread():
            say("storing")
            time.sleep(60)
        return super().update(*arguments)

client = stored(withDrainTimeout={DRAIN}, withStorage=Hanging())
"""
        + CALLS
        + "input()",
        SANDBOX_URL=server.url,
    )
    script.says("storing")
    script.go_on()
    finished = script.end()
    assert finished.code == 0
    assert said(finished) == ["signIn error -999", "getAccount error -999"]
    assert seconds(finished) < DRAIN + SECOND
    assert complaints(finished) == [STALLED]


@pytest.mark.parametrize("hook", ["", "atexit.register(Synerise.shutdown)"])
def test_a_callback_that_never_returns_does_not_hold_the_end_up(strict: Strict, hook: str) -> None:
    """Nor does a shutdown in an exit hook that runs after the drain."""
    script = strict(
        hook
        + f"""
client = stored(withDrainTimeout={DRAIN})
client.retrieveToken(None, lambda: (say("stuck"), time.sleep(60)))
client.retrieveToken(*told("next"))
input()
sys.exit(6)
"""
    )
    script.says("stuck")
    script.go_on()
    finished = script.end()
    assert finished.code == 6
    assert said(finished) == []
    assert seconds(finished) < DRAIN + SECOND
    assert complaints(finished) == [STALLED]


def test_a_listener_that_never_returns_does_not_hold_the_end_up_and_no_callback_overlaps(
    strict: Strict,
) -> None:
    script = strict(
        f"""
client = stored(withDrainTimeout={DRAIN})
stuck = lambda: (say("stuck"), time.sleep(60))
client.setClientStateChangeListener({{"onClientSignedIn": stuck}})
"""
        + CALLS
        + "input()"
    )
    script.says("stuck")
    script.go_on()
    finished = script.end()
    assert finished.code == 0
    assert said(finished) == []
    assert complaints(finished) == [STALLED]


def test_a_sign_out_as_the_last_line_is_told_to_the_server(
    strict: Strict, sandbox: Sandbox
) -> None:
    sandbox.delay("logout", 0.2)
    finished = strict(
        "client = stored()" + CALLS + "Synerise.waitUntilIdle()\nclient.signOut()"
    ).end()
    assert (finished.code, finished.errors) == (0, "")
    assert [request.operation for request in sandbox.requests][-1] == "logout"
    assert seconds(finished) < 0.2 + SECOND


def test_a_sign_out_that_the_server_does_not_answer_is_left_after_the_drain_timeout(
    strict: Strict, server: ScriptedServer, store: Path
) -> None:
    server.script(LOGOUT, silence)
    script = strict(
        f"client = stored(withDrainTimeout={DRAIN})"
        + CALLS
        + "Synerise.waitUntilIdle()\nclient.signOut()\ninput()",
        SANDBOX_URL=server.url,
    )
    server.wait_for(LOGOUT)
    script.go_on()
    finished = script.end()
    assert finished.code == 0
    assert said(finished) == SIGNED_IN
    assert seconds(finished) < DRAIN + SECOND
    first, second = complaints(finished)
    assert first == STALLED
    assert "the server was not told" in second
    assert row(store)["token"] is None


def test_a_dispatcher_whose_loop_is_closed_does_not_hold_the_end_up(strict: Strict) -> None:
    finished = strict(
        """
import asyncio
loop = asyncio.new_event_loop()
client = stored(withCallbackDispatcher=loop.call_soon_threadsafe)
loop.close()
"""
        + CALLS
        + "sys.exit(7)"
    ).end()
    assert finished.code == 7
    assert said(finished) == []
    assert seconds(finished) < SECOND
    failed = "The callback dispatcher failed; the callback counts as given"
    assert complaints(finished).count(failed) == finished.errors.count("Traceback") == 2


@pytest.mark.parametrize("is_pending", [True, False])
def test_os_exit_ends_at_once_and_leaves_the_store_as_it_was_told(
    strict: Strict, sandbox: Sandbox, store: Path, is_pending: bool
) -> None:
    with sandbox.hold("refresh"):
        finished = strict(
            "client = stored()"
            + CALLS
            + "Synerise.waitUntilIdle()\n"
            + ("client.refreshToken(*told('refreshToken'))\n" if is_pending else "")
            + "os._exit(9)"
        ).end()
    assert (finished.code, finished.errors) == (9, "")
    assert said(finished) == SIGNED_IN
    again = strict("client = stored()\nclient.retrieveToken(*told('retrieveToken'))").end()
    assert said(again) == ["retrieveToken success"]
    assert row(store)["token"] is not None
