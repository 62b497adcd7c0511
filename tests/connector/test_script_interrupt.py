"""Ctrl-C: nothing more is sent, no further callback starts, the process dies of it."""

from __future__ import annotations

import sys

import pytest

from synerise_client.sandbox import Sandbox
from tests.conftest import PASSWORD
from tests.connector.conftest import Finished, Run

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="processes die of no signal there")

# The first hook runs after ours: callbacks that are still to come get the time for it.
SIGNED_IN_AND_THEN_SOME = """
atexit.register(time.sleep, 0.2)
client = start()
client.signIn(EMAIL, PASSWORD, *told("signIn"))
client.getAccount(*told("getAccount"))
for number in range(20):
    client.retrieveToken(*told(number))
"""


def died_of_ctrl_c(finished: Finished) -> bool:
    return finished.code == -2 and finished.lines == []


def test_ctrl_c_in_wait_until_idle_while_an_answer_is_awaited(run: Run, sandbox: Sandbox) -> None:
    with sandbox.hold("login") as hold:
        script = run(SIGNED_IN_AND_THEN_SOME + "Synerise.waitUntilIdle()")
        assert hold.arrived.wait(10)
        script.interrupt()
        assert died_of_ctrl_c(script.end(within=5))
    assert [request.operation for request in sandbox.requests] == ["login"]


def test_ctrl_c_anywhere_in_the_users_own_code(run: Run, sandbox: Sandbox) -> None:
    with sandbox.hold("login") as hold:
        script = run(SIGNED_IN_AND_THEN_SOME + "threading.Event().wait()")
        assert hold.arrived.wait(10)
        script.interrupt()
        finished = script.end(within=5)
    assert died_of_ctrl_c(finished)
    assert "KeyboardInterrupt" in finished.errors
    assert PASSWORD not in finished.errors


def test_ctrl_c_during_a_retry_wait(run: Run, sandbox: Sandbox) -> None:
    sandbox.fail("login", 503, times=9, headers={"Retry-After": "30"})
    script = run(
        """
class Says(logging.Handler):
    def emit(self, record):
        if "the next one in" in record.getMessage():
            say("retry wait")

logging.getLogger("synerise_client.api").addHandler(Says())
logging.getLogger("synerise_client.api").setLevel(logging.INFO)
"""
        + SIGNED_IN_AND_THEN_SOME
        + "Synerise.waitUntilIdle()"
    )
    script.says("retry wait")
    script.interrupt()
    assert died_of_ctrl_c(script.end(within=5))
    assert [request.operation for request in sandbox.requests] == ["login"]


def test_ctrl_c_during_the_drain(run: Run, sandbox: Sandbox) -> None:
    with sandbox.hold("login") as hold:
        script = run(SIGNED_IN_AND_THEN_SOME + "atexit.register(lambda: say('last hook'))")
        script.says("last hook")
        assert hold.arrived.wait(10)
        script.interrupt_until_it_dies()
        assert died_of_ctrl_c(script.end(within=5))
    assert [request.operation for request in sandbox.requests] == ["login"]


def test_ctrl_c_while_a_callback_runs_starts_no_further_one(run: Run, sandbox: Sandbox) -> None:
    script = run(
        """
client = start()

def slow():
    say("slow callback")
    threading.Event().wait(1)

client.retrieveToken(None, slow)
client.retrieveToken(*told("next"))
client.signIn(EMAIL, PASSWORD, *told("signIn"))
Synerise.waitUntilIdle()
"""
    )
    script.says("slow callback")
    script.interrupt()
    assert died_of_ctrl_c(script.end(within=5))
    assert sandbox.requests == []


def test_ctrl_c_with_nothing_pending_is_a_plain_ctrl_c(run: Run) -> None:
    script = run(
        "start().retrieveToken(*told('retrieveToken'))\nSynerise.waitUntilIdle()\n"
        "say('idle')\nthreading.Event().wait()"
    )
    script.says("retrieveToken error 3200")
    script.says("idle")
    script.interrupt()
    assert died_of_ctrl_c(script.end(within=5))
