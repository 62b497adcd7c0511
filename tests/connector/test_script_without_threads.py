"""The end of a script where no thread can be started any more (from Python 3.12 on)."""

from __future__ import annotations

import time

import pytest

from synerise_client.sandbox import Sandbox
from tests.connector.conftest import Run

IDLE_CLIENT = """
client = start({doors})
client.signIn(EMAIL, PASSWORD)
give_the_thread_back()
"""


def in_exit_hook(*lines: str, doors: str = "") -> str:
    """Return a script whose exit hook runs ``lines`` when no thread can be started."""
    hook = "\n".join(f"    {line}" for line in ("start_no_thread_any_more()", *lines))
    return f"{IDLE_CLIENT.format(doors=doors)}\ndef hook():\n{hook}\n\natexit.register(hook)\n"


def test_a_call_made_there_is_answered_and_what_its_callback_calls_too(run: Run) -> None:
    finished = run(
        in_exit_hook(
            "client.getAccount(lambda: (say('getAccount'), client.refreshToken(*told('refresh'))))",
            "client.retrieveToken(*told('retrieveToken'))",
        )
        + "sys.exit(3)"
    ).end()
    assert finished.lines == ["getAccount", "retrieveToken success", "refresh success"]
    assert finished.code == 3


def test_a_session_ended_there_is_announced(run: Run) -> None:
    finished = run(
        in_exit_hook(
            "client.setClientStateChangeListener({'onClientSignedOut': say})",
            "client.getAccount(*told('getAccount'))",
            "client.destroySession()",
        )
    ).end()
    assert len(finished.lines) == 2
    assert finished.lines[1] == "getAccount error -999"


def test_wait_until_idle_there_answers_the_calls_itself(run: Run) -> None:
    finished = run(
        in_exit_hook("client.getAccount(*told('getAccount'))", "say(Synerise.waitUntilIdle())")
    ).end()
    assert finished.lines == ["getAccount success", "True"]


def test_shutdown_there_answers_the_calls_itself(run: Run) -> None:
    finished = run(
        in_exit_hook("client.getAccount(*told('getAccount'))", "Synerise.shutdown()", "say('down')")
    ).end()
    assert finished.lines == ["getAccount error -999", "down"]


def test_wait_until_idle_there_gives_up_after_its_timeout(run: Run, sandbox: Sandbox) -> None:
    with sandbox.hold("account"):
        finished = run(
            in_exit_hook(
                "client.getAccount(*told('getAccount'))",
                "say(Synerise.waitUntilIdle(0))",
                doors="withDrainTimeout=0.2",
            )
        ).end()
    assert finished.lines[0] == "False"
    assert len(finished.lines) == 2


def test_a_hung_server_there_holds_the_end_up_no_longer_than_the_drain_timeout(
    run: Run, sandbox: Sandbox
) -> None:
    with sandbox.hold("account") as hold:
        script = run(
            in_exit_hook(
                "client.getAccount(*told('getAccount'))",
                "client.refreshToken(*told('refreshToken'))",
                doors="withDrainTimeout=0.3",
            )
            + "sys.exit(4)"
        )
        assert hold.arrived.wait(10)
        began = time.monotonic()
        finished = script.end()
        assert time.monotonic() - began < 5
    running, queued = finished.lines
    assert running in {"getAccount error -999", "getAccount error -1"}
    assert queued == "refreshToken error -999"
    assert finished.code == 4


@pytest.mark.parametrize("is_retrying", [False, True], ids=["read", "retry wait"])
def test_ctrl_c_there_ends_the_script_at_once(
    run: Run, sandbox: Sandbox, is_retrying: bool
) -> None:
    if is_retrying:
        sandbox.fail("account", 503, times=9, headers={"Retry-After": "30"})
    hold = sandbox.hold("account")
    script = run(
        in_exit_hook("client.getAccount(*told('getAccount'))", "client.refreshToken(*told('new'))")
    )
    if is_retrying:
        gives_up_at = time.monotonic() + 10
        while "account" not in [request.operation for request in sandbox.requests]:
            assert time.monotonic() < gives_up_at
            time.sleep(0.02)
    else:
        assert hold.arrived.wait(10)
    script.interrupt_until_it_dies()
    hold.release()
    finished = script.end(within=5)
    assert finished.lines == []
    assert finished.code == -2
    assert [request.operation for request in sandbox.requests].count("account") == 1
    assert "refresh" not in [request.operation for request in sandbox.requests]
